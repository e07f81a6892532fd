"""The random-effects model y = X b + u + e shared by pooling and meta-regression.

u has variance tau2 and e the known variances vi. Everything here works on the k x p design matrix X of full column
rank; pooling is the case of one column of ones. Only numpy is needed, so that importing the package stays cheap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

METHODS = ("FE", "DL", "PM", "REML", "ML")
_MAX_STEPS = 500
_RELATIVE_STEP = 1e-12


@dataclass(frozen=True)
class Fit:
    """Weighted least squares at one tau2. `covariance` is the model-based (p, p) covariance of `beta` (p,)."""

    tau2: float
    weights: Array
    beta: Array
    covariance: Array
    residuals: Array

    @property
    def rss(self) -> float:
        """Weighted residual sum of squares: Cochran's Q when tau2 is 0."""
        return float(self.weights @ self.residuals**2)


def fit(y: Array, v: Array, x: Array, tau2: float) -> Fit:
    """Weighted least squares with weights 1 / (vi + tau2)."""
    w = 1.0 / (v + tau2)
    if x.shape[1] == 1 and np.all(x == 1.0):
        total = w.sum()
        beta = np.array([w @ y / total])
        return Fit(tau2, w, beta, np.array([[1.0 / total]]), y - beta[0])
    # QR of the weighted design: the normal equations would square its condition number (calendar years do harm).
    q, r = np.linalg.qr(x * np.sqrt(w)[:, None])
    beta = np.linalg.solve(r, q.T @ (np.sqrt(w) * y))
    inverse = np.linalg.inv(r)
    return Fit(tau2, w, beta, inverse @ inverse.T, y - x @ beta)


def _leverages(f: Fit, x: Array) -> tuple[float, float, float]:
    """Traces of P, of P P and of W, where P = W - W X (X'WX)^-1 X'W."""
    w = f.weights
    half = x * w[:, None]
    b = half.T @ half
    c = half.T @ (half * w[:, None])
    mb = f.covariance @ b
    trace_p = w.sum() - np.trace(mb)
    trace_pp = (w**2).sum() - 2.0 * np.trace(f.covariance @ c) + np.trace(mb @ mb)
    return float(trace_p), float(trace_pp), float(w.sum())


def typical_variance(y: Array, v: Array, x: Array) -> float:
    """Within-study variance of a typical study, (k - p) / tr(P) (Higgins and Thompson 2002, equation 9)."""
    trace_p, _, _ = _leverages(fit(y, v, x, 0.0), x)
    return (len(y) - x.shape[1]) / trace_p


def solve_q(y: Array, v: Array, x: Array, target: float) -> float:
    """The tau2 >= 0 at which the generalised Q statistic equals `target`; 0 when Q(0) is already below it.

    Q falls and is convex in tau2, so Newton's method from 0 rises to the root without overshooting.
    """
    tau2 = 0.0
    for _ in range(_MAX_STEPS):
        f = fit(y, v, x, tau2)
        excess = f.rss - target
        if excess <= 0.0:
            return tau2
        step = excess / float((f.weights * f.residuals) @ (f.weights * f.residuals))
        tau2 += step
        if step <= _RELATIVE_STEP * tau2:
            return tau2
    raise ArithmeticError("The generalised Q statistic did not reach its target; check the scale of the variances.")


def log_likelihood(y: Array, v: Array, x: Array, tau2: float, *, restricted: bool) -> float:
    """Log-likelihood at tau2 up to a constant (restricted: Harville 1977)."""
    f = fit(y, v, x, tau2)
    value = 0.5 * np.log(f.weights).sum() - 0.5 * f.rss
    if restricted:
        value += 0.5 * np.linalg.slogdet(f.covariance)[1]
    return float(value)


def _likelihood_tau2(y: Array, v: Array, x: Array, start: float, *, restricted: bool) -> float:
    """Maximise the (restricted) likelihood over tau2 >= 0 by Fisher scoring, halving steps that do not climb."""
    tau2, value = start, log_likelihood(y, v, x, start, restricted=restricted)
    for _ in range(_MAX_STEPS):
        f = fit(y, v, x, tau2)
        trace_p, trace_pp, trace_w = _leverages(f, x)
        score = float(((f.weights * f.residuals) ** 2).sum()) - (trace_p if restricted else trace_w)
        step = score / (trace_pp if restricted else float((f.weights**2).sum()))
        proposed = max(tau2 + step, 0.0)
        climbed = log_likelihood(y, v, x, proposed, restricted=restricted)
        while climbed < value - 1e-12 * abs(value) and abs(proposed - tau2) > _RELATIVE_STEP * tau2:
            proposed = 0.5 * (proposed + tau2)
            climbed = log_likelihood(y, v, x, proposed, restricted=restricted)
        moved, tau2, value = abs(proposed - tau2), proposed, climbed
        if moved <= _RELATIVE_STEP * max(tau2, float(v.min())):
            break
    # The restricted likelihood may have a second hill at the border.
    return 0.0 if log_likelihood(y, v, x, 0.0, restricted=restricted) > value else tau2


def estimate_tau2(y: Array, v: Array, x: Array, method: str) -> float:
    """Between-study variance by one of METHODS, truncated at 0.

    FE assumes 0. DL: DerSimonian and Laird 1986, equation 8, with covariates Raudenbush 2009. PM: Paule and Mandel
    1982. ML, REML: Fisher scoring (Viechtbauer 2005), run to convergence.
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, but was {method!r}.")
    k, p = x.shape
    if method == "FE" or k <= p:
        return 0.0
    if method == "PM":
        return solve_q(y, v, x, k - p)
    fixed = fit(y, v, x, 0.0)
    trace_p, _, _ = _leverages(fixed, x)
    moments = max((fixed.rss - (k - p)) / trace_p, 0.0)
    if method == "DL":
        return moments
    return _likelihood_tau2(y, v, x, moments, restricted=method == "REML")
