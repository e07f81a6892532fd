"""Eras: who is drawn, what the trend rests on, and when what was studied."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.comparison.curves import Curves
from dashboard.explore.eras import (
    GROUPS,
    QUANTITIES,
    Eras,
    eras,
    eras_table,
    finding,
    studied,
    studied_finding,
    studied_table,
)
from dashboard.explore.milestones import effects
from dashboard.figures.eras import eras_figure, studied_figure
from dashboard.selection import Selection, apply
from dashboard.synthesis import Question, eligible, meta_regression
from dashboard.vocabulary import FAMILIES


def of_selection(table: pd.DataFrame, curves: Curves, selection: Selection, quantity: str, column: str) -> Eras:
    months = QUANTITIES[quantity]
    chosen = curves.of_rows(apply(table, selection))
    return eras(curves, effects(table, curves, months), chosen, column=column, months=months)


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_a_trend_is_the_regression_over_the_arms_that_may_be_pooled(table, curves, quantity: str):
    found = of_selection(table, curves, Selection(modalities=("resection",)), quantity, "modality")
    trend = found.trends[0]
    months = QUANTITIES[quantity]
    question = Question(
        quantity="median" if months is None else "survival", milestone_months=months or 60, group="modality"
    )
    right = eligible(apply(table, Selection(modalities=("resection",))), question).rows
    assert trend.arms == len(right)
    middle = (right["era_start"].astype(float) + right["era_end"].astype(float)) / 2 - 2000
    fit = meta_regression(right["yi"], right["vi"], middle.to_numpy(), test="hksj-adhoc")
    at = fit.predict(np.array([trend.years[0] - 2000]))["estimate"].iloc[0]
    back = np.exp(at) if months is None else np.exp(-np.exp(at))
    assert trend.mean[0] == pytest.approx(back, abs=1e-9)
    assert (trend.low <= trend.mean).all() and (trend.mean <= trend.high).all()


@pytest.mark.parametrize("column", GROUPS.values())
def test_every_arm_drawn_printed_its_figure(table, curves, column: str):
    found = of_selection(table, curves, Selection(), "5-year survival", column)
    exact = table[(table["measure"] == "survival") & (table["time_months"] == 60) & (table["qualifier"] == "=")]
    assert set(zip(found.arms["study_id"], found.arms["value"], strict=True)) <= set(
        zip(exact["study_id"], exact["value"], strict=True)
    )
    figure = eras_figure(found)
    go.Figure(figure.to_dict())  # plotly finds nothing to object to
    drawn = sum(len(trace.x) for trace in figure.data if trace.mode == "markers")
    assert drawn == len(found.arms) == len(eras_table(found))
    assert f"{len(found.arms)} arms print 5-year survival" in finding(found, "5-year survival")


def test_few_arms_give_no_trend_and_none_give_words(table, curves):
    renal = of_selection(table, curves, Selection(sites=("renal",)), "5-year survival", "family")
    assert not renal.trends and "no trend is drawn" in finding(renal, "5-year survival")
    nothing = of_selection(table, curves, Selection(text="no such words"), "5-year survival", "family")
    assert finding(nothing, "5-year survival").startswith("No arm")
    eras_figure(nothing)


def test_years_studied_are_those_of_enrolment(table):
    rows = apply(table, Selection(sites=("uveal-melanoma",)))
    found = studied(rows)
    for year, family in ((2005, "surgery"), (2015, "intra-arterial")):
        own = rows[
            rows["era_basis"].ne("publication")
            & rows["family"].eq(family)
            & rows["era_start"].le(year)
            & rows["era_end"].ge(year)
        ]
        counted = found.loc[(found["family"] == family) & (found["year"] == year), "studies"]
        assert (counted.iloc[0] if len(counted) else 0) == own["study_id"].nunique()
    strip = studied_figure(found, span=(1980, 2025))
    go.Figure(strip.to_dict())
    assert len(strip.data) == found["family"].nunique()
    families = [found[found["family"] == family] for family in FAMILIES if family in set(found["family"])]
    for trace, own in zip(strip.data, families, strict=True):
        thickness = np.asarray(trace.y[: len(trace.y) // 2]) - np.asarray(trace.y[len(trace.y) // 2 :])[::-1]
        shown = dict(zip(np.asarray(trace.x[: len(thickness)])[::2] + 0.5, thickness[::2], strict=True))
        assert {year for year, thick in shown.items() if thick > 0} == set(own["year"])
        for row in own.itertuples():
            assert shown[row.year] == pytest.approx(0.84 * row.studies / found["studies"].max())
    assert studied_finding(found).count(";") == len(strip.data) - 1
    assert len(studied_table(found)) == len(found)
    assert studied(rows.iloc[:0]).empty
