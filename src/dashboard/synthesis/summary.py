"""Eligible arms pooled by group: the numbers behind a forest plot, its table and its sentence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import isnan, nan
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.synthesis._model import Array
from dashboard.synthesis._tails import normal_quantile
from dashboard.synthesis.effects import ASSUMED_ROUTES
from dashboard.synthesis.pooling import Pooled, pool
from dashboard.synthesis.question import Question
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
    whole: Summary | None = None,
) -> Summary:
    """Pool `Eligible.rows` (or `Contrasts.rows` with a `group` column) by group.

    `scale` is `Question.scale` ("log" for contrasts); `excluded` names arm keys that the reader took out: they stay in
    the rows, without weight. Groups keep the order in which they first occur. `whole` is the summary of the same rows
    asked the same way with none taken out, where it is at hand: groups that lose no arm are taken from it.
    """
    frame = with_intervals(rows, scale)
    yi, vi = frame["yi"].to_numpy(dtype=float), frame["vi"].to_numpy(dtype=float)
    out = frame["arm_key"].isin(list(excluded)).to_numpy()
    counted = {
        "study": pd.factorize(frame["study_id"])[0],
        "n": _floats(frame["n"]),
        "derived": frame["status"].eq("derived").to_numpy(dtype=bool, na_value=False),
        "assumed": frame["route"].isin(list(ASSUMED_ROUTES)).to_numpy(),
    }
    weight = np.full(len(frame), nan)
    pooled: dict[str, Pooled] = {}
    groups = []
    codes, names = pd.factorize(frame["group"], use_na_sentinel=False)
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(len(names) + 1))
    columns = [] if whole is None else [whole.groups[name].tolist() for name in GROUP_COLUMNS]
    known = {row[0]: dict(zip(GROUP_COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)}
    for place, name in enumerate(map(str, names)):
        members = order[edges[place] : edges[place + 1]]
        used = members[~out[members]]
        if not len(used):
            continue
        if whole is not None and len(used) == len(members):
            result, group = whole.pooled[name], known[name]
        else:
            result = pool(yi[used], vi[used], method=method, test=test)
            group = _group(name, {key: values[used] for key, values in counted.items()}, result, scale)
        weight[used] = result.weights
        pooled[name] = result
        groups.append(group)
    frame = frame.assign(excluded=out, weight=weight)
    return Summary(frame, pd.DataFrame(groups, columns=list(GROUP_COLUMNS)), pooled, scale)


def with_intervals(rows: pd.DataFrame, scale: str) -> pd.DataFrame:
    """The rows with `estimate`, `shown_low`, `shown_high` and `interval`, see `Summary`; as they are if they have them.

    None of these depends on what is taken out.
    """
    if "interval" in rows:
        return rows
    frame = rows.reset_index(drop=True)
    yi = frame["yi"].to_numpy(dtype=float)
    reach = normal_quantile(0.975) * np.sqrt(frame["vi"].to_numpy(dtype=float))
    ends = np.column_stack([scale_of(scale).back(yi - reach), scale_of(scale).back(yi + reach)])
    low, high = _floats(frame["ci_low"]), _floats(frame["ci_high"])
    printed = ~np.isnan(low) & ~np.isnan(high)
    assumed = frame["route"].isin(list(ASSUMED_ROUTES))
    return frame.assign(
        estimate=frame["estimate"] if "estimate" in frame else frame["hazard_ratio"],
        shown_low=np.where(printed, low, ends.min(axis=1)),
        shown_high=np.where(printed, high, ends.max(axis=1)),
        interval=np.where(printed, "reported", np.where(assumed, "assumed", "computed")),
    )


def _floats(column: pd.Series) -> Array:
    """Numbers as floats, missing as nan."""
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=nan)


def _group(name: str, used: dict[str, npt.NDArray[Any]], result: Pooled, scale: str) -> dict[Any, Any]:
    natural = back_transform(result, scale)
    return {
        "group": name,
        "k": result.k,
        "studies": len(np.unique(used["study"])),
        "patients": int(np.nansum(used["n"])),
        "without_n": int(np.isnan(used["n"]).sum()),
        "derived": int(used["derived"].sum()),
        "assumed": int(used["assumed"].sum()),
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
    unstated = f" and {_count(group['without_n'], 'arm')} of unstated size" if group["without_n"] else ""
    patients = f"{group['patients']:,} patients{unstated}" if group["patients"] else "number of patients not stated"
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
