"""Hazard ratios from other printed figures, and between two derived curves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dashboard.survival.cox import LARGEST
from dashboard.survival.curve import Array
from dashboard.survival.intervals import Z95
from dashboard.survival.result import Reconstruction
from dashboard.survival.route import Route, weaker


@dataclass(frozen=True)
class HazardRatio:
    """A derived hazard ratio (comparator against reference) with its variance on the log scale and how it was had."""

    log_hr: float
    variance: float
    method: str
    route: Route

    @property
    def hr(self) -> float:
        return math.exp(self.log_hr)

    @property
    def se(self) -> float:
        return math.sqrt(self.variance)

    @property
    def ci(self) -> tuple[float, float]:
        """95% interval."""
        return math.exp(self.log_hr - Z95 * self.se), math.exp(self.log_hr + Z95 * self.se)


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name} must be above 0, but was {value!r}")


def _proportion(**values: float) -> None:
    for name, value in values.items():
        if not 0 < value < 1:
            raise ValueError(f"{name} must lie between 0 and 1, but was {value!r}")


def hr_from_p(
    p_value: float,
    deaths: float,
    *,
    favours_comparator: bool,
    n_reference: float = 1.0,
    n_comparator: float = 1.0,
) -> HazardRatio:
    """From a two-sided log-rank p and all deaths of both arms (Parmar 1998; Tierney 2007).

    The variance of O - E is deaths * n1 * n2 / (n1 + n2)^2, a quarter of the deaths at equal arms. The direction is not
    in the p-value and must be given.
    """
    from scipy.special import ndtri

    _proportion(p_value=p_value)
    _positive(deaths=deaths, n_reference=n_reference, n_comparator=n_comparator)
    v = deaths * n_reference * n_comparator / (n_reference + n_comparator) ** 2
    z = -float(ndtri(p_value / 2))
    sign = -1 if favours_comparator else 1
    return HazardRatio(sign * z / math.sqrt(v), 1 / v, "log-rank p and deaths", Route.DEATHS_FOLLOW_UP)


def hr_from_medians(
    median_reference: float, median_comparator: float, deaths_reference: float, deaths_comparator: float
) -> HazardRatio:
    """From two medians under constant hazards (Parmar 1998): ratio of medians, variance 1/d1 + 1/d2."""
    _positive(
        median_reference=median_reference,
        median_comparator=median_comparator,
        deaths_reference=deaths_reference,
        deaths_comparator=deaths_comparator,
    )
    variance = 1 / deaths_reference + 1 / deaths_comparator
    return HazardRatio(math.log(median_reference / median_comparator), variance, "two medians", Route.DEATHS_FOLLOW_UP)


def hr_from_survival_rates(
    survival_reference: float, survival_comparator: float, n_reference: float, n_comparator: float
) -> HazardRatio:
    """From survival at one time under proportional hazards: log S2 / log S1.

    The variance is that of log(-log S) for binomial rates of n patients: (1 - S) / (n S log(S)^2), summed.
    Give effective numbers (patients followed to that time) where known: with censoring the enrolled number is too many.
    """
    _proportion(survival_reference=survival_reference, survival_comparator=survival_comparator)
    _positive(n_reference=n_reference, n_comparator=n_comparator)
    log_hr = math.log(math.log(survival_comparator) / math.log(survival_reference))
    variance = sum(
        (1 - s) / (n * s * math.log(s) ** 2)
        for s, n in ((survival_reference, n_reference), (survival_comparator, n_comparator))
    )
    return HazardRatio(log_hr, variance, "survival rates at one time", Route.N_ONLY)


def hr_from_ci(hr: float, low: float, high: float) -> HazardRatio:
    """A printed ratio with its 95% interval; the variance from the width on the log scale (Tierney 2007, method 1)."""
    _positive(hr=hr, low=low, high=high)
    if not low <= hr <= high:
        raise ValueError(f"a hazard ratio must lie in its interval, but was {hr!r} with {low!r} to {high!r}")
    variance = (math.log(high / low) / (2 * Z95)) ** 2
    return HazardRatio(math.log(hr), variance, "printed interval", Route.REPORTED_CI)


def hr_between(reference: Reconstruction, comparator: Reconstruction, tau: float | None = None) -> HazardRatio:
    """Cox hazard ratio between two derived curves up to `tau` (default: the shorter horizon).

    Solves Cox's score equation with expected deaths and expected numbers at risk on a fine grid instead of whole
    pseudo-patients, so nothing is lost to rounding. NaN where an arm has no deaths.

    Raises
    ------
    ValueError
        An arm without n, or tau beyond a horizon.
    """
    if reference.information is None or comparator.information is None:
        raise ValueError("a hazard ratio needs the number of patients of both arms")
    shorter = min(reference.horizon_months, comparator.horizon_months)
    end = shorter if tau is None else tau
    if not 0 < end <= shorter:
        raise ValueError(f"tau must be above 0 and within both horizons ({shorter:g} months), but was {tau!r}")
    grid = np.union1d(reference.information.grid, comparator.information.grid)
    grid = np.append(grid[grid < end], end)
    (deaths0, risk0), (deaths1, risk1) = (expected(r, grid) for r in (reference, comparator))
    log_hr, information = score_equation(deaths0, risk0, deaths1, risk1)
    route = weaker(reference.route, comparator.route)
    if not math.isfinite(log_hr):
        return HazardRatio(math.nan, math.nan, "derived curves", route)
    return HazardRatio(log_hr, 1 / information, "derived curves", route)


def expected(arm: Reconstruction, grid: Array) -> tuple[Array, Array]:
    """Expected deaths and mean number at risk in each cell of the grid."""
    assert arm.information is not None
    s = arm.curve(grid)
    at_risk = arm.information.patients_at(grid)
    middle = (at_risk[:-1] + at_risk[1:]) / 2
    hazard = np.full(len(middle), np.inf)
    np.log(s[:-1] / np.where(s[1:] > 0, s[1:], np.nan), out=hazard, where=s[1:] > 0)
    return np.where(np.isfinite(hazard), hazard * middle, middle), middle


def score_equation(deaths0: Array, risk0: Array, deaths1: Array, risk1: Array) -> tuple[float, float]:
    """Newton's method for the log hazard ratio; NaN when either arm expects no deaths or the ratio runs away."""
    if deaths0.sum() <= 0 or deaths1.sum() <= 0:
        return math.nan, math.nan
    deaths, beta, information = deaths0 + deaths1, 0.0, math.nan
    for _ in range(50):
        weighted = risk1 * math.exp(beta)
        share = weighted / np.maximum(weighted + risk0, 1e-300)
        information = float(np.sum(deaths * share * (1 - share)))
        if information <= 0:  # nobody of one arm is at risk when the other's patients die
            return math.nan, math.nan
        step = float(deaths1.sum() - np.sum(deaths * share)) / information
        beta += max(-1.0, min(1.0, step))
        if abs(step) < 1e-12:
            break
    return (beta, information) if abs(beta) < LARGEST else (math.nan, math.nan)


def e_value(
    hr: float, low: float | None = None, high: float | None = None, *, rare: bool = False
) -> tuple[float, float]:
    """E-value of a hazard ratio and of its confidence limit nearest to 1 (VanderWeele and Ding 2017).

    For outcomes that are not rare (above 15% by the end of follow-up) the ratio is first turned into an approximate
    risk ratio, (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)). The second value is 1 when the interval holds 1, NaN without
    an interval.
    """
    _positive(hr=hr)
    point = _e(_risk_ratio(hr, rare))
    if low is None or high is None:
        return point, math.nan
    _positive(low=low, high=high)
    if not low <= hr <= high:
        raise ValueError(f"a hazard ratio must lie in its interval, but was {hr!r} with {low!r} to {high!r}")
    if low <= 1 <= high:
        return point, 1.0
    return point, _e(_risk_ratio(low if hr > 1 else high, rare))


def _risk_ratio(hr: float, rare: bool) -> float:
    return hr if rare else (1 - 0.5 ** math.sqrt(hr)) / (1 - 0.5 ** math.sqrt(1 / hr))


def _e(risk_ratio: float) -> float:
    ratio = risk_ratio if risk_ratio >= 1 else 1 / risk_ratio
    return ratio + math.sqrt(ratio * (ratio - 1))
