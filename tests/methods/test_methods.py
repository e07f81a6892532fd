"""The tables and steps of the Methods page."""

from __future__ import annotations

from dashboard.evidence import FLAGS, columns, load
from dashboard.methods.steps import STEPS
from dashboard.methods.tables import accuracy_sentence, accuracy_table, coverage_sentence, dictionary_table, flags_table
from dashboard.survival.accuracy import accuracy


def test_the_accuracy_table_holds_every_measurement_once():
    lines = accuracy()
    assert len(accuracy_table(lines)) + len(accuracy_table(lines, detail=True)) == len(lines) > 0
    survival = next(line for line in lines if line["key"] == "survival")
    assert f"survival within {100 * survival['value']:.1f} percentage points" in accuracy_sentence(lines)


def test_a_route_that_does_not_cover_says_so():
    lines = accuracy()
    outside = [x for x in lines if x["key"].startswith("coverage") and not 0.92 <= x["value"] <= 0.98]
    said = coverage_sentence(lines)
    assert said.count(":") == len(outside) > 0 and "held the truth" in said
    narrow = [{**x, "value": 0.85} if x["key"] == "coverage_n-only_survival" else x for x in lines]
    assert "n-only, survival: 85.0" in coverage_sentence(narrow) and "85 to 97" in coverage_sentence(narrow)


def test_nothing_measured_leaves_no_sentence_and_empty_tables():
    assert accuracy_sentence(()) == coverage_sentence(()) == ""
    assert accuracy_table(()).empty


def test_every_column_and_flag_is_explained():
    assert list(dictionary_table()["Column"]) == list(columns())
    table = load()
    flags = flags_table(table).set_index("Flag")
    assert list(flags.index) == [flag.title for flag in FLAGS.values()]
    held = table["flags"].fillna("").str.split(";").map(lambda codes: "subgroup" in codes).sum()
    assert flags.loc["Subgroup", "Rows"] == held > 0


def test_steps_fold_their_equations_and_name_immortal_time():
    assert any("Immortal-time bias" in step.words for step in STEPS)
    assert all("\\" not in step.words and step.title for step in STEPS)
    assert all(equation.count("{") == equation.count("}") for step in STEPS for _, equation in step.equations)
