"""Confidence intervals of derived numbers: value, standard error, limits and where they come from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dashboard.survival.curve import Array
from dashboard.survival.route import Route

Z95 = 1.959963984540054
FEW_DEATHS = (Z95 / 2) ** 2
"""With fewer expected deaths than this the log(-log) scale has no sensible limits (see `log_log_limits`)."""


@dataclass(frozen=True)
class Estimate:
    """A derived number with its 95% interval; NaN where it cannot be had, inf for "not reached"."""

    value: float
    se: float
    low: float
    high: float
    route: Route


def log_log_limits(survival: Array, var_log: Array, at_risk: Array) -> tuple[Array, Array]:
    """95% limits of survival on the log(-log) scale (Kalbfleisch and Prentice 1980).

    With d deaths among m patients the lower limit is about exp(-d / m * exp(z / sqrt(d))), which has its maximum at
    d = (z / 2)^2, just under one death. Before that it falls back to 0 though hardly anybody can have died, so there
    (and where everybody has died) exact binomial limits of the expected deaths stand in (Clopper and Pearson 1934).
    R's survfit has no limits there at all: its curve starts with the first death.

    Parameters
    ----------
    survival, var_log, at_risk : (k,) survival, variance of its logarithm, patients at risk
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        log_s = np.log(survival)
        spread = Z95 * np.sqrt(var_log) / np.abs(log_s)
        low, high = np.exp(log_s * np.exp(spread)), np.exp(log_s * np.exp(-spread))
        followed = np.maximum(at_risk / np.where(survival > 0, survival, 1.0), 1.0)
        deaths = followed * (1 - survival)
    exact = (deaths < FEW_DEATHS) | (survival <= 0)
    if np.any(exact):
        low[exact], high[exact] = _binomial_limits(deaths[exact], followed[exact])
    return low, high


def _binomial_limits(deaths: Array, n: Array) -> tuple[Array, Array]:
    """Exact 95% limits of survival for expected deaths (need not be whole) among n patients."""
    from scipy.special import betaincinv

    alive = np.maximum(n - deaths, 0.0)
    with np.errstate(invalid="ignore"):
        low = np.where(alive > 0, 1 - betaincinv(deaths + 1, np.where(alive > 0, alive, 1.0), 0.975), 0.0)
        high = np.where(deaths > 0, 1 - betaincinv(np.where(deaths > 0, deaths, 1.0), alive + 1, 0.025), 1.0)
    return low, high


def variance_from_survival_ci(survival: float, low: float, high: float) -> float | None:
    """Variance of log S that gives a reported interval, on the log(-log) scale; None when it cannot be told."""
    if not 0 < survival < 1:
        return None
    centre = math.log(-math.log(survival))
    lower = math.log(-math.log(low)) - centre if 0 < low < survival else None
    upper = centre - math.log(-math.log(high)) if survival < high < 1 else None
    widths = [w for w in (lower, upper) if w is not None]
    if not widths:
        return None
    return (sum(widths) / len(widths) / Z95 * math.log(survival)) ** 2


def variance_at_median(survival_at_limit: float) -> float | None:
    """Variance of log S at a reported limit of the median (Brookmeyer and Crowley 1982, log(-log) scale).

    A limit of the median is the time at which the confidence limit of survival passes one half.
    """
    if not 0 < survival_at_limit < 1 or survival_at_limit == 0.5:
        return None
    distance = math.log(-math.log(survival_at_limit)) - math.log(math.log(2))
    return (distance / Z95 * math.log(survival_at_limit)) ** 2
