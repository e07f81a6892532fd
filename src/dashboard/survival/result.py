"""The result of a reconstruction: curve, patients, intervals, and what to say about them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from dashboard.survival.curve import Array, ConstantHazardCurve, Curve, StepCurve
from dashboard.survival.estimate import crossing
from dashboard.survival.information import Information
from dashboard.survival.intervals import Z95, Estimate, log_log_limits
from dashboard.survival.pseudo import pseudo_patients
from dashboard.survival.route import Route
from dashboard.survival.shape import shape_sd_of_log, shape_variance_of_area
from dashboard.survival.support import Support

CELLS_WITHIN = 33
"""Points into which a cell of the grid is cut to find where a limit passes one half."""


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """A derived survival curve. Times are months, survival a proportion; nothing is said beyond the horizon.

    Attributes
    ----------
    function : the curve itself
    printed : (k, 2) printed points the curve goes through, after reconciliation (time 0 excluded)
    n : number of patients; None when not stated
    median_months : the printed median where it fits, else read off the curve; inf when not within the horizon
    median_source : "reported", "derived", "not reached" (printed so) or "beyond the curve"
    warnings : contradictions and how each was settled, naming the figures
    assumptions : what was assumed, in sentences
    route : where the uncertainty comes from
    """

    function: Curve
    printed: Array
    n: int | None
    median_months: float
    median_source: str
    warnings: tuple[str, ...]
    assumptions: tuple[str, ...]
    route: Route
    support: Support | None
    given_patients: pd.DataFrame | None = None
    given_information: Information | None = None

    def with_warnings(self, warnings: Sequence[str]) -> Reconstruction:
        """The same result with more to say, before what it said already."""
        return replace(self, warnings=(*warnings, *self.warnings))

    @property
    def horizon_months(self) -> float:
        """The last printed time."""
        return self.function.horizon

    def curve(self, times: ArrayLike) -> Array:
        """Survival at each of `times`; NaN beyond the horizon and before 0."""
        return np.atleast_1d(self.function.survival(times))

    def survival(self, time: ArrayLike) -> float | Array:
        """Survival at one time (a float) or several (an array); NaN beyond the horizon."""
        value = self.function.survival(time)
        return float(value) if value.ndim == 0 else value

    def rmst(self, tau: float) -> float:
        """Restricted mean survival to `tau` months. Raises ValueError beyond the horizon."""
        if not 0 < tau <= self.horizon_months:
            raise ValueError(
                f"tau must be above 0 and within the horizon {self.horizon_months:g} months, but was {tau!r}"
            )
        return self.function.area(tau)

    @cached_property
    def information(self) -> Information | None:
        """Expected numbers at risk and variance along the curve; None without n."""
        if self.given_information is not None or self.support is None:
            return self.given_information
        extra = [t for t, *_ in self.support.survival_ci]
        knots = np.unique(np.concatenate([[0.0], self.printed[:, 0], extra]))
        return self.support.information(self.function, knots)

    @cached_property
    def patients(self) -> pd.DataFrame:
        """n pseudo-patients (time_months, event) whose Kaplan-Meier curve follows this one."""
        if self.given_patients is not None:
            return self.given_patients
        if self.n is None or self.information is None or not isinstance(self.function, ConstantHazardCurve):
            raise ValueError("pseudo-patients need the number of patients, which is not stated")
        return pseudo_patients(self.function, self.information, self.n)

    def survival_interval(self, times: ArrayLike) -> pd.DataFrame:
        """Survival with 95% limits: columns time_months, survival, se, low, high. Without n the limits are NaN."""
        t = np.atleast_1d(np.asarray(times, dtype=float))
        s = self.curve(t)
        if self.information is None:
            nothing = np.full(len(t), np.nan)
            return pd.DataFrame({"time_months": t, "survival": s, "se": nothing, "low": nothing, "high": nothing})
        info = self.information
        variance = info.variance_of_log(t) + self._shape_sd(t, s) ** 2
        low, high = log_log_limits(s, variance, info.patients_at(t))
        known = ~np.isnan(s)
        se = np.zeros(len(t))  # where everybody has died the variance of log S is infinite, that of S is 0
        np.multiply(s, np.sqrt(variance), out=se, where=s > 0)
        columns = {"se": se, "low": low, "high": high}
        return pd.DataFrame(
            {
                "time_months": t,
                "survival": s,
                **{k: np.where(known, np.nan_to_num(v), np.nan) for k, v in columns.items()},
            }
        )

    def _shape_sd(self, times: Array, survival: Array) -> Array:
        if not isinstance(self.function, ConstantHazardCurve):
            return np.zeros(len(times))
        return shape_sd_of_log(self.printed, times, survival)

    def rmst_interval(self, tau: float) -> Estimate:
        """Restricted mean to `tau` with its standard error and 95% interval."""
        value = self.rmst(tau)
        if self.information is None:
            return Estimate(value, math.nan, math.nan, math.nan, self.route)
        variance = self.information.rmst_variance(self.function, tau)
        if isinstance(self.function, ConstantHazardCurve):
            grid = np.append(self.information.grid[self.information.grid < tau], tau)
            variance += shape_variance_of_area(self.printed, grid, self.curve(grid))
        se = math.sqrt(variance)
        return Estimate(value, se, max(0.0, value - Z95 * se), min(tau, value + Z95 * se), self.route)

    def median_interval(self) -> Estimate:
        """Median with 95% limits, the times at which the limits of survival pass one half (log-log scale).

        A printed interval is returned as printed. A limit that the curve does not reach is inf.
        """
        if self.support is not None and self.support.median_ci is not None and self.median_source == "reported":
            return Estimate(self.median_months, math.nan, *self.support.median_ci, Route.REPORTED_CI)
        if self.information is None:
            return Estimate(self.median_months, math.nan, math.nan, math.nan, self.route)
        if isinstance(self.function, StepCurve):
            grid = self.information.grid
            band = self.survival_interval(grid)
            low, high = (crossing(grid, band[side].to_numpy()) for side in ("low", "high"))
        else:
            low, high = (self._first_below_half(side) for side in ("low", "high"))
        return Estimate(self.median_months, math.nan, low, high, self.route)

    def _first_below_half(self, side: str) -> float:
        """Time at which a confidence limit first passes one half; inf when it does not."""
        assert self.information is not None
        within = self.median_months <= self.horizon_months
        grid = np.union1d(self.information.grid, [self.median_months] if within else [])
        for _ in range(3):  # over the whole curve, then inside the cell found, then inside that
            limit = self.survival_interval(grid)[side].to_numpy()
            below = np.flatnonzero(limit <= 0.5)
            if not below.size:
                return math.inf
            first = max(int(below[0]), 1)
            grid = np.linspace(grid[first - 1], grid[first], CELLS_WITHIN)
        return float(grid[0] if side == "low" else grid[-1])
