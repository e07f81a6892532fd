from __future__ import annotations

import pandas as pd
import pytest

from dashboard.synthesis import Question, eligible, in_words, pool, summarise

from .test_eligibility import table

QUESTION = Question()
ROWS = eligible(
    table(
        {"ci_low": 0.3, "ci_high": 0.5},
        {"value": 0.55, "n": 80},
        {"value": 0.3, "n": 120},
        {"value": 0.2, "modality": "systemic"},
    ),
    QUESTION,
).rows


def test_groups_are_pooled_apart():
    result = summarise(ROWS, QUESTION.scale)
    assert list(result.groups["group"]) == ["resection", "systemic"]
    assert list(result.groups["k"]) == [3, 1]
    assert result.rows.groupby("group")["weight"].sum().tolist() == pytest.approx([1, 1])
    alone = ROWS[ROWS["group"] == "resection"]
    assert result.pooled["resection"].estimate == pool(alone["yi"], alone["vi"]).estimate
    first = result.groups.iloc[0]
    assert first["pi_low"] < first["ci_low"] < first["estimate"] < first["ci_high"] < first["pi_high"]
    assert (first["patients"], first["studies"], first["assumed"], first["derived"]) == (250, 3, 2, 0)


def test_printed_intervals_stay_as_printed():
    rows = summarise(ROWS, QUESTION.scale).rows
    assert list(rows["interval"]) == ["reported", "assumed", "assumed", "assumed"]
    assert (rows["shown_low"].iloc[0], rows["shown_high"].iloc[0]) == (0.3, 0.5)
    assert ((rows["shown_low"] < rows["estimate"]) & (rows["estimate"] < rows["shown_high"])).all()


def test_excluded_arm_stays_in_the_table_without_weight():
    result = summarise(ROWS, QUESTION.scale, excluded={"s2/a"})
    assert list(result.rows["excluded"]) == [False, False, True, False]
    assert pd.isna(result.rows["weight"].iloc[2])
    assert list(result.groups["k"]) == [2, 1]
    assert result.groups["estimate"].iloc[0] > summarise(ROWS, QUESTION.scale).groups["estimate"].iloc[0]
    assert "Only two studies" in result.groups["warnings"].iloc[0]
    assert summarise(ROWS, QUESTION.scale, excluded=set(ROWS["arm_key"])).groups.empty
    assert summarise(ROWS.iloc[:0], QUESTION.scale).groups.empty


def test_groups_that_lose_no_arm_are_those_of_the_whole():
    whole = summarise(ROWS, QUESTION.scale)
    for excluded in ({"s2/a"}, {"s3/a"}, set(ROWS["arm_key"]), set()):
        anew = summarise(ROWS, QUESTION.scale, excluded=excluded)
        kept = summarise(ROWS, QUESTION.scale, excluded=excluded, whole=whole)
        pd.testing.assert_frame_equal(kept.groups, anew.groups, check_dtype=False)
        pd.testing.assert_frame_equal(kept.rows, anew.rows)
        assert list(kept.pooled) == list(anew.pooled)


def test_sentences():
    groups = summarise(ROWS, QUESTION.scale).groups
    text = in_words(groups.iloc[0], "Resection", QUESTION)
    assert text.startswith("Resection: 5-year overall survival 4")
    assert "from 3 arms of 3 studies, 250 patients." in text
    assert "95% prediction interval" in text and "I²" in text
    assert "The variance of 2 arms rests on its number of patients." in text
    assert "nothing is pooled" in in_words(groups.iloc[1], "Systemic", QUESTION)
    base = {"measure": "median_months", "time_months": None}
    medians = table(*(base | {"value": v, "n": n} for v, n in ((20.0, 30), (26.0, None), (31.0, 50))))
    question = Question(quantity="median")
    group = summarise(eligible(medians, question).rows, question.scale).groups.iloc[0]
    assert "median overall survival 26 months" in in_words(group, "Resection", question)
