"""The words at the marks of a survival plot: who printed what, of how many patients, and where it stands."""

from __future__ import annotations

import math

import numpy as np

from dashboard.comparison.curves import Curves
from dashboard.comparison.words import figure_words
from dashboard.figures.theme import safe
from dashboard.vocabulary import TIME_ORIGINS, label

HOVERED = (
    "first_author", "year", "label", "qualifier", "measure", "value", "time_months", "ci_low", "ci_high",
    "n", "time_origin", "locator", "note", "used",
)  # fmt: skip


def hovers(curves: Curves, index: np.ndarray) -> list[str]:
    """The words at these printed points, as plotly's markup."""
    return curves.once("hover", index.tolist(), lambda those: _made(curves, np.array(those)))


def _made(curves: Curves, index: np.ndarray) -> list[str]:
    # From lists: single values out of arrays take most of the time of a large plot.
    columns = (curves.points[name][index].tolist() for name in HOVERED)
    return [_words(*values) for values in zip(*columns, strict=True)]


def _words(
    author: str | None,
    year: float,
    arm: str,
    qualifier: str,
    measure: str,
    value: float,
    months: float,
    low: float,
    high: float,
    n: float,
    origin: str,
    place: str | None,
    note: str | None,
    used: bool,
) -> str:
    patients = f"n = {n:.0f}" if math.isfinite(n) else "n not stated"
    return (
        f"<b>{safe(author or 'author not known')} {year:.0f}</b>: {safe(arm)}"
        f"<br>printed: {figure_words(qualifier, measure, value, months, low, high)}"
        f"<br>{patients}; {label(TIME_ORIGINS, origin)}"
        f"<br>read in: {safe(place or 'place not noted')}"
        f"{f'<br>note: {safe(note)}' if note else ''}"
        f"{'' if used else '<br>not on the curve'}"
    )
