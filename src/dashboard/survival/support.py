"""What a paper prints about how many patients support its curve, and the information that follows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.survival import censoring
from dashboard.survival.curve import Array, Curve
from dashboard.survival.information import Information, time_grid
from dashboard.survival.intervals import variance_at_median, variance_from_survival_ci
from dashboard.survival.route import Route


@dataclass(frozen=True)
class Support:
    """Checked figures on censoring and precision of one arm."""

    n: int
    at_risk: tuple[tuple[float, int], ...] = ()
    deaths: int | None = None
    follow_up: float | None = None
    survival_ci: tuple[tuple[float, float, float], ...] = ()
    median_ci: tuple[float, float] | None = None

    @property
    def route(self) -> Route:
        if self.survival_ci or self.median_ci:
            return Route.REPORTED_CI
        if len(self.at_risk) > 1:
            return Route.AT_RISK
        return Route.DEATHS_FOLLOW_UP if self.deaths is not None or self.follow_up is not None else Route.N_ONLY

    @property
    def assumptions(self) -> tuple[str, ...]:
        said = []
        if self.survival_ci or self.median_ci:
            said.append("The reported confidence interval sets how many patients the curve is worth.")
        if len(self.at_risk) > 1:
            said.append("Between reported numbers at risk, patients are taken as lost at a constant rate.")
        elif self.deaths is not None:
            said.append("Censoring is spread so that the reported number of deaths is expected.")
        elif self.follow_up is not None:
            said.append("Censoring times follow a Weibull distribution with the reported median follow-up.")
        else:
            said.append(
                "Follow-up is not stated: the last printed time is taken as the median follow-up "
                "(where survival falls to 0, everybody as followed to death)."
            )
        return tuple(said)

    def information(self, curve: Curve, knots: Array) -> Information:
        """Numbers at risk and Greenwood's variance along `curve`; `knots` are times the grid must hold.

        A rate is printed only where somebody is still followed: whatever the model of censoring says, one patient is at
        risk, or all who are alive where that is less than one.
        """
        grid = time_grid(knots)
        survival = curve.survival(grid)
        alive = self.n * survival
        followed = alive * self.not_censored(curve, grid, grid)
        base = Information.along(grid, survival, np.maximum(followed, np.minimum(alive, 1.0)))
        targets = self._variances(curve)
        return base.matched_to(targets) if targets else base

    def not_censored(self, curve: Curve, grid: Array, at: Array) -> Array:
        """Probability of not being censored before the times `at`, which may lie beyond the curve.

        `grid` are times from 0 to the horizon on which the model of censoring is fitted.
        """
        survival = curve.survival(grid)
        if len(self.at_risk) > 1:
            rows = list(self.at_risk)
            return censoring.by_numbers_at_risk(at, rows, curve.survival([t for t, _ in rows]), self.n)
        if self.deaths is not None:
            return censoring.by_deaths(grid, survival, self.n, self.deaths, self.follow_up, at)
        if self.follow_up is None and survival[-1] == 0:
            return np.ones(len(at))  # survival of 0 is known only when everybody was followed to death
        median = self.follow_up if self.follow_up is not None else float(grid[-1])
        return censoring.by_follow_up(grid, survival, self.n, median, at=at)

    def _variances(self, curve: Curve) -> list[tuple[float, float]]:
        found = [
            (t, variance_from_survival_ci(float(curve.survival(t)), low, high)) for t, low, high in self.survival_ci
        ]
        if self.median_ci and not found:
            found = [(t, variance_at_median(float(curve.survival(t)))) for t in self.median_ci if t <= curve.horizon]
        return [(t, v) for t, v in found if v is not None]


def clean_deaths(total_events: float | None, n: int, last_survival: float) -> tuple[int | None, list[str]]:
    """Check a number of deaths against n; none at all against a curve that falls is a warning.

    Raises
    ------
    ValueError
        Negative, fractional, or more deaths than patients.
    """
    if total_events is None:
        return None, []
    if not math.isfinite(total_events) or total_events != int(total_events) or not 0 <= total_events <= n:
        raise ValueError(f"total_events must be a whole number from 0 to n = {n}, but was {total_events!r}")
    if total_events == 0 and last_survival < 1:
        return None, [f"no deaths printed, but survival falls to {last_survival:.3g}: the deaths are not used"]
    return int(total_events), []


def clean_survival_ci(
    survival_ci: Iterable[Sequence[float]] | None, horizon: float
) -> tuple[tuple[float, float, float], ...]:
    """Check reported intervals of survival rates: (time_months, low, high) as proportions.

    Raises
    ------
    ValueError
        Limits outside 0..1 or in the wrong order, a time outside the curve.
    """
    rows = []
    for t, low, high in survival_ci or ():
        if not 0 <= low <= high <= 1:
            raise ValueError(f"a survival interval must be 0 <= low <= high <= 1, but was {low!r} to {high!r} at {t!r}")
        if not 0 < t <= horizon:
            raise ValueError(f"a survival interval must lie within the curve (0 to {horizon:g}), but was at {t!r}")
        rows.append((float(t), float(low), float(high)))
    return tuple(sorted(rows))


def clean_median_ci(median_ci: Sequence[float] | None) -> tuple[float, float] | None:
    """Check a reported interval of the median; an upper limit of inf means "not reached"."""
    if median_ci is None:
        return None
    low, high = (float(x) for x in median_ci)
    if not 0 < low <= high:
        raise ValueError(f"median_ci must be 0 < low <= high, but was {low!r} to {high!r}")
    return (low, high) if math.isfinite(high) else (low, np.inf)
