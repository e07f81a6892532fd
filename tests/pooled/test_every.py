"""Every printed comparison: which pairs there are, in which direction, each pooled as if it were asked for alone."""

from __future__ import annotations

import pytest

from dashboard.evidence import load
from dashboard.pooled.every import every_contrast, key_of, pair_label, pair_style, printed_pairs
from dashboard.pooled.within import find_contrasts, pool_within, sides
from dashboard.pooled.within_words import every_answer, every_question
from dashboard.selection import Selection

TABLE = load()
WHOLE = every_contrast(TABLE, Selection())
RADIO = ("radioembolization-plus-systemic", "systemic")


def test_a_pair_stands_once_in_the_direction_printed_most_often():
    pairs = printed_pairs(TABLE, "os")
    assert len({frozenset(pair) for pair in pairs}) == len(pairs) > 10
    assert pairs[0] == RADIO and all(first != second for first, second in pairs)
    assert ("resection", "non-surgical-mixed") in pairs  # one study prints it the other way round


@pytest.mark.parametrize("derived", [False, True])
def test_each_group_is_pooled_as_if_its_pair_were_asked_for_alone(derived):
    groups = pool_within(every_contrast(TABLE, Selection(), derived=derived)).summary.groups.set_index("group")
    assert len(groups) > 10 and groups["k"].max() >= 3
    for pair in (RADIO, ("resection", "non-surgical-mixed"), ("systemic", "observation")):
        rows = sides(TABLE, Selection(), (pair[0],), (pair[1],))
        alone = pool_within(find_contrasts(rows, "os", derived=derived)).summary.groups.iloc[0]
        mine = groups.loc[key_of(pair)]
        for column in ("k", "patients", "estimate", "ci_low", "ci_high", "derived"):
            assert mine[column] == alone[column], (pair, column)


def test_no_study_stands_twice_in_a_group_and_printed_ratios_keep_their_direction():
    assert not WHOLE.rows.duplicated(["group", "arm_key"]).any()
    row = WHOLE.rows[WHOLE.rows["study_id"] == "tachezy-2016"].iloc[0]  # prints non-surgical over resection 2.044
    assert row["group"] == "resection v non-surgical-mixed" and row["flipped"]
    assert row["hazard_ratio"] == pytest.approx(1 / 2.044)


def test_chosen_treatments_keep_the_pairs_that_have_one_of_them():
    groups = every_contrast(TABLE, Selection(modalities=("transplantation",))).rows["group"]
    assert set(groups) == {"transplantation v systemic"}
    none = pool_within(every_contrast(TABLE, Selection(modalities=("tae",))))
    assert none.summary.groups.empty and none.left_out.empty
    assert "No study of this selection prints a hazard ratio" in every_answer(none, {}, "os")


def test_words_name_the_pair_its_ratio_and_the_direction():
    within = pool_within(WHOLE)
    look = pair_style(within.summary.rows["group"])
    said = every_answer(within, look.labels, "os")
    assert f"{pair_label(key_of(RADIO))} **1.0" in said and "more comparisons below" in said
    assert "Below 1 favours the treatment named first" in said and f"{within.printed} printed." in said
    assert every_question(Selection()).startswith("Overall survival by comparison")
    assert set(look.colours) == set(look.labels) == set(within.summary.rows["group"])
