"""The published arms behind a cohort, and where its curve lies among them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dashboard.cohort import words
from dashboard.cohort.fits import Value, analyse
from dashboard.cohort.place import Verdict, milestone, standing, verdict
from dashboard.cohort.published import comparable_patients, published
from dashboard.comparison.curves import DERIVED, REPORTED
from dashboard.comparison.groups import disjoint
from dashboard.selection import Selection, selected_positions
from dashboard.synthesis.group_curve import group_curve

COLORECTAL = Selection(sites=("colorectal",), modalities=("resection",))
PRRT = Selection(sites=("neuroendocrine",), modalities=("prrt",))


@pytest.fixture(scope="module")
def behind(table, curves):
    return published(table, curves, COLORECTAL)


def test_the_arms_are_disjoint_of_the_site_and_treatment_and_pooled_together(table, curves, behind):
    asked = curves.of_rows(selected_positions(table, replace(COLORECTAL, subgroups=True)))
    asked = asked[curves.arms["design"][asked] != "review"]
    kept, left = disjoint(curves, asked)
    assert behind.members.tolist() == kept.tolist()
    assert set(curves.arms["primary_site"][kept]) == {"colorectal"}
    assert set(curves.arms["modality"][kept]) == {"resection"}
    assert not curves.arms["is_subgroup"][kept].any()
    assert sum(number for _, number in behind.left_out) == len(left)
    expected = group_curve(curves, kept, prediction=True)
    assert np.array_equal(behind.pooled.survival, expected.survival)


def test_the_pooled_curve_at_its_own_times_is_itself_and_between_them_lies_between(behind):
    pooled = behind.pooled
    for i in (1, 4, len(pooled.months) - 1):
        at = behind.pooled_at(float(pooled.months[i]))
        assert at.mean == pytest.approx((pooled.survival[i], pooled.ci_low[i], pooled.ci_high[i]))
        assert at.further[1:] == pytest.approx((pooled.pi_low[i], pooled.pi_high[i]))
    half = behind.pooled_at((pooled.months[3] + pooled.months[4]) / 2)
    assert pooled.survival[4] <= half.mean.value <= pooled.survival[3]
    assert half.further.low <= half.mean.low <= half.mean.value <= half.mean.high <= half.further.high
    assert behind.pooled_at(float(pooled.months[-1]) + 0.1) is None
    assert math.isnan(behind.pooled_rmst(float(pooled.months[-1]) + 0.1))
    grid = np.linspace(0, 60, 6001)
    area = np.trapezoid([behind.pooled_at(float(t)).mean.value for t in grid], grid)
    assert behind.pooled_rmst(60) == pytest.approx(area, rel=1e-5)


def test_arms_at_a_milestone_carry_how_they_are_known(curves, behind):
    arms = behind.arms_at(curves, 60)
    assert [arm.survival for arm in arms] == sorted((arm.survival for arm in arms), reverse=True)
    assert {arm.status for arm in arms} == {REPORTED, DERIVED}
    for arm in arms:
        if arm.status == REPORTED:
            at = curves.points_of([arm.k])
            assert arm.survival in curves.points["value"][at][curves.points["time_months"][at] == 60]


def test_primary_liver_tumours_and_reviews_are_no_metastases_to_compare_with(table, curves):
    found = published(table, curves, Selection(sites=("primary-liver-sarcoma",)))
    assert not len(found.members) and found.pooled is None
    assert found.left_out[0][0] == "primary liver sarcoma, not a metastasis"
    review = table.assign(design="review")
    assert dict(published(review, curves_of(review), COLORECTAL).left_out).keys() == {"review of other studies"}


def curves_of(table):
    from dashboard.comparison.curves import build

    return build(table)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ((0.5, 0.4, 0.6), Verdict.INSIDE),
        ((0.7, 0.66, 0.75), Verdict.ABOVE),
        ((0.7, 0.55, 0.8), Verdict.ABOVE_BUT),
        ((0.1, 0.05, 0.15), Verdict.BELOW),
        ((0.1, 0.02, 0.3), Verdict.BELOW_BUT),
        ((1.0, math.nan, math.nan), Verdict.ABOVE),
        ((0.0, math.nan, math.nan), Verdict.BELOW),
        ((0.6, 0.5, 0.7), Verdict.INSIDE),
    ],
)
def test_where_an_estimate_lies_to_the_prediction_interval(value, expected):
    assert verdict(Value(*value), Value(0.4, 0.2, 0.6)) is expected


def test_the_sentence_says_where_the_curve_lies_and_which_arms_are_above_and_below(curves, behind, make):
    analysis = analyse(make())
    at = standing(analysis, behind, curves, milestone(analysis, behind, curves))
    assert at.months == 60
    own = at.places[0].value
    text = words.sentence(analysis, at, behind, curves, "os")
    pooled = behind.pooled_at(60)
    assert f"Overall survival at 5 years: {100 * own.value:.0f}% (95% CI {100 * own.low:.0f}%" in text
    assert f"pooled: {100 * pooled.mean.value:.0f}% (95% CI {100 * pooled.mean.low:.0f}%" in text
    assert f"between {100 * pooled.further.low:.0f}% and {100 * pooled.further.high:.0f}%" in text
    assert "Yours lies inside." in text and "p =" not in text
    above = sum(arm.survival > own.value for arm in at.arms)
    assert f"Of {len(at.arms)} arms with a figure there" in text and f"{above} lie above" in text


def test_few_arms_are_named_and_too_few_are_not_pooled(table, curves, make):
    few = published(table, curves, PRRT)
    assert few.pooled is None and len(few.members)
    analysis = analyse(make())
    text = words.sentence(analysis, standing(analysis, few, curves, 12), few, curves, "os")
    assert "too few to pool" in text and "prediction" not in text
    nothing = replace(few, members=np.zeros(0, dtype=int))
    text = words.sentence(analysis, standing(analysis, nothing, curves, 60), nothing, curves, "os")
    assert "No published arm of neuroendocrine liver metastases after radionuclide therapy (PRRT)" in text


def test_the_milestone_is_one_that_patients_and_arms_carry(curves, behind, make):
    short = make().assign(time_months=lambda d: d["time_months"].clip(upper=40))
    assert milestone(analyse(short), behind, curves) == 36
    tiny = analyse(make(6))
    assert milestone(tiny, behind, curves) is not None
    at_once = analyse(make(5).assign(time_months=2.0, event=False))
    assert milestone(at_once, behind, curves) is None
    assert "ends before one year" in words.sentence(at_once, None, behind, curves, "os")


def test_cautions_name_follow_up_origin_years_and_other_patients(curves, behind, make):
    recent = make(year=2024).assign(time_months=lambda d: d["time_months"].clip(upper=30))
    analysis = analyse(recent)
    at = standing(analysis, behind, curves, 60)
    said = "\n".join(words.cautions(analysis, at, behind, curves, "not-stated", recent))
    assert "no patient was followed for 5 years" in said
    assert "immortal-time bias" in said and "compared with themselves" in said
    assert "treated in 2024 or later" in said
    said = "\n".join(words.cautions(analysis, at, behind, curves, "treatment", recent))
    assert "Your time counts from treatment; of the" in said and "do not say" in said
    late = make(40, 30)
    at = standing(analyse(late), behind, curves, 60)
    assert "at risk at 5 years" in "\n".join(words.cautions(analyse(late), at, behind, curves, "treatment", late)) or (
        "shorter than 5 years" in "\n".join(words.cautions(analyse(late), at, behind, curves, "treatment", late))
    )
    assert not words.cautions(analyse(make()), None, None, None, None, make())


def test_only_patients_of_the_site_and_treatment_are_compared(make):
    mixed = pd.concat([make(30, site="colorectal"), make(20, site="renal"), make(5)], ignore_index=True)
    kept, said = comparable_patients(mixed, "colorectal", "resection")
    assert len(kept) == 30 and said == (
        "25 of your patients with another or no stated primary site are left out here.",
    )
    assert comparable_patients(mixed, None, None)[1] == ()
    kept, said = comparable_patients(mixed, "breast", None)
    assert len(kept) == 55 and "states another primary site than breast" in said[0]
    kept, said = comparable_patients(make(9, modality="DEB-TACE"), None, "tace")
    assert len(kept) == 9 and "no words the atlas knows" in said[0]
