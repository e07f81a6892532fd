"""The random-effects model y = X b + u + e shared by pooling and meta-regression.

u has variance tau2 and e the known variances vi. Everything here works on the k x p design matrix X of full column
rank; pooling is the case of a column of ones. Only numpy is needed, so that importing the package stays cheap.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Design = Array | None
"""Design matrix (k, p); None is the column of ones of pooling, for which the sums are cheap."""

METHODS = ("FE", "DL", "PM", "REML", "ML")
_MAX_STEPS = 500
_RELATIVE_STEP = 1e-12
_NEAR = 0.05


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


def fit(y: Array, v: Array, x: Design, tau2: float) -> Fit:
    """Weighted least squares with weights 1 / (vi + tau2)."""
    w = 1.0 / (v + tau2)
    if x is None:
        total = w.sum()
        mean = w @ y / total
        return Fit(tau2, w, np.array([mean]), np.array([[1.0 / total]]), y - mean)
    # QR of the weighted design: the normal equations would square its condition number (calendar years do harm).
    root = np.sqrt(w)
    q, r = np.linalg.qr(x * root[:, None])
    beta = np.linalg.solve(r, q.T @ (root * y))
    inverse = np.linalg.inv(r)
    return Fit(tau2, w, beta, inverse @ inverse.T, y - x @ beta)


def _traces(f: Fit, x: Design) -> tuple[float, float]:
    """Traces of P and of P P, where P = W - W X (X'WX)^-1 X'W."""
    w = f.weights
    squares = w * w
    if x is None:
        s1, s2, s3 = w.sum(), squares.sum(), squares @ w
        return float(s1 - s2 / s1), float(s2 - 2 * s3 / s1 + (s2 / s1) ** 2)
    b = f.covariance @ (x.T @ (x * squares[:, None]))
    c = f.covariance @ (x.T @ (x * (squares * w)[:, None]))
    return float(w.sum() - np.trace(b)), float(squares.sum() - 2 * np.trace(c) + np.trace(b @ b))


def coefficients(x: Design) -> int:
    """Number of coefficients of a design."""
    return 1 if x is None else x.shape[1]


def typical_variance(y: Array, v: Array, x: Design) -> float:
    """Within-study variance of a typical study, (k - p) / tr(P) (Higgins and Thompson 2002, equation 9)."""
    return (len(y) - coefficients(x)) / _traces(fit(y, v, x, 0.0), x)[0]


def solve_q(y: Array, v: Array, x: Design, target: float) -> float:
    """The tau2 >= 0 at which the generalised Q statistic equals `target`; 0 when Q(0) is already below it.

    Q falls and is convex in tau2, so Newton's method from 0 rises to the root without overshooting.
    """
    tau2 = 0.0
    for _ in range(_MAX_STEPS):
        f = fit(y, v, x, tau2)
        pull = f.weights * f.residuals
        excess = float(pull @ f.residuals) - target
        if excess <= 0.0:
            return tau2
        step = excess / float(pull @ pull)
        tau2 += step
        if step <= _RELATIVE_STEP * tau2:
            return tau2
    raise ArithmeticError("The generalised Q statistic did not reach its target; check the scale of the variances.")


def _log_likelihood(f: Fit, *, restricted: bool) -> float:
    """Log-likelihood up to a constant (restricted: Harville 1977)."""
    value = 0.5 * (np.log(f.weights).sum() - f.rss)
    if restricted:
        value += 0.5 * (log(f.covariance[0, 0]) if len(f.beta) == 1 else np.linalg.slogdet(f.covariance)[1])
    return float(value)


def _bend(f: Fit, x: Design, pull: Array) -> float:
    """y' P P P y, which bends the likelihood: P y is `pull`, P as in `_traces`."""
    w = f.weights
    mean = f.covariance[0, 0] * (w @ pull) if x is None else x @ (f.covariance @ (x.T @ (w * pull)))
    return float(pull @ (w * (pull - mean)))


def _likelihood_tau2(y: Array, v: Array, x: Design, start: float, *, restricted: bool) -> float:
    """Maximise the (restricted) likelihood over tau2 >= 0: Fisher scoring, then Newton; steps that fall are halved."""
    current = fit(y, v, x, start)
    value = _log_likelihood(current, restricted=restricted)
    smallest = float(v.min())
    near = False
    for _ in range(_MAX_STEPS):
        w = current.weights
        pull = w * current.residuals
        trace, information = _traces(current, x) if restricted else (float(w.sum()), float(w @ w))
        if near:
            # Newton's step: near the top the observed information reaches it in a few steps, Fisher's in dozens.
            observed = 2 * _bend(current, x, pull) - information
            information = observed if observed > 0 else information
        step = (float(pull @ pull) - trace) / information
        near = near or abs(step) <= _NEAR * max(current.tau2, smallest)
        proposal = fit(y, v, x, max(current.tau2 + step, 0.0))
        climbed = _log_likelihood(proposal, restricted=restricted)
        while (
            climbed < value - 1e-12 * max(1.0, abs(value))
            and abs(proposal.tau2 - current.tau2) > _RELATIVE_STEP * smallest
        ):
            proposal = fit(y, v, x, 0.5 * (proposal.tau2 + current.tau2))
            climbed = _log_likelihood(proposal, restricted=restricted)
        moved = abs(proposal.tau2 - current.tau2)
        current, value = proposal, climbed
        if moved <= _RELATIVE_STEP * max(current.tau2, smallest):
            break
    # The likelihood may have a second hill at the border.
    at_border = _log_likelihood(fit(y, v, x, 0.0), restricted=restricted)
    return 0.0 if at_border > value else current.tau2


def estimate_tau2(y: Array, v: Array, x: Design, method: str) -> float:
    """Between-study variance by one of METHODS, truncated at 0.

    FE assumes 0. DL: DerSimonian and Laird 1986, equation 8, with covariates Raudenbush 2009. PM: Paule and Mandel
    1982. ML, REML: Fisher scoring (Viechtbauer 2005) with Newton's method near the top, run to convergence.
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, but was {method!r}.")
    df = len(y) - coefficients(x)
    if method == "FE" or df < 1:
        return 0.0
    if x is not None:
        # tau2 depends on the space of the columns only; an orthonormal basis keeps the likelihood's digits.
        x = np.linalg.qr(x)[0]
    if method == "PM":
        return solve_q(y, v, x, df)
    fixed = fit(y, v, x, 0.0)
    moments = max((fixed.rss - df) / _traces(fixed, x)[0], 0.0)
    if method == "DL":
        return moments
    return _likelihood_tau2(y, v, x, moments, restricted=method == "REML")
