"""The measured accuracy of derived numbers, as `make bench-accuracy` wrote it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from dashboard.paths import ROOT

ACCURACY_JSON = ROOT / "data" / "accuracy.json"


@dataclass(frozen=True)
class Measured:
    """One line: what was measured, its value and unit, the target (empty: none) and the number of cases."""

    key: str
    what: str
    value: float
    unit: str
    target: str
    cases: int


def read_accuracy(path: Path = ACCURACY_JSON) -> dict[str, Measured]:
    """The measurements by key; empty when the benchmark has not been run or its file cannot be read."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {
            entry["key"]: Measured(
                str(entry["key"]),
                str(entry["what"]),
                float(entry["value"]),
                str(entry.get("unit", "")),
                str(entry.get("target", "")),
                int(entry.get("cases", 0)),
            )
            for entry in entries
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}
