"""One survival curve from the printed survival of several arms (Combescure, Foucher and Jackson 2014).

Survival is cut into intervals between the printed times. Conditional survival in each interval is pooled on the arcsine
scale over the arms that reach its end, with random effects that are correlated between intervals (multivariate
DerSimonian-Laird, Jackson, White and Thompson 2010), and the product of the intervals is the curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.synthesis._tails import chi2_tail, normal_quantile

Array = npt.NDArray[np.float64]
MIN_ARMS = 3
_SAME_TIME_MONTHS = 1e-9
_DRAWS = 2000
_SEED = 20140918
_BLOCK = 64


@dataclass(frozen=True)
class PooledCurve:
    """A summary survival curve at `times` (m,), in the unit of the input, without time 0 where survival is 1.

    Survival is monotone. `ci_*` is a pointwise band for the mean curve, `pi_*` for the true curve of a further arm (nan
    under a fixed effect); both stay inside 0..1. `n_arms` reach each time, `n_printed` print a figure there; the others
    are interpolated between two printed figures. `between` (m, m) is the covariance of the arms' arcsine conditional
    survival after truncation to a covariance, `between_raw` before. Heterogeneity: Cochran's `q` on `df` = figures -
    times.
    """

    times: Array
    survival: Array
    ci_low: Array
    ci_high: Array
    pi_low: Array
    pi_high: Array
    se_log_survival: Array
    conditional: Array
    beta: Array
    covariance: Array
    between: Array
    between_raw: Array
    n_arms: npt.NDArray[np.int64]
    n_printed: npt.NDArray[np.int64]
    q: float
    df: int
    q_p: float
    h2: float
    i2: float
    model: str
    prediction: str
    warnings: tuple[str, ...]

    @property
    def median(self) -> float:
        """Time at which the curve passes 50% under a constant hazard between points; inf when it does not."""
        below = np.flatnonzero(self.survival <= 0.5)
        if not len(below):
            return float("inf")
        j = int(below[0])
        left, right = (self.times[j - 1], self.times[j]) if j else (0.0, self.times[0])
        before = self.survival[j - 1] if j else 1.0
        after = self.survival[j]
        if after <= 0:
            return float(right)
        return float(left + (right - left) * log(before / 0.5) / log(before / after))

    def frame(self) -> pd.DataFrame:
        """The curve as a table, one row a time, from time 0."""
        columns = ("times", "survival", "ci_low", "ci_high", "pi_low", "pi_high", "n_arms", "n_printed")
        table = pd.DataFrame({name: getattr(self, name) for name in columns}).rename(columns={"times": "time_months"})
        start = dict.fromkeys(columns[1:6], 1.0) | {"time_months": 0.0}
        start |= {"n_arms": self.n_arms[0], "n_printed": self.n_arms[0]}
        return pd.concat([pd.DataFrame([start]), table], ignore_index=True)[list(table.columns)]


def pooled_curve(
    studies: pd.DataFrame,
    *,
    model: str = "random",
    min_arms: int = MIN_ARMS,
    correction: bool = False,
    level: float = 0.95,
    prediction: bool = True,
) -> PooledCurve:
    """Pool the survival curves of several arms.

    Parameters
    ----------
    studies : DataFrame
        One row a printed figure: `study` (identity of the arm), `time_months` (or `time`) above 0, `survival` 0..1,
        and `n_risk`, patients at risk at the *start* of the interval that ends at that time (for an arm's first time,
        its size). Where `n_risk` is missing or absent, `n` (patients in the arm) times the survival at the start
        stands in, as if nobody was censored; a warning says so. Arms need not share a grid.
    model : {"random", "fixed"}
    min_arms : int
        The curve stops at the last time that this many arms reach.
    correction : bool
        Continuity correction of the paper and of RISCA: a quarter patient added to the deaths and to the survivors of
        each interval. It drags the tail, where few are at risk, towards one half; the arcsine needs none.
    level : float
        Level of the bands.
    prediction : bool
        False leaves the prediction band out (nan): its simulation is a third of the work.

    Returns
    -------
    PooledCurve

    Raises
    ------
    ValueError
        No arm, missing columns, survival that rises or leaves 0..1, no number of patients, too few arms.

    Notes
    -----
    Between two printed times of an arm the hazard is taken as constant, and the patients at risk fall with survival, so
    the variance of log survival over the gap is the same as without the points in between. An interval of one arm
    with n at risk has variance 1 / (4 n) on the arcsine scale. Confidence bands are normal on the log scale, as in
    the paper. The prediction band takes quantiles of 2,000 simulated curves (fixed seed) of a further arm, with t tails
    of one degree of freedom less than the arms that reach the time: near survival of 1 no scale is normal enough.
    """
    if model not in ("random", "fixed"):
        raise ValueError(f"model must be 'random' or 'fixed', but was {model!r}.")
    return pool_intervals(
        *_intervals(studies), model=model, min_arms=min_arms, correction=correction, level=level, prediction=prediction
    )


def pool_intervals(
    arms: Intervals,
    warnings: tuple[str, ...] = (),
    *,
    model: str = "random",
    min_arms: int = MIN_ARMS,
    correction: bool = False,
    level: float = 0.95,
    prediction: bool = True,
) -> PooledCurve:
    """`pooled_curve` of arms that are arranged already."""
    times, support = _grid(arms, min_arms)
    y, v, printed = _on_grid(arms, times, correction)
    observed = np.isfinite(y)
    if not observed[:, -1].any():
        # Survival of 0 leaves nobody to observe: the curve ends where the last arm does.
        last = int(np.flatnonzero(observed.any(axis=0))[-1]) + 1
        times, support, y, v = times[:last], support[:last], y[:, :last], v[:, :last]
        printed, observed = printed[:, :last], observed[:, :last]

    raw = _between(y, v, observed) if model == "random" else np.zeros((len(times), len(times)))
    between = _nearest_covariance(raw)
    fixed, fixed_covariance = _fixed_mean(y, v, observed)
    if model == "fixed":
        beta, covariance = fixed, fixed_covariance
    else:
        beta, covariance = _weighted_mean(y, v, observed, between)

    angle = np.clip(beta, 0.0, np.pi / 2)
    # The sine of pi/2 is not exactly 1 after rounding back and forth.
    conditional: Array = np.where(angle == np.pi / 2, 1.0, np.sin(angle) ** 2)
    survival: Array = np.cumprod(conditional, dtype=np.float64)
    # d log S_j / d beta_i = 2 cot(beta_i) for i <= j.
    with np.errstate(divide="ignore"):
        slope = np.where(angle == np.pi / 2, 0.0, 2 / np.tan(angle))
    jacobian = np.where(np.tri(len(times), dtype=bool), slope, 0.0)
    se = _sd(jacobian, covariance)
    z = normal_quantile(0.5 + level / 2)
    ci_low, ci_high = _log_band(survival, z * se)
    predicted = prediction and model == "random"
    if predicted:
        pi_low, pi_high = _prediction_band(beta, covariance + between, support, level)
    else:
        pi_low = pi_high = np.full(len(times), np.nan)

    q = float(np.where(observed, (y - fixed) ** 2 / v, 0.0).sum())
    df = int(observed.sum()) - len(times)
    h2 = q / df if df else np.nan
    return PooledCurve(
        times=times,
        survival=survival,
        ci_low=ci_low,
        ci_high=ci_high,
        pi_low=pi_low,
        pi_high=pi_high,
        se_log_survival=se,
        conditional=conditional,
        beta=beta,
        covariance=covariance,
        between=between,
        between_raw=raw,
        n_arms=support,
        n_printed=printed.sum(axis=0),
        q=q,
        df=df,
        q_p=chi2_tail(q, df) if df else np.nan,
        h2=h2,
        i2=max(0.0, 100 * (1 - 1 / h2)) if df and h2 > 0 else 0.0,
        model=model,
        prediction="t-k-1, simulated" if predicted else "none",
        warnings=warnings,
    )


@dataclass(frozen=True)
class Intervals:
    """Intervals between the printed times of each arm, from (0, 1) on: (k, l), padded with nan after an arm's last.

    `at_risk` counts the patients at the start of each interval, `last` (k,) is the last printed time of each arm.
    """

    begin: Array
    end: Array
    ratio: Array
    at_risk: Array
    last: Array


def _intervals(studies: pd.DataFrame) -> tuple[Intervals, tuple[str, ...]]:
    aliases = {"time_months": "time", "study": "arm_key"}
    given = {name: alias if name not in studies and alias in studies else name for name, alias in aliases.items()}
    missing = {given["study"], given["time_months"], "survival"} - set(studies.columns)
    if missing or not {"n_risk", "n"} & set(studies.columns):
        raise ValueError(
            "studies must have the columns study, time_months, survival and n_risk (or n), "
            f"but had {', '.join(map(str, studies.columns))}."
        )
    if studies.empty:
        raise ValueError("No arm to pool: the question leaves none. Widen the filters or look at what was left out.")
    unknown = np.full(len(studies), np.nan)
    time, survival, at_risk, size = (
        studies[c].to_numpy(dtype=float, na_value=np.nan) if c in studies else unknown
        for c in (given["time_months"], "survival", "n_risk", "n")
    )
    codes, _ = pd.factorize(studies[given["study"]], sort=True, use_na_sentinel=False)
    order = np.lexsort((time, codes))
    names = studies[given["study"]].to_numpy()[order]
    return arranged(names, time[order], survival[order], at_risk[order], size[order])


def arranged(
    names: npt.NDArray[Any], time: Array, survival: Array, at_risk: Array, size: Array
) -> tuple[Intervals, tuple[str, ...]]:
    """Intervals between printed times, and what was assumed, of rows in the order of their arms and times.

    One value a printed figure: identity of the arm, months, survival, patients at risk at the start of the interval
    (nan where not printed), patients in the arm. ValueError as in `pooled_curve`.
    """
    first = np.append(True, names[1:] != names[:-1])
    arm = np.cumsum(first) - 1
    begin, start = (np.where(first, origin, np.append(origin, x[:-1])) for origin, x in ((0.0, time), (1.0, survival)))
    _check(names, time, survival, begin, start)
    silent = np.isnan(at_risk)
    assumed = int(np.count_nonzero(np.bincount(arm[silent])))
    # An arm's size is that of its first row.
    at_risk = np.where(silent, size[first][arm] * start, at_risk)
    # After survival of 0 nobody is left to die.
    alive = start > 0
    unsized = alive & ~(at_risk > 0)
    if unsized.any():
        raise ValueError(
            f"{names[unsized][0]} has no number of patients: give n_risk or n, or leave it out and list it."
        )
    arm, begin, end, at_risk = arm[alive], begin[alive], time[alive], at_risk[alive]
    shape = (arm[-1] + 1, np.bincount(arm).max())
    padded = np.full((4, *shape), np.nan)
    place = np.arange(len(arm)) - np.searchsorted(arm, arm)
    padded[:, arm, place] = begin, end, survival[alive] / start[alive], at_risk
    found = Intervals(padded[0], padded[1], padded[2], padded[3], end[np.append(arm[1:] != arm[:-1], True)])
    text = (
        f"{assumed} of {shape[0]} arms print no numbers at risk. They are taken as if no patient was lost, so the "
        "bands are too narrow."
    )
    return found, (text,) if assumed else ()


def _check(names: npt.NDArray[Any], time: Array, survival: Array, begin: Array, start: Array) -> None:
    """Times above 0 and survival in 0..1 that never rises, or a ValueError that names the arm."""
    for wrong, values, text in (
        (~((time > begin) & np.isfinite(time)), time, "times must be above 0 and differ, but were {}."),
        (~((survival >= 0) & (survival <= 1)), survival, "survival must lie in 0..1, but was {}."),
        (survival > start, survival, "survival rises with time, {}; leave the arm out and say so."),
    ):
        if wrong.any():
            name = names[wrong][0]
            raise ValueError(f"{name}: " + text.format(values[names == name].tolist()))


def _grid(arms: Intervals, min_arms: int) -> tuple[Array, npt.NDArray[np.int64]]:
    """All printed times that at least `min_arms` arms reach, and how many reach them."""
    everything = np.unique(arms.end[~np.isnan(arms.end)])
    reach = np.count_nonzero(arms.last >= everything[:, None] - _SAME_TIME_MONTHS, axis=1)
    times = everything[reach >= min_arms]
    if not len(times):
        raise ValueError(f"{len(arms.last)} arms: fewer than {min_arms} reach any time together. Widen the filters.")
    return times, reach[reach >= min_arms]


def _on_grid(arms: Intervals, times: Array, correction: bool) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """Arcsine conditional survival (k, m), its variance, and whether the arm prints the time; nan past its end."""
    starts = np.append(0.0, times[:-1])
    within = times <= arms.last[:, None] + _SAME_TIME_MONTHS
    # The interval in which each time lies: as many as end before it.
    place = np.count_nonzero(arms.end[:, :, None] < times - _SAME_TIME_MONTHS, axis=1)
    place = np.minimum(place, np.count_nonzero(~np.isnan(arms.end), axis=1)[:, None] - 1)
    arm = np.arange(len(place))[:, None]
    begin, end, ratio, at_risk = (x[arm, place] for x in (arms.begin, arms.end, arms.ratio, arms.at_risk))
    length = end - begin
    with np.errstate(divide="ignore", invalid="ignore"):
        s = ratio ** ((times - starts) / length)
        n = at_risk * ratio ** ((starts - begin) / length)
        if correction:
            s, n = (n * s + 0.25) / (n + 0.5), n + 0.5
        usable = within & (n > 0)
        y = np.where(usable, np.arcsin(np.sqrt(np.where(usable, s, 0.0))), np.nan)
        v = np.where(usable, 1 / (4 * np.where(usable, n, 1.0)), np.nan)
    return y, v, within & (np.abs(end - times) <= _SAME_TIME_MONTHS)


def _between(y: Array, v: Array, observed: npt.NDArray[np.bool_]) -> Array:
    """Moment estimate (m, m) of the between-arm covariance, not truncated (Jackson, White and Thompson 2010)."""
    w = np.where(observed, 1 / v, 0.0)
    root = np.sqrt(w)
    # Centred first: the sums of products below would otherwise cancel.
    seen = np.where(observed, y, 0.0)
    counts = observed.sum(axis=0)
    centred = np.where(observed, y - seen.sum(axis=0) / np.maximum(counts, 1), 0.0) * root
    total = root.T @ root
    shared = total > 0
    safe = np.where(shared, total, 1.0)
    mean = centred.T @ root / safe  # [j, l]: mean at time j over arms that reach l too
    q = centred.T @ centred - mean * mean.T * total
    scale = total - (w.T @ w) / safe
    q -= np.diag(np.maximum(counts - 1.0, 0.0))
    known = shared & (scale > 1e-12 * total)
    return np.where(known, q / np.where(known, scale, 1.0), 0.0)


def _nearest_covariance(matrix: Array) -> Array:
    """The matrix with its negative eigenvalues set to 0."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return (vectors * np.maximum(values, 0.0)) @ vectors.T


def _fixed_mean(y: Array, v: Array, observed: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
    """`_weighted_mean` without variance between arms: every time by itself, weighted by precision."""
    w = np.where(observed, 1 / v, 0.0)
    total = w.sum(axis=0)
    return (w * np.where(observed, y, 0.0)).sum(axis=0) / total, np.diag(1 / total)


def _weighted_mean(y: Array, v: Array, observed: npt.NDArray[np.bool_], between: Array) -> tuple[Array, Array]:
    """Generalised least squares over arms that each observe some of the intervals: mean (m,) and covariance (m, m)."""
    m = y.shape[1]
    precision, pull = np.zeros((m, m)), np.zeros(m)
    # An arm is observed up to its end: in blocks of about the same end, matrices need be no larger than that.
    ends = observed.sum(axis=1)
    order = np.argsort(-ends, kind="stable")
    for start in range(0, len(order), _BLOCK):
        those = order[start : start + _BLOCK]
        n = int(ends[those[0]])
        seen = observed[those, :n]
        both = seen[:, :, None] & seen[:, None, :]
        total = np.where(both, between[:n, :n], 0.0)
        # An interval that an arm does not reach gets a unit of its own, which is taken out of the inverse again.
        total[:, np.arange(n), np.arange(n)] += np.where(seen, v[those, :n], 1.0)
        inverse = np.where(both, np.linalg.inv(total), 0.0)
        precision[:n, :n] += inverse.sum(axis=0)
        pull[:n] += np.einsum("kij,kj->i", inverse, np.where(seen, y[those, :n], 0.0))
    covariance = np.linalg.inv(precision).astype(np.float64, copy=False)
    return covariance @ pull, covariance


def _sd(jacobian: Array, covariance: Array) -> Array:
    return np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", jacobian, covariance, jacobian), 0.0))


def _log_band(survival: Array, reach: Array) -> tuple[Array, Array]:
    """Pointwise band on the log scale (the paper's), cut off at 1."""
    return survival * np.exp(-reach), np.minimum(survival * np.exp(reach), 1.0)


def _prediction_band(
    beta: Array, covariance: Array, support: npt.NDArray[np.int64], level: float
) -> tuple[Array, Array]:
    """Quantiles of simulated curves of a further arm, with t tails of one degree of freedom less than its arms."""
    rng = np.random.default_rng(_SEED)
    values, vectors = np.linalg.eigh(covariance)
    half = (vectors * np.sqrt(np.maximum(values, 0.0))) @ rng.standard_normal((len(beta), _DRAWS // 2))
    normal = np.concatenate([half, -half], axis=1)
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.empty(len(beta)), np.empty(len(beta))
    for k in np.unique(support):
        at = np.flatnonzero(support == k)
        df = max(int(k) - 1, 1)
        spread = np.sqrt(df / np.tile(rng.chisquare(df, _DRAWS // 2), 2))
        upto = at[-1] + 1
        angle = np.clip(beta[:upto, None] + normal[:upto] * spread, 0.0, np.pi / 2)
        low[at], high[at] = np.quantile(np.cumprod(np.sin(angle) ** 2, axis=0)[at], tails, axis=1)
    # Survival cannot rise, so a bound at one time bounds all earlier (later) ones too.
    return np.maximum.accumulate(low[::-1])[::-1], np.minimum.accumulate(high)
