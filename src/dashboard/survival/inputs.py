"""Checking printed figures and reconciling those that contradict each other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.survival.curve import Array

SAME = 1e-12
"""Two printed survival rates closer than this are equal."""


@dataclass(frozen=True)
class Figures:
    """Printed figures after checking: what the curve is drawn through, and what had to be said about them."""

    times: Array
    values: Array
    median_used: float | None
    warnings: tuple[str, ...]


def patients_count(n: float | None, name: str = "n") -> int | None:
    """A number of patients as int; None stays None. Raises ValueError for zero, negative, fractional or NaN."""
    if n is None:
        return None
    if isinstance(n, bool) or not math.isfinite(n) or n != int(n) or n < 1:
        raise ValueError(
            f"{name} must be a whole number of patients of at least 1 (or None when not stated), but was {n!r}"
        )
    return int(n)


def positive_time(value: float | None, name: str) -> float | None:
    """A time in months that must be above 0 and finite; None stays None."""
    if value is None:
        return None
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be a time in months above 0, but was {value!r}")
    return float(value)


def clean_points(points: Iterable[Sequence[float]]) -> tuple[Array, Array, list[str]]:
    """Check survival rates, sort them, merge repeated times and make them non-increasing.

    Rules, each with a warning that names the figures: different rates printed for one time are replaced by their mean;
    rates that rise are replaced by their isotonic (pooled) mean, the closest curve that never rises.

    Returns
    -------
    times, values : (k,) starting with (0, 1)
    warnings

    Raises
    ------
    ValueError
        NaN, a negative or infinite time, a rate outside 0..1, or a rate below 1 at time 0.
    """
    rows = [(float(t), float(s)) for t, s in points]
    for t, s in rows:
        if not (math.isfinite(t) and t >= 0):
            raise ValueError(f"time must be months from 0 on, but was {t!r} (survival {s!r})")
        if not 0 <= s <= 1:
            hint = "; divide per cent by 100" if 1 < s <= 100 else ""
            raise ValueError(f"survival must be a proportion from 0 to 1, but was {s!r} at {t:g} months{hint}")
        if t == 0 and s < 1:
            raise ValueError(f"survival at time 0 must be 1, but was {s!r}")
    warnings: list[str] = []
    by_time: dict[float, list[float]] = {}
    for t, s in sorted(rows):
        by_time.setdefault(t, []).append(s)
    times, values = [0.0], [1.0]
    for t, rates in by_time.items():
        if t == 0:
            continue
        mean = rates[0] if max(rates) - min(rates) <= SAME else math.fsum(rates) / len(rates)
        if mean != rates[0]:
            said = " and ".join(f"{s:g}" for s in rates)
            warnings.append(f"survival at {t:g} months is printed as {said}: their mean {mean:.4g} is used")
        times.append(t)
        values.append(mean)
    pooled, notes = _never_rising(times, values)
    return np.array(times), np.array(pooled), warnings + notes


def _never_rising(times: list[float], values: list[float]) -> tuple[list[float], list[str]]:
    """Pool adjacent violators; the pooled blocks are reported."""
    blocks: list[list[float]] = []
    for value in values:
        blocks.append([value])
        while (
            len(blocks) > 1 and math.fsum(blocks[-2]) / len(blocks[-2]) < math.fsum(blocks[-1]) / len(blocks[-1]) - SAME
        ):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    pooled: list[float] = []
    notes = []
    for block in blocks:
        mean = block[0] if len(block) == 1 else min(1.0, math.fsum(block) / len(block))
        if len(block) > 1:
            first = len(pooled)
            said = ", ".join(f"{s:g} at {t:g}" for t, s in zip(times[first:], block, strict=False))
            notes.append(f"survival rises with time ({said} months): these rates are replaced by their mean {mean:.4g}")
        pooled += [mean] * len(block)
    return pooled, notes


def with_median(times: Array, values: Array, median: float | None) -> Figures:
    """Add a printed median to the curve's knots, or say why it cannot be one.

    A median fits when survival before it is at least one half and survival after it at most one half. One that does not
    fit is left out with a warning: the curve follows the survival rates. `math.inf` means "not reached".
    """
    if median is None:
        return Figures(times, values, None, ())
    if math.isnan(median) or median <= 0:
        raise ValueError(f"median_months must be above 0 (or inf for not reached), but was {median!r}")
    if math.isinf(median):
        below = np.flatnonzero(values < 0.5 - SAME)
        if not below.size:
            return Figures(times, values, median, ())
        i = below[0]
        return Figures(
            times,
            values,
            None,
            (
                f"median printed as not reached, but survival is {values[i]:g} at {times[i]:g} months: "
                "the rates are used",
            ),
        )
    at = np.searchsorted(times, median)
    before = values[at - 1]
    exact = at < len(times) and times[at] == median
    if before < 0.5 - SAME:
        wrong = at - 1
    elif (exact and abs(values[at] - 0.5) > SAME) or (not exact and at < len(times) and values[at] > 0.5 + SAME):
        wrong = at
    else:
        if exact:
            return Figures(times, values, median, ())
        return Figures(np.insert(times, at, median), np.insert(values, at, 0.5), median, ())
    return Figures(
        times,
        values,
        None,
        (
            f"median printed as {median:g} months, but survival is {values[wrong]:g} at {times[wrong]:g} months: "
            "the curve follows the survival rates",
        ),
    )
