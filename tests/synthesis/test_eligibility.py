from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from dashboard.evidence import load
from dashboard.synthesis import Question, eligible, pool, time_notices
from dashboard.synthesis.eligibility import REASONS

STUDIES = Path(__file__).parents[2] / "data" / "studies.parquet"

DEFAULTS = {
    "row_kind": "figure",
    "first_author": "A",
    "year": 2010,
    "label": "arm",
    "primary_site": "colorectal",
    "modality": "resection",
    "family": "surgery",
    "design": "retrospective",
    "centers": "single",
    "cohort": None,
    "n": 50,
    "n_total": 100,
    "follow_up_median_months": None,
    "era_start": 2000,
    "era_end": 2008,
    "time_origin": "treatment",
    "endpoint": "os",
    "measure": "survival",
    "time_months": 60.0,
    "value": 0.4,
    "ci_low": None,
    "ci_high": None,
    "qualifier": "=",
    "is_subgroup": False,
    "flags": None,
    "note": None,
    "locator": "Abstract",
}


def table(*rows):
    made = []
    for index, row in enumerate(rows):
        full = DEFAULTS | {"study_id": f"s{index}", "arm_id": "a"} | row
        full["arm_key"] = f"{full['study_id']}/{full['arm_id']}"
        full["figure_id"] = f"{full['arm_key']}/{index}"
        made.append(full)
    return pd.DataFrame(made)


def reasons(result):
    return dict(zip(result.left_out["arm_key"], result.left_out["reason"], strict=True))


def test_rows_carry_effect_inputs():
    result = eligible(table({}, {"ci_low": 0.3, "ci_high": 0.5}, {"follow_up_median_months": 30.0}), Question())
    assert list(result.rows["route"]) == ["n-only", "ci", "n-follow-up"]
    assert (result.rows["status"] == "reported").all()
    assert result.left_out.empty
    assert pool(result.rows["yi"], result.rows["vi"]).k == 3


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"endpoint": "pfs"}, "no-figure"),
        ({"time_months": 36.0}, "no-figure"),
        ({"measure": "median_months", "value": 20.0}, "no-figure"),
        ({"qualifier": "?"}, "ambiguous"),
        ({"qualifier": ">"}, "bounded"),
        ({"qualifier": "~"}, "approximate"),
        ({"n": None}, "no-variance"),
        ({"n": None, "value": 0.0}, "no-variance"),
        ({"ci_low": 0.5, "ci_high": 0.6}, "invalid"),
        ({"primary_site": "primary-liver-sarcoma"}, "not-metastasis"),
        ({"design": "review"}, "review"),
        ({"is_subgroup": True}, "subgroup-alone"),
    ],
)
def test_left_out_with_its_reason(row, reason):
    result = eligible(table(row, {}), Question())
    assert reasons(result) == {"s0/a": reason}
    assert list(result.rows["arm_key"]) == ["s1/a"]
    assert result.left_out["sentence"].iloc[0].startswith(REASONS[reason])
    assert result.reasons().to_dict() == {reason: 1}


def test_bounds_and_approximations_on_request():
    rows = table({"qualifier": ">"}, {"qualifier": "~"}, {"qualifier": "?"})
    result = eligible(rows, Question(include_bounds=True))
    assert list(result.rows["arm_key"]) == ["s0/a", "s1/a"]


def test_no_subgroup_beside_its_parent():
    rows = table(
        {"study_id": "s", "arm_id": "all"},
        {"study_id": "s", "arm_id": "young", "is_subgroup": True},
        {"study_id": "t", "arm_id": "all", "value": 0.3, "n": None},
        {"study_id": "t", "arm_id": "young", "is_subgroup": True},
    )
    assert reasons(eligible(rows, Question())) == {
        "s/young": "subgroup",
        "t/all": "no-variance",
        "t/young": "subgroup-alone",
    }


def test_one_study_of_an_overlapping_cohort():
    rows = table(
        {"study_id": "old", "cohort": "c", "n": 90},
        {"study_id": "new", "cohort": "c", "n": 50, "arm_id": "a"},
        {"study_id": "new", "cohort": "c", "n": 60, "arm_id": "b"},
        {"study_id": "largest", "cohort": "c", "n": 500, "endpoint": "pfs"},
    )
    result = eligible(rows, Question())
    assert list(result.rows["study_id"]) == ["new", "new"]
    assert reasons(result) == {"old/a": "overlapping-cohort", "largest/a": "no-figure"}
    assert "Kept: new." in result.left_out.query("reason == 'overlapping-cohort'")["sentence"].iloc[0]


def test_one_figure_an_arm_counted_from_treatment():
    """adam-2000: one arm, two medians with different time origins."""
    rows = table(
        {"study_id": "s", "measure": "median_months", "value": 44.0, "time_origin": "metastasis-diagnosis"},
        {"study_id": "s", "measure": "median_months", "value": 31.0},
    )
    result = eligible(rows, Question(quantity="median"))
    assert list(result.rows["estimate"]) == [31.0]
    assert list(result.left_out["reason"]) == ["other-time-origin"]


def test_unreached_median_is_named_as_a_bias():
    rows = table({"measure": "median_months", "value": None, "note": "not reached"})
    result = eligible(rows, Question(quantity="median"))
    assert result.rows.empty
    assert "too low" in result.left_out["sentence"].iloc[0]


def test_deaths_and_numbers_at_risk_serve_the_variance():
    rows = table(
        {"study_id": "s"},
        {"study_id": "s", "measure": "deaths", "value": 20.0, "time_months": None},
        {"study_id": "t"},
        {"study_id": "t", "measure": "n_at_risk", "value": 11.0},
        {"study_id": "u"},
        {"study_id": "u", "measure": "n_at_risk", "value": 30.0, "time_months": 36.0},
    )
    assert list(eligible(rows, Question()).rows["route"]) == ["events", "n-at-risk", "n-only"]


def test_derived_only_on_request_and_marked():
    rows = table({"time_months": 36.0}, {})
    derived = pd.DataFrame({"arm_key": ["s0/a", "s1/a"], "survival": [0.31, 0.99], "se": [0.06, 0.06]})
    assert list(eligible(rows, Question(), derived=derived).rows["arm_key"]) == ["s1/a"]
    result = eligible(rows, Question(include_derived=True), derived=derived)
    assert dict(zip(result.rows["arm_key"], result.rows["status"], strict=True)) == {
        "s0/a": "derived",
        "s1/a": "reported",
    }
    assert list(result.rows["estimate"]) == [0.31, 0.4]
    assert list(result.rows["route"]) == ["se", "n-only"]


def test_rule_that_admits_reported_variances_only():
    rows = table({}, {"ci_low": 0.3, "ci_high": 0.5})
    result = eligible(rows, Question(include_assumed=False))
    assert list(result.rows["route"]) == ["ci"]


def test_clocks():
    same = table({}, {})
    assert time_notices(same) == []
    mixed = table({}, {"time_origin": "metastasis-diagnosis"}, {"time_origin": "not-stated"})
    notices = {notice.code: notice for notice in time_notices(mixed)}
    assert set(notices) == {"immortal-time", "origin-differs", "origin-not-stated"}
    assert notices["immortal-time"].arm_keys == ("s1/a",)
    assert "Immortal-time bias" in notices["immortal-time"].sentence


@pytest.mark.parametrize("quantity", ["survival", "median"])
def test_every_arm_of_the_atlas_is_pooled_or_listed(quantity):
    studies = pd.read_parquet(STUDIES)
    result = eligible(studies, Question(quantity=quantity))
    arms = set(studies["arm_key"].dropna())
    assert set(result.rows["arm_key"]) | set(result.left_out["arm_key"]) == arms
    assert result.rows["arm_key"].is_unique
    assert not result.rows["is_subgroup"].any() and not result.rows["qualifier"].eq("?").any()
    assert result.rows.dropna(subset=["cohort"]).groupby("cohort")["study_id"].nunique().max() == 1
    assert set(result.left_out["reason"]) <= set(REASONS)
    assert len(result.rows) > 100
    assert pool(result.rows["yi"], result.rows["vi"]).k == len(result.rows)


def test_known_traps_of_the_atlas():
    studies = pd.read_parquet(STUDIES)
    three_years = eligible(studies, Question(milestone_months=36))
    heslin = three_years.left_out[three_years.left_out["study_id"] == "heslin-2001"]
    assert "ambiguous" in set(heslin["reason"])
    five_years = eligible(studies, Question())
    assert "bounded" in set(five_years.left_out.query("study_id == 'hardy-1998'")["reason"])
    assert "primary-liver-sarcoma" not in set(five_years.rows["primary_site"])


def test_unknown_quantity():
    with pytest.raises(ValueError, match="'mean'"):
        Question(quantity="mean")


def test_no_rows_and_rows_without_such_a_figure_pool_nothing():
    studies = load()
    assert eligible(studies.iloc[:0], Question()).rows.empty
    others = studies[studies["endpoint"].ne(Question().endpoint).fillna(True)]
    assert len(others) and eligible(others, Question()).rows.empty
