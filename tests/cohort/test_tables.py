"""Tables of a cohort: what the screen shows and what the downloads hold."""

from __future__ import annotations

import pandas as pd
import pytest

from dashboard.cohort import tables
from dashboard.cohort.fits import analyse
from dashboard.cohort.published import published
from dashboard.intake.problems import Problem
from dashboard.intake.safe_text import FORMULA_STARTS
from dashboard.selection import Selection

EVIL = "=HYPERLINK(1)"
HTML = "<img src=x onerror=alert(1)>"


@pytest.fixture
def grouped(make):
    frame = make(120)
    return frame.assign(group=pd.Series([EVIL, HTML, "+c"] * 40, dtype="string"))


@pytest.fixture(scope="module")
def behind(table, curves):
    return published(table, curves, Selection(sites=("colorectal",), modalities=("resection",)))


def formulas(frame: pd.DataFrame) -> list[str]:
    texts = [str(cell) for column in frame.select_dtypes(exclude="number") for cell in frame[column].dropna()]
    return [text for text in texts if text.startswith(FORMULA_STARTS)]


def test_the_grid_holds_every_group_the_pooled_curve_and_every_arm(grouped, behind, curves):
    analysis = analyse(grouped)
    grid = tables.grid(analysis, behind, curves, origin="treatment", colours=["#000000"] * 3)
    rows = grid["rows"]
    assert len(rows) == 3 + 2 + len(behind.members) == grid["total"]
    assert {len(row) for row in rows} == {len(grid["columns"])}
    assert {row[0]["t"] for row in rows[:3]} == {EVIL, HTML, "+c"}  # shown as text by the table, never as HTML
    own = analysis.groups[0]
    assert rows[0][1]["v"] == own.n and rows[0][2]["v"] == own.events
    assert rows[0][8]["v"] == own.at(60).value and not rows[0][8].get("s")
    pooled = behind.pooled_at(60)
    assert rows[3][8]["v"] == pooled.mean.value and rows[3][8]["s"] == "derived"
    assert rows[4][8]["t"] == f"{100 * pooled.further.low:.0f}% to {100 * pooled.further.high:.0f}%"
    statuses = {cell.get("s") for row in rows[5:] for cell in row}
    assert statuses == {None, "", "reported", "derived"}
    assert formulas(tables.grid_frame(grid)) == []


def test_without_arms_there_are_only_the_groups(make):
    grid = tables.grid(analyse(make()), None, None, origin=None, colours=["#000000"])
    assert grid["total"] == 1 and grid["rows"][0][4]["t"] == "not stated"


def test_rows_of_the_figure_say_what_each_number_is(grouped, behind, curves):
    rows = tables.curve_rows(analyse(grouped), behind, curves, 120)
    assert set(rows["Kind"]) == {tables.OWN, "derived: pooled, random effects", "reported"}
    assert formulas(rows) == []
    own = rows[rows["Kind"].eq(tables.OWN)]
    assert own["Survival"].between(0, 1).all() and own.groupby("Curve")["At risk"].is_monotonic_decreasing.all()


def test_groups_are_compared_without_a_p_value(grouped):
    analysis = analyse(grouped, reference=HTML)
    frame = tables.between_groups(analysis)
    assert set(frame["Reference"]) == {HTML} and len(set(frame["Group"])) == 2
    assert frame[frame["Measure"].eq("Hazard ratio (Cox)")]["Value"].gt(0).all()
    shown = tables.between_words(frame)
    said = shown.to_string() + frame.to_string()
    assert "p =" not in said and "p <" not in said and formulas(shown) == []
    text = tables.logrank_words(analysis.comparison)
    assert text.startswith("Log-rank test of 3 groups: p") and text.count(" v ") == 3
    assert tables.between_groups(analyse(grouped.assign(group=pd.Series([pd.NA] * 120, dtype="string")))).empty


def test_problems_of_a_file_cannot_run_as_formulas():
    frame = tables.problems_table([Problem("", 3, "=a", "=1+1", "number", "Not a number.", "Type one.")])
    assert formulas(frame) == [] and frame.loc[0, "Value"] == "'=1+1" and frame.loc[0, "Row"] == 3


def test_a_thinned_curve_says_so(make):
    assert "drawn, less than a pixel apart" in tables.drawing_words(analyse(make(20_000)), 120)
    assert tables.drawing_words(analyse(make(500)), 120) == "thin where fewer than 10 are at risk"


def test_numbers_at_risk_are_those_of_the_fit(make):
    frame = make(50)
    (_, numbers), *_ = tables.at_risk_table(analyse(frame), [0, 12, 60, 500])
    assert numbers[0] == "50" and numbers[-1] == "0"
    assert numbers[2] == str((frame["time_months"] >= 60).sum())
