from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.figures.bubble import bubble, regression_line
from dashboard.figures.forest import forest
from dashboard.figures.forest_layout import ROW_PIXELS
from dashboard.figures.forest_rows import row_texts
from dashboard.figures.funnel import funnel
from dashboard.figures.specification import specification_figure
from dashboard.figures.theme import ink
from dashboard.synthesis import Question, contrasts, eligible, meta_regression, specification, summarise

STUDIES = pd.read_parquet(Path(__file__).parents[2] / "data" / "studies.parquet")
QUESTION = Question()
TABLE = STUDIES[STUDIES["modality"].isin(["resection", "rfa", "radioembolization"])]
SUMMARY = summarise(eligible(TABLE, QUESTION).rows, QUESTION.scale, excluded={"fong-1999/resection"})
RESECTION = SUMMARY.rows[SUMMARY.rows["group"] == "resection"]


def trace(figure, name):
    return next(t for t in figure.data if t.name == name)


@pytest.mark.parametrize("dark", [False, True])
def test_forest_draws_every_arm_once(dark):
    figure = forest(SUMMARY.rows, SUMMARY.groups, dark=dark)
    points = [t for t in figure.data if t.mode == "markers"]
    drawn = [tuple(ids) for t in points for ids in t.customdata]
    assert len(drawn) == len(SUMMARY.rows)
    assert set(drawn) == set(SUMMARY.rows[["arm_key", "study_id"]].itertuples(index=False, name=None))
    assert len(figure.data) <= 8
    by_key = dict(zip((ids[0] for ids in trace(figure, "Arms").customdata), trace(figure, "Arms").x, strict=True))
    assert by_key["fairweather-2017/rfa"] == pytest.approx(84)  # per cent on the axis
    low, high = figure.layout.xaxis.range
    assert low < 0 and high > 100  # all of 0 to 100%, marks at the ends included
    go.Figure(figure.to_dict())  # plotly finds nothing to object to


def test_forest_rows_never_overlap():
    figure = forest(SUMMARY.rows, SUMMARY.groups)
    places = np.sort(figure.layout.yaxis.tickvals)
    low, high = figure.layout.yaxis.range
    inner = figure.layout.height - figure.layout.margin.t - figure.layout.margin.b
    pixels = np.diff(places) * inner / (high - low)
    assert pixels.min() >= ROW_PIXELS * 0.95 > 1.4 * figure.layout.yaxis.tickfont.size
    assert len({y for t in figure.data if t.mode == "markers" for y in t.y}) == len(SUMMARY.rows)


def test_forest_tells_printed_from_computed_and_out():
    figure = forest(SUMMARY.rows, SUMMARY.groups)
    assert trace(figure, "Interval as printed").line.dash == "solid"
    assert trace(figure, "Interval computed or assumed").line.dash == "dot"
    printed = [x for x in trace(figure, "Interval as printed").x if not np.isnan(x)]
    assert len(printed) == 2 * (SUMMARY.rows["interval"] == "reported").sum()
    arms = trace(figure, "Arms")
    symbols = dict(zip((ids[0] for ids in arms.customdata), arms.marker.symbol, strict=True))
    assert symbols.pop("fong-1999/resection") == "x-thin-open"
    assert set(symbols.values()) == {"square"}
    derived = trace(forest(SUMMARY.rows.assign(status="derived"), SUMMARY.groups), "Arms")
    assert set(derived.marker.symbol) == {"square-open", "x-thin-open"}


def test_forest_diamonds_are_the_pooled_intervals():
    figure = forest(SUMMARY.rows, SUMMARY.groups)
    diamonds = [x for x in trace(figure, "Pooled").x if not np.isnan(x)]
    pooled = SUMMARY.groups[SUMMARY.groups["k"] > 1]
    assert len(diamonds) == 5 * len(pooled)
    assert diamonds[0] == pytest.approx(100 * pooled["ci_low"].iloc[0])
    assert diamonds[1] == pytest.approx(100 * pooled["estimate"].iloc[0])
    prediction = [x for x in trace(figure, "Prediction interval").x if not np.isnan(x)]
    assert prediction[0] == pytest.approx(100 * pooled["pi_low"].iloc[0])


def test_forest_sorts_inside_groups():
    figure = forest(SUMMARY.rows, SUMMARY.groups, sort="estimate", descending=True)
    resection = set(RESECTION["arm_key"])
    points = trace(figure, "Arms")
    shown = [x for x, ids in zip(points.x, points.customdata, strict=True) if ids[0] in resection]
    assert shown == sorted(shown, reverse=True)
    with pytest.raises(ValueError, match="'weight'"):
        forest(SUMMARY.rows, SUMMARY.groups, sort="weight")


def test_forest_of_hazard_ratios_and_of_nothing():
    found = contrasts(STUDIES, "radioembolization-plus-systemic", "systemic").rows.assign(group="all")
    summary = summarise(found, "log")
    figure = forest(summary.rows, summary.groups, quantity="hazard_ratio")
    assert figure.layout.xaxis.type == "log" and len(figure.layout.shapes) == 1
    assert sorted(trace(figure, "Arms").x) == pytest.approx([0.92, 1.04, 1.07])
    empty = summarise(SUMMARY.rows.iloc[:0], QUESTION.scale)
    assert not [t for t in forest(empty.rows, empty.groups).data if t.mode == "markers"]


def test_labels_are_text_not_markup():
    rows = SUMMARY.rows.assign(label="<b>size < 5 cm & more</b>")
    figure = forest(rows, SUMMARY.groups)
    assert any("&lt;b&gt;size &lt; 5 cm &amp; mor" in text for text in figure.layout.yaxis.ticktext)


def test_names_lead_to_their_study_where_there_is_an_address():
    words = row_texts(SUMMARY.rows, "survival", {"fong-1999": "studies?study=fong-1999"})
    shown = list(forest(SUMMARY.rows, SUMMARY.groups, words=words).layout.yaxis.ticktext)
    linked = [text for text in shown if "<a " in text]
    assert linked and all(text.startswith('<a href="studies?study=fong-1999"') for text in linked)
    plain = list(forest(SUMMARY.rows, SUMMARY.groups).layout.yaxis.ticktext)
    assert [text.split(">")[1].removesuffix("</a") if text in linked else text for text in shown] == plain


@pytest.mark.parametrize("dark", [False, True])
def test_funnel_has_higher_survival_on_the_right(dark):
    figure = funnel(RESECTION, SUMMARY.pooled["resection"], SUMMARY.scale, dark=dark)
    low, high = figure.layout.xaxis.range
    assert low > high  # cloglog falls as survival rises
    assert figure.layout.yaxis.range[1] == 0
    points = trace(figure, "Arms")
    assert len(points.x) == RESECTION["weight"].notna().sum()
    assert points.customdata.shape[1] == 2
    region = trace(figure, "95% region without heterogeneity")
    assert region.x[1] == SUMMARY.pooled["resection"].estimate


def test_bubble_line_stays_inside_the_studies():
    years = RESECTION["era_start"].astype(float)
    fit = meta_regression(RESECTION["yi"], RESECTION["vi"], years - 2000)
    line = regression_line(fit, SUMMARY.scale, years.min(), years.max(), 2000)
    assert (line["x"].min(), line["x"].max()) == (years.min(), years.max())
    assert ((line["ci_low"] < line["estimate"]) & (line["estimate"] < line["ci_high"])).all()
    assert line[["pi_low", "pi_high"]].to_numpy().min() >= 0 and line["pi_high"].max() <= 1
    figure = bubble(RESECTION, "era_start", line)
    assert list(figure.layout.yaxis.range) == [0, 100]
    assert trace(figure, "Meta-regression").y[0] == pytest.approx(100 * line["estimate"].iloc[0])
    assert len(trace(figure, "Arms").x) == RESECTION["weight"].notna().sum()


def test_specification_marks_every_choice():
    frame = specification(TABLE, QUESTION, methods=("REML", "DL"), transforms=("cloglog", "logit"))
    figure = specification_figure(frame)
    assert len(figure.data) == 4
    assert len(trace(figure, "As asked").x) == 1
    assert len(trace(figure, "Other choices").x) == len(frame) - 1
    assert len(trace(figure, "Choices").x) == 3 * len(frame)
    assert trace(figure, "Other choices").customdata.shape == (len(frame) - 1, 3)


@pytest.mark.parametrize("dark", [False, True])
def test_no_placeholder_colours(dark):
    figures = [
        forest(SUMMARY.rows, SUMMARY.groups, dark=dark),
        funnel(RESECTION, SUMMARY.pooled["resection"], SUMMARY.scale, dark=dark),
        bubble(RESECTION, "era_start", dark=dark),
        specification_figure(specification(TABLE, QUESTION, methods=("REML",), transforms=("plain",)), dark=dark),
    ]
    for figure in figures:
        go.Figure(figure.to_dict())
        assert figure.layout.font.color == ink(dark).text
        for drawn in figure.data:
            style = drawn.line.color if drawn.mode == "lines" else None
            assert drawn.mode != "lines" or style
            assert "markers" not in drawn.mode or drawn.marker.color is not None
