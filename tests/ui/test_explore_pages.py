"""The pages of exploring, run without a browser: everything, one study, nothing, and links that are wrong."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import paths
from dashboard.explore.judgement import OVERALL, Judgement, to_json
from dashboard.ui import quality_view
from dashboard.ui.open_study import STUDY

MAIN = paths.ROOT / "src" / "dashboard" / "main.py"
PAGES = ("evidence_map.py", "eras.py", "studies.py", "stories.py")


def opened(page: str, **values: object) -> AppTest:
    """A page with these widgets set."""
    app = AppTest.from_file(str(MAIN), default_timeout=60).run()
    for name, value in values.items():
        app.session_state[name] = value
    return app.switch_page(str(paths.PAGES_DIR / page)).run()


def said(app: AppTest) -> str:
    """All text of a page that was drawn without a fault."""
    assert not app.exception
    assert "This view could not be drawn" not in [each.value for each in app.header]
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.info, app.warning, app.error)
    return "\n".join(str(each.value) for kind in kinds for each in kind)


def component(app: AppTest, title: str) -> dict:
    """What a table component was given."""
    for element in app.get("bidi_component"):
        data = json.loads(element.proto.json or "{}")
        if data.get("title") == title:
            return data
    raise AssertionError(f"no component {title}")


def test_the_whole_table_is_on_every_page():
    assert "Overall survival: 51 of 105 combinations" in said(opened("evidence_map.py"))
    assert "arms print 5-year survival" in said(opened("eras.py"))
    everything = opened("studies.py", all_studies_listed=True)
    assert "studies in the table" in said(everything)
    data = component(everything, "Studies")
    assert len(data["rows"]) == 200 < data["total"]


@pytest.mark.parametrize("page", ["evidence_map.py", "eras.py"])
def test_an_empty_selection_says_what_to_widen(page: str):
    text = said(opened(page, q="no such words anywhere"))
    assert "No published figure answers these filters" in text


def test_an_empty_selection_leaves_the_lists_standing():
    app = opened("studies.py", q="no such words anywhere")
    assert "0 studies with a figure that answers the filters" in said(app)
    assert component(app, "Studies")["rows"] == []
    assert "None yet" in said(opened("studies.py", q="no such words anywhere", studies_view="Quality"))


def test_a_filter_that_leaves_one_study_leaves_one_everywhere():
    app = opened("studies.py", q="fairweather-2017")
    assert "1 study with a figure" in said(app)
    assert [row["value"] for row in component(app, "Studies")["rows"]] == ["fairweather-2017"]
    assert "5 arms print 5-year survival" in said(opened("eras.py", q="fairweather-2017"))
    said(opened("evidence_map.py", q="fairweather-2017"))
    quality = component(opened("studies.py", q="fairweather-2017", studies_view="Quality"), "Computed quality")
    assert [row["value"] for row in quality["rows"]] == ["fairweather-2017"]


@pytest.mark.parametrize("study_id", ["fairweather-2017", "fairweather-2017", "adam-2024", "hardy-1998"])
def test_a_study_has_its_page(study_id: str):
    app = opened("studies.py", **{STUDY: study_id})
    text = said(app)
    assert "Its curves" in text and "Study quality" in text and "Every printed figure" in text
    assert not [box for box in app.selectbox if box.label == "Instrument"], "the form is drawn when it is opened"


def test_a_review_without_figures_has_its_page():
    from dashboard.evidence import load

    table = load()
    study_id = str(table.loc[table["row_kind"] == "study", "study_id"].iloc[0])
    assert "there is nothing to draw" in said(opened("studies.py", **{STUDY: study_id}))


@pytest.mark.parametrize(
    ("page", "name", "value"),
    [
        ("evidence_map.py", "level", "Nonsense"),
        ("eras.py", "eras_by", "Nonsense"),
        ("studies.py", "studies_view", "Nonsense"),
        ("studies.py", STUDY, "nobody-1900"),
        ("studies.py", "study", "nobody-1900"),
        ("stories.py", "story", "Nonsense"),
    ],
)
def test_a_wrong_value_in_a_link_is_named_and_the_page_is_drawn(page: str, name: str, value: str):
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app.query_params[name] = value
    app.query_params["site"] = "Renal"
    app.run()
    app = app.switch_page(str(paths.PAGES_DIR / page)).run()
    text = said(app)
    assert app.multiselect(key="site").value == ["Renal"] or page == "stories.py"
    if name != "study":  # an old name is read only in the first run of a session, which AppTest spends on Compare
        assert value in text


@pytest.mark.parametrize("page", PAGES)
def test_no_page_holds_the_filters_of_another_visit(page: str):
    app = opened(page, site=["Renal"])
    if page != "stories.py":
        assert app.multiselect(key="site").value == ["Renal"]
    back = app.switch_page(str(paths.PAGES_DIR / "compare.py")).run()
    assert "This view could not be drawn" not in said(back)


def test_a_passage_moves_the_plot_and_a_story_opens_with_its_view():
    app = opened("stories.py", design=["Retrospective series"])
    assert not app.query_params.get("design"), "the story's view, not the reader's filters"
    assert app.multiselect(key="site").value == ["Neuroendocrine"]
    before = next(each.value for each in app.subheader)
    app.number_input(key="passage").set_value(2)
    app.multiselect(key="modality").set_value(["Resection"]).run()
    after = next(each.value for each in app.subheader)
    assert after != before and "arm by arm" in after


def filters_of(app: AppTest) -> dict[str, list[str]]:
    """Primary site and treatment as the sidebar holds them."""
    return {name: app.multiselect(key=name).value for name in ("site", "modality")}


def test_a_story_that_was_only_opened_gives_the_filters_back():
    app = opened("stories.py", site=["Renal"], modality=["Surgery"])
    assert filters_of(app) == {"site": ["Neuroendocrine"], "modality": []}
    app.switch_page(str(paths.PAGES_DIR / "compare.py")).run()
    assert filters_of(app) == {"site": ["Renal"], "modality": ["Surgery"]}


def test_what_was_chosen_beside_a_story_is_kept_and_the_filters_before_it_are_a_click_away():
    app = opened("stories.py", site=["Renal"])
    assert [each.label for each in app.button].count("Back to my filters") == 1
    app.multiselect(key="modality").set_value(["Resection"]).run()
    app.switch_page(str(paths.PAGES_DIR / "compare.py")).run()
    assert filters_of(app) == {"site": ["Neuroendocrine"], "modality": ["Resection"]}
    app = opened("stories.py", site=["Renal"])
    next(each for each in app.button if each.label == "Back to my filters").click().run()
    assert filters_of(app) == {"site": ["Renal"], "modality": []}
    assert "Back to my filters" not in [each.label for each in app.button]


class Upload:
    """What the uploader hands over."""

    def __init__(self, text: str) -> None:
        self.content = text.encode()
        self.size = len(self.content)

    def getvalue(self) -> bytes:
        return self.content


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict:
    kept: dict = {}
    monkeypatch.setattr(quality_view.st, "session_state", kept)
    monkeypatch.setattr(quality_view, "write", kept.update)
    return kept


def test_an_imported_file_brings_its_judgements_and_its_view(state: dict):
    judged = Judgement("fong-1999", "ROBINS-I", {OVERALL: "Serious"})
    text = to_json({judged.study_id: judged}, data_version="abc", view="site=Renal&min_n=20&studies_view=Quality")
    state[quality_view.IMPORT_KEY] = Upload(text)
    quality_view._imported()
    assert state[quality_view.JUDGEMENTS] == {"fong-1999": judged}
    assert state["site"] == ["Renal"] and state["min_n"] == 20 and state["studies_view"] == "Quality"
    kind, words = state[quality_view.NOTE]
    assert kind == "info" and "1 judgement imported" in words and "data version abc" in words


@pytest.mark.parametrize("text", ["", "{}", "[1]"])
def test_a_file_that_is_none_changes_nothing(state: dict, text: str):
    state[quality_view.IMPORT_KEY] = Upload(text)
    quality_view._imported()
    assert state[quality_view.NOTE][0] == "error" and quality_view.JUDGEMENTS not in state and "site" not in state
