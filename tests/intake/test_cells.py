from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.intake.cells import Unclear, number_text, read_number, split_interval, split_range


@pytest.mark.parametrize(
    ("raw", "kind", "value", "qualifier"),
    [
        ("69 %", "survival", 0.69, ""),
        ("69%", "survival", 0.69, ""),
        ("69 per cent", "survival", 0.69, ""),
        ("0,69", "survival", 0.69, ""),
        ("0.69", "survival", 0.69, ""),
        ("55,5 %", "survival", 0.555, ""),
        ("approx. 60 %", "survival", 0.6, "~"),
        (">50%", "survival", 0.5, ">"),
        (">60", "median", 60, ">"),
        ("≥ 60", "median", 60, ">"),
        ("<5 months", "median", 5, "<"),
        ("26 mo", "median", 26, ""),
        ("26 months", "median", 26, ""),
        ("2.2 years", "median", 26.4, ""),
        ("365.25 days", "months", 12, ""),
        ("−5", "number", -5, ""),
        ("1 234", "integer", 1234, ""),
        ("1,234", "integer", 1234, ""),
        ("1'234", "integer", 1234, ""),
        ("1.234,5", "number", 1234.5, ""),
        ("1,234.5", "number", 1234.5, ""),
        ("2003-01-01", "year", 2003, ""),
        ("12.0", "integer", 12, ""),
        ("  26\u00a0mo ", "median", 26, ""),
    ],
)
def test_one_meaning_is_read(raw, kind, value, qualifier):
    number = read_number(raw, kind)
    assert number.value == pytest.approx(value, rel=1e-12)
    assert number.qualifier == qualifier
    assert bool(number.how) == (raw.strip() not in ("0.69", "−5", "12.0")), "what is not plain is told"


def test_a_unit_that_was_converted_is_told():
    assert read_number("2.2 years", "median").converted
    assert not read_number("26 mo", "median").converted


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("NR", "median"),  # not reached, or not reported
        ("26,123", "median"),  # 26.123 or 26 thousand
        ("1.234", "integer"),
        ("26²", "number"),  # a footnote
        ("26*", "number"),
        ("60+", "median"),  # a bound, or censored
        ("5-Mar", "number"),  # Excel's idea of 5-3
        ("2003-05-01", "median"),
        ("Mar-05", "integer"),
        ("5/14", "survival"),
        ("69", "survival"),
        ("12 %", "median"),
        ("0.69 mo", "survival"),
        ("1e400", "number"),
        ("9" * 80, "integer"),
        ("18–40", "median"),
        ("inf", "number"),
        ("not reached", "integer"),
        ("2003-05-01", "survival"),
    ],
)
def test_several_meanings_wait_with_a_remedy(raw, kind):
    with pytest.raises(Unclear) as caught:
        read_number(raw, kind)
    assert caught.value.remedy.endswith(".")
    assert caught.value.sentence.endswith(".")


@pytest.mark.parametrize(("raw", "kind"), [("–", "median"), ("n/a", "survival"), ("NR", "integer"), ("NR", "survival")])
def test_words_for_no_figure(raw, kind):
    number = read_number(raw, kind)
    assert number.value is None
    assert not number.not_reached
    assert number.how == "no figure"


def test_not_reached_is_no_missing_value():
    assert read_number("not reached", "median").not_reached
    assert read_number("NR", "months", limit=True).value is None


def test_the_unit_of_survival_is_never_guessed():
    assert read_number("69", "survival", unit="percent").value == 0.69
    with pytest.raises(Unclear, match="per cent or a proportion"):
        read_number("0.69", "survival", unit=None)
    with pytest.raises(Unclear, match="may be a proportion"):
        read_number("0.69", "survival", unit="percent")
    assert read_number("69 %", "survival", unit=None).value == 0.69
    assert read_number("0", "survival", unit=None).value == 0


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("26 (18–40)", ("26", "18", "40")),
        ("26 (95% CI 18-40)", ("26", "18", "40")),
        ("26 [18 to NR]", ("26", "18", "NR")),
        ("26,5 (18,1; 40,2)", ("26,5", "18,1", "40,2")),
        ("26", None),
        ("26 (n = 5)", None),
    ],
)
def test_a_value_with_its_interval(raw, parts):
    assert split_interval(raw) == parts


def test_ranges():
    assert split_range("1982–2001") == ("1982", "2001")
    assert split_range("1982") is None
    assert split_range("-5") is None


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_plain_numbers_read_as_themselves(value):
    number = read_number(repr(value))
    assert number.value == value
    assert number.how == ""
    assert float(number_text(value)) == value


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(0, 9))
def test_decimal_comma_and_point_agree(whole, tenth):
    assert read_number(f"{whole},{tenth}").value == read_number(f"{whole}.{tenth}").value
