"""Log-rank test for k groups, stratified if asked for (Mantel 1966; R's survdiff)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.survival.curve import Array


@dataclass(frozen=True, eq=False)
class LogRank:
    """chi2 with df degrees of freedom; observed and expected deaths in the order of the groups."""

    chi2: float
    df: int
    p: float
    observed: Array
    expected: Array


def logrank(
    times: Array, events: Array, group: NDArray[np.intp], k: int, strata: NDArray[np.intp] | None = None
) -> LogRank:
    """Test k groups coded 0..k-1. Groups that expect no death carry no degree of freedom.

    Without any death chi2 is 0, df 0 and p NaN.
    """
    from scipy.special import chdtrc

    observed, expected, variance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for members in _strata(strata, len(times)):
        o, e, v = _one_stratum(times[members], events[members], group[members], k)
        observed, expected, variance = observed + o, expected + e, variance + v
    used = np.flatnonzero(expected > 0)
    df = max(len(used) - 1, 0)
    if not df:
        return LogRank(0.0, 0, float("nan"), observed, expected)
    some = used[1:]
    difference = (observed - expected)[some]
    chi2 = float(difference @ np.linalg.pinv(variance[np.ix_(some, some)]) @ difference)
    return LogRank(chi2, df, float(chdtrc(df, chi2)), observed, expected)


def _strata(strata: NDArray[np.intp] | None, n: int) -> list[NDArray[np.intp]]:
    if strata is None:
        return [np.arange(n)]
    return [np.flatnonzero(strata == s) for s in np.unique(strata)]


def _one_stratum(times: Array, events: Array, group: NDArray[np.intp], k: int) -> tuple[Array, Array, Array]:
    distinct, place = np.unique(times, return_inverse=True)
    shape = (len(distinct), k)
    leaving = np.bincount(place * k + group, minlength=shape[0] * k).reshape(shape)
    deaths = np.bincount(place * k + group, weights=events, minlength=shape[0] * k).reshape(shape)
    at_risk = np.cumsum(leaving[::-1], axis=0)[::-1]
    total_deaths, total = deaths.sum(axis=1), at_risk.sum(axis=1)
    here = total_deaths > 0
    deaths, at_risk, total_deaths, total = deaths[here], at_risk[here], total_deaths[here], total[here]
    share = at_risk / total[:, None]
    spread = np.where(total > 1, total_deaths * (total - total_deaths) / np.maximum(total - 1, 1), 0.0)
    variance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return deaths.sum(axis=0), total_deaths @ share, variance
