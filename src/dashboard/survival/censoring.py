"""Models of censoring: the probability of still being followed at a time, from what a paper prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from dashboard.survival.curve import Array

FOLLOW_UP_SHAPE = 2.0
"""Weibull shape of the time to censoring when only its median is known."""


def by_follow_up(grid: Array, median_follow_up: float, shape: float = FOLLOW_UP_SHAPE) -> Array:
    """Probability of not being censored, Weibull with the reported median: 0.5 ** ((t / median) ** shape)."""
    return 0.5 ** ((grid / median_follow_up) ** shape)


def by_horizon(grid: Array) -> Array:
    """No follow-up printed: the last printed time is taken as the median follow-up."""
    return by_follow_up(grid, float(grid[-1]))


def clean_at_risk(
    n_at_risk: Mapping[float, float] | Iterable[Sequence[float]], n: int
) -> tuple[list[tuple[float, int]], list[str]]:
    """Check numbers at risk: sorted, whole, never rising, n at time 0. Contradictions are lowered with a warning.

    Raises
    ------
    ValueError
        A negative or fractional number, a negative or non-finite time.
    """
    rows = sorted(n_at_risk.items() if isinstance(n_at_risk, Mapping) else ((r[0], r[1]) for r in n_at_risk))
    clean: list[tuple[float, int]] = [(0.0, n)]
    warnings: list[str] = []
    for t, k in rows:
        if not (np.isfinite(t) and t >= 0 and np.isfinite(k) and k >= 0 and k == int(k)):
            raise ValueError(
                f"numbers at risk must be whole numbers from time 0 on, but {k!r} was given at {t!r} months"
            )
        before = clean[-1][1]
        if k > before or (t == 0 and k != n):
            warnings.append(
                f"{int(k)} at risk printed at {t:g} months, but {before} before that: {min(int(k), before)} is used"
                if t
                else f"{int(k)} at risk printed at time 0, but n is {n}: n is used"
            )
        if t == 0:
            continue
        k = min(int(k), before)
        if clean[-1][0] == t:
            clean[-1] = (float(t), k)
        else:
            clean.append((float(t), k))
    return clean, warnings


def by_numbers_at_risk(
    grid: Array, survival: Array, at_risk: list[tuple[float, int]], curve_at: Array, n: int
) -> tuple[Array, list[str]]:
    """Probability of not being censored that gives the printed numbers at risk; log-linear between them.

    `curve_at` is the curve at the printed times. More patients at risk than can be alive is lowered with a warning.
    """
    times, kept, warnings = [0.0], [1.0], []
    for (t, k), s in zip(at_risk[1:], curve_at[1:], strict=True):
        if np.isnan(s):
            break
        alive = n * s
        if k > alive + 1:
            warnings.append(
                f"{k} at risk printed at {t:g} months, but survival {s:.3g} of {n} leaves {alive:.1f} alive"
            )
        value = 1.0 if alive <= 0 else min(max(k, 0.5) / alive, 1.0)
        times.append(t)
        kept.append(min(value, kept[-1]))
    log_kept = np.log(np.array(kept))
    result = np.interp(grid, times, log_kept)
    if len(times) > 1:
        slope = (log_kept[-1] - log_kept[-2]) / (times[-1] - times[-2])
        result = np.where(grid > times[-1], log_kept[-1] + slope * (grid - times[-1]), result)
    return np.exp(result), warnings
