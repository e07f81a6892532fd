"""Measured accuracy of derived numbers, as the benchmark wrote it."""

from __future__ import annotations

import json
from functools import cache
from typing import TypedDict

from dashboard.paths import ROOT

ACCURACY_JSON = ROOT / "data" / "accuracy.json"


class Measured(TypedDict):
    """One line of the accuracy table."""

    key: str
    what: str
    value: float
    unit: str
    target: str
    cases: int


@cache
def accuracy() -> tuple[Measured, ...]:
    """Every line of the accuracy table, in order; empty when the benchmark was never run."""
    return tuple(json.loads(ACCURACY_JSON.read_text())) if ACCURACY_JSON.exists() else ()


def typical_error(key: str) -> Measured | None:
    """One line by its key (`survival`, `rmst`, `median`, `log_hr_same`, `coverage_<route>_survival`) or None."""
    return next((line for line in accuracy() if line["key"] == key), None)


def disagrees(derived_log_hr: float, reported_log_hr: float) -> bool | None:
    """Whether a derived log hazard ratio differs from the reported one by more than 9 of 10 benchmark trials do."""
    line = typical_error("log_hr_same_p90")
    return None if line is None else abs(derived_log_hr - reported_log_hr) > line["value"]
