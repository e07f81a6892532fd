"""The plot of a cohort over the published arms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.cohort.fits import analyse
from dashboard.cohort.published import published
from dashboard.cohort.thinning import COLUMNS
from dashboard.comparison.curves import build
from dashboard.evidence import load
from dashboard.figures.cohort import MOST_TICKS, cohort_figure, horizon_of, tick_months
from dashboard.figures.theme import ink
from dashboard.selection import Selection

TABLE = load()
CURVES = build(TABLE)
BEHIND = published(TABLE, CURVES, Selection(sites=("colorectal",), modalities=("resection",)))
NAMES = ["<b>bold</b>", "%{x}", "<a href='javascript:1'>a</a>"]


def cohort(n: int = 150, names: list[str] | None = None, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    died, left = rng.exponential(50, n), rng.uniform(12, 118, n)
    group = pd.Series([names[i % len(names)] for i in range(n)] if names else [pd.NA] * n, dtype="string")
    return pd.DataFrame({"time_months": np.minimum(died, left), "event": died <= left, "group": group})


def checked(figure: go.Figure) -> go.Figure:
    """The figure after plotly's own checks, its numbers as plain arrays."""
    return go.Figure(data=figure._data, layout=figure._layout)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("unit", ["months", "years"])
def test_plotly_accepts_it_and_everything_is_there(unit: str, dark: bool):
    figure = checked(cohort_figure(analyse(cohort()), BEHIND, CURVES, unit=unit, dark=dark))
    shown = [trace.name for trace in figure.data if trace.showlegend is not False]
    assert shown[-1] == "Your patients (n = 150)" and "95% prediction" in shown and "95% CI" in shown
    assert f"Pooled, {BEHIND.pooled.arms} arms (n = {BEHIND.pooled.patients:,})" in shown
    own = next(trace for trace in figure.data if trace.name == shown[-1])
    assert own.line.shape == "hv" and own.line.color == ink(dark).text
    pooled = next(trace for trace in figure.data if trace.name.startswith("Pooled"))
    scale = 12 if unit == "years" else 1
    assert max(pooled.x) * scale <= min(BEHIND.pooled.months[-1], 120) + 1e-9


def test_a_curve_ends_with_its_last_patient_and_its_tail_is_thin():
    analysis = analyse(cohort())
    figure = cohort_figure(analysis)
    group = analysis.groups[0]
    lines = [trace for trace in figure._data if trace["mode"] == "lines"]
    main, tail = [trace for trace in lines if trace["line"]["shape"] == "hv"][-2:]
    assert max(tail["x"]) == group.last_months and max(main["x"]) == min(tail["x"])
    assert tail["line"]["width"] < main["line"]["width"]
    assert group.at_risk(max(main["x"]) + 1e-9) < 10 <= group.at_risk(max(main["x"]))


def test_names_are_shown_as_typed():
    figure = cohort_figure(analyse(cohort(names=NAMES)), BEHIND, CURVES)
    texts = str([(t.get("name"), t.get("hovertemplate")) for t in figure._data]) + str(figure._layout["annotations"])
    assert "<b>bold" not in texts and "&lt;b&gt;bold&lt;/b&gt;" in texts
    assert "href='javascript" not in texts.replace("&lt;a href='javascript", "") and "<a" not in texts
    assert "%{x}" not in texts.replace("%{x:.3g}", "")


def test_numbers_at_risk_stand_under_the_ticks():
    analysis = analyse(cohort(names=["a", "b"]))
    figure = cohort_figure(analysis)
    ticks = tick_months(horizon_of(analysis))
    notes = [n for n in figure._layout["annotations"] if n["xref"] == "x"]
    assert len(notes) == 2 * len(ticks)
    for group, start in zip(analysis.groups, (0, len(ticks)), strict=True):
        found = [int(n["text"].replace(",", "")) for n in notes[start : start + len(ticks)]]
        assert found == [group.at_risk(t) for t in ticks]
    assert figure._layout["margin"]["b"] > 4 * 17


@pytest.mark.parametrize("horizon", [24, 36, 60, 84, 120, 180, 240, 360, 600])
def test_ticks_are_few_enough_for_a_telephone(horizon: int):
    ticks = tick_months(horizon)
    assert ticks[0] == 0 and ticks[-1] <= horizon and len(ticks) <= MOST_TICKS + 1


def test_a_large_cohort_is_drawn_with_no_more_points_than_a_screen_has():
    figure = cohort_figure(analyse(cohort(40_000)))
    assert max(len(trace["x"]) for trace in figure._data) <= COLUMNS + 2


def test_odd_cohorts_are_drawn():
    once = pd.DataFrame({"time_months": [0.0], "event": [True], "group": pd.Series([pd.NA], dtype="string")})
    for frame in (once, once.assign(event=False), once.assign(time_months=700.0)):
        checked(cohort_figure(analyse(frame), BEHIND, CURVES))
