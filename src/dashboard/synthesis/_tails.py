"""Quantiles and tail probabilities. scipy.special is loaded at the first call: it costs more than the package."""

from __future__ import annotations

from math import isinf


def normal_quantile(q: float) -> float:
    """Quantile of the standard normal distribution."""
    from scipy.special import ndtri

    return float(ndtri(q))


def t_quantile(q: float, df: float) -> float:
    """Quantile of Student's t; of the normal distribution when df is infinite."""
    from scipy.special import stdtrit

    return normal_quantile(q) if isinf(df) else float(stdtrit(df, q))


def two_sided_p(statistic: float, df: float) -> float:
    """Two-sided p-value of a t statistic; of a z statistic when df is infinite."""
    from scipy.special import ndtr, stdtr

    return float(2 * (ndtr(-abs(statistic)) if isinf(df) else stdtr(df, -abs(statistic))))


def chi2_tail(statistic: float, df: float) -> float:
    """Upper tail of the chi-squared distribution."""
    from scipy.special import chdtrc

    return float(chdtrc(df, statistic))


def chi2_quantile(q: float, df: float) -> float:
    """Quantile of the chi-squared distribution."""
    from scipy.special import chdtri

    return float(chdtri(df, 1 - q))


def f_tail(statistic: float, df1: float, df2: float) -> float:
    """Upper tail of the F distribution."""
    from scipy.special import fdtrc

    return float(fdtrc(df1, df2, statistic))
