"""Confidence intervals of derived numbers: value, standard error, limits and where they come from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dashboard.survival.curve import Array
from dashboard.survival.route import Route

Z95 = 1.959963984540054


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

    Where nobody or everybody has died the scale has no value: exact binomial limits of the patients at risk stand in.

    Parameters
    ----------
    survival, var_log, at_risk : (k,) survival, variance of its logarithm, patients at risk
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        log_s = np.log(survival)
        spread = Z95 * np.sqrt(var_log) / np.abs(log_s)
        low, high = np.exp(log_s * np.exp(spread)), np.exp(log_s * np.exp(-spread))
        edge = np.power(0.025, 1 / np.maximum(at_risk, 1))
    low = np.where(survival >= 1, edge, np.where(survival <= 0, 0.0, low))
    high = np.where(survival >= 1, 1.0, np.where(survival <= 0, 1 - edge, high))
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
