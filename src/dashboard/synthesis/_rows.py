"""Rows of the study table as plain records, and the one rule about overlapping cohorts that all pooling shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

Record = dict[str, Any]
CARRIED = (
    "arm_key",
    "study_id",
    "arm_id",
    "figure_id",
    "first_author",
    "year",
    "label",
    "primary_site",
    "modality",
    "family",
    "design",
    "cohort",
    "n",
    "n_total",
    "era_start",
    "era_end",
    "endpoint",
    "time_origin",
    "time_months",
    "ci_low",
    "ci_high",
    "qualifier",
    "is_subgroup",
    "note",
    "locator",
)
"""Columns of the study table that every pooled row brings along."""


def records(frame: pd.DataFrame, columns: Sequence[str], rows: Sequence[int] | None = None) -> list[Record]:
    """Rows as dictionaries of these columns (those that the frame has), with None for whatever is missing.

    `rows` are the positions of the rows to read, in this order; all without it. A frame of these rows would cost more
    than to read them.
    """
    names = [name for name in columns if name in frame.columns]
    values = []
    for name in names:
        column = frame[name].array if rows is None else frame[name].array.take(np.asarray(rows, dtype=np.intp))
        present = ~np.asarray(column.isna())
        plain = np.asarray(column, dtype=object)
        values.append([value if known else None for value, known in zip(plain, present, strict=True)])
    absent = dict.fromkeys(name for name in columns if name not in names)
    return [{**absent, **dict(zip(names, row, strict=True))} for row in zip(*values, strict=True)]


def largest_of_each_cohort(rows: Iterable[Record], patients: Callable[[Record], float]) -> dict[str, str]:
    """For each cohort the study to keep: most patients in these rows, then most in the study, then the latest."""
    size: dict[str, dict[str, tuple[float, float, int, str]]] = {}
    for row in rows:
        if row["cohort"]:
            studies = size.setdefault(row["cohort"], {})
            before = studies[row["study_id"]][0] if row["study_id"] in studies else 0.0
            standing = (before + patients(row), row["n_total"] or 0, row["year"] or 0, row["study_id"])
            studies[row["study_id"]] = standing
    return {cohort: max(studies.values())[3] for cohort, studies in size.items()}
