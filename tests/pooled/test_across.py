"""Pooling across studies: the answer in words, what is left out, taking studies out, derived figures."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.evidence import load
from dashboard.pooled.across import arms_for, candidates, pool_across
from dashboard.pooled.ask import GROUPS, Ask
from dashboard.pooled.derive import ratios_between, reconstructions, survival_at
from dashboard.pooled.groups import style
from dashboard.pooled.tables import arms_table, describe, groups_table, left_out_table
from dashboard.pooled.words import answer, basis, cautions, flag_letters, question, reason_counts, result
from dashboard.selection import Selection
from dashboard.synthesis import back_transform, pool
from dashboard.synthesis.eligibility import Eligible

TABLE = load()
RESECTION = Selection(sites=("colorectal",), modalities=("resection",))


def arms(selection: Selection, ask: Ask, derived=None) -> Eligible:
    found = arms_for(candidates(TABLE, selection), ask, derived)
    return Eligible(describe(found.rows, TABLE), found.left_out)


def test_the_answer_is_the_pool_of_the_printed_rates():
    ask = Ask()
    found = arms(RESECTION, ask)
    across = pool_across(found, ask)
    expected = back_transform(pool(found.rows["yi"], found.rows["vi"]), "cloglog")
    said = answer(across, style(found.rows["group"], "treatment").labels)
    assert f"resection **{100 * expected.estimate:.0f}%** (95% CI {100 * expected.ci_low:.0f}%" in said
    assert f"prediction interval {100 * expected.pi_low:.0f}% to {100 * expected.pi_high:.0f}%" in said
    assert f"{len(found.rows)} arms of {found.rows['study_id'].nunique()} studies" in said
    assert "Printed survival at 60 months only" in said
    assert (
        question(ask, RESECTION) == "5-year overall survival after resection, colorectal liver metastases, by treatment"
    )


def test_a_study_taken_out_stays_in_sight_without_weight_and_moves_the_result():
    ask = Ask()
    found = arms(RESECTION, ask)
    whole, without = pool_across(found, ask), pool_across(found, ask, ("kanemitsu-2026",))
    assert len(without.summary.rows) == len(whole.summary.rows)
    assert len(without.used) == len(whole.used) - 1
    assert without.summary.groups["estimate"].iloc[0] < whole.summary.groups["estimate"].iloc[0]
    assert without.used["weight"].sum() == pytest.approx(1)


@pytest.mark.parametrize("group", GROUPS.values())
def test_every_grouping_holds_every_arm_once(group: str):
    ask = Ask(group=group)
    across = pool_across(arms(Selection(), ask), ask)
    groups = across.summary.groups
    assert groups["k"].sum() == len(across.summary.rows) == across.summary.rows["arm_key"].nunique()
    look = style(across.summary.rows["group"], group)
    assert set(look.order) == set(across.summary.rows["group"]) == set(look.colours)
    if group == "era":
        assert look.order == sorted(look.order)
    else:
        assert list(groups["k"]) == sorted(groups["k"], reverse=True)
    assert len(groups_table(groups, "survival", look.labels)) == len(groups)


def test_subgroups_bounds_and_ambiguous_figures_are_listed_never_pooled():
    found = arms(Selection(), Ask())
    reasons = dict(reason_counts(found.left_out))
    assert {"no-figure", "no-variance", "subgroup", "not-metastasis", "overlapping-cohort", "bounded"} <= set(reasons)
    assert not found.rows["is_subgroup"].any()
    assert not found.rows["qualifier"].isin(["?", ">", "<", "~"]).any()
    table = left_out_table(found.left_out, TABLE, "bounded")
    assert "hardy-1998" in set(table["study_id"])
    assert table["Source"].str.startswith("http").all() and table["Why"].str.len().gt(0).all()


def test_derived_survival_is_marked_counted_and_inside_the_horizon():
    derived = survival_at(TABLE, "os", 36)
    printed = TABLE[TABLE["measure"].eq("survival") & TABLE["time_months"].eq(36) & TABLE["endpoint"].eq("os")]
    assert not set(derived["arm_key"]) & set(printed["arm_key"])
    assert derived["survival"].between(0, 1, inclusive="neither").all() and (derived["se"] > 0).all()
    ask = Ask(months=36, derived=True)
    found = arms(RESECTION, ask, derived)
    extra = found.rows[found.rows["status"] == "derived"]
    assert len(extra) and set(extra["arm_key"]) <= set(derived["arm_key"])
    across = pool_across(found, ask)
    assert f"{len(extra)} derived from other figures" in basis(across)
    shown = arms_table(across.summary.rows, "survival", {})
    assert set(shown.loc[shown["Status"] == "derived", "Variance"]) == {"standard error of the derived figure"}
    horizon = {key: curve.horizon_months for key, (_, curve) in reconstructions(TABLE, "os", extra["arm_key"]).items()}
    assert min(horizon.values()) >= 36


def test_a_ratio_of_derived_curves_turns_round_with_its_arms():
    pair = ("ruers-2007/resection", "ruers-2007/ablation")
    study = TABLE[TABLE["study_id"] == "ruers-2007"]
    keys = [k for k in study["arm_key"].dropna().unique() if not study[study["arm_key"] == k]["is_subgroup"].any()]
    pair = (keys[0], keys[1])
    one, other = ratios_between(TABLE, "os", [pair]), ratios_between(TABLE, "os", [pair[::-1]])
    assert one["log_hr"].iloc[0] == pytest.approx(-other["log_hr"].iloc[0], abs=1e-9)
    assert one["se"].iloc[0] == pytest.approx(other["se"].iloc[0], abs=1e-9)


def test_cautions_name_immortal_time_and_mixed_primaries():
    across = pool_across(arms(Selection(), Ask()), Ask())
    said = " ".join(cautions(across, Selection()))
    assert "Immortal-time bias" in said and "primary sites are mixed" in said
    median = Ask(months=None)
    assert "not reached" in " ".join(cautions(pool_across(arms(RESECTION, median), median), RESECTION))


def test_one_arm_is_not_called_pooled_and_two_carry_a_warning():
    base = {"estimate": 0.4, "ci_low": 0.3, "ci_high": 0.5, "pi_low": np.nan, "pi_high": np.nan, "studies": 1,
            "patients": 20, "without_n": 0, "i2": np.nan}  # fmt: skip
    assert result(base | {"k": 1}, "survival").endswith("nothing pooled")
    assert "too few to pool with confidence" in result(base | {"k": 2, "studies": 2}, "survival")
    assert "1 arm of unstated size" in result(base | {"k": 3, "without_n": 1}, "survival")
    assert ", number of patients not stated, too few" in result(
        base | {"k": 2, "patients": 0, "without_n": 2}, "survival"
    )


def test_flags_are_letters_with_a_legend():
    rows = arms(RESECTION, Ask()).rows
    marks, legend = flag_letters(rows)
    assert set(marks) == set(rows["arm_key"])
    assert {letter for text in marks.values() for letter in text.split()} == set(legend)
    assert "Time origin not stated" in legend.values()
