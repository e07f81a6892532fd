"""Models of censoring: the probability of still being followed at a time, from what a paper prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from dashboard.survival.curve import Array

FOLLOW_UP_SHAPE = 4.0
"""Weibull shape of the time to censoring when only its median is known (chosen by the accuracy benchmark)."""
FLATTEST = 0.2
"""The shape is lowered no further than this, also where fewer than `AT_RISK_AT_THE_END` are alive."""
SHAPES = np.array([0.8, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0])
AT_RISK_AT_THE_END = 5.0
"""A paper that prints a rate at a time still follows some patients there: at least about this many."""


def by_follow_up(
    grid: Array, survival: Array, n: int, median: float, shape: float = FOLLOW_UP_SHAPE, at: Array | None = None
) -> Array:
    """Probability of not being censored: 0.5 ** ((t / median) ** shape), a Weibull with the reported median.

    Where that would leave nearly nobody at risk at the last printed time, the shape is lowered, at most to
    `FLATTEST`. The answer is for the times `at`, which may lie beyond the grid; default the grid itself.
    """
    horizon, alive = float(grid[-1]), n * float(survival[-1])
    if horizon > median and alive > 0:
        halvings = max(np.log2(alive / AT_RISK_AT_THE_END), 1e-9)
        shape = max(FLATTEST, min(shape, float(np.log(halvings) / np.log(horizon / median))))
    return np.power(0.5, ((grid if at is None else at) / median) ** shape)


def by_deaths(
    grid: Array, survival: Array, n: int, deaths: float, median: float | None, at: Array | None = None
) -> Array:
    """Weibull censoring whose expected number of deaths is the reported one.

    With a reported median follow-up its shape is solved for, otherwise its median. Deaths after the last printed time
    count too: for this sum only, the mean hazard goes on; the curve is never drawn there.
    """
    horizon = float(grid[-1])
    mean_hazard = -np.log(max(float(survival[-1]), 0.5 / n)) / horizon
    tail = horizon * np.linspace(0, 4, 81)[1:]
    t = np.concatenate([grid, horizon + tail])
    s = np.concatenate([survival, float(survival[-1]) * np.exp(-mean_hazard * tail)])
    if median is None:
        medians = horizon * np.geomspace(0.05, 20, 60)
        shapes = np.full_like(medians, FOLLOW_UP_SHAPE)
    else:
        shapes = SHAPES
        medians = np.full_like(shapes, median)
    kept = np.power(0.5, (t / medians[:, None]) ** shapes[:, None])
    expected = n * np.sum(-np.diff(s) * (kept[:, 1:] + kept[:, :-1]) / 2, axis=1)
    order = np.argsort(expected)
    if median is None:
        solved = float(np.exp(np.interp(deaths, expected[order], np.log(medians)[order])))
        return by_follow_up(grid, survival, n, solved, at=at)
    return by_follow_up(grid, survival, n, median, float(np.interp(deaths, expected[order], shapes[order])), at)


def clean_at_risk(
    n_at_risk: Mapping[float, float] | Iterable[Sequence[float]], n: int
) -> tuple[list[tuple[float, int]], list[str]]:
    """Check numbers at risk: sorted, whole, never rising, n at time 0; what contradicts is lowered with a warning.

    Raises
    ------
    ValueError
        A negative or fractional number, a negative or non-finite time.
    """
    given = n_at_risk.items() if isinstance(n_at_risk, Mapping) else [(row[0], row[1]) for row in n_at_risk]
    clean: list[tuple[float, int]] = [(0.0, n)]
    warnings: list[str] = []
    for t, k in sorted(given):
        if not (np.isfinite(t) and t >= 0 and np.isfinite(k) and k >= 0 and k == int(k)):
            raise ValueError(f"numbers at risk must be whole and from time 0 on, but {k!r} was given at {t!r} months")
        if t == 0:
            if k != n:
                warnings.append(f"{int(k)} at risk printed at time 0, but n is {n}: n is used")
            continue
        before_time, before = clean[-1]
        if k > before:
            warnings.append(f"{int(k)} at risk printed at {t:g} months, but {before} before that: {before} is used")
        if before_time == t:
            clean.pop()
        clean.append((float(t), min(int(k), before)))
    return clean, warnings


def contradictions(rows: list[tuple[float, int]], curve_at: Array, n: int, horizon: float) -> list[str]:
    """Warnings for numbers at risk above what survival leaves alive, and for nobody at risk before the last rate."""
    emptied = next((t for (t, k), s in zip(rows, curve_at, strict=True) if k == 0 and s > 0 and t < horizon), None)
    nobody = (
        []
        if emptied is None
        else [
            f"0 at risk printed at {emptied:g} months, but survival up to {horizon:g} months: one patient is taken as "
            "still at risk"
        ]
    )
    return nobody + [
        f"{k} at risk printed at {t:g} months, but survival {s:.3g} of {n} leaves {n * s:.1f} alive: "
        "nobody is taken as censored before then"
        for (t, k), s in zip(rows, curve_at, strict=True)
        if not np.isnan(s) and k > n * s + 1
    ]


def by_numbers_at_risk(grid: Array, rows: list[tuple[float, int]], curve_at: Array, n: int) -> Array:
    """Probability of not being censored that gives the numbers at risk; log-linear between their times.

    `curve_at` is the curve at the times of `rows` (NaN beyond its horizon: those rows are not used).
    """
    times, kept = [0.0], [1.0]
    for (t, k), s in list(zip(rows, curve_at, strict=True))[1:]:
        if np.isnan(s):
            break
        value = min(max(k, 0.5) / (n * s), 1.0) if s > 0 else kept[-1]
        times.append(t)
        kept.append(min(value, kept[-1]))
    log_kept = np.log(np.array(kept))
    result = np.interp(grid, times, log_kept)
    if len(times) > 1:
        slope = (log_kept[-1] - log_kept[-2]) / (times[-1] - times[-2])
        result = np.where(grid > times[-1], log_kept[-1] + slope * (grid - times[-1]), result)
    return np.exp(result)
