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

ROUNDED = 0.01
"""A rate may lie outside its printed interval by this much: both are printed to a per cent."""
MORE_DEATHS = 1.2
"""A curve that takes more than this multiple of the printed deaths, and two more, contradicts them."""


@dataclass(frozen=True)
class Support:
    """Checked figures on censoring and precision of one arm."""

    n: int
    at_risk: tuple[tuple[float, int], ...] = ()
    deaths: int | None = None
    follow_up: float | None = None
    survival_ci: tuple[tuple[float, float, float], ...] = ()
    median_ci: tuple[float, float] | None = None

    def route(self, curve: Curve) -> Route:
        """Best of what is printed; an interval that sets no variance of this curve does not count."""
        if self._variances(curve):
            return Route.REPORTED_CI
        if len(self.at_risk) > 1:
            return Route.AT_RISK
        return Route.DEATHS_FOLLOW_UP if self.deaths is not None or self.follow_up is not None else Route.N_ONLY

    def assumptions(self, curve: Curve) -> tuple[str, ...]:
        """What is assumed about patients, in sentences."""
        said = []
        if self._variances(curve):
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

    def contradictions(self, curve: Curve, knots: Array) -> list[str]:
        """Fewer deaths printed than the curve takes: a warning that names both."""
        if self.deaths is None:
            return []
        along = self.information(curve, knots)
        fall = -np.diff(np.log(np.maximum(along.survival, 0.5 / self.n)))
        taken = float(np.sum(fall * (along.at_risk[:-1] + along.at_risk[1:]) / 2))
        if taken <= MORE_DEATHS * self.deaths + 2:
            return []
        return [
            f"{self.deaths} deaths printed, but a fall to {float(along.survival[-1]):.3g} at {curve.horizon:g} months "
            f"takes about {taken:.0f} among {self.n}: the curve is kept"
        ]


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
    survival_ci: Iterable[Sequence[float]] | None, curve: Curve
) -> tuple[tuple[tuple[float, float, float], ...], list[str]]:
    """Check reported intervals of survival rates: (time_months, low, high) as proportions.

    One that does not hold the curve is left out with a warning.

    Raises
    ------
    ValueError
        Limits outside 0..1 or in the wrong order, a time outside the curve.
    """
    rows, warnings = [], []
    horizon = curve.horizon
    for t, low, high in survival_ci or ():
        if not 0 <= low <= high <= 1:
            raise ValueError(f"a survival interval must be 0 <= low <= high <= 1, but was {low!r} to {high!r} at {t!r}")
        if not 0 < t <= horizon:
            raise ValueError(f"a survival interval must lie within the curve (0 to {horizon:g}), but was at {t!r}")
        survival = float(curve.survival(t))
        if low - ROUNDED <= survival <= high + ROUNDED:
            rows.append((float(t), float(low), float(high)))
        else:
            warnings.append(
                f"the interval printed at {t:g} months, {low:g} to {high:g}, does not hold survival of "
                f"{survival:.3g}: it is not used"
            )
    return tuple(sorted(rows)), warnings


def clean_median_ci(median_ci: Sequence[float] | None, median: float) -> tuple[tuple[float, float] | None, list[str]]:
    """Check a reported interval of the median; an upper limit of inf means "not reached".

    One that does not hold `median` is left out with a warning.
    """
    if median_ci is None:
        return None, []
    low, high = (float(x) for x in median_ci)
    if not 0 < low <= high:
        raise ValueError(f"median_ci must be 0 < low <= high, but was {low!r} to {high!r}")
    if not low <= median <= high:
        said = "not reached" if math.isinf(median) else f"{median:.3g}"
        return None, [
            f"the interval printed for the median, {low:g} to {high:g} months, does not hold {said}: it is not used"
        ]
    return (low, high), []
