"""Counts in words."""

from __future__ import annotations

from dashboard.evidence.words import count
from dashboard.selection import Totals

__all__ = ["count", "totals_sentence"]


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
