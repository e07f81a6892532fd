"""How much one study, one after another, or one subgroup moves the pooled effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.synthesis import _model
from dashboard.synthesis._model import Array
from dashboard.synthesis._tails import chi2_tail, t_quantile, two_sided_p
from dashboard.synthesis.pooling import check_effects, heterogeneity, mean_effect, pool

_STEP_COLUMNS = ("estimate", "se", "ci_low", "ci_high", "p", "tau2", "i2", "q", "k")


def leave_one_out(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    labels: Sequence[str] | None = None,
    *,
    method: str = "REML",
    test: str = "hksj-adhoc",
    level: float = 0.95,
) -> pd.DataFrame:
    """The pooled effect without each study in turn.

    Returns a frame of k rows in the order of the studies: left_out, estimate, se, ci_low, ci_high, p, tau2, i2
    (per cent), q, k. Needs two studies; with two, each row is the other study.
    """
    y, v = check_effects(yi, vi)
    if len(y) < 2:
        raise ValueError("Leaving one out needs at least two studies.")
    rows = [_step(np.delete(y, i), np.delete(v, i), method, test, level) for i in range(len(y))]
    return _named("left_out", _labels(labels, len(y)), rows)


def cumulative(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    order: npt.ArrayLike,
    labels: Sequence[str] | None = None,
    *,
    method: str = "REML",
    test: str = "hksj-adhoc",
    level: float = 0.95,
) -> pd.DataFrame:
    """The pooled effect as studies are added in rising `order` (years, say); ties keep their order.

    Returns a frame of k rows: added, order, estimate, se, ci_low, ci_high, p, tau2, i2, q, k.
    """
    y, v = check_effects(yi, vi)
    position = np.asarray(order, dtype=float)
    if position.shape != y.shape or np.isnan(position).any():
        raise ValueError("order must give one value a study, none missing.")
    turn = np.argsort(position, kind="stable")
    rows = [_step(y[turn[:n]], v[turn[:n]], method, test, level) for n in range(1, len(y) + 1)]
    names = _labels(labels, len(y))
    frame = _named("added", [names[i] for i in turn], rows)
    frame.insert(1, "order", position[turn])
    return frame


def influence(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    labels: Sequence[str] | None = None,
    *,
    method: str = "REML",
) -> pd.DataFrame:
    """Influence of each study (Viechtbauer and Cheung 2010, section 4), with model-based standard errors.

    Returns a frame of k rows: study, rstudent (residual from the others' estimate in its standard errors), dffits,
    cook (squared shift of the estimate in its standard errors), tau2_without, q_without, weight, and `influential`:
    |dffits| > 3 sqrt(1 / (k - 1)) or a weight above 3 / k. Needs three studies.
    """
    y, v = check_effects(yi, vi)
    k = len(y)
    if k < 3:
        raise ValueError("Influence needs at least three studies.")
    whole = _model.fit(y, v, None, _model.estimate_tau2(y, v, None, method))
    hat = whole.weights / whole.weights.sum()
    rows = []
    for i in range(k):
        y_rest, v_rest = np.delete(y, i), np.delete(v, i)
        tau2 = _model.estimate_tau2(y_rest, v_rest, None, method)
        rest = _model.fit(y_rest, v_rest, None, tau2)
        shift = float(whole.beta[0] - rest.beta[0])
        rows.append(
            {
                "rstudent": (y[i] - rest.beta[0]) / sqrt(v[i] + tau2 + rest.covariance[0, 0]),
                "dffits": shift / sqrt(hat[i] * (tau2 + v[i])),
                "cook": shift**2 / whole.covariance[0, 0],
                "tau2_without": tau2,
                "q_without": _model.fit(y_rest, v_rest, None, 0.0).rss,
                "weight": hat[i],
            }
        )
    frame = _named("study", _labels(labels, k), rows)
    frame["influential"] = (frame["dffits"].abs() > 3 * sqrt(1 / (k - 1))) | (frame["weight"] > 3 / k)
    return frame


@dataclass(frozen=True)
class SubgroupTest:
    """`groups`: one row a group (group, k, estimate, se, ci_low, ci_high, pi_low, pi_high, tau2, i2, q).

    `q`, `df` and `p` test whether the groups' means are equal. The p-value compares groups of different studies, so
    it is not for display by default.
    """

    groups: pd.DataFrame
    q: float
    df: int
    p: float
    common_tau2: bool


def subgroup_test(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    groups: Sequence[str] | npt.ArrayLike,
    *,
    method: str = "REML",
    test: str = "hksj-adhoc",
    common_tau2: bool = False,
    level: float = 0.95,
) -> SubgroupTest:
    """Pool each group and test their equality.

    With `common_tau2` the test uses one residual tau2 for all groups (Borenstein and Higgins 2013); the rows of
    `groups` are pooled separately either way. The test statistic uses model-based standard errors, as metafor's.
    """
    y, v = check_effects(yi, vi)
    names = np.asarray(groups, dtype=object).astype(str)
    if names.shape != y.shape:
        raise ValueError("groups must name one group a study.")
    levels = sorted(set(names))
    pooled = {name: pool(y[names == name], v[names == name], method=method, test=test, level=level) for name in levels}
    if common_tau2:
        x = (names[:, None] == np.array(levels)[None, :]).astype(float)
        shared = _model.estimate_tau2(y, v, x, method)
    means, precisions = [], []
    for name in levels:
        inside = names == name
        tau2 = shared if common_tau2 else _model.estimate_tau2(y[inside], v[inside], None, method)
        fit = _model.fit(y[inside], v[inside], None, tau2)
        means.append(fit.beta[0])
        precisions.append(fit.weights.sum())
    q = _model.fit(np.array(means), 1 / np.array(precisions), None, 0.0).rss
    df = len(levels) - 1
    columns = ("k", "estimate", "se", "ci_low", "ci_high", "pi_low", "pi_high", "tau2", "i2", "q")
    frame = pd.DataFrame([{"group": n} | {c: getattr(pooled[n], c) for c in columns} for n in levels])
    return SubgroupTest(frame, q, df, chi2_tail(q, df) if df else nan, common_tau2)


def _step(y: Array, v: Array, method: str, test: str, level: float) -> dict[str, float]:
    k = len(y)
    if k == 1:
        alone = pool(y, v, method=method, level=level)
        return {name: getattr(alone, name) for name in _STEP_COLUMNS}
    tau2 = _model.estimate_tau2(y, v, None, method)
    estimate, se, df = mean_effect(_model.fit(y, v, None, tau2), test)
    q = _model.fit(y, v, None, 0.0).rss
    i2, _ = heterogeneity(q, k - 1, tau2, _model.typical_variance(y, v, None), method)
    reach = t_quantile(0.5 + level / 2, df) * se
    p = two_sided_p(estimate / se, df)
    values = (estimate, se, estimate - reach, estimate + reach, p, tau2, i2, q, k)
    return dict(zip(_STEP_COLUMNS, values, strict=True))


def _labels(labels: Sequence[str] | None, k: int) -> list[str]:
    names = [str(i) for i in range(k)] if labels is None else [str(label) for label in labels]
    if len(names) != k:
        raise ValueError(f"labels must name {k} studies, but named {len(names)}.")
    return names


def _named(column: str, names: Sequence[str], rows: Sequence[dict[str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    frame.insert(0, column, list(names))
    return frame
