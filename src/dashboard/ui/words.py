"""Counts in words."""

from __future__ import annotations

from dashboard.selection import Totals


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 study`, `1,368 figures`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def totals_sentence(totals: Totals) -> str:
    """Studies, arms, figures and patients on one line; "at least" where disjoint arms do not state their number."""
    patients = "patients not stated" if totals.patients is None else count(totals.patients, "patient")
    if not totals.figures:
        patients = "0 patients"
    elif totals.patients is not None and totals.arms_without_n:
        patients = f"at least {patients}"
    return " · ".join(
        (
            count(totals.studies, "study", "studies"),
            count(totals.arms, "arm"),
            count(totals.figures, "figure"),
            patients,
        )
    )
