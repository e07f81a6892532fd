"""Comparisons within studies in words: the question, the pooled ratios, what derived ratios may be off by."""

from __future__ import annotations

from collections.abc import Mapping
from math import expm1

from dashboard.evidence.words import count
from dashboard.pooled.within import Within
from dashboard.pooled.words import lower_first, result, where
from dashboard.selection import Selection
from dashboard.survival.accuracy import Measured
from dashboard.vocabulary import ENDPOINTS, label

_IN_WORDS = 2


def within_answer(within: Within, first: str, second: str, endpoint: str) -> str:
    """The pooled hazard ratio in a sentence; with nothing to pool, what there is instead."""
    name = lower_first(label(ENDPOINTS, endpoint))
    pair = f"{first} v {lower_first(second)}"
    if within.summary.groups.empty:
        both = within.left_out["study_id"].nunique()
        if not both:
            return f"No study of this selection treated patients with both: {pair}."
        return (
            f"{count(both, 'study', 'studies')} treated patients with both ({pair}), but none prints a hazard ratio "
            f"for {name} that may be pooled. The list below says why; derived ratios may be added under Method."
        )
    group = within.summary.groups.iloc[0].to_dict()
    text = f"Hazard ratio for {name}, {pair}: {result(group, 'hazard_ratio')}."
    favours = first if group["estimate"] < 1 else second
    sure = not group["ci_low"] <= 1 <= group["ci_high"]
    text += f" Below 1 favours {lower_first(first)}; " + (
        f"these studies favour {lower_first(favours)}."
        if sure
        else "the interval holds 1: these studies do not tell them apart."
    )
    derived = f", {within.derived} derived from printed survival" if within.derived else ""
    return f"{text} {within.printed} printed{derived}."


def every_question(selection: Selection) -> str:
    """The question of all comparisons together, as a title."""
    return f"{label(ENDPOINTS, selection.endpoint)} by comparison, {where(selection)}, within the same studies"


def every_answer(within: Within, labels: Mapping[str, str], endpoint: str) -> str:
    """The comparisons with most studies, each with its pooled ratio, and how many more there are."""
    name = lower_first(label(ENDPOINTS, endpoint))
    groups = within.summary.groups
    if groups.empty:
        return f"No study of this selection prints a hazard ratio for {name} between two treatments that may be shown."
    largest = sorted(groups.to_dict("records"), key=lambda group: -group["k"])
    several = max(1, sum(group["k"] > 1 for group in largest[:_IN_WORDS]))
    told = [f"{labels[str(g['group'])]} {result(g, 'hazard_ratio')}" for g in largest[:several]]
    more = len(largest) - several
    rest = f"; {count(more, 'more comparison')} below" if more else ""
    derived = f", {within.derived} derived from printed survival" if within.derived else ""
    return (
        f"Hazard ratios for {name}: {'; '.join(told)}{rest}. Below 1 favours the treatment named first. "
        f"{within.printed} printed{derived}."
    )


def within_question(first: str, second: str, selection: Selection) -> str:
    """The question of the view within studies, as a title."""
    endpoint = label(ENDPOINTS, selection.endpoint)
    return f"{endpoint} after {lower_first(first)} v {lower_first(second)}, {where(selection)}, within the same studies"


def within_error(measured: Measured | None) -> str:
    """How far derived hazard ratios lie from those of the full data; that it is unknown, if not measured."""
    if measured is None:
        return "How far derived hazard ratios lie from the truth has not been measured here."
    return (
        f"Derived hazard ratios: on average {100 * expm1(measured['value']):.0f}% off those of the full data in "
        f"{measured['cases']} trials reduced to a median and four rates; with fewer printed figures the error is "
        "larger."
    )
