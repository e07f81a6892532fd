"""Patient cohort on the page Your data, without a browser: bring, confirm, result; and whatever else people upload."""

from __future__ import annotations

import gc
import importlib.util
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import paths
from dashboard.intake.cohort import Cohort
from dashboard.ui import own_data

MAIN = paths.ROOT / "src" / "dashboard" / "main.py"
BAD = Path(__file__).parents[1] / "bad_input"
MANIFEST = json.loads((BAD / "manifest.json").read_text(encoding="utf-8"))
HTML = "<img src=x onerror=alert(1)>"


def patients(n: int = 120, **columns: object) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    died, left = rng.exponential(50, n), rng.uniform(12, 110, n)
    frame = pd.DataFrame(
        {"os_months": np.minimum(died, left).round(1), "status": np.where(died <= left, "dead", "alive")}
    )
    return frame.assign(**columns)


def csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def opened() -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=60).run()
    app = app.switch_page(str(paths.PAGES_DIR / "your_data.py")).run()
    return app.segmented_control(key="part").set_value("Patient cohort").run()


def section() -> AppTest:
    """The section alone, without the frame around it."""

    def draw() -> None:
        from dashboard.selection import Selection
        from dashboard.ui.context import open_table, set_page_context
        from dashboard.ui.your_cohort import your_cohort

        your_cohort(set_page_context(open_table(), Selection()))

    return AppTest.from_function(draw, default_timeout=60).run()


def said(app: AppTest) -> str:
    assert not app.exception
    texts = (*app.title, *app.header, *app.subheader, *app.markdown, *app.caption, *app.info, *app.warning, *app.error)
    words = "\n".join(str(each.value) for each in texts).replace("\\", "")
    assert "could not be drawn" not in words and "Traceback" not in words
    return words


def bring(app: AppTest, content: bytes, name: str = "cohort.csv") -> AppTest:
    return app.file_uploader[0].set_value([(name, content, "application/octet-stream")]).run()


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def choose(app: AppTest, label: str, value: object) -> AppTest:
    boxes = [box for box in (*app.selectbox, *app.multiselect) if box.label == label]
    return boxes[-1].set_value(value).run()


def test_three_steps_from_a_file_to_a_sentence():
    app = opened()
    assert "**1 Bring a table**" in said(app)
    bring(app, csv(patients(**{"primary site": "Colorectal", "treatment": "Resection", "year": 2008})))
    assert "**2 Confirm how it is read**" in said(app) and own_data.COHORT not in app.session_state
    text = said(press(app, "Draw the curve"))
    assert "**3 Result**" in text and "Overall survival at 5 years:" in text and "pooled:" in text
    assert "a cohort of 120 patients, in this session only" in text
    assert "p =" not in text and "Read with care" in text
    kept = app.session_state[own_data.COHORT].patients
    assert len(kept) == 120 and kept["site"].eq("colorectal").all()


def test_nothing_is_drawn_while_a_unit_or_a_code_is_open():
    app = section()
    bring(app, csv(pd.DataFrame({"time": [1.5, 3.2, 7.7, 12.0], "status": ["A", "B", "A", "B"]})))
    text = said(app)
    assert "In which unit is the time?" in text and 'Which values of "status" mean that the patient died?' in text
    assert next(button for button in app.button if button.label == "Draw the curve").disabled
    choose(app, "Its unit", "years")
    text = said(choose(app, "These values mean the event", ["A"]))
    assert "would be left out" in text
    choose(app, "These mean alive or censored", ["B"])
    press(app, "Draw the curve")
    read = app.session_state[own_data.COHORT].patients
    assert read["time_months"].tolist() == pytest.approx([18, 38.4, 92.4, 144])
    assert read["event"].tolist() == [True, False, True, False]


def test_a_value_with_two_meanings_is_said_and_refused():
    app = bring(section(), csv(patients()))
    choose(app, "These mean alive or censored", ["alive", "dead"])
    assert "a value cannot mean both" in said(app)
    assert "cannot mean both the event and censored" in said(press(app, "Draw the curve"))
    assert own_data.COHORT not in app.session_state


def test_dates_of_start_and_last_contact():
    start = pd.Timestamp("2010-01-31") + pd.to_timedelta(np.arange(40), unit="D")
    frame = pd.DataFrame(
        {"surgery date": start.strftime("%d.%m.%Y"), "last contact": "31.12.2014", "dead": [1, 0] * 20}
    )
    app = bring(section(), csv(frame))
    assert next(box for box in app.radio).value == "Dates of start and last contact"
    press(app, "Draw the curve")
    assert app.session_state[own_data.COHORT].patients["time_months"].between(57, 60).all()


def test_groups_are_compared_with_intervals_and_a_p_value_only_on_request():
    frame = patients(group=["open", HTML] * 60)
    app = press(bring(section(), csv(frame)), "Draw the curve")
    text = said(app)
    assert HTML in text and "nobody was assigned to these groups at random" in text and "Log-rank" not in text
    tables = [each.value for each in app.dataframe]
    assert any("Hazard ratio (Cox)" in frame.to_string() for frame in tables)
    text = said(app.toggle[-1].set_value(True).run())
    assert "Log-rank test of 2 groups: p" in text
    choose(app, "Compared with", HTML)
    assert any("open" in frame.to_string() for frame in (each.value for each in app.dataframe))


def test_html_of_a_table_is_never_html_on_the_page():
    frame = patients(group=["a", HTML] * 60, treatment=HTML).rename(columns={"treatment": f"treatment {HTML}"})
    app = press(bring(section(), csv(frame), f"{HTML}.csv"), "Draw the curve")
    said(app)
    for each in (*app.markdown, *app.caption):
        assert not each.allow_html and HTML not in str(each.value)  # escaped, so that it is read as text


def test_only_patients_of_the_treatment_are_held_against_its_arms():
    frame = patients(site="colorectal", treatment=["resection"] * 100 + ["rfa"] * 20).rename(
        columns={"site": "primary"}
    )
    app = press(bring(section(), csv(frame)), "Draw the curve")
    assert "20 of your patients with another or no stated treatment are left out here." in said(app)
    assert "100 of your patients with another or no stated treatment" in said(choose(app, "Treatment", "rfa"))
    text = said(choose(app, "Treatment", "sbrt"))
    assert "left out here" not in text and "states another treatment than stereotactic" in text


def test_without_a_site_the_cohort_stands_alone_and_says_what_to_choose():
    app = press(bring(section(), csv(patients())), "Draw the curve")
    text = said(app)
    assert "Choose primary site and treatment" in text and "pooled: " not in text
    choose(app, "Primary site", "neuroendocrine")
    assert "published arms of neuroendocrine liver metastases" in said(choose(app, "Treatment", "resection"))


def test_problems_are_listed_and_the_others_used():
    frame = patients().astype({"os_months": "string"})
    frame.loc[3, "os_months"], frame.loc[7, "os_months"] = "twelve", "-4"
    app = press(bring(section(), csv(frame)), "Draw the curve")
    assert "2 of 120 patients are left out" in said(app)
    listed = next(each.value for each in app.dataframe if "What to do" in each.value)
    assert listed["Row"].tolist() == [5, 9] and listed["Value"].iloc[0] == "twelve"


def test_pasted_text_and_the_way_back():
    app = section()
    app.text_area[0].set_value("months\tstatus\n12\tdead\n30\talive\n44\tdead\n").run()
    press(app, "Read the table")
    press(app, "Draw the curve")
    assert "Only 3 patients" in said(app)
    assert "**2 Confirm" in said(press(app, "Read it another way")) and app.session_state[own_data.COHORT] is None
    text = said(press(app, "Another table"))
    assert "**1 Bring a table**" in text


def held(app: AppTest) -> dict[str, object]:
    """Everything in the memory of the session."""
    return {str(key): value for key, value in app.session_state.items()}


def test_columns_not_chosen_are_dropped_when_confirmed():
    app = bring(section(), csv(patients(name="Jane Doe", mrn=17)))
    task = held(app)[f"{own_data.PREFIX}cohort_task_0"]
    assert "name" in next(iter(task.sheets.values()))
    press(app, "Draw the curve")
    task = held(app)[f"{own_data.PREFIX}cohort_task_0"]
    assert [set(frame.columns) for frame in task.sheets.values()] == [{"os_months", "status"}]


def test_forgetting_leaves_nothing():
    app = opened()
    bring(app, csv(patients(group=["unmistakable", "b"] * 60)))
    press(app, "Draw the curve")
    assert "unmistakable" in said(app) and {"Task", "Cohort"} <= {type(value).__name__ for value in held(app).values()}
    app.button(key="forget_own").click().run()
    assert "**1 Bring a table**" in said(app) and "unmistakable" not in said(app)
    assert not {"Task", "Cohort"} & {type(value).__name__ for value in held(app).values()}
    assert "unmistakable" not in repr(held(app))


def test_two_sessions_do_not_see_each_other_and_no_cache_of_the_process_holds_a_patient():
    first = press(bring(section(), csv(patients(group=["first clinic", "other"] * 60))), "Draw the curve")
    second = press(bring(section(), csv(patients(group=["second clinic", "other"] * 60))), "Draw the curve")
    assert "first clinic" not in said(second) and "second clinic" not in said(first)
    del first, second
    gc.unfreeze()  # the frame freezes what is loaded after its first run: here, sessions of other tests
    gc.collect()
    assert not any(isinstance(each, Cohort) for each in gc.get_objects())


@pytest.fixture(scope="module")
def bad_files() -> dict[str, bytes]:
    spec = importlib.util.spec_from_file_location("make_bad_input", BAD / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {**{name: (BAD / name).read_bytes() for name in module.FILES}, **{n: f() for n, f in module.LARGE.items()}}


def test_bad_files_get_a_sentence_and_the_session_lives_on(bad_files: dict[str, bytes]):
    app = section()
    for name in sorted(MANIFEST):
        text = said(bring(app, bad_files[name], name))
        if "**2 Confirm" in text:
            button = next(button for button in app.button if button.label == "Draw the curve")
            if not button.disabled:
                text = said(button.click().run())
                assert "**3 Result**" in text or app.error, name
            press(app, "Another table")
        else:
            assert app.error and "**1 Bring a table**" in text, name
    assert "**2 Confirm" in said(bring(app, csv(patients(10))))


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"os_months": [0.0] * 4, "status": ["dead", "alive"] * 2, "group": ["a", "a", "b", "b"]}),
        pd.DataFrame({"os_months": [900.0], "status": ["alive"]}),
        pd.DataFrame({"os_months": np.arange(1.0, 31), "status": ["dead"] * 30, "group": [f"g{i}" for i in range(30)]}),
        pd.DataFrame({"os_months": [5.0, 6.0], "status": ["alive", "alive"], "group": ["x", None]}),
        pd.DataFrame({"os_months": [1e-9, 5.0], "status": ["dead", "dead"], "group": ["x", "y"]}),
    ],
)
def test_odd_cohorts_are_shown(frame: pd.DataFrame):
    assert "**3 Result**" in said(press(bring(section(), csv(frame)), "Draw the curve"))


def test_an_xlsx_with_two_sheets_asks_which():
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer) as writer:
        pd.DataFrame({"note": ["read me"]}).to_excel(writer, sheet_name="about", index=False)
        patients(20).to_excel(writer, sheet_name="data", index=False)
    app = bring(section(), buffer.getvalue(), "book.xlsx")
    assert next(b for b in app.button if b.label == "Draw the curve").disabled
    choose(app, "Sheet", "data")
    assert "**3 Result**" in said(press(app, "Draw the curve"))
