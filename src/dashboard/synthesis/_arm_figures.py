"""The figures of each arm that may answer a question, read from the study table; which of several comes first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dashboard.synthesis._rows import CARRIED, Record, records
from dashboard.synthesis.question import Question
from dashboard.vocabulary import ORIGIN_PREFERENCE

FIGURE_COLUMNS = (*CARRIED, "centers", "follow_up_median_months", "flags")
"""Columns of the study table that an arm that may be pooled brings along."""
_MEASURE_OF = {"survival": "survival", "median": "median_months"}
_MILESTONE_TOLERANCE_MONTHS = 0.5


def read(
    table: pd.DataFrame, question: Question
) -> tuple[dict[str, Record], dict[str, list[Record]], dict[str, dict[str, float]]]:
    """By arm: a row of it, its figures that answer the question, and its deaths and number at risk."""
    own = ("measure", "value", "reported")
    measure = _MEASURE_OF[question.quantity]
    keys = table["arm_key"].to_numpy(dtype=object)
    with_arm = table["arm_key"].notna().to_numpy()
    asked = with_arm & (table["endpoint"] == question.endpoint).fillna(False).to_numpy(dtype=bool)
    relevant = np.flatnonzero(asked & table["measure"].isin([measure, "deaths", "n_at_risk"]).to_numpy()).tolist()
    # An arm is described by a row of the asked endpoint where it has one: time origins differ between endpoints.
    described: dict[str, int] = {}
    for row in (*np.flatnonzero(asked).tolist(), *np.flatnonzero(with_arm & ~asked).tolist()):
        described.setdefault(keys[row], row)
    in_order = [described[key] for key in dict.fromkeys(keys[with_arm].tolist())]
    by_arm = records(table, FIGURE_COLUMNS, in_order)
    arms = {record["arm_key"]: record for record in by_arm}

    figures: dict[str, list[Record]] = {}
    support: dict[str, dict[str, float]] = {}
    for record in records(table, (*FIGURE_COLUMNS, *own), relevant):
        key = record["arm_key"]
        if record["measure"] == "deaths":
            support.setdefault(key, {})["events"] = record["value"]
        elif record["measure"] == measure and _at_milestone(record, question):
            figures.setdefault(key, []).append(record)
        elif record["measure"] == "n_at_risk" and _at_milestone(record, question):
            support.setdefault(key, {})["n_at_risk"] = record["value"]
    return arms, figures, support


def _at_milestone(record: Record, question: Question) -> bool:
    if question.quantity == "median":
        return record["measure"] != "n_at_risk"
    time = record["time_months"]
    return time is not None and abs(float(time) - question.milestone_months) <= _MILESTONE_TOLERANCE_MONTHS


def derived_of(derived: pd.DataFrame | None, question: Question) -> dict[str, Record]:
    if derived is None or not question.include_derived or question.quantity != "survival":
        return {}
    return {record["arm_key"]: record for record in records(derived, ("arm_key", "survival", "se"))}


def preference(figure: Record) -> tuple[bool, int, bool]:
    origin = figure["time_origin"] or "not-stated"
    place = ORIGIN_PREFERENCE.index(origin) if origin in ORIGIN_PREFERENCE else len(ORIGIN_PREFERENCE)
    return figure["qualifier"] not in ("=", None), place, figure["ci_low"] is None
