"""Pool effects of several studies: one estimate, its interval, its heterogeneity and its prediction interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np
import numpy.typing as npt

from dashboard.synthesis import _model
from dashboard.synthesis._model import Array
from dashboard.synthesis._tails import chi2_quantile, chi2_tail, normal_quantile, t_quantile, two_sided_p

TESTS = ("z", "hksj", "hksj-adhoc")
PREDICTIONS = ("z", "t-k-1", "t-k-2")
_PREDICTION_FROM = 3


@dataclass(frozen=True)
class Pooled:
    """The pooled effect on the scale of `yi`.

    `i2` is in per cent; `weights` (k,) sum to 1; `df` is infinite under z. What cannot be estimated is nan: the
    prediction interval below three studies or under FE, `tau2_ci` under FE, heterogeneity of one study.
    """

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    pi_low: float
    pi_high: float
    tau2: float
    tau2_ci: tuple[float, float]
    i2: float
    h2: float
    q: float
    q_p: float
    k: int
    weights: Array
    method: str
    test: str
    statistic: float
    df: float
    p: float
    level: float
    prediction: str
    warnings: tuple[str, ...]

    @property
    def ci(self) -> tuple[float, float]:
        """Confidence interval of the mean effect."""
        return self.ci_low, self.ci_high

    @property
    def pi(self) -> tuple[float, float]:
        """Prediction interval of the effect in a further study of the same kind."""
        return self.pi_low, self.pi_high


def check_effects(yi: npt.ArrayLike, vi: npt.ArrayLike) -> tuple[Array, Array]:
    """Effects and variances as float arrays (k,), or a ValueError that says what is missing and what to do."""
    y = np.atleast_1d(np.asarray(yi, dtype=float))
    v = np.atleast_1d(np.asarray(vi, dtype=float))
    if y.ndim != 1 or y.shape != v.shape:
        raise ValueError(f"yi and vi must be vectors of one length, but were {y.shape} and {v.shape}.")
    if not len(y):
        raise ValueError("No study to pool: the question leaves none. Widen the filters or look at what was left out.")
    bad = ~np.isfinite(y) | ~np.isfinite(v)
    if bad.any():
        where = ", ".join(str(i) for i in np.flatnonzero(bad)[:5])
        raise ValueError(
            f"Effect or variance missing at position {where}: without a confidence interval or a number of patients "
            "a study has no weight. Leave it out and say so."
        )
    if (v <= 0).any():
        first = int(np.flatnonzero(v <= 0)[0])
        raise ValueError(
            f"Variances must be above 0, but position {first} has {v[first]:g}. A survival of 0 or 1 has no variance "
            "of its own: pass its number of patients to milestone_effect, which corrects it."
        )
    return y, v


def pool(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    *,
    method: str = "REML",
    test: str = "hksj-adhoc",
    level: float = 0.95,
    prediction: str | None = None,
) -> Pooled:
    """Pool effects under a fixed-effect or a random-effects model.

    Parameters
    ----------
    yi, vi : array-like of shape (k,)
        Effects and their sampling variances, on a scale where they are about normal (see `effects`).
    method : {"REML", "ML", "DL", "PM", "FE"}
        Estimator of the between-study variance tau2. REML is the default.
    test : {"hksj-adhoc", "hksj", "z"}
        "hksj": Knapp and Hartung 2003, equation 5, t with k - 1 degrees of freedom. "hksj-adhoc", the default, is the
        modified Knapp-Hartung test: the same, but its scale factor is never below 1, so that studies which agree by
        chance do not give an interval narrower than the studies justify (Roever, Knapp and Friede 2015). "z": normal.
    level : float
        Level of all intervals.
    prediction : {None, "z", "t-k-1", "t-k-2"}
        Quantile of the prediction interval estimate +- quantile * sqrt(tau2 + se**2). None follows the test: z under
        "z", t with k - 1 degrees of freedom otherwise (metafor's convention). "t-k-2" is that of Higgins, Thompson
        and Spiegelhalter 2009 and Riley, Higgins and Deeks 2011.

    Returns
    -------
    Pooled
        With k = 1 the study itself, with a normal interval; with k = 2 a pooled effect and a warning. The tau2
        interval is the Q-profile one (Viechtbauer 2007); I2 and H2 follow Higgins and Thompson 2002.

    Raises
    ------
    ValueError
        No study, a missing effect or variance, a variance of 0 or less, an unknown method, test or prediction.
    """
    if test not in TESTS:
        raise ValueError(f"test must be one of {', '.join(TESTS)}, but was {test!r}.")
    if prediction is not None and prediction not in PREDICTIONS:
        raise ValueError(f"prediction must be None or one of {', '.join(PREDICTIONS)}, but was {prediction!r}.")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, but was {level!r}.")
    y, v = check_effects(yi, vi)
    k = len(y)
    tau2 = _model.estimate_tau2(y, v, None, method)
    if k == 1:
        return _single(float(y[0]), float(v[0]), method, level)

    fit = _model.fit(y, v, None, tau2)
    estimate, se, df = mean_effect(fit, test)
    reach = t_quantile(0.5 + level / 2, df) * se
    convention = prediction or ("z" if test == "z" else "t-k-1")
    pi_low, pi_high = _prediction(estimate, se, tau2, k, method, convention, level)
    q = _model.fit(y, v, None, 0.0).rss
    i2, h2 = heterogeneity(q, k - 1, tau2, _model.typical_variance(y, v, None), method)
    return Pooled(
        estimate=estimate,
        se=se,
        ci_low=estimate - reach,
        ci_high=estimate + reach,
        pi_low=pi_low,
        pi_high=pi_high,
        tau2=tau2,
        tau2_ci=(nan, nan) if method == "FE" else q_profile(y, v, None, level),
        i2=i2,
        h2=h2,
        q=q,
        q_p=chi2_tail(q, k - 1),
        k=k,
        weights=fit.weights / fit.weights.sum(),
        method=method,
        test=test,
        statistic=estimate / se,
        df=df,
        p=two_sided_p(estimate / se, df),
        level=level,
        prediction=convention,
        warnings=(_TWO_STUDIES,) if k == 2 else (),
    )


_TWO_STUDIES = (
    "Only two studies: how far studies differ can hardly be estimated from two, and the interval is wide for it. "
    "Read the two studies themselves."
)
_ONE_STUDY = "Only one study: nothing is pooled; the figures are those of the study."


def _single(y: float, v: float, method: str, level: float) -> Pooled:
    se = sqrt(v)
    reach = normal_quantile(0.5 + level / 2) * se
    return Pooled(
        estimate=y,
        se=se,
        ci_low=y - reach,
        ci_high=y + reach,
        pi_low=nan,
        pi_high=nan,
        tau2=nan,
        tau2_ci=(nan, nan),
        i2=nan,
        h2=nan,
        q=0.0,
        q_p=nan,
        k=1,
        weights=np.ones(1),
        method=method,
        test="z",
        statistic=y / se,
        df=inf,
        p=two_sided_p(y / se, inf),
        level=level,
        prediction="z",
        warnings=(_ONE_STUDY,),
    )


def mean_effect(fit: _model.Fit, test: str) -> tuple[float, float, float]:
    """Mean effect of two or more studies, its standard error and degrees of freedom under a test."""
    k = len(fit.weights)
    se = sqrt(fit.covariance[0, 0] * scale_factor(fit.rss, k - 1, test))
    return float(fit.beta[0]), se, inf if test == "z" else k - 1.0


def scale_factor(rss: float, df: int, test: str) -> float:
    """Factor on the variance of the estimate: 1 under z, q = RSS / df under Knapp-Hartung, max(1, q) if modified."""
    if test == "z":
        return 1.0
    q = rss / df
    return max(q, 1.0) if test == "hksj-adhoc" else q


def heterogeneity(q: float, df: int, tau2: float, typical: float, method: str) -> tuple[float, float]:
    """I2 (per cent) and H2: from tau2 against the typical within-study variance; from Q under FE."""
    if method == "FE":
        h2 = q / df
        return max(0.0, 100.0 * (1.0 - 1.0 / h2)) if h2 > 0 else 0.0, h2
    return 100.0 * tau2 / (tau2 + typical), tau2 / typical + 1.0


def q_profile(y: Array, v: Array, x: _model.Design, level: float = 0.95) -> tuple[float, float]:
    """Q-profile interval of tau2 (Viechtbauer 2007): where Q(tau2) meets the quantiles of chi2 with k - p df.

    Both ends are 0 when even tau2 = 0 gives a Q below the lower quantile: the studies agree better than chance.
    """
    df = len(y) - _model.coefficients(x)
    tail = (1 - level) / 2
    low = _model.solve_q(y, v, x, chi2_quantile(1 - tail, df))
    return low, _model.solve_q(y, v, x, chi2_quantile(tail, df))


def _prediction(
    estimate: float, se: float, tau2: float, k: int, method: str, convention: str, level: float
) -> tuple[float, float]:
    if method == "FE" or k < _PREDICTION_FROM:
        return nan, nan
    df = {"z": inf, "t-k-1": k - 1.0, "t-k-2": k - 2.0}[convention]
    reach = t_quantile(0.5 + level / 2, df) * sqrt(tau2 + se**2)
    return estimate - reach, estimate + reach
