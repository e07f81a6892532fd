"""How many patients stand behind each point of a derived curve, and the variance that follows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dashboard.survival.curve import Array, Curve
from dashboard.survival.estimate import KaplanMeier

GRID = 160
"""Intervals of the time grid on which Greenwood's sum is integrated."""


@dataclass(frozen=True, eq=False)
class Information:
    """Expected numbers at risk and Greenwood's variance along a curve.

    Parameters
    ----------
    grid : (m,) times from 0 to the horizon
    survival : (m,) the curve on the grid
    at_risk : (m,) expected number at risk, n * S(t) * P(not censored before t)
    var_log : (m,) variance of log S(t); Greenwood 1926: the integral of hazard / at risk
    """

    grid: Array
    survival: Array
    at_risk: Array
    var_log: Array

    @classmethod
    def along(cls, grid: Array, survival: Array, at_risk: Array) -> Information:
        """Integrate Greenwood's sum over the grid; 1/at_risk is taken at its mean over each cell."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            hazard = -np.diff(np.log(survival))
            inverse = (1 / at_risk[:-1] + 1 / at_risk[1:]) / 2
            cell = np.where(hazard > 0, hazard * inverse, 0.0)
        return cls(grid, survival, at_risk, np.concatenate([[0.0], np.cumsum(cell)]))

    def variance_of_log(self, times: ArrayLike) -> Array:
        return np.interp(np.asarray(times, dtype=float), self.grid, self.var_log)

    def patients_at(self, times: ArrayLike) -> Array:
        """Patients at risk at each time."""
        return np.interp(np.asarray(times, dtype=float), self.grid, self.at_risk)

    def matched_to(self, targets: list[tuple[float, float]]) -> Information:
        """Scale the patients at risk so that the variance of log S equals reported values.

        Parameters
        ----------
        targets : (time, variance of log S) pairs. Between them the growth of the variance is scaled; a target that
            is below the one before it is skipped; after the last one its scale goes on.
        """
        scale = np.ones(len(self.grid) - 1)
        from_time, from_own, from_wanted = 0.0, 0.0, 0.0
        cells = self.grid[1:]
        factor = 1.0
        for time, wanted in sorted(targets):
            own = float(self.variance_of_log(time))
            if wanted <= from_wanted or own <= from_own:
                continue
            factor = (wanted - from_wanted) / (own - from_own)
            scale[(cells > from_time) & (cells <= time)] = factor
            from_time, from_own, from_wanted = time, own, wanted
        scale[cells > from_time] = factor
        with np.errstate(invalid="ignore"):  # where everybody has died the variance of log S is infinite
            growth = np.diff(self.var_log) * scale
        at_risk = self.at_risk / np.append(scale[:1], scale)
        return Information(self.grid, self.survival, at_risk, np.concatenate([[0.0], np.cumsum(growth)]))

    def rmst_variance(self, curve: Curve, tau: float) -> float:
        """Variance of the area up to tau: the integral of (area from u to tau)^2 dVar(log S(u))."""
        grid = np.append(self.grid[self.grid < tau], tau)
        survival = np.nan_to_num(curve.survival(grid))
        cells = np.diff(grid) * (survival[:-1] + survival[1:]) / 2
        rest = np.append(np.cumsum(cells[::-1])[::-1], 0.0)
        middle = (rest[:-1] + rest[1:]) / 2
        with np.errstate(invalid="ignore"):  # where everybody has died the variance of log S is infinite
            growth = np.diff(np.interp(grid, self.grid, self.var_log))
        return float(np.sum(np.where(middle > 0, middle**2 * np.nan_to_num(growth, posinf=0.0), 0.0)))


@dataclass(frozen=True, eq=False)
class StepInformation(Information):
    """The same behind the step curve of known patients: `grid` are 0 and the times at which any of them leaves."""

    @classmethod
    def of(cls, fit: KaplanMeier) -> StepInformation:
        """From 0, when all are at risk, through every time at which somebody dies or is censored."""
        return cls(
            np.append(0.0, fit.times),
            np.append(1.0, fit.survival),
            np.append(float(fit.n), fit.at_risk),
            np.append(0.0, fit.var_log),
        )

    def variance_of_log(self, times: ArrayLike) -> Array:
        """Greenwood's sum over the deaths up to each time."""
        return self.var_log[np.searchsorted(self.grid, np.asarray(times, dtype=float), side="right") - 1]

    def patients_at(self, times: ArrayLike) -> Array:
        """Patients still at risk just before each time."""
        at = np.searchsorted(self.grid, np.asarray(times, dtype=float), side="left")
        return np.append(self.at_risk, 0.0)[at]

    def rmst_variance(self, curve: Curve, tau: float) -> float:
        """Klein and Moeschberger 2003, equation 4.5.2: over the deaths, (area from there to tau)^2 dVar(log S)."""
        inside = self.grid < tau
        cells = np.diff(np.append(self.grid[inside], tau)) * self.survival[inside]
        rest = np.cumsum(cells[::-1])[::-1][1:]
        growth = np.diff(self.var_log[inside])
        return float(np.sum(rest[rest > 0] ** 2 * growth[rest > 0]))


def time_grid(curve_times: Array) -> Array:
    """Times from 0 to the horizon that hold every knot and are about evenly spaced between them."""
    widths = np.diff(curve_times)
    cells = np.maximum(2, np.ceil(GRID * widths / curve_times[-1])).astype(int)
    parts = [t0 + w * np.arange(c) / c for t0, w, c in zip(curve_times, widths, cells, strict=False)]
    return np.append(np.concatenate(parts), curve_times[-1])
