"""Digitised curve on the page Your data, without a browser: points, fit, arm."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import paths
from dashboard.ui import own_data

MAIN = paths.ROOT / "src" / "dashboard" / "main.py"
POINTS = "x, y\n0, 1\n" + "\n".join(f"{t}, {0.985**t:.4f}" for t in range(1, 61))
RISK = "0 12 24 36 48 60\n200 160 125 98 70 40"


def opened() -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=60).run()
    app = app.switch_page(str(paths.PAGES_DIR / "your_data.py")).run()
    return app.segmented_control(key="part").set_value("Digitised curve").run()


def said(app: AppTest) -> str:
    assert not app.exception
    texts = (*app.title, *app.header, *app.subheader, *app.markdown, *app.caption, *app.error)
    words = "\n".join(str(each.value) for each in texts).replace("\\", "")
    assert "could not be drawn" not in words and "Traceback" not in words
    return words


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def reconstructed(points: str = POINTS, risk: str = RISK) -> AppTest:
    app = opened()
    app.text_area[0].set_value(points)
    app.text_area[1].set_value(risk).run()
    return press(app, "Reconstruct")


def fill(app: AppTest, **texts: str) -> None:
    for label, value in texts.items():
        next(box for box in app.text_input if box.label.startswith(label)).set_value(value)
    for label, value in (("Primary site", "colorectal"), ("Treatment", "rfa")):
        [box for box in app.selectbox if box.label == label][-1].set_value(value)


def test_points_become_an_arm_that_every_page_knows_as_derived():
    app = reconstructed()
    text = said(app)
    assert "**2 See the fit**" in text and "200 patients," in text and "points of survival" in text
    fill(app, Label="RFA <b>only</b>", First="Zeta <i>Q</i>")
    text = said(press(app, "Add the arm"))
    assert "is an arm of your table now, marked derived" in text and "in this session only" in text
    table = app.session_state["_page_context"].table
    own = table[table["own"]]
    assert not own.loc[own["measure"].isin(["survival", "median_months"]), "reported"].any()
    assert own.loc[own["measure"].eq("n_at_risk"), "reported"].all()
    said(app.switch_page(str(paths.PAGES_DIR / "compare.py")).run())
    app.button(key="forget_own").click().run()
    assert app.session_state["_page_context"].table.get("own") is None
    assert own_data.EVIDENCE not in app.session_state


def test_a_second_arm_of_the_same_study_joins_it_and_the_same_arm_is_refused():
    app = reconstructed()
    fill(app, Label="RFA", First="Zeta")
    press(app, "Add the arm")
    press(app, "Reconstruct")
    fill(app, Label="RFA", First="Zeta")
    assert "has an arm rfa of study" in said(press(app, "Add the arm"))
    fill(app, Label="Microwave", First="Zeta")
    said(press(app, "Add the arm"))
    table = app.session_state["_page_context"].table
    assert table[table["own"]]["arm_key"].nunique() == 2 and table[table["own"]]["study_id"].nunique() == 1


@pytest.mark.parametrize(
    ("points", "risk", "words"),
    [
        ("", RISK, "Paste time and survival"),
        ("<script>alert(1)</script>", RISK, "No line holds two numbers."),
        ("0,1\n12,0.5", "", "number of patients at the start is not known"),
        ("0,1\n12,0.9\n6,0.95\n24,0.99", RISK, "Survival rises"),
        (POINTS, "0 12\n100 200", "The number at risk rises"),
        (POINTS, "=cmd()|' /C calc'!A0", "No line holds two numbers."),
        ("0,1.2\n12,1.1", RISK, "Check the unit"),
        ("0,100\n12,x", RISK, "This is not a pair of numbers."),
    ],
)
def test_what_is_no_curve_gets_a_sentence(points: str, risk: str, words: str):
    app = reconstructed(points, risk)
    text = said(app)
    assert words.casefold() in text.casefold() and app.error
    assert "**1 Bring points" in text


def test_a_file_of_points_and_a_number_of_patients():
    app = opened()
    app.file_uploader[0].set_value([("points.csv", POINTS.encode(), "text/csv")])
    next(box for box in app.number_input if box.label == "Patients at the start").set_value(90).run()
    text = said(press(app, "Reconstruct"))
    assert "90 patients," in text and "every interval is too narrow" in text


def test_an_arm_without_site_or_label_is_not_added():
    app = reconstructed()
    assert "not chosen" in said(press(app, "Add the arm"))
    fill(app, First="Zeta")
    assert "no author or no label" in said(press(app, "Add the arm"))
    assert own_data.EVIDENCE not in app.session_state
