"""Steps: what a study can say is there, what it cannot is left out, and numbers are those of the table."""

from __future__ import annotations

import math

import pytest

from dashboard.comparison.view import compare
from dashboard.export.deck import ForestPlot, pages_of
from dashboard.export.effects import reconstructed_effects, reported_effects
from dashboard.export.steps import Step, comparison_deck, study_deck
from dashboard.export.traps import traps
from dashboard.selection import Selection, apply

SAMPLE = (
    "fairweather-2017",
    "adam-2024",
    "li-2025",
    "heslin-2001",
    "adam-2000",
    "hardy-1998",
    "cellini-2010",
    "ruers-2017",
)


@pytest.mark.parametrize("study_id", SAMPLE)
def test_every_step_says_something(table, curves, study_id):
    deck = study_deck(table, curves, study_id)
    assert deck.steps[0].key == "question" and deck.steps[-1].key == "references"
    assert not any(step.empty for step in deck.steps)
    assert len({step.key for step in deck.steps}) == len(deck.steps)


def test_a_context_study_without_arms_keeps_only_what_it_has(table, curves):
    study_id = table.loc[table["row_kind"] == "study", "study_id"].iloc[0]
    keys = [step.key for step in study_deck(table, curves, study_id).steps]
    assert "question" in keys and "results" not in keys and not any(key.startswith("curves") for key in keys)


def test_an_unknown_study_is_named(table, curves):
    with pytest.raises(ValueError, match="nobody-1900"):
        study_deck(table, curves, "nobody-1900")


def test_results_hold_printed_figures_only(deck):
    results = next(step for step in deck.steps if step.key == "results").table
    row = results.set_index("Arm").loc["Hepatic resection"]
    assert (row["n"], row["Median, months"], row["5 y"], row["10 y"]) == ("58", "160", "90%", "70%")
    assert "1 y" not in results, "nothing derived stands in a table of printed figures"


def test_reported_effects_stand_beside_reconstructed_ones(table):
    rows = table[table["study_id"] == "adam-2024"]
    reported = reported_effects(rows)
    assert (reported[0].ratio, reported[0].low, reported[0].high) == (0.37, 0.21, 0.65)
    derived, _ = reconstructed_effects(rows)
    assert len(derived) == 1 and derived[0].how.startswith("derived")
    # One point an arm, constant hazard: the ratio of the hazards is that of the logs of survival.
    assert derived[0].ratio == pytest.approx(math.log(0.57) / math.log(0.13), rel=0.02)


def test_the_paper_stands_out_among_the_others(deck):
    forest = next(step for step in deck.steps if step.key == "among").figure
    assert isinstance(forest, ForestPlot)
    kinds = [row.kind for row in forest.rows]
    assert kinds.count("highlight") >= 1 and kinds[-2:] == ["pooled", "prediction"]
    pooled, prediction = forest.rows[-2:]
    assert prediction.low < pooled.low < pooled.estimate < pooled.high < prediction.high


def test_traps_are_computed_each_with_its_figure(table):
    def codes(study_id: str) -> dict[str, str]:
        return {trap["code"]: trap["Figure"] for trap in traps(table[table["study_id"] == study_id])}

    five = codes("fairweather-2017")
    assert "28 of 649" in five["selection"] and "n = 28" in five["size"]
    assert "44 months" in five["follow-up"] and "120 months" in five["follow-up"]
    assert "selection" not in codes("adam-2024"), "a randomised trial"
    assert "contradiction" in codes("li-2025")


def test_a_comparison_has_its_steps_and_its_cautions(table, curves):
    selection = Selection(sites=("neuroendocrine",))
    comparison = compare(table, curves, apply(table, selection), selection, study="fairweather-2017")
    deck = comparison_deck(table, curves, comparison)
    assert [step.key for step in deck.steps] == ["question", "curves", "groups", "traps", "questions", "references"]
    assert deck.study_ids == ("fairweather-2017",)
    assert "Treatment was chosen" in deck.steps[3].lines[0]


def test_long_tables_are_cut_into_pages(deck):
    results = next(step for step in deck.steps if step.key == "results")
    pages = pages_of(Step("results", "Results", table=results.table), rows=2)
    assert [len(page.table) for page in pages] == [2, 2, 1]
    assert pages[1].title == "Results (2 of 3)"
