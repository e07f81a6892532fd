"""Asymmetry of the funnel: Egger's test and trim-and-fill, from ten studies on.

Both assume that small studies differ only by chance and by what got published. For survival rates the variance itself
depends on the rate, and small series differ in patients and era: asymmetry is a reason to look, not proof of bias.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from dashboard.synthesis import _model
from dashboard.synthesis._model import Array
from dashboard.synthesis._tails import t_quantile, two_sided_p
from dashboard.synthesis.pooling import Pooled, check_effects, pool

MIN_STUDIES = 10
ESTIMATORS = ("L0", "R0", "Q0")
_MAX_ROUNDS = 100


@dataclass(frozen=True)
class Egger:
    """Egger's regression of yi / sei on 1 / sei. `intercept` away from 0 is asymmetry; `slope` the limit estimate."""

    intercept: float
    intercept_se: float
    intercept_ci: tuple[float, float]
    statistic: float
    df: int
    p: float
    slope: float
    slope_se: float


def egger(yi: npt.ArrayLike, vi: npt.ArrayLike, *, min_studies: int = MIN_STUDIES, level: float = 0.95) -> Egger:
    """Egger's test for funnel asymmetry (Egger et al. 1997): ordinary least squares, t with k - 2 df.

    Raises ValueError below `min_studies` studies, where it has no power to speak of (Sterne et al. 2011).
    """
    y, v = _enough(yi, vi, min_studies, "Egger's test")
    sei = np.sqrt(v)
    x = np.column_stack([np.ones(len(y)), 1 / sei])
    fit = _model.fit(y / sei, np.ones(len(y)), x, 0.0)
    df = len(y) - 2
    intercept, slope = map(float, fit.beta)
    intercept_se, slope_se = np.sqrt(np.diag(fit.covariance) * fit.rss / df)
    reach = t_quantile(0.5 + level / 2, df) * intercept_se
    statistic = intercept / intercept_se
    interval = (float(intercept - reach), float(intercept + reach))
    p = two_sided_p(statistic, df)
    return Egger(intercept, float(intercept_se), interval, float(statistic), df, p, slope, float(slope_se))


@dataclass(frozen=True)
class TrimAndFill:
    """`k0` studies filled in on `side` ("left" or "right") with effects `filled_yi` and variances `filled_vi`.

    `adjusted` pools the studies with the filled ones.
    """

    k0: int
    se_k0: float
    side: str
    filled_yi: Array
    filled_vi: Array
    adjusted: Pooled


def trim_and_fill(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    *,
    estimator: str = "L0",
    side: str | None = None,
    method: str = "REML",
    test: str = "z",
    min_studies: int = MIN_STUDIES,
) -> TrimAndFill:
    """Trim-and-fill (Duval and Tweedie 2000), as metafor's `trimfill`.

    `side` is where studies are taken to be missing; None lets a regression of the effect on its standard error choose.
    The adjusted estimate is a sensitivity analysis, never the result.
    """
    if estimator not in ESTIMATORS:
        raise ValueError(f"estimator must be one of {', '.join(ESTIMATORS)}, but was {estimator!r}.")
    if side not in (None, "left", "right"):
        raise ValueError(f"side must be None, 'left' or 'right', but was {side!r}.")
    y, v = _enough(yi, vi, min_studies, "Trim-and-fill")
    k = len(y)
    if side is None:
        x = np.column_stack([np.ones(k), np.sqrt(v)])
        slope = _model.fit(y, v, x, _model.estimate_tau2(y, v, x, method)).beta[1]
        side = "right" if slope < 0 else "left"
    # Studies missing on the right: mirror, so that it is always the largest effects that are trimmed.
    mirror = -1.0 if side == "right" else 1.0
    order = np.argsort(mirror * y, kind="stable")
    sorted_y, sorted_v = mirror * y[order], v[order]
    k0, se_k0 = 0, 0.0
    for _ in range(_MAX_ROUNDS):
        kept_y, kept_v = sorted_y[: k - k0], sorted_v[: k - k0]
        centre = _model.fit(kept_y, kept_v, None, _model.estimate_tau2(kept_y, kept_v, None, method)).beta[0]
        centred = sorted_y - centre
        found, se_k0 = _missing(centred, estimator)
        settled = found == k0
        k0 = found
        if settled:
            break
    else:
        raise ArithmeticError("Trim-and-fill did not settle on a number of studies.")
    filled = mirror * (centre - centred[k - k0 :]) if k0 else np.empty(0)
    filled_v = sorted_v[k - k0 :] if k0 else np.empty(0)
    adjusted = pool(np.append(y, filled), np.append(v, filled_v), method=method, test=test)
    return TrimAndFill(k0, se_k0, side, filled, filled_v, adjusted)


def _missing(centred: Array, estimator: str) -> tuple[int, float]:
    """Number of missing studies and its standard error from the signed ranks (Duval and Tweedie 2000, section 3)."""
    k = len(centred)
    ranks = np.empty(k)
    ranks[np.argsort(np.abs(centred), kind="stable")] = np.arange(1, k + 1)
    signed = np.sign(centred) * ranks
    if estimator == "R0":
        below = -signed[signed < 0]
        k0 = (k - (below.max() if len(below) else 0.0)) - 1
        return max(0, round(k0)), sqrt(2 * max(0.0, k0) + 2)
    above = float(signed[signed > 0].sum())
    if estimator == "L0":
        k0 = (4 * above - k * (k + 1)) / (2 * k - 1)
    else:
        k0 = k - 0.5 - sqrt(max(0.0, 2 * k**2 - 4 * above + 0.25))
    variance = _rank_sum_variance(k, k0)
    if estimator == "L0":
        se = 4 * sqrt(max(0.0, variance)) / (2 * k - 1)
    else:
        se = 2 * sqrt(max(0.0, variance)) / sqrt(max(1e-300, (k - 0.5) ** 2 - k0 * (2 * k - k0 - 1)))
    return max(0, round(k0)), se


def _rank_sum_variance(k: int, k0: float) -> float:
    whole = k * (k + 1) * (2 * k + 1)
    return (whole + 10 * k0**3 + 27 * k0**2 + 17 * k0 - 18 * k * k0**2 - 18 * k * k0 + 6 * k**2 * k0) / 24


def _enough(yi: npt.ArrayLike, vi: npt.ArrayLike, least: int, what: str) -> tuple[Array, Array]:
    y, v = check_effects(yi, vi)
    if len(y) < max(least, 3):
        raise ValueError(f"{what} needs at least {max(least, 3)} studies, but there are {len(y)}.")
    return y, v
