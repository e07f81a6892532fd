"""Comparisons within studies: printed contrasts, derived ones on request, their counts and words."""

from __future__ import annotations

import pytest

from dashboard.evidence import load
from dashboard.pooled.within import find_contrasts, pool_within, sides
from dashboard.pooled.within_words import within_answer, within_error
from dashboard.selection import Selection
from dashboard.survival.accuracy import typical_error
from dashboard.vocabulary import family_members

TABLE = load()
SURGERY, ABLATION = family_members("surgery"), family_members("ablation")


def test_the_two_treatments_must_not_overlap():
    with pytest.raises(ValueError, match="overlap"):
        sides(TABLE, Selection(), SURGERY, ("resection",))


def test_the_treatment_filter_gives_way_but_the_site_filter_holds():
    rows = sides(TABLE, Selection(sites=("colorectal",), modalities=("systemic",)), SURGERY, ABLATION)
    assert set(rows["primary_site"]) == {"colorectal"}
    assert set(rows["modality"]) <= {*SURGERY, *ABLATION} and set(rows["side"]) == {"first", "second"}


def test_derived_ratios_come_only_when_asked_and_are_counted_apart():
    rows = sides(TABLE, Selection(), SURGERY, ABLATION)
    printed, both = (pool_within(find_contrasts(rows, "os", derived=derived)) for derived in (False, True))
    assert printed.derived == 0 and printed.printed == both.printed == 2
    assert both.derived >= 3
    said = within_answer(both, "Surgery", "Ablation", "os")
    assert f"{both.printed} printed, {both.derived} derived" in said and "contrasts of" in said
    turned = pool_within(find_contrasts(sides(TABLE, Selection(), ABLATION, SURGERY), "os", derived=True))
    one, other = both.summary.groups.iloc[0], turned.summary.groups.iloc[0]
    assert one["estimate"] == pytest.approx(1 / other["estimate"], rel=1e-6)
    assert one["patients"] == other["patients"] == both.summary.rows["n"].sum()


def test_a_study_taken_out_moves_the_pooled_ratio():
    found = find_contrasts(sides(TABLE, Selection(), SURGERY, ABLATION), "os", derived=True)
    study = found.rows["study_id"].iloc[0]
    whole, without = pool_within(found), pool_within(found, (study,))
    assert without.summary.groups["k"].iloc[0] == whole.summary.groups["k"].iloc[0] - 1


def test_nothing_to_pool_says_what_there_is():
    none = pool_within(find_contrasts(sides(TABLE, Selection(), ("tace",), ("tae",)), "os"))
    assert "none prints a hazard ratio" in within_answer(none, "TACE", "TAE", "os")


def test_the_error_of_derived_ratios_is_the_measured_one():
    measured = typical_error("log_hr_same")
    assert measured is not None and f"{measured['cases']} trials" in within_error(measured)
    assert "not been measured" in within_error(None)
