"""What a chart sends to the browser: so written that it is drawn once, and with the numbers it was given."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dashboard.comparison.view import compare
from dashboard.figures.curves import survival_figure
from dashboard.figures.theme import figure, layout
from dashboard.selection import Selection, apply
from dashboard.ui.chart import SELECTING, converted


def drawn(table, curves, **filters):
    selection = Selection(**filters)
    return survival_figure(curves, compare(table, curves, apply(table, selection), selection).groups)


def sent(fig, mode=None):
    return json.loads(converted(fig, mode).to_json())


def test_gaps_and_numbers_arrive_as_plain_lists():
    fig = figure([{"type": "scatter", "x": np.array([0.0, 1 / 3, np.nan]), "y": np.array([1, 2, 3])}], layout(False))
    (trace,) = sent(fig)["data"]
    assert trace["x"] == [0.0, 0.333333, None] and trace["y"] == [1, 2, 3]


@pytest.mark.parametrize("mode", SELECTING)
def test_a_copy_of_the_figure_is_not_drawn_again(table, curves, mode):
    spec = sent(drawn(table, curves, sites=("renal",)), mode)
    assert "bdata" not in json.dumps(spec) and "template" not in spec["layout"] and spec["layout"]["datarevision"]
    assert SELECTING[mode].items() <= spec["layout"].items()


def test_a_figure_is_converted_once(table, curves):
    fig = drawn(table, curves, sites=("renal",))
    assert converted(fig).to_dict() is converted(fig).to_dict()


def test_printed_figures_without_an_interval_share_one_trace_with_their_own_looks(table, curves):
    marks = [trace for trace in drawn(table, curves, sites=("renal", "breast")).data if trace.mode == "markers"]
    together = [trace for trace in marks if trace.error_x.array is None and trace.error_y.array is None]
    assert len(together) == 1
    (trace,) = together
    assert {len(part) for part in (trace.y, trace.text, trace.marker.symbol, trace.marker.color)} == {len(trace.x)}
    assert len(set(trace.marker.symbol)) > 2 and trace.marker.opacity == 1


def test_a_figure_is_written_once_and_says_the_same_again(table, curves):
    fig = converted(drawn(table, curves, sites=("renal",)))
    trace = fig.to_dict()["data"][0]
    assert not isinstance(trace["x"], (list, np.ndarray)), "written already"
    assert fig.to_json() == fig.to_json()
