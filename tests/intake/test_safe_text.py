from __future__ import annotations

import csv
import html
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.intake.safe_text import (
    as_typed,
    html_text,
    markdown_text,
    neutralise,
    neutralise_frame,
    plotly_text,
    printable,
    safe_name,
    to_csv,
)

FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "=cmd|' /C calc'!A0", "\u200b=1"]


@pytest.mark.parametrize("text", [text for text in FORMULAS if not text.startswith("\u200b")])
def test_formulas_become_text(text):
    assert neutralise(text).startswith("'")
    assert as_typed(neutralise(text)) == printable(text)


@pytest.mark.parametrize("value", ["-5", "-0.5", "+3", "text", "", 5, -5.0, None, ">60", "69 %"])
def test_numbers_and_words_are_left(value):
    assert neutralise(value) == value


@settings(deadline=None)
@given(st.text())
def test_no_cell_of_an_export_starts_a_formula(text):
    frame = neutralise_frame(pd.DataFrame([[text, "x"]], columns=["a", text]))
    for cell in (frame.iloc[0, 0], frame.columns[1]):
        assert cell[:1] not in ("=", "@", "\t", "\r") or cell == ""
        if cell[:1] in ("+", "-"):
            float(cell)


def test_csv_exports_names_and_categories_too():
    frame = pd.DataFrame({"=evil": pd.Categorical(["=1", "b"]), "n": [1, -2]})
    rows = list(csv.reader(io.StringIO(to_csv(frame).decode("utf-8-sig"))))
    assert rows == [["'=evil", "n"], ["'=1", "1"], ["b", "-2"]]


@settings(deadline=None)
@given(st.text())
def test_html_shows_what_was_typed(text):
    shown = html_text(text)
    assert "<" not in shown
    assert '"' not in shown
    assert html.unescape(shown) == html.unescape(html.escape(printable(text)))


def test_plotly_shows_tags_and_templates():
    assert plotly_text("<b>x</b>%{x}&lt;") == "&lt;b&gt;x&lt;/b&gt;%&#123;x}&amp;lt;"


def test_markdown_fetches_nothing():
    shown = markdown_text("![x](https://example.org/p.png) <img src=x> # $a$\n# head")
    assert "![" not in shown.replace("\\!", "").replace("\\[", "")
    assert "\n" not in shown
    assert "\\<img" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("26 months (95% CI 18-40): n = 58, p < 0.05.", "26 months (95% CI 18-40): n = 58, p \\< 0.05."),
        (":red[x] :material/close: https://example.org", "\\:red\\[x\\] \\:material/close: https:\u2060//example.org"),
        ("# head", "\\# head"),
        ("  - item", "\\- item"),
        ("1. item", "1\\. item"),
        ("www.example.org", "www\u2060.example.org"),
        ("&lt;b&gt; A & B", "\\&lt;b\\&gt; A & B"),
        ("a_b*c`d`~e~$f$", "a\\_b\\*c\\`d\\`\\~e\\~\\$f\\$"),
    ],
)
def test_markdown_escapes_markup_and_leaves_prose(text, shown):
    assert markdown_text(text) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\book.xlsx", "book.xlsx"),
        ("<script>.csv", "_script_.csv"),
        ("..", "upload"),
        ("", "upload"),
        ("a" * 300 + ".csv", "a" * 80),
        ("x\x00y.csv", "xy.csv"),
    ],
)
def test_names_are_for_display(name, shown):
    assert safe_name(name) == shown


def test_printable_drops_what_xml_cannot_hold():
    assert printable("a\x00\x0b\u202eb\ud800\ufeff") == "ab"
    assert printable(None) == printable(float("nan")) == printable(pd.NA) == ""
