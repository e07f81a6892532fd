from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from dashboard.synthesis import back_transform, contrasts, pool
from dashboard.synthesis.within import REASONS

from .test_eligibility import table

STUDIES = Path(__file__).parents[2] / "data" / "studies.parquet"
A, B = "resection", "rfa"


def study(name, *figures, **shared):
    """Two arms, resection `a` and radiofrequency `b`, and figures between or of them."""
    base = {"study_id": name, "comparator_arm_id": None, "p_value": None, "adjusted": None, "factor": None} | shared
    arms = {"a": {"arm_id": "a", "modality": A}, "b": {"arm_id": "b", "modality": B}}
    rows = [base | arms["a"] | {"value": 0.5}, base | arms["b"] | {"value": 0.3}]
    for figure in figures:
        rows.append(base | arms[figure.get("arm_id", "a")] | {"time_months": None} | figure)
    return rows


def ratio(value, arm="a", other="b", **more):
    return {"measure": "hazard_ratio", "value": value, "arm_id": arm, "comparator_arm_id": other} | more


def test_direction_is_that_of_the_question():
    rows = table(
        *study("s", ratio(0.5, ci_low=0.25, ci_high=1.0)),
        *study("t", ratio(2.0, "b", "a", ci_low=1.0, ci_high=4.0)),
    )
    result = contrasts(rows, A, B)
    assert list(result.rows["hazard_ratio"]) == [0.5, 0.5]
    assert list(result.rows["flipped"]) == [False, True]
    assert list(result.rows["ci_low"]) == [0.25, 0.25] and list(result.rows["ci_high"]) == [1.0, 1.0]
    assert list(result.rows["arm_key"]) == ["s/a", "t/a"]
    other_way = contrasts(rows, B, A)
    assert list(other_way.rows["yi"]) == pytest.approx([-y for y in result.rows["yi"]])
    natural = back_transform(pool(result.rows["yi"], result.rows["vi"], method="FE", test="z"), "log")
    assert natural.estimate == pytest.approx(0.5)


def test_ladder_of_a_contrast():
    deaths = [
        {"measure": "deaths", "value": 20.0},
        {"measure": "deaths", "value": 30.0, "arm_id": "b"},
    ]
    rows = table(
        *study("interval", ratio(0.5, ci_low=0.25, ci_high=1.0, p_value="0.3"), *deaths),
        *study("exact", ratio(0.5, p_value="0.05"), *deaths),
        *study("deaths", ratio(0.5, p_value="<0.05"), *deaths),
        *study("one-sided", ratio(0.5, p_value="0.02", note="one-sided P")),
        *study("bound", ratio(0.5, p_value="<0.05")),
    )
    result = contrasts(rows, A, B)
    routes = dict(zip(result.rows["study_id"], result.rows["route"], strict=True))
    assert routes == {"interval": "ci", "exact": "p", "deaths": "events"}
    exact = result.rows.set_index("study_id").loc["exact"]
    assert abs(exact["yi"]) / math.sqrt(exact["vi"]) == pytest.approx(1.959963985)
    left = dict(zip(result.left_out["study_id"], result.left_out["reason"], strict=True))
    assert left == {"one-sided": "no-variance", "bound": "no-variance"}


def logrank(p, **more):
    return {"measure": "logrank_p", "value": None, "comparator_arm_id": "b", "p_value": p} | more


@pytest.mark.parametrize(
    ("more", "used"),
    [
        ({}, True),
        ({"note": "test not named"}, False),
        ({"note": "one-sided p"}, False),
        ({"p_value": "<0.05"}, False),
        ({"p_value": "0.04; 0.05"}, False),
    ],
)
def test_logrank_with_deaths_takes_its_direction_from_the_rates(more, used):
    deaths = [{"measure": "deaths", "value": 20.0}, {"measure": "deaths", "value": 20.0, "arm_id": "b"}]
    result = contrasts(table(*study("s", logrank("0.04") | more, *deaths)), A, B)
    assert len(result.rows) == used
    if used:
        row = result.rows.iloc[0]
        assert row["vi"] == pytest.approx(1 / 10) and row["hazard_ratio"] < 1  # 50% against 30% alive
        backwards = contrasts(table(*study("s", logrank("0.04"), *deaths)), B, A).rows.iloc[0]
        assert backwards["yi"] == pytest.approx(-row["yi"])
    else:
        assert list(result.left_out["reason"]) == ["no-hazard-ratio"]


def test_adjusted_first_unless_randomised():
    figures = [
        ratio(0.5, ci_low=0.3, ci_high=0.9, adjusted="no"),
        ratio(0.7, ci_low=0.4, ci_high=1.2, adjusted="yes"),
    ]
    chosen = contrasts(table(*study("s", *figures)), A, B)
    assert list(chosen.rows["hazard_ratio"]) == [0.7]
    assert list(chosen.left_out["reason"]) == ["other-analysis"]
    assert [n.code for n in chosen.notices] == ["not-randomised"]
    drawn = contrasts(table(*study("s", *figures, design="rct")), A, B)
    assert list(drawn.rows["hazard_ratio"]) == [0.5] and drawn.notices == ()


@pytest.mark.parametrize(
    ("figures", "shared", "reason"),
    [
        ([], {}, "no-hazard-ratio"),
        ([ratio(0.5, ci_low=0.3, ci_high=0.9, qualifier="?")], {}, "ambiguous"),
        ([ratio(0.5, qualifier="<")], {}, "bounded"),
        ([ratio(0.5)], {}, "no-variance"),
        ([ratio(0.5, ci_low=0.3, ci_high=0.9)], {"is_subgroup": True}, "subgroup"),
        ([ratio(0.5, ci_low=0.3, ci_high=0.9, endpoint="pfs")], {}, "no-hazard-ratio"),
    ],
)
def test_left_out_with_its_reason(figures, shared, reason):
    result = contrasts(table(*study("s", *figures, **shared)), A, B)
    assert result.rows.empty
    assert list(result.left_out["reason"]) == [reason]
    assert result.left_out["sentence"].iloc[0].startswith(REASONS[reason])


def test_derived_fills_only_what_is_not_printed():
    rows = table(*study("s", ratio(0.5, ci_low=0.25, ci_high=1.0)), *study("t"))
    engine = pd.DataFrame(
        {
            "arm_key": ["s/a", "t/b"],
            "comparator_arm_key": ["s/b", "t/a"],
            "log_hr": [0.0, math.log(2)],
            "se": [0.1, 0.2],
        }
    )
    result = contrasts(rows, A, B, derived=engine).rows.set_index("study_id")
    assert result.loc["s", "status"] == "reported" and result.loc["s", "hazard_ratio"] == 0.5
    assert result.loc["t", "status"] == "derived" and result.loc["t", "yi"] == pytest.approx(-math.log(2))
    assert result.loc["t", "vi"] == pytest.approx(0.04)
    assert pd.isna(result.loc["t", "ci_low"])


def test_one_comparison_per_patient():
    """Two arms of resection against one of radiofrequency share its patients."""
    second = {"arm_id": "c", "modality": A, "n": 80, "comparator_arm_id": None}
    rows = table(
        *study("s", ratio(0.5, ci_low=0.25, ci_high=1.0)),
        {"study_id": "s"} | second,
        {"study_id": "s"} | second | ratio(0.6, "c", "b", ci_low=0.4, ci_high=0.9) | {"time_months": None},
    )
    result = contrasts(rows, A, B)
    assert list(result.rows["arm_key"]) == ["s/c"]
    assert list(result.left_out["reason"]) == ["shared-arm"]


def test_overlapping_cohorts_and_clocks():
    rows = table(
        *study("small", ratio(0.5, ci_low=0.25, ci_high=1.0), cohort="c", n=20),
        *study("large", ratio(0.6, ci_low=0.4, ci_high=0.9), cohort="c", time_origin="metastasis-diagnosis"),
    )
    result = contrasts(rows, A, B)
    assert list(result.rows["study_id"]) == ["large"]
    assert "Kept: large." in result.left_out["sentence"].iloc[0]
    assert {n.code for n in result.notices} == {"not-randomised", "immortal-time"}
    mixed = table(*study("s", ratio(0.5, ci_low=0.25, ci_high=1.0, time_origin=None)))
    mixed.loc[mixed["arm_key"] == "s/b", "time_origin"] = "metastasis-diagnosis"
    codes = {n.code for n in contrasts(mixed, A, B).notices}
    assert codes == {"not-randomised", "origin-differs-within"}


def test_known_contrasts_of_the_atlas():
    studies = pd.read_parquet(STUDIES)
    result = contrasts(studies, "radioembolization-plus-systemic", "systemic")
    assert set(result.rows["study_id"]) == {"wasan-2017", "mulcahy-2021", "hendlisz-2010"}
    assert "overlapping-cohort" in set(result.left_out["reason"])  # gibbs-2018 is part of wasan-2017
    medical = contrasts(studies, "resection-plus-systemic", "systemic")
    mariani = medical.rows.set_index("study_id").loc["mariani-2013"]
    assert mariani["flipped"] and mariani["hazard_ratio"] == pytest.approx(1 / 3.04)


def test_bad_questions():
    rows = table(*study("s"))
    with pytest.raises(ValueError, match="Two different"):
        contrasts(rows, A, A)
    with pytest.raises(ValueError, match="'stage'"):
        contrasts(rows, A, B, column="stage")
