"""Eligible arms pooled by group: the numbers behind a forest plot, its table and its sentence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import isnan, nan

import numpy as np
import pandas as pd

from dashboard.synthesis._tails import normal_quantile
from dashboard.synthesis.effects import ASSUMED_ROUTES
from dashboard.synthesis.eligibility import Question
from dashboard.synthesis.pooling import Pooled, pool
from dashboard.synthesis.scales import back_transform, scale_of

GROUP_COLUMNS = (
    "group",
    "k",
    "studies",
    "patients",
    "without_n",
    "derived",
    "assumed",
    "estimate",
    "ci_low",
    "ci_high",
    "pi_low",
    "pi_high",
    "tau2",
    "tau2_low",
    "tau2_high",
    "i2",
    "h2",
    "q",
    "q_p",
    "warnings",
)


@dataclass(frozen=True)
class Summary:
    """`rows`: the eligible rows with natural-scale intervals and weights; `groups`: one row a group.

    In `rows`, `shown_low` and `shown_high` are the printed interval where there is one (`interval` is "reported"), else
    the interval behind the pooling ("computed", or "assumed" where follow-up had to be assumed); `weight` sums to 1 in
    each group and is nan for arms that the reader took out (`excluded`). Survival is 0..1, medians in months.
    `pooled` holds the result on the pooling scale by group.
    """

    rows: pd.DataFrame
    groups: pd.DataFrame
    pooled: dict[str, Pooled]
    scale: str


def summarise(
    rows: pd.DataFrame,
    scale: str,
    *,
    method: str = "REML",
    test: str = "hksj-adhoc",
    excluded: Collection[str] = (),
) -> Summary:
    """Pool `Eligible.rows` (or `Contrasts.rows` with a `group` column) by group.

    `scale` is `Question.scale` ("log" for contrasts); `excluded` names arm keys that the reader took out: they stay in
    the rows, without weight. Groups keep the order in which they first occur.
    """
    frame = rows.reset_index(drop=True).copy()
    if "estimate" not in frame:
        frame["estimate"] = frame["hazard_ratio"]
    yi, se = frame["yi"].to_numpy(dtype=float), np.sqrt(frame["vi"].to_numpy(dtype=float))
    z = normal_quantile(0.975)
    ends = np.column_stack([scale_of(scale).back(yi - z * se), scale_of(scale).back(yi + z * se)])
    printed = frame["ci_low"].notna() & frame["ci_high"].notna()
    assumed = frame["route"].isin(list(ASSUMED_ROUTES))
    frame["shown_low"] = frame["ci_low"].astype(float).where(printed, ends.min(axis=1))
    frame["shown_high"] = frame["ci_high"].astype(float).where(printed, ends.max(axis=1))
    frame["interval"] = np.where(printed, "reported", np.where(assumed, "assumed", "computed"))
    frame["excluded"] = frame["arm_key"].isin(list(excluded))
    frame["weight"] = nan

    pooled: dict[str, Pooled] = {}
    groups = []
    for name, members in frame.groupby("group", sort=False, dropna=False):
        used = members[~members["excluded"]]
        if used.empty:
            continue
        result = pool(used["yi"], used["vi"], method=method, test=test)
        frame.loc[used.index, "weight"] = result.weights
        pooled[str(name)] = result
        groups.append(_group(str(name), used, result, scale))
    return Summary(frame, pd.DataFrame(groups, columns=list(GROUP_COLUMNS)), pooled, scale)


def _group(name: str, used: pd.DataFrame, result: Pooled, scale: str) -> dict[str, object]:
    natural = back_transform(result, scale)
    sizes = pd.to_numeric(used["n"], errors="coerce")
    return {
        "group": name,
        "k": result.k,
        "studies": int(used["study_id"].nunique()),
        "patients": int(sizes.sum()),
        "without_n": int(sizes.isna().sum()),
        "derived": int((used["status"] == "derived").sum()),
        "assumed": int(used["route"].isin(list(ASSUMED_ROUTES)).sum()),
        **{key: getattr(natural, key) for key in ("estimate", "ci_low", "ci_high", "pi_low", "pi_high")},
        "tau2": result.tau2,
        "tau2_low": result.tau2_ci[0],
        "tau2_high": result.tau2_ci[1],
        "i2": result.i2,
        "h2": result.h2,
        "q": result.q,
        "q_p": result.q_p,
        "warnings": "\n".join(result.warnings),
    }


def in_words(group: pd.Series, label: str, question: Question, endpoint: str = "overall survival") -> str:
    """One group of `Summary.groups` as a sentence for the screen: estimate, intervals, counts and what is assumed."""
    number = _percent if question.quantity == "survival" else _months
    unit = "" if question.quantity == "survival" else " months"
    when = f"{question.milestone_months / 12:g}-year" if question.quantity == "survival" else "median"
    head = (
        f"{label}: {when} {endpoint} {number(group['estimate'])}{unit} "
        f"(95% CI {number(group['ci_low'])} to {number(group['ci_high'])})"
    )
    patients = f"{group['patients']:,} patients" + (
        f" and {group['without_n']} arms of unstated size" if group["without_n"] else ""
    )
    sources = f"{_count(group['k'], 'arm')} of {_count(group['studies'], 'study', 'studies')}, {patients}"
    if group["k"] == 1:
        return f"{head}. One arm only, {patients}: nothing is pooled."
    parts = [f"{head}, from {sources}."]
    if not isnan(group["pi_low"]):
        parts.append(
            f"In a further study of this kind it may lie anywhere from {number(group['pi_low'])} to "
            f"{number(group['pi_high'])}{unit} (95% prediction interval)."
        )
    if not isnan(group["i2"]):
        parts.append(f"I² {group['i2']:.0f}%.")
    if group["derived"]:
        parts.append(f"{_count(group['derived'], 'figure is', 'figures are')} derived, not printed.")
    if group["assumed"]:
        parts.append(f"The variance of {_count(group['assumed'], 'arm')} rests on its number of patients.")
    return " ".join(parts)


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%"


def _months(value: float) -> str:
    return f"{value:.0f}"


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
