"""Meta-regression: how the effect changes with the era, the size of the arm, follow-up, design or site."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.synthesis import _model
from dashboard.synthesis._model import Array
from dashboard.synthesis._tails import chi2_tail, f_tail, t_quantile, two_sided_p
from dashboard.synthesis.pooling import TESTS, check_effects, heterogeneity, q_profile, scale_factor

INTERCEPT = "intercept"


@dataclass(frozen=True)
class Regression:
    """A fitted meta-regression.

    `coefficients` has one row a term: term, estimate, se, statistic, p, ci_low, ci_high. `tau2`, `i2` (per cent), `h2`
    and `qe` are residual; `r2` (per cent) is the share of tau2 that the terms explain (of the weighted variance under
    FE), nan when there was none; `qm` tests all terms but the intercept: F with `qm_df` under Knapp-Hartung, else
    chi2 with (m, inf).
    """

    coefficients: pd.DataFrame
    covariance: Array
    tau2: float
    tau2_ci: tuple[float, float]
    i2: float
    h2: float
    r2: float
    qe: float
    qe_p: float
    qm: float
    qm_df: tuple[int, float]
    qm_p: float
    k: int
    df: float
    method: str
    test: str
    level: float

    def predict(self, x: npt.ArrayLike) -> pd.DataFrame:
        """Mean effect and its intervals at rows of covariates.

        `x` is (rows,) or (rows, m) with the terms in the order of `coefficients`, without the intercept. Returns
        estimate, ci_low, ci_high and, for a new study, pi_low, pi_high.
        """
        rows = np.asarray(x, dtype=float)
        rows = rows[:, None] if rows.ndim == 1 else rows
        m = len(self.coefficients) - 1
        if rows.ndim != 2 or rows.shape[1] != m:
            raise ValueError(f"x must have one column a term ({m}), but its shape was {rows.shape}.")
        design = np.column_stack([np.ones(len(rows)), rows])
        estimate = design @ self.coefficients["estimate"].to_numpy()
        variance = np.einsum("ij,jk,ik->i", design, self.covariance, design)
        quantile = t_quantile(0.5 + self.level / 2, self.df)
        mean, new = quantile * np.sqrt(variance), quantile * np.sqrt(variance + self.tau2)
        return pd.DataFrame(
            {
                "estimate": estimate,
                "ci_low": estimate - mean,
                "ci_high": estimate + mean,
                "pi_low": estimate - new,
                "pi_high": estimate + new,
            }
        )


def design_matrix(x: npt.ArrayLike | pd.DataFrame | pd.Series) -> tuple[Array, list[str]]:
    """Covariates (k,) or (k, m) with a leading intercept, and the names of all terms.

    A frame may hold categorical columns: each becomes indicators of its levels but the first in sorted order. A column
    of ones that is already there is taken as the intercept.
    """
    if isinstance(x, pd.Series):
        x = x.to_frame()
    frame = x if isinstance(x, pd.DataFrame) else pd.DataFrame(np.asarray(x))
    columns: dict[str, Array] = {}
    for name in frame.columns:
        column = frame[name]
        if column.isna().any():
            missing = int(column.isna().sum())
            raise ValueError(f"{name} is missing in {missing} of {len(column)} studies: leave those out and say so.")
        if pd.api.types.is_numeric_dtype(column):
            values = column.to_numpy(dtype=float)
            if not np.all(values == 1.0):
                columns[str(name)] = values
        else:
            for level in sorted(column.astype(str).unique())[1:]:
                columns[f"{name}: {level}"] = (column.astype(str) == level).to_numpy(dtype=float)
    return np.column_stack([np.ones(len(frame)), *columns.values()]), [INTERCEPT, *columns]


def meta_regression(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    X: npt.ArrayLike | pd.DataFrame | pd.Series,
    *,
    method: str = "REML",
    test: str = "hksj",
    level: float = 0.95,
) -> Regression:
    """Mixed-effects meta-regression with Knapp-Hartung intervals.

    Parameters
    ----------
    yi, vi : array-like of shape (k,)
        Effects and sampling variances.
    X : array-like of shape (k,) or (k, m), or DataFrame
        Covariates without the intercept, which is added; see `design_matrix` for categories.
    method : {"REML", "ML", "DL", "PM", "FE"}
    test : {"hksj", "hksj-adhoc", "z"}
        Knapp and Hartung 2003 by default, t with k - p degrees of freedom; the other two as in `pool`.

    Returns
    -------
    Regression

    Raises
    ------
    ValueError
        Bad effects, missing covariates, fewer studies than coefficients plus one, or terms that cannot be told apart.
    """
    if test not in TESTS:
        raise ValueError(f"test must be one of {', '.join(TESTS)}, but was {test!r}.")
    y, v = check_effects(yi, vi)
    x, terms = design_matrix(X)
    k, p = x.shape
    if k != len(y):
        raise ValueError(f"X must have one row a study ({len(y)}), but had {k}.")
    if k <= p:
        raise ValueError(f"{k} studies cannot carry {p} coefficients: at least {p + 1} are needed.")
    spread = np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0)
    if np.linalg.matrix_rank((x - np.append(0.0, x[:, 1:].mean(axis=0))) / spread) < p:
        raise ValueError(f"The terms {', '.join(terms[1:])} cannot be told apart in these studies: leave one out.")

    tau2 = _model.estimate_tau2(y, v, x, method)
    fit = _model.fit(y, v, x, tau2)
    covariance = fit.covariance * scale_factor(fit.rss, k - p, test)
    df = inf if test == "z" else float(k - p)
    se = np.sqrt(np.diag(covariance))
    statistic = fit.beta / se
    reach = t_quantile(0.5 + level / 2, df) * se
    qe = _model.fit(y, v, x, 0.0).rss
    i2, h2 = heterogeneity(qe, k - p, tau2, _model.typical_variance(y, v, x), method)
    qm, qm_df, qm_p = _omnibus(fit.beta, covariance, df)
    return Regression(
        coefficients=pd.DataFrame(
            {
                "term": terms,
                "estimate": fit.beta,
                "se": se,
                "statistic": statistic,
                "p": [two_sided_p(s, df) for s in statistic],
                "ci_low": fit.beta - reach,
                "ci_high": fit.beta + reach,
            }
        ),
        covariance=covariance,
        tau2=tau2,
        tau2_ci=(nan, nan) if method == "FE" else q_profile(y, v, x, level),
        i2=i2,
        h2=h2,
        r2=_explained(y, v, tau2, qe, k - p, method),
        qe=qe,
        qe_p=chi2_tail(qe, k - p),
        qm=qm,
        qm_df=qm_df,
        qm_p=qm_p,
        k=k,
        df=df,
        method=method,
        test=test,
        level=level,
    )


def _omnibus(beta: Array, covariance: Array, df: float) -> tuple[float, tuple[int, float], float]:
    m = len(beta) - 1
    if m == 0:
        return nan, (0, df), nan
    wald = float(beta[1:] @ np.linalg.solve(covariance[1:, 1:], beta[1:]))
    if df == inf:
        return wald, (m, df), chi2_tail(wald, m)
    return wald / m, (m, df), f_tail(wald / m, m, df)


def _explained(y: Array, v: Array, tau2: float, qe: float, df: int, method: str) -> float:
    """R2 in per cent: fall of tau2 (Raudenbush 2009); adjusted R2 of the weighted regression under FE."""
    if method == "FE":
        without = _model.fit(y, v, None, 0.0).rss / (len(y) - 1)
        return max(0.0, 100 * (1 - qe / df / without))
    without = _model.estimate_tau2(y, v, None, method)
    return max(0.0, 100 * (without - tau2) / without) if without > 0 else nan
