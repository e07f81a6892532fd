"""Survival curves as functions of time: constant hazard between knots, or steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class Curve(Protocol):
    """What every survival curve can answer; times in months, survival as a proportion."""

    @property
    def horizon(self) -> float: ...

    def survival(self, times: ArrayLike) -> Array: ...

    def first_time_at(self, level: float) -> float: ...

    def area(self, tau: float) -> float: ...


@dataclass(frozen=True, eq=False)
class ConstantHazardCurve:
    """Survival with constant hazard between knots (log-linear interpolation).

    Parameters
    ----------
    times : (k,) increasing, the first is 0
    values : (k,) non-increasing survival, the first is 1; only trailing values may be 0. Towards a value of 0 the
        hazard cannot be constant, so survival falls linearly in that interval (deaths spread evenly).
    """

    times: Array
    values: Array

    @property
    def horizon(self) -> float:
        return float(self.times[-1])

    def survival(self, times: ArrayLike) -> Array:
        """Survival at `times`; NaN before 0 and beyond the horizon."""
        t = np.asarray(times, dtype=float)
        right = np.clip(np.searchsorted(self.times, t, side="left"), 1, len(self.times) - 1)
        t0, t1 = self.times[right - 1], self.times[right]
        s0, s1 = self.values[right - 1], self.values[right]
        share = (t - t0) / (t1 - t0)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_linear = s0 * (s1 / s0) ** share
        value = np.where(s1 > 0, log_linear, s0 * (1 - share))
        # a knot returns its own printed value, not a value rounded by the interpolation
        value = np.where(t == t1, s1, value)
        return np.where((t < 0) | (t > self.horizon) | np.isnan(t), np.nan, value)

    def first_time_at(self, level: float) -> float:
        """First time at which survival is `level` or less; infinity when that is not within the horizon."""
        return float(self.times_at(np.array([level]))[0])

    def times_at(self, levels: Array) -> Array:
        """Vector form of `first_time_at`."""
        right = np.searchsorted(-self.values, -levels, side="left")
        beyond = right >= len(self.values)
        right = np.clip(right, 1, len(self.values) - 1)
        t0, t1 = self.times[right - 1], self.times[right]
        s0, s1 = self.values[right - 1], self.values[right]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(s1 > 0, np.log(levels / s0) / np.log(s1 / s0), (s0 - levels) / (s0 - s1))
        found = np.where(levels >= 1, 0.0, np.where(levels == s1, t1, t0 + share * (t1 - t0)))
        return np.where(beyond, np.inf, found)

    def area(self, tau: float) -> float:
        """Area under the curve from 0 to `tau` (within the horizon): the restricted mean."""
        inside = self.times < tau
        t = np.append(self.times[inside], tau)
        s = np.append(self.values[inside], self.survival(tau))
        width, s0, s1 = np.diff(t), s[:-1], s[1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            log_mean = (s0 - s1) / np.log(s0 / s1)
        # The logarithmic mean loses digits when both ends agree; its limit there is the mid-value.
        mean = np.where((s1 > 0) & (s0 - s1 > 1e-9 * s0), log_mean, (s0 + s1) / 2)
        # an interval that ends in 0 falls linearly, also when tau cuts it before it ends
        falls_to_zero = np.append(self.values, 0.0)[np.searchsorted(self.times, t[1:], side="left")] == 0
        return float(np.sum(width * np.where(falls_to_zero, (s0 + s1) / 2, mean)))


@dataclass(frozen=True, eq=False)
class StepCurve:
    """A Kaplan-Meier step function, right-continuous.

    Parameters
    ----------
    times : (k,) increasing times of the steps
    values : (k,) survival from each step on
    end : last time at which the curve is known
    """

    times: Array
    values: Array
    end: float

    @property
    def horizon(self) -> float:
        return self.end

    def survival(self, times: ArrayLike) -> Array:
        t = np.asarray(times, dtype=float)
        value = np.append(1.0, self.values)[np.searchsorted(self.times, t, side="right")]
        return np.where((t < 0) | (t > self.end) | np.isnan(t), np.nan, value)

    def first_time_at(self, level: float) -> float:
        below = np.flatnonzero(self.values <= level)
        return float(self.times[below[0]]) if below.size else np.inf

    def area(self, tau: float) -> float:
        inside = self.times < tau
        edges = np.concatenate([[0.0], self.times[inside], [tau]])
        return float(np.sum(np.diff(edges) * np.append(1.0, self.values[inside])))
