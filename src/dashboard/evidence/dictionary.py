"""The data dictionary of the study table, as the app shows it in tooltips and on the Methods page."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dashboard.evidence.errors import EvidenceError
from dashboard.paths import COLUMNS_CSV


@dataclass(frozen=True)
class Column:
    """One column of the study table. `unit` is empty for text; `source` is studies, arms, outcomes or derived."""

    name: str
    label: str
    unit: str
    definition: str
    source: str


@lru_cache(maxsize=2)
def columns(path: Path = COLUMNS_CSV) -> Mapping[str, Column]:
    """Every column of the study table by name, in the table's order.

    Raises
    ------
    EvidenceError
        When the dictionary is missing or has other columns than those of `Column`.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {row["name"]: Column(**row) for row in csv.DictReader(file)}
    except (OSError, KeyError, TypeError) as error:
        raise EvidenceError(
            "The data dictionary cannot be read", str(path), "Restore it from the repository."
        ) from error
