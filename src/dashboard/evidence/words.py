"""Printed figures in words, for the sentences of the flags."""

from __future__ import annotations

import pandas as pd

from dashboard.vocabulary import MEASURES, label


def number(value: float) -> str:
    return f"{value:.10g}"


def percent(value: float) -> str:
    return f"{number(round(100 * value, 6))}%"


def figure_words(measure: str, value: float, time_months: float) -> str:
    """A figure in words: `survival of 45% at 24 months`, `median of 39 months`."""
    if measure == "survival":
        return f"survival of {percent(value)} at {number(time_months)} months"
    if pd.isna(value):
        return "median that was not reached"
    if measure in ("median_months", "mean_months"):
        return f"{measure.split('_')[0]} of {number(value)} months"
    return f"{label(MEASURES, measure).lower()} of {number(value)}"


def count(amount: int, one: str, many: str | None = None) -> str:
    """`1 study`, `1,368 figures`."""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"
