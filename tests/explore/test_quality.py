"""Quality: computed facts, and a reader's judgements with their file and plots."""

from __future__ import annotations

import json

import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.explore.judgement import (
    FORMAT,
    NOT_JUDGED,
    OVERALL,
    TOOLS,
    Judgement,
    finding,
    from_json,
    judgement_table,
    shares,
    to_json,
    tool_for,
)
from dashboard.explore.quality import computed, quality_table
from dashboard.figures.traffic_light import summary_figure, traffic_light_figure

ROBINS = TOOLS["ROBINS-I"]
TWO = [
    Judgement("fong-1999", "ROBINS-I", {"Confounding": "Serious", OVERALL: "Serious"}, "no adjustment"),
    Judgement("choti-2002", "ROBINS-I", {"Confounding": "Low", OVERALL: "Serious"}),
]
NAMES = {"fong-1999": "Fong 1999", "choti-2002": "Choti 2002"}


@st.composite
def judged(draw: st.DrawFn) -> Judgement:
    tool = TOOLS[draw(st.sampled_from(list(TOOLS)))]
    domains = draw(st.lists(st.sampled_from((*tool.domains, OVERALL)), unique=True))
    levels = {domain: draw(st.sampled_from(tool.levels)) for domain in domains}
    study = draw(st.from_regex(r"[a-z-]{1,20}-[0-9]{4}", fullmatch=True))
    return Judgement(study, tool.name, levels, draw(st.text(max_size=50)))


@given(st.lists(judged(), unique_by=lambda j: j.study_id))
def test_what_is_exported_is_imported(judgements: list[Judgement]):
    kept = {j.study_id: j for j in judgements}
    assert from_json(to_json(kept, data_version="abc", view="site=Renal")) == (kept, "abc", "site=Renal")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tool": "NOS"}, "must be one of ROBINS-I, RoB 2"),
        ({"levels": {"Confounding": "Terrible"}}, "'Terrible'"),
        ({"levels": {"Luck": "Low"}}, "no domain 'Luck'"),
        ({"levels": []}, "levels must map"),
        ({"study_id": ""}, "without study_id"),
    ],
)
def test_a_bad_judgement_is_refused_by_name(change: dict, said: str):
    content = json.loads(to_json({"fong-1999": TWO[0]}, data_version="", view=""))
    content["judgements"][0] |= change
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        from_json(json.dumps(content))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "x"}', f'{{"format": "{FORMAT}", "version": 9}}', "[" * 9999]
)
def test_another_file_is_refused(text: str):
    with pytest.raises(ValueError, match="file"):
        from_json(text)


def test_shares_count_every_study_once_and_add_up():
    found = shares(TWO, ROBINS)
    assert (found.groupby("domain")["share"].sum() == 1).all()
    confounding = found[found["domain"] == "Confounding"].set_index("level")["share"]
    assert confounding["Serious"] == confounding["Low"] == 0.5
    missing = found[found["domain"] == "Missing data"].set_index("level")["share"]
    assert missing[NOT_JUDGED] == 1
    assert finding(TWO, ROBINS) == "Your ROBINS-I judgements of 2 studies: overall serious in 2."


@pytest.mark.parametrize("dark", [False, True])
def test_the_plots_show_every_disc_with_its_sign(dark: bool):
    lights = traffic_light_figure(TWO, ROBINS, NAMES, dark=dark)
    for figure in (lights, summary_figure(TWO, ROBINS, dark=dark)):
        go.Figure(figure.to_dict())  # plotly finds nothing to object to
    discs = {(x, y): sign for t in lights.data for x, y, sign in zip(t.x, t.y, t.text, strict=True)}
    assert len(discs) == 2 * 8 and discs[0, 2] == "×" and discs[0, 1] == "+" and discs[1, 1] == ""
    bars = summary_figure(TWO, ROBINS, dark=dark)
    assert sum(sum(trace.x) for trace in bars.data) == pytest.approx(8)
    assert list(judgement_table(TWO, ROBINS, NAMES)["Study"]) == ["Fong 1999", "Choti 2002"]


def test_the_instrument_follows_the_design():
    assert tool_for("rct") == "RoB 2" and tool_for("retrospective") == tool_for(None) == "ROBINS-I"


def test_computed_quality_is_facts_of_the_table(table):
    fairweather = dict(computed(table[table["study_id"] == "fairweather-2017"]))
    assert fairweather["Follow-up against the horizon"].startswith("median follow-up 44 months; figures printed to 120")
    assert "not stated for 15 of 15" in fairweather["Time origin"]
    assert "confidence interval printed for 0 of 15" in fairweather["Completeness"]
    peker = dict(computed(table[table["study_id"] == "peker-2015"]))
    assert "median contradicts a survival rate" in peker["Contradictions in the paper"]
    everything = quality_table(table)
    assert len(everything) == table["study_id"].nunique()
    assert (
        not everything.drop(columns="study_id").map(lambda cell: "nan" in cell.split() or "<NA>" in cell).any(axis=None)
    )
    assert isinstance(everything, pd.DataFrame)
