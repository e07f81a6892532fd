"""The Pooled survival, Methods and About pages run without a browser."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import paths
from dashboard.ui.context import OpenTable
from dashboard.ui.study_links import study_links

MAIN = paths.ROOT / "src" / "dashboard" / "main.py"


def opened(page: str, **link: str) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page(str(paths.PAGES_DIR / page)).run()


def chosen(app: AppTest, **values: str) -> AppTest:
    """After these choices of the row of controls, which is a component."""
    for name, value in values.items():
        app.session_state[name] = value
    return app.run()


def said(app: AppTest) -> str:
    assert not app.exception
    assert "This view could not be drawn" not in [each.value for each in app.header]
    return "\n".join(str(each.value) for each in (*app.title, *app.header, *app.markdown, *app.caption, *app.info))


def test_a_study_taken_out_moves_the_estimate_and_comes_back():
    app = opened("pooled.py", site="Colorectal", modality="Resection")
    before = said(app)
    assert "5-year overall survival after resection" in before and "prediction interval" in before
    after = said(app.multiselect(key="out").set_value(["kanemitsu-2026"]).run())
    assert after != before and "20 arms of" in after and "21 arms of" in before
    assert said(app.multiselect(key="out").set_value([]).run()) == before


def test_the_milestone_the_group_and_the_estimator_answer_anew():
    app = opened("pooled.py", site="Colorectal")
    assert "Median overall survival" in said(chosen(app, milestone="Median"))
    assert "by primary site" in said(chosen(app, group="Primary site"))
    assert app.selectbox(key="method").value == "REML"


@pytest.mark.parametrize(
    "panel", ["Funnel plot", "Effect by era", "Moderators", "Leave one out", "Cumulative", "Sensitivity"]
)
def test_a_panel_is_computed_when_it_is_opened(panel: str):
    app = opened("pooled.py", site="Colorectal", modality="Resection")
    assert not app.subheader
    app.session_state["panel"] = panel
    said(app.run())
    assert next(each.value for each in app.subheader).endswith("Resection")


def test_within_studies_two_treatments_are_compared_and_an_overlap_is_refused():
    app = opened("pooled.py", view="Within studies")
    app.session_state["view"] = "Within studies"
    text = said(app.run())
    assert "Hazard ratio for overall survival, Surgery v ablation" in text and "every study is its own control" in text
    assert "derived from printed survival" in said(app.toggle(key="derived").set_value(True).run())
    assert "share no patients" in said(chosen(app, comparator="Resection"))


def test_hazard_ratio_as_a_measure_leads_to_every_printed_comparison_within_studies():
    app = opened("pooled.py")
    text = said(chosen(app, milestone="Hazard ratio"))
    assert "Overall survival by comparison" in text and "Below 1 favours the treatment named first" in text
    assert "every study is its own control" in text
    two = said(app.segmented_control(key="view").set_value("Within studies").run())
    assert "Surgery v ablation" in two
    back = said(app.segmented_control(key="view").set_value("Across studies").run())
    assert back.count("5-year overall survival") and app.session_state["milestone"] == "5 years"


def test_a_link_to_the_hazard_ratio_leads_there_too():
    assert "Overall survival by comparison" in said(opened("pooled.py", milestone="Hazard ratio"))


def test_groups_are_tested_only_for_who_asks():
    app = opened("pooled.py", site="Colorectal")
    app.session_state["groups_side_by_side"] = True
    closed = said(app.run())
    assert "Why there is no test" in closed and "p < 0.001" not in closed and "Q = " not in closed
    shown = said(app.toggle(key="between").set_value(True).run())
    assert "Test that all" in shown and "not why" in shown


def test_links_lead_to_study_pages_but_not_out_of_a_session_with_its_own_table():
    table = pd.DataFrame({"study_id": ["fong-1999", "a&b"]})
    assert study_links(OpenTable(table, "shipped-test-links")) == {
        "fong-1999": "studies?paper=fong-1999",
        "a&b": "studies?paper=a%26b",
    }
    assert study_links(OpenTable(table, "own-1234")) == {}


@pytest.mark.parametrize(("page", "words"), [("methods.py", "Measured accuracy"), ("about.py", "Not medical advice")])
def test_methods_and_about_say_what_they_must(page: str, words: str):
    assert words in said(opened(page))
