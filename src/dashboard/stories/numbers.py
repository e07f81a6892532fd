"""Placeholders of a story: `{{s60 study/arm}}` becomes the printed figure, or an error that names it."""

from __future__ import annotations

import math
import re
from typing import Final

import pandas as pd

from dashboard.comparison.words import percent

PLACEHOLDER: Final = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
SIGNS: Final = {"=": "", ">": "more than ", "<": "less than ", "~": "about "}


class StoryError(ValueError):
    """A placeholder or a link of a story that the table or the app does not know."""


def resolve(text: str, table: pd.DataFrame, endpoint: str = "os") -> str:
    """The text with every placeholder replaced. Raises StoryError on the first that the table cannot answer."""
    return PLACEHOLDER.sub(lambda found: value_of(found[1], table, endpoint), text)


def value_of(asked: str, table: pd.DataFrame, endpoint: str = "os") -> str:
    """One placeholder in words.

    `s60 arm` survival at 60 months; `median arm`; `n arm`; `hr arm comparator` a hazard ratio with its interval;
    `total study`; `followup study`. An arm is `study_id/arm_id`.
    """
    what, *keys = asked.split()
    if what in ("total", "followup") and len(keys) == 1:
        return _of_study(what, keys[0], table, asked)
    arms = table[table["arm_key"] == keys[0]] if keys else table.iloc[:0]
    if arms.empty:
        raise StoryError(f"{{{{{asked}}}}}: the study table holds no such arm")
    if what == "n":
        return _known(arms.iloc[0]["n"], asked, "{:,.0f}")
    figures = arms[arms["endpoint"] == endpoint]
    if what == "median":
        return _printed(figures[figures["measure"] == "median_months"], asked)
    if what == "hr" and len(keys) == 2:
        return _ratio(figures, keys[1], asked)
    if re.fullmatch(r"s\d+", what):
        at = (figures["measure"] == "survival") & (figures["time_months"] == float(what[1:]))
        return _printed(figures[at], asked)
    raise StoryError(f"{{{{{asked}}}}}: a placeholder is s<months>, median, n, hr, total or followup")


def _of_study(what: str, study_id: str, table: pd.DataFrame, asked: str) -> str:
    rows = table[table["study_id"] == study_id]
    if rows.empty:
        raise StoryError(f"{{{{{asked}}}}}: the study table holds no such study")
    if what == "total":
        return _known(rows.iloc[0]["n_total"], asked, "{:,.0f}")
    return _known(rows.iloc[0]["follow_up_median_months"], asked, "{:g} months")


def _known(value: object, asked: str, form: str) -> str:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        raise StoryError(f"{{{{{asked}}}}}: the source does not state it")
    return form.format(float(str(value)))


def _one(figures: pd.DataFrame, asked: str) -> pd.Series:
    exact = figures[figures["qualifier"].isin(list(SIGNS))]
    if len(exact) != 1:
        raise StoryError(f"{{{{{asked}}}}}: the table holds {len(exact)} such figures, exactly one is needed")
    return exact.iloc[0]


def _printed(figures: pd.DataFrame, asked: str) -> str:
    row = _one(figures, asked)
    value = float(row["value"])
    if not math.isfinite(value):
        raise StoryError(f"{{{{{asked}}}}}: the figure has no value")
    unit = percent(value) if row["measure"] == "survival" else f"{value:g} months"
    return SIGNS[str(row["qualifier"])] + unit


def _ratio(figures: pd.DataFrame, comparator: str, asked: str) -> str:
    arm_id = comparator.partition("/")[2]
    row = _one(
        figures[(figures["measure"] == "hazard_ratio") & (figures["comparator_arm_id"] == arm_id).fillna(False)], asked
    )
    low, high = float(row["ci_low"]), float(row["ci_high"])
    interval = f"95% CI {low:g} to {high:g}" if math.isfinite(low) and math.isfinite(high) else "CI not reported"
    return f"{row['value']:g} ({interval})"
