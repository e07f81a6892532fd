"""Comparing survival between groups of patients, reported or reconstructed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from dashboard.survival.cox import log_hazard_ratios
from dashboard.survival.curve import Array
from dashboard.survival.estimate import KaplanMeier, check_patients
from dashboard.survival.intervals import Z95
from dashboard.survival.logrank import LogRank, logrank

MILESTONES = (12.0, 24.0, 36.0, 60.0)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Results for k groups, in order of first appearance (or as given); the first is the reference.

    Attributes
    ----------
    groups : labels
    summary : one row a group: group, n, events, median, median_low, median_high
    logrank : k-group test, stratified when strata were given
    pairwise : reference, comparator, chi2, df, p, p_holm
    hazard_ratios : reference, comparator, log_hr, se, hr, ci_low, ci_high, p for every pair from one Cox model
        (comparator against reference; NaN where a group has no finite estimate)
    rmst : reference, comparator, tau, difference, se, ci_low, ci_high, p, ratio, ratio_low, ratio_high, ratio_p
    milestones : reference, comparator, time_months, survival_reference, survival_comparator, difference, se, ci_low,
        ci_high, p; only times within every group's follow-up
    medians : reference, comparator, difference, ci_low, ci_high; NaN where a median is not reached
    at_risk : time_months, then one column a group
    """

    groups: tuple[str, ...]
    summary: pd.DataFrame
    logrank: LogRank
    pairwise: pd.DataFrame
    hazard_ratios: pd.DataFrame
    rmst: pd.DataFrame
    milestones: pd.DataFrame
    medians: pd.DataFrame
    at_risk: pd.DataFrame


def compare(
    patients: pd.DataFrame,
    groups: str | ArrayLike,
    *,
    strata: str | ArrayLike | None = None,
    tau: float | None = None,
    milestones: Sequence[float] = MILESTONES,
    order: Sequence[str] | None = None,
) -> Comparison:
    """Log-rank, Cox hazard ratios, restricted means, milestones and medians of two or more groups.

    Parameters
    ----------
    patients : DataFrame with time_months and event (0 or 1), one row a patient
    groups : name of a column of `patients`, or one label a patient
    strata : same form; the log-rank tests and the Cox model are stratified by it
    tau : horizon of the restricted means; default the shortest follow-up among the groups
    milestones : times of the survival differences
    order : the groups in order, reference first; default sorted labels

    Raises
    ------
    ValueError
        Missing columns, bad times or events, fewer than two groups, labels of another length, tau beyond a follow-up.
    """
    missing = [c for c in ("time_months", "event") if c not in patients.columns]
    if missing:
        raise ValueError(f"patients must have the columns time_months and event, but lacks {', '.join(missing)}")
    t, e = check_patients(patients["time_months"].to_numpy(), patients["event"].to_numpy())
    found, coded = _coded(patients, groups, "groups")
    names = tuple(order) if order is not None else found
    if len(names) < 2 or set(names) != set(found):
        raise ValueError(f"at least two groups are needed, each with patients, but the groups were {list(found)}")
    code = np.array([names.index(name) for name in found], dtype=np.intp)[coded]
    stratum = None if strata is None else _coded(patients, strata, "strata")[1]
    fits = [KaplanMeier.fit(t[code == i], e[code == i]) for i in range(len(names))]
    pairs = list(combinations(range(len(names)), 2))
    ends = [f.times[-1] if f.survival[-1] > 0 else np.inf for f in fits]
    shortest = min(f.times[-1] for f in fits) if np.isinf(min(ends)) else float(min(ends))
    horizon = float(shortest if tau is None else tau)
    frames = {
        "pairwise": _pairwise(t, e, code, stratum, pairs),
        "hazard_ratios": _hazard_ratios(t, e, code, len(names), stratum, pairs),
        "rmst": _rmst(fits, pairs, horizon),
        "milestones": _milestones(fits, pairs, [m for m in milestones if all(m <= end for end in ends)]),
        "medians": _medians(fits, pairs),
    }
    for frame in frames.values():
        for column in ("reference", "comparator"):
            frame[column] = [names[i] for i in frame[column]]
    medians = [f.median() for f in fits]
    summary = pd.DataFrame(
        {
            "group": names,
            "n": [f.n for f in fits],
            "events": [int(f.deaths.sum()) for f in fits],
            "median": [m[0] for m in medians],
            "median_low": [m[1] for m in medians],
            "median_high": [m[2] for m in medians],
        }
    )
    times = np.array([0.0, *[m for m in milestones if m <= t.max()]])
    at_risk = pd.DataFrame(
        {"time_months": times, **{n: f.at_risk_at(times).astype(int) for n, f in zip(names, fits, strict=True)}}
    )
    return Comparison(names, summary, logrank(t, e, code, len(names), stratum), at_risk=at_risk, **frames)


def _coded(patients: pd.DataFrame, given: str | ArrayLike, name: str) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """The labels in the order of the alphabet, and the position (n,) of each patient's among them."""
    values = patients[given].to_numpy(object) if isinstance(given, str) else np.asarray(given).astype(object)
    if len(values) != len(patients):
        raise ValueError(f"{name} must hold one label a patient ({len(patients)}), but held {len(values)}")
    codes, labels = pd.factorize(values)
    if (codes < 0).any():
        raise ValueError(f"{name} must not be missing for any patient")
    texts = [str(label) for label in labels]
    position = {text: i for i, text in enumerate(sorted(set(texts)))}
    return tuple(position), np.array([position[text] for text in texts], dtype=np.intp)[codes]


def _normal_p(z: ArrayLike) -> Array:
    from scipy.special import ndtr

    return np.asarray(2 * ndtr(-np.abs(z)))


def _frame(rows: list[dict[str, float]], columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def holm(p: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment (1979); NaN stays NaN and does not count."""
    values = np.asarray(p, dtype=float)
    known = np.flatnonzero(~np.isnan(values))
    adjusted = np.full(len(values), np.nan)
    ranked = known[np.argsort(values[known], kind="stable")]
    steps = values[ranked] * (len(known) - np.arange(len(known)))
    adjusted[ranked] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(known) else []
    return adjusted.tolist()


def _pairwise(
    t: Array, e: Array, code: NDArray[np.intp], stratum: NDArray[np.intp] | None, pairs: list[tuple[int, int]]
) -> pd.DataFrame:
    rows = []
    for i, j in pairs:
        both = (code == i) | (code == j)
        test = logrank(
            t[both], e[both], (code[both] == j).astype(np.intp), 2, None if stratum is None else stratum[both]
        )
        rows.append({"reference": i, "comparator": j, "chi2": test.chi2, "df": test.df, "p": test.p})
    frame = _frame(rows, "reference comparator chi2 df p")
    frame["p_holm"] = holm(frame["p"].tolist())
    return frame


def _hazard_ratios(
    t: Array, e: Array, code: NDArray[np.intp], k: int, stratum: NDArray[np.intp] | None, pairs: list[tuple[int, int]]
) -> pd.DataFrame:
    beta, covariance = log_hazard_ratios(t, e, code, k, stratum)
    beta = np.append(0.0, beta)
    full = np.zeros((k, k))
    full[1:, 1:] = covariance
    rows = []
    for i, j in pairs:
        log_hr = beta[j] - beta[i]
        se = float(np.sqrt(full[i, i] + full[j, j] - 2 * full[i, j]))
        low, high = np.exp(log_hr - Z95 * se), np.exp(log_hr + Z95 * se)
        p = float(_normal_p(log_hr / se))
        rows.append(
            {
                "reference": i,
                "comparator": j,
                "log_hr": log_hr,
                "se": se,
                "hr": np.exp(log_hr),
                "ci_low": low,
                "ci_high": high,
                "p": p,
            }
        )
    return _frame(rows, "reference comparator log_hr se hr ci_low ci_high p")


def _rmst(fits: list[KaplanMeier], pairs: list[tuple[int, int]], tau: float) -> pd.DataFrame:
    """Differences and ratios of restricted means (Royston and Parmar 2013; Uno 2014 for the ratio's log variance)."""
    means = [np.asarray(f.rmst(tau)) for f in fits]  # a mean of 0 divides to inf or NaN, not to an error
    rows = []
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for i, j in pairs:
            (a, sa), (b, sb) = means[i], means[j]
            difference, se = b - a, float(np.hypot(sa, sb))
            log_ratio, log_se = np.log(b / a), float(np.hypot(sa / a, sb / b))
            rows.append(
                {
                    "reference": i,
                    "comparator": j,
                    "tau": tau,
                    "difference": difference,
                    "se": se,
                    "ci_low": difference - Z95 * se,
                    "ci_high": difference + Z95 * se,
                    "p": float(_normal_p(np.float64(difference) / se)),
                    "ratio": b / a,
                    "ratio_low": np.exp(log_ratio - Z95 * log_se),
                    "ratio_high": np.exp(log_ratio + Z95 * log_se),
                    "ratio_p": float(_normal_p(np.float64(log_ratio) / log_se)),
                }
            )
    return _frame(rows, "reference comparator tau difference se ci_low ci_high p ratio ratio_low ratio_high ratio_p")


def _milestones(fits: list[KaplanMeier], pairs: list[tuple[int, int]], times: Sequence[float]) -> pd.DataFrame:
    rows = []
    for i, j in pairs:
        a, b = fits[i].survival_at(times), fits[j].survival_at(times)
        se = np.hypot(np.nan_to_num(fits[i].se_at(times)), np.nan_to_num(fits[j].se_at(times)))
        with np.errstate(divide="ignore", invalid="ignore"):
            p = _normal_p((b - a) / se)
        for m, time in enumerate(times):
            d, s = b[m] - a[m], se[m]
            rows.append(
                {
                    "reference": i,
                    "comparator": j,
                    "time_months": time,
                    "survival_reference": a[m],
                    "survival_comparator": b[m],
                    "difference": d,
                    "se": s,
                    "ci_low": d - Z95 * s,
                    "ci_high": d + Z95 * s,
                    "p": p[m],
                }
            )
    return _frame(
        rows, "reference comparator time_months survival_reference survival_comparator difference se ci_low ci_high p"
    )


def _medians(fits: list[KaplanMeier], pairs: list[tuple[int, int]]) -> pd.DataFrame:
    """Differences of medians; limits combine each median's own limits (MOVER, Zou and Donner 2008)."""
    known = [tuple(x if np.isfinite(x) else np.nan for x in f.median()) for f in fits]
    rows = []
    for i, j in pairs:
        (a, al, au), (b, bl, bu) = known[i], known[j]
        d = b - a
        rows.append(
            {
                "reference": i,
                "comparator": j,
                "difference": d,
                "ci_low": d - float(np.hypot(b - bl, au - a)),
                "ci_high": d + float(np.hypot(bu - b, a - al)),
            }
        )
    return _frame(rows, "reference comparator difference ci_low ci_high")
