"""The frame run without a browser: totals, counts, empty selections, faults and missing evidence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import paths
from dashboard.evidence import EvidenceError
from dashboard.intake.safe_text import to_csv
from dashboard.selection import Selection, apply, facet_counts, totals
from dashboard.ui import context as ui_context
from dashboard.ui import navigation
from dashboard.ui.chart import file_stem
from dashboard.ui.context import OpenTable
from dashboard.ui.empty import ways_out
from dashboard.ui.starting_points import STARTING_POINTS, what_starts
from dashboard.ui.words import totals_sentence

FILTERS_SET = {"site": "sites", "modality": "modalities", "min_n": "min_n"}
MAIN = paths.ROOT / "src" / "dashboard" / "main.py"


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(MAIN), default_timeout=30)


def said(app: AppTest) -> str:
    return "\n".join(str(each.value) for each in (*app.title, *app.header, *app.markdown, *app.caption, *app.warning))


def sent(app: AppTest, has: str) -> dict[str, Any]:
    """What the component whose data has this name was given."""
    for element in app.get("bidi_component"):
        data = json.loads(element.proto.json or "{}")
        if has in data:
            return data
    raise AssertionError(f"no component with {has}")


def test_totals_and_counts_follow_the_filters(app: AppTest, table: pd.DataFrame):
    app.run().multiselect(key="site").set_value(["Renal"]).run()
    app.multiselect(key="modality").set_value(["Ablation"]).run()
    selection = Selection(
        sites=("renal",),
        modalities=("rfa", "mwa", "cryoablation", "ethanol-injection", "laser-ablation", "ablation-mixed"),
    )
    assert totals_sentence(totals(apply(table, selection))) in said(app)
    expected = facet_counts(table, selection)
    filters = sent(app, "counts")
    for facet in ("site", "design", "centers", "endpoint"):
        found = {slug: pair[0] for slug, pair in filters["counts"][facet].items()}
        assert found == {slug: each["studies"] for slug, each in expected[facet].items()}
    treatments = filters["counts"]["modality"]
    assert treatments["family:surgery"][0] == expected["family"]["surgery"]["studies"]
    assert treatments["rfa"][0] == expected["modality"]["rfa"]["studies"]
    assert set(filters["chosen"]["modality"]) == set(selection.modalities)


def test_an_empty_selection_offers_what_helps(app: AppTest, table: pd.DataFrame):
    app.run().multiselect(key="site").set_value(["Renal"]).run()
    app.multiselect(key="modality").set_value(["Radiation"]).run()
    assert app.header[0].value == "No published figure answers these filters"
    studies = totals(apply(table, Selection(sites=("renal",)))).studies
    assert f"Any treatment: {studies} studies" in [button.label for button in app.button]
    app.button(key="widen_modality").click().run()
    assert app.multiselect(key="modality").value == []
    assert app.multiselect(key="site").value == ["Renal"]


def test_ways_out_are_counted_one_filter_at_a_time(table: pd.DataFrame):
    selection = Selection(sites=("renal",), modalities=("sbrt", "prrt"), min_n=20)
    ways = ways_out(OpenTable(table, "own-test"), selection, lambda wider: totals(apply(table, wider)).studies)
    without = {name: totals(apply(table, selection.without(field))).studies for name, field in FILTERS_SET.items()}
    assert {way.name: way.studies for way in ways} == {name: found for name, found in without.items() if found}
    assert [way.studies for way in ways] == sorted(without.values(), reverse=True)[: len(ways)]
    assert ways


@pytest.mark.parametrize("index", range(len(STARTING_POINTS)))
def test_every_starting_point_finds_studies(table: pd.DataFrame, index: int):
    assert totals(apply(table, STARTING_POINTS[index].selection)).studies > 0


def test_a_starting_point_replaces_the_filters_before_it(app: AppTest):
    app.query_params.update({"design": "Retrospective series", "min_n": "50", "site": "Breast"})
    app.run()
    assert app.multiselect(key="design").value == ["Retrospective series"] and app.number_input(key="min_n").value == 50
    point = next(each for each in STARTING_POINTS if each.name == "Renal")
    for name, value in what_starts(point).items():
        app.session_state[name] = value
    app.run()
    assert app.multiselect(key="site").value == ["Renal"]
    assert sent(app, "counts")["chosen"]["design"] == [] and sent(app, "counts")["chosen"]["min_n"] == 0


def test_missing_evidence_is_a_page_that_says_what_to_do(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    def missing() -> pd.DataFrame:
        raise EvidenceError("The study table is missing", "data/studies.parquet", "Run `make data`.")

    monkeypatch.setattr(ui_context, "shared", missing)
    app.run()
    assert not app.exception
    assert "The study table cannot be read" in said(app) and "make data" in said(app)


def test_a_page_that_fails_is_a_calm_message(app: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "compare.py").write_text("raise RuntimeError('secret detail')\n", encoding="utf-8")
    monkeypatch.setattr(navigation, "PAGES_DIR", tmp_path)
    app.run()
    assert not app.exception
    assert "This view could not be drawn" in said(app)
    assert "secret detail" not in said(app) and "Traceback" not in said(app)


def test_a_session_reads_its_own_table_and_no_other_session_does(table: pd.DataFrame):
    own = table[table["primary_site"].eq("renal")]
    mine = AppTest.from_file(str(MAIN), default_timeout=30)
    mine.session_state[ui_context.OWN_TABLE] = OpenTable(own, "own-1234")
    mine.run()
    other = AppTest.from_file(str(MAIN), default_timeout=30).run()
    assert totals_sentence(totals(apply(own, Selection()))) in said(mine)
    assert totals_sentence(totals(apply(table, Selection()))) in said(other)


def test_a_csv_keeps_numbers_and_disarms_formulas():
    frame = pd.DataFrame({"n": [1, -2], "said": ["=HYPERLINK(1)", "-5"], "name": ["Müller", None]})
    text = to_csv(frame).decode("utf-8-sig")
    assert text.splitlines() == ["n,said,name", "1,'=HYPERLINK(1),Müller", "-2,-5,"]


def test_file_names_say_what_they_are():
    assert file_stem("Overall survival by treatment, n = 649") == "overall-survival-by-treatment-n-649"
    assert file_stem("…") == "figure"
