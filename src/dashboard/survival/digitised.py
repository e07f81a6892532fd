"""A digitised survival curve: clicks, cleaned of noise, and where the falls between them may lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dashboard.survival.curve import Array

RISING = 0.1
"""A share of rising clicks above this is the mark of a hand, not of a step read at its corners."""
ONE_PIXEL = 0.005
"""A rise up to this, of a figure 200 pixels high, is a click that slipped by one."""


@dataclass(frozen=True, eq=False)
class Digitised:
    """Clicks and the falls behind them.

    Attributes
    ----------
    clicks, levels : (k,) times from 0 on and survival that never rises, starting at (0, 1)
    times, survival : (m,) the middle of where each fall may lie, and survival after it; the last time ends the curve
    gaps : (m,) width of the stretch around each of `times` where the fall may lie; 0 where the time is known
    noise : standard deviation of the reading error of survival; 0 where none shows
    warnings : what was corrected
    """

    clicks: Array
    levels: Array
    times: Array
    survival: Array
    gaps: Array
    noise: float
    warnings: tuple[str, ...]

    @property
    def end(self) -> float:
        """Last time at which the curve is known."""
        return float(self.clicks[-1])


def read_curve(times: ArrayLike, survival: ArrayLike) -> Digitised:
    """Sort the clicks, remove noise, and say where each fall may lie.

    Steps digitised at their corners hardly rise from one click to the next, and each fall lies at its click. Where
    more than `RISING` of the clicks rise, the curve was followed by hand: a fall lies anywhere between two clicks.
    A few rises of no more than `ONE_PIXEL` are levelled by the lowest survival so far, which leaves every fall as it
    was read; noise beyond that is shared out by isotonic regression, which one low click cannot drag down.

    Raises
    ------
    ValueError
        Fewer than two points, unequal lengths, NaN, per cent, values outside 0..1, nothing after time 0.
    """
    t, s = np.asarray(times, dtype=float), np.asarray(survival, dtype=float)
    if t.ndim != 1 or t.shape != s.shape or t.size < 2:
        raise ValueError(
            f"times and survival must be lists of equal length of at least 2, but were {t.shape} and {s.shape}"
        )
    if not (np.all(np.isfinite(t)) and np.all(np.isfinite(s))):
        raise ValueError("digitised times and survival must be numbers, but included NaN or infinity")
    if s.max() > 1.5:
        raise ValueError(f"survival must be a proportion from 0 to 1, but was {s.max():g}; divide per cent by 100")
    if s.min() < -0.05 or s.max() > 1.05:
        raise ValueError(f"survival must be a proportion from 0 to 1, but was {s.min():g} to {s.max():g}")
    warnings = []
    order = np.lexsort((-s, t))
    t, s = np.maximum(t[order], 0.0), np.clip(s[order], 0.0, 1.0)
    rises = np.diff(s)
    by_hand = float(np.mean(rises > 0)) > RISING
    fitted = _isotonic(s) if by_hand or rises.max() > ONE_PIXEL else np.minimum.accumulate(s)
    if np.max(np.abs(fitted - s)) > 0.02:
        worst = int(np.argmax(np.abs(fitted - s)))
        warnings.append(
            f"the digitised curve rises; survival {s[worst]:g} at {t[worst]:g} months was read as {fitted[worst]:.3g}"
        )
    keep = t > 0
    if not np.any(keep):
        raise ValueError("the digitised curve has no point after time 0")
    clicks, levels = np.append(0.0, t[keep]), np.append(1.0, fitted[keep])
    if not by_hand:
        return Digitised(clicks, levels, clicks, levels, np.zeros(len(clicks)), 0.0, tuple(warnings))
    gaps = np.diff(clicks)
    return Digitised(
        clicks=clicks,
        levels=levels,
        times=np.concatenate([[0.0], clicks[1:] - gaps / 2, clicks[-1:]]),
        survival=np.append(levels, levels[-1]),
        gaps=np.concatenate([[0.0], gaps, [0.0]]),
        noise=float(np.std(s - fitted)),
        warnings=tuple(warnings),
    )


def _isotonic(values: Array) -> Array:
    """Least-squares fit that never rises (pool adjacent violators)."""
    means: list[float] = []
    sizes: list[int] = []
    for value in values.tolist():
        mean, size = value, 1
        while means and means[-1] < mean:
            other, many = means.pop(), sizes.pop()
            mean, size = (mean * size + other * many) / (size + many), size + many
        means.append(mean)
        sizes.append(size)
    return np.repeat(means, sizes)
