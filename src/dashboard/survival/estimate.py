"""Kaplan-Meier estimates in the conventions of R's survival package (survfit, print.survfit, rmean)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dashboard.survival.curve import Array, StepCurve
from dashboard.survival.intervals import Z95

TIE_TOLERANCE = 1.4901161193847656e-08
"""Times closer than this are one time, as R's `timefix` does (square root of the machine's epsilon)."""
HALF_TOLERANCE = 1e-9


def check_patients(times: ArrayLike, events: ArrayLike) -> tuple[Array, Array]:
    """Times and events as arrays, near-ties merged.

    Raises
    ------
    ValueError
        No patients, unequal lengths, NaN, negative times, events other than 0 and 1.
    """
    t, e = np.asarray(times, dtype=float), np.asarray(events, dtype=float)
    if t.ndim != 1 or t.shape != e.shape or not t.size:
        raise ValueError(
            f"times and events must be lists of equal length of at least 1, but were {t.shape} and {e.shape}"
        )
    if not np.all(np.isfinite(t)) or np.any(t < 0):
        raise ValueError(f"times must be finite and from 0 on, but included {t[~(np.isfinite(t) & (t >= 0))][0]!r}")
    if not np.all((e == 0) | (e == 1)):
        raise ValueError(f"events must be 0 or 1, but included {e[(e != 0) & (e != 1)][0]!r}")
    return merge_ties(t), e


def merge_ties(times: Array) -> Array:
    """Replace times that differ only by rounding by the smallest of them."""
    distinct = np.unique(times)
    gap = np.diff(distinct)
    scale = np.mean(np.abs(distinct)) or 1.0
    new = np.concatenate([[True], (gap > TIE_TOLERANCE) & (gap / scale > TIE_TOLERANCE)])
    if new.all():
        return times
    kept = distinct[new]
    return kept[np.searchsorted(kept, times, side="right") - 1]


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """Product-limit estimate.

    Attributes
    ----------
    times : (k,) distinct observed times (deaths and censorings)
    at_risk, deaths : (k,) counts at those times
    survival : (k,) S(t) from that time on
    var_log : (k,) Greenwood's variance of log S; inf where S is 0
    """

    n: int
    times: Array
    at_risk: Array
    deaths: Array
    survival: Array
    var_log: Array

    @classmethod
    def fit(cls, times: ArrayLike, events: ArrayLike) -> KaplanMeier:
        t, e = check_patients(times, events)
        distinct, place = np.unique(t, return_inverse=True)
        deaths = np.bincount(place, weights=e)
        leaving = np.bincount(place)
        at_risk = np.cumsum(leaving[::-1])[::-1].astype(float)
        with np.errstate(divide="ignore"):
            growth = np.where(deaths > 0, deaths / (at_risk * (at_risk - deaths)), 0.0)
        survival = np.cumprod(1 - deaths / at_risk)
        return cls(len(t), distinct, at_risk, np.asarray(deaths, dtype=float), survival, np.cumsum(growth))

    def _at(self, values: Array, start: float, times: ArrayLike) -> Array:
        return np.append(start, values)[np.searchsorted(self.times, np.asarray(times, dtype=float), side="right")]

    def survival_at(self, times: ArrayLike) -> Array:
        return self._at(self.survival, 1.0, times)

    def se_at(self, times: ArrayLike) -> Array:
        """Greenwood's standard error of S; NaN where S is 0, as R returns it."""
        s, v = self.survival_at(times), self._at(self.var_log, 0.0, times)
        return np.where(s > 0, s * np.sqrt(np.where(s > 0, v, 0.0)), np.nan)

    def limits_at(self, times: ArrayLike) -> tuple[Array, Array]:
        """95% limits on the log(-log) scale, as R returns them.

        (1, 1) before the first observed time; NaN from there on where S is 0 or still 1.
        """
        t = np.asarray(times, dtype=float)
        s, v = self.survival_at(times), self._at(self.var_log, 0.0, times)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            spread = Z95 * np.sqrt(v) / np.abs(np.log(s))
            low, high = s ** np.exp(spread), s ** np.exp(-spread)
        unknown = (s <= 0) | (s >= 1)
        before = t < self.times[0]
        low, high = (np.where(before, 1.0, np.where(unknown, np.nan, x)) for x in (low, high))
        return low, high

    def at_risk_at(self, times: ArrayLike) -> Array:
        """Patients still at risk just before each time."""
        at = np.searchsorted(self.times, np.asarray(times, dtype=float), side="left")
        return np.append(self.at_risk, 0.0)[at]

    def median(self) -> tuple[float, float, float]:
        """Median with 95% limits (log-log); inf where not reached. See `crossing` for survival of exactly one half."""
        low, high = self.limits_at(self.times)
        return crossing(self.times, self.survival), crossing(self.times, low), crossing(self.times, high)

    def rmst(self, tau: float) -> tuple[float, float]:
        """Restricted mean to `tau` and its standard error (Klein and Moeschberger 2003, equation 4.5.2).

        Raises
        ------
        ValueError
            tau beyond the last observed time, where the curve is not known (unless everybody has died).
        """
        if not 0 < tau <= max(self.times[-1], tau if self.survival[-1] == 0 else 0.0):
            raise ValueError(f"tau must lie within the follow-up of {self.times[-1]:g}, but was {tau!r}")
        inside = self.times < tau
        edges = np.concatenate([[0.0], self.times[inside], [tau]])
        cells = np.diff(edges) * np.append(1.0, self.survival[inside])
        rest = np.cumsum(cells[::-1])[::-1][1:]
        growth = np.diff(np.append(0.0, self.var_log[inside]))
        use = (rest > 0) & np.isfinite(growth)
        return float(np.sum(cells)), float(np.sqrt(np.sum(rest[use] ** 2 * growth[use])))

    def step_curve(self) -> StepCurve:
        return StepCurve(self.times, self.survival, float(self.times[-1]))


def crossing(times: Array, values: Array, level: float = 0.5) -> float:
    """Time at which a step curve falls to `level`; inf when it does not.

    A curve that rests exactly on the level until a later drop crosses halfway along the rest (R's convention).
    """
    low = np.flatnonzero(values <= level + HALF_TOLERANCE)
    if not low.size:
        return float("inf")
    first = low[0]
    if abs(values[first] - level) <= HALF_TOLERANCE:
        below = np.flatnonzero(values < level - HALF_TOLERANCE)
        if below.size:
            return float((times[first] + times[below[0]]) / 2)
    return float(times[first])


def median_follow_up(times: ArrayLike, events: ArrayLike) -> float:
    """Median follow-up by reverse Kaplan-Meier (Schemper and Smith 1996); inf when not reached."""
    return KaplanMeier.fit(times, 1 - np.asarray(events, dtype=float)).median()[0]
