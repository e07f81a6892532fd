"""The page Your data without a browser: bring evidence, see what was read, use it everywhere, forget it."""

from __future__ import annotations

import importlib.util
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import paths
from dashboard.evidence import load
from dashboard.evidence.tables import ARM_COLUMNS, OUTCOME_COLUMNS, STUDY_COLUMNS
from dashboard.intake.evidence_template import template_workbook
from dashboard.intake.limits import IntakeError
from dashboard.selection import Selection, apply, totals
from dashboard.ui import own_data
from dashboard.ui.links import OWN_VERSION
from dashboard.ui.words import totals_sentence

MAIN = paths.ROOT / "src" / "dashboard" / "main.py"
BAD = Path(__file__).parents[1] / "bad_input"
MANIFEST = json.loads((BAD / "manifest.json").read_text(encoding="utf-8"))
WIDE = (
    "study,year,label,primary_site,modality,n,survival_unit,median_os_months,os_12,os_60\n"
    "Zephyr 2019,2019,Resection,renal,resection,41,percent,33 mo,88 %,\"41,5\"\n"
    "Zephyr 2019,2019,Ablation,renal,rfa,22,percent,>24,79,\n"
    "Quill 2021,2021,Resection,renal,resection,60,percent,40,90,52\n"
)  # fmt: skip
PAGES = ("compare.py", "pooled.py", "evidence_map.py", "eras.py", "studies.py", "stories.py", "methods.py", "about.py")


def opened() -> AppTest:
    return go(AppTest.from_file(str(MAIN), default_timeout=60).run(), "your_data.py")


def section() -> AppTest:
    """The section alone, without the frame around it."""

    def draw() -> None:
        from dashboard.ui.your_evidence import your_evidence

        your_evidence(None)

    return AppTest.from_function(draw, default_timeout=60).run()


def go(app: AppTest, page: str) -> AppTest:
    return app.switch_page(str(paths.PAGES_DIR / page)).run()


def said(app: AppTest) -> str:
    assert not app.exception
    texts = (*app.title, *app.header, *app.subheader, *app.markdown, *app.caption, *app.info, *app.warning, *app.error)
    words = "\n".join(str(each.value) for each in texts)
    assert "could not be drawn" not in words and "Traceback" not in words
    return words


def bring(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    uploads = [(name, content, "application/octet-stream") for name, content in files]
    return app.file_uploader(key=f"{own_data.PREFIX}evidence_files_0").set_value(uploads).run()


def grids(app: AppTest) -> dict[str, dict]:
    """Every table of the page as the browser was given it, by its title."""
    given = [json.loads(element.proto.json or "{}") for element in app.get("bidi_component")]
    return {each["title"]: json.loads(each["packed"]) for each in given if "packed" in each}


def listed(app: AppTest, title: str) -> pd.DataFrame:
    grid = grids(app)[title]
    return pd.DataFrame(
        [[cell["t"] for cell in row] for row in grid["rows"]], columns=[column["t"] for column in grid["columns"]]
    )


def use(app: AppTest) -> AppTest:
    return next(button for button in app.button if button.label.startswith("Use ")).click().run()


def wide(app: AppTest) -> AppTest:
    return use(bring(app, ("wide.csv", WIDE.encode())))


def opened_table(app: AppTest) -> pd.DataFrame:
    return app.session_state["_page_context"].table


def test_a_wide_sheet_is_read_reported_and_used():
    app = bring(opened(), ("wide.csv", WIDE.encode()))
    words = said(app)
    assert "2 studies, 3 arms and 8 figures can be used" in words
    assert "read as something other than typed" in "".join(each.label for each in app.expander)
    readings = listed(app, "Readings")
    shown = set(zip(readings["typed"], readings["read as"], strict=True))
    assert {("88 %", "0.88"), ("41,5", "0.415"), ("33 mo", "33")} <= shown
    assert "**Yours:**" not in words
    assert len(opened_table(app)) == len(load())
    use(app)
    assert "**Yours:** 2 studies added" in said(app)
    table = opened_table(app)
    mine = table[table["own"]]
    assert set(mine["first_author"]) == {"Zephyr (yours)", "Quill (yours)"}
    assert len(table) == len(load()) + 8


def test_every_page_works_on_added_evidence_and_names_whose_it_is():
    app = wide(opened())
    totals_now = totals(apply(opened_table(app), Selection()))
    assert totals_sentence(totals_now) in said(app)
    assert totals_now.studies == totals(apply(load(), Selection())).studies + 2
    for page in PAGES:
        words = said(go(app, page))
        assert "**Yours:** 2 studies added" in words, page
    app.session_state["site"] = []
    app.session_state["q"] = "yours"
    go(app, "compare.py")
    (grid,) = (grid for grid in grids(app).values() if "total" in grid)
    assert [row[1]["t"] for row in grid["rows"]] == [
        "Zephyr (yours) 2019", "Quill (yours) 2021", "Zephyr (yours) 2019"
    ]  # fmt: skip


def test_compare_opens_on_the_sites_of_ones_own_arms():
    app = wide(opened())
    next(button for button in app.button if button.label == "Compare").click().run()
    words = said(app)
    assert app.session_state["site"] == ["Renal"] and "renal" in app.title[0].value.lower()
    assert "**Yours:** 2 studies added" in words and "(yours)" in str(grids(app))


def test_every_page_works_on_evidence_that_replaces_the_shipped_one():
    app = wide(opened())
    app.radio[0].set_value("Work on mine alone").run()
    assert "2 studies instead of the shipped evidence" in said(app)
    for page in PAGES:
        said(go(app, page))
        assert set(opened_table(app)["study_id"]) == {"own-1", "own-2"}
    go(app, "your_data.py").radio[0].set_value("Add mine to the shipped evidence").run()
    assert opened_table(app)["study_id"].nunique() == load()["study_id"].nunique() + 2


def test_bad_rows_wait_and_good_ones_are_used():
    bad = WIDE.replace("renal,rfa", "moon,rfa").replace("60,percent,40", "60,percent,NR")
    app = bring(opened(), ("wide.csv", bad.encode()))
    problems = listed(app, "Problems")
    assert list(problems.columns) == ["sheet", "row", "column", "value", "rule", "message", "remedy"]
    assert {("3", "primary_site", "moon"), ("4", "median_os_months", "NR")} <= set(
        zip(problems["row"], problems["column"], problems["value"], strict=True)
    )
    assert any(button.label == "Marked copy" for button in app.get("download_button"))
    use(app)
    table = opened_table(app)
    assert table.loc[table["own"], "arm_key"].nunique() == 2


def test_a_study_whose_arms_all_wait_waits_with_them():
    bad = WIDE.replace("2021,Resection,renal", "2021,Resection,moon")
    app = bring(opened(), ("wide.csv", bad.encode()))
    assert "1 study, 2 arms and 5 figures can be used; 1 row of studies, 1 row of arms" in said(app)
    assert "**Yours:** 1 study added" in said(use(app))


def test_the_unit_is_asked_for_where_the_sheet_does_not_state_it():
    silent = "study,year,label,primary_site,modality,n,os_12\nA 2001,2001,x,renal,resection,9,69\n"
    app = bring(opened(), ("wide.csv", silent.encode()))
    assert "0 figures can be used" in said(app)
    choice = next(each for each in app.selectbox if each.label.startswith("Survival without"))
    assert "1 figure can be used" in said(choice.set_value("per cent").run())
    use(app)
    table = opened_table(app)
    assert table.loc[table["own"], "value"].tolist() == [0.69]


def test_template_and_three_csv_files_say_the_same():
    frames = pd.read_excel(io.BytesIO(template_workbook()), sheet_name=["studies", "arms", "outcomes"], dtype=str)
    frames["studies"]["notes"] = "read in full"  # the example as it stands is left out
    workbook = io.BytesIO()
    with pd.ExcelWriter(workbook) as writer:
        for name, frame in frames.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    book = use(bring(opened(), ("template.xlsx", workbook.getvalue())))
    csv = [(f"{name}.csv", frame.to_csv(index=False).encode()) for name, frame in frames.items()]
    three = use(bring(opened(), *csv))
    pd.testing.assert_frame_equal(opened_table(book), opened_table(three))


def test_the_untouched_example_of_the_template_is_left_out_with_a_notice():
    app = bring(opened(), ("template.xlsx", template_workbook()))
    assert "The example of the template (1 row of studies, 1 row of arms, 3 rows of outcomes)" in said(app)
    assert "No study can be used yet" in said(app)


def test_a_downloaded_table_can_be_brought_back_as_parquet():
    some = load()
    some = some[some["study_id"].isin(some["study_id"].dropna().unique()[:5])]
    buffer = io.BytesIO()
    some.to_parquet(buffer, index=False)
    app = use(bring(opened(), ("some.parquet", buffer.getvalue())))
    assert opened_table(app)["own"].sum() == len(some)


@pytest.fixture(scope="module")
def bad_files() -> dict[str, bytes]:
    spec = importlib.util.spec_from_file_location("make_bad_input", BAD / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {**{name: (BAD / name).read_bytes() for name in module.FILES}, **{n: f() for n, f in module.LARGE.items()}}


@pytest.mark.parametrize("name", sorted(MANIFEST))
def test_every_bad_file_is_answered_in_words(bad_files: dict[str, bytes], name: str):
    app = bring(section(), (name, bad_files[name]))
    said(app)
    if not any("can be used" in each.value for each in app.markdown):
        assert len(app.error) == 1 and app.error[0].value.count(" ") > 3
    assert not any(button.label.startswith("Use ") and not button.disabled for button in app.button)


def test_four_files_are_too_many():
    app = bring(section(), *[(f"{i}.csv", b"a,b\n1,2\n") for i in range(4)])
    assert "There are 4 files" in app.error[0].value


def texts_of(value: object) -> Iterator[str]:
    """Every text inside a plotly specification."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_of(each)


def test_markup_and_formulas_in_labels_are_text_everywhere():
    label = "<img src=x onerror=alert(1)> [link](https://example.org) ![i](https://example.org/x.png) **b** $x^2$"
    hostile = WIDE.replace("Resection,renal", f'"{label}",renal').replace(
        "Zephyr 2019,", '"<script>x</script> [s](//s)",'
    )
    app = bring(opened(), ("wide.csv", hostile.encode()))
    use(app)
    study = opened_table(app).query("own")["study_id"].iloc[0]
    drawn = 0
    for page in (*PAGES, "studies.py"):
        if drawn and page == "studies.py":
            app.session_state["paper"] = study
        words = said(go(app, page))
        for element in app.get("plotly_chart"):
            for text in texts_of(json.loads(element.proto.spec)):
                assert "<img" not in text and "<script" not in text, page
                drawn += "&lt;img" in text or "&lt;script" in text
        live = re.findall(r"(?<!\\)(?:<script|<img|\[link|\[i|\[s\]|\*\*b)", words)
        assert not live, (page, live)
        for element in app.get("html"):
            assert "<script>x" not in element.proto.body and "<img" not in element.proto.body
    assert drawn


def test_forgetting_returns_to_the_shipped_table_and_leaves_nothing():
    app = wide(opened())
    app.button(key="forget_own").click().run()
    words = said(app)
    assert "**Yours:**" not in words and "Zephyr" not in words
    assert "own" not in opened_table(app).columns
    left = {key: value for key, value in app.session_state.items() if str(key).startswith(own_data.PREFIX)}
    assert not any(left.values())
    assert app.file_uploader[0].key == f"{own_data.PREFIX}evidence_files_1"
    assert not app.file_uploader[0].value


def test_rows_of_a_digitised_curve_join_and_a_wrong_one_is_refused():
    study = dict.fromkeys(STUDY_COLUMNS) | {
        "study_id": "kite-2020", "first_author": "Kite A", "year": "2020", "title": "Digitised", "centers": "single",
        "design": "retrospective", "citation": "confirmed",
    }  # fmt: skip
    arm = dict.fromkeys(ARM_COLUMNS) | {
        "study_id": "kite-2020", "arm_id": "rfa", "label": "RFA", "primary_site": "renal", "modality": "rfa", "n": "30",
        "is_subgroup": "no",
    }  # fmt: skip
    figure = dict.fromkeys(OUTCOME_COLUMNS) | {
        "study_id": "kite-2020", "arm_id": "rfa", "endpoint": "os", "measure": "survival", "time_months": "12",
        "value": "0.8", "qualifier": "=", "time_origin": "treatment", "locator": "Figure 1, digitised",
    }  # fmt: skip
    frames = [pd.DataFrame([row]).astype("string") for row in (study, arm, figure)]

    def add(*tables) -> None:
        import streamlit as st

        from dashboard.intake.limits import IntakeError
        from dashboard.ui.own_data import add_rows, own_in_words

        try:
            add_rows(*tables)
        except IntakeError as error:
            st.error(str(error))
        st.markdown(own_in_words())

    app = AppTest.from_function(add, args=tuple(frames), default_timeout=60).run()
    assert app.markdown[0].value.startswith("**Yours:** 1 study added")
    again = app.run()
    assert "already" in again.error[0].value
    wrong = [frames[0], frames[1].assign(arm_id="mwa"), frames[2].assign(arm_id="mwa", value="1.8")]
    broken = AppTest.from_function(add, args=tuple(wrong), default_timeout=60).run()
    assert "value" in broken.error[0].value and broken.markdown[0].value == "**Yours:** , in this session only"


def test_a_link_of_a_view_of_own_data_holds_no_data_and_is_answered_elsewhere():
    app = go(wide(opened()), "compare.py")
    link = next(e for e in app.get("bidi_component") if "version" in (e.proto.json or ""))
    assert json.loads(link.proto.json)["version"] == OWN_VERSION
    for name in app.query_params:
        assert "zephyr" not in " ".join(app.query_params[name]).lower()
    other = AppTest.from_file(str(MAIN), default_timeout=60)
    other.query_params["data"], other.query_params["study"] = OWN_VERSION, "own-1"
    words = said(other.run())
    assert "does not know" in words and "“own-1” (study)" in words and "stayed with them" in words
    said(go(other, "studies.py"))


def test_nothing_to_use_is_refused_by_the_store():
    empty = [
        pd.DataFrame(columns=list(names), dtype="string") for names in (STUDY_COLUMNS, ARM_COLUMNS, OUTCOME_COLUMNS)
    ]
    with pytest.raises(IntakeError, match="no study"):
        own_data.keep_evidence(*empty, "add")


@pytest.mark.parametrize("page", ["studies.py", "compare.py", "pooled.py", "stories.py", "evidence_map.py"])
def test_forgetting_while_an_own_study_is_chosen_is_no_fault(page: str):
    app = wide(opened())
    if page in ("studies.py", "compare.py"):
        app.session_state["paper" if page == "studies.py" else "study"] = "own-1"
        go(app, page)
        assert "(yours)" in said(app) or page == "compare.py"
    elif page == "pooled.py":
        go(app, page).multiselect(key="out").set_value(["own-2"]).run()
    else:
        go(app, page)
    said(app)
    app.button(key="forget_own").click().run()
    assert "zephyr" not in said(app) and "quill" not in said(app)
    said(go(app, "your_data.py"))


def test_the_presenter_shows_own_studies_and_says_so_when_they_are_forgotten():
    app = wide(opened())
    app.session_state["present"] = "own-1"
    said(app.run())
    assert "(yours)" in "".join(element.proto.body for element in app.get("html"))
    app.session_state["present"] = ""
    app.run().button(key="forget_own").click().run()
    app.session_state["present"] = "own-1"
    assert "holds no study" in said(app.run())
