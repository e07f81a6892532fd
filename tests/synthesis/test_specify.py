from __future__ import annotations

import pandas as pd
import pytest

from dashboard.synthesis import Question, back_transform, eligible, pool, specification

from .test_eligibility import table

ROWS = table(
    {"ci_low": 0.3, "ci_high": 0.5},
    {"value": 0.55, "ci_low": 0.4, "ci_high": 0.7, "time_origin": "not-stated"},
    {"value": 0.3, "n": 12},
    {"value": 0.25, "flags": "median-contradicts-rate"},
    {"value": 0.6, "qualifier": ">"},
    {"time_months": 36.0},
)
DERIVED = pd.DataFrame({"arm_key": ["s5/a"], "survival": [0.35], "se": [0.05]})


def test_every_combination_once():
    frame = specification(ROWS, Question(), derived=DERIVED)
    assert len(frame) == 8 * 4 * 5
    assert not frame.duplicated(["rule", "transform", "method"]).any()
    assert frame["estimate"].is_monotonic_increasing
    counts = frame.drop_duplicates("rule").set_index("rule")["k"].to_dict()
    assert counts == {
        "as-asked": 4,
        "with-bounds": 5,
        "with-derived": 5,
        "reported-variance": 2,
        "from-treatment": 3,
        "follow-up-ignored": 4,
        "not-small": 3,
        "no-contradiction": 3,
    }
    assert (frame["ci_low"] >= 0).all() and (frame["ci_high"] <= 1).all()


def test_the_default_is_the_pooled_result():
    frame = specification(ROWS, Question())
    assert "with-derived" not in set(frame["rule"])
    rows = eligible(ROWS, Question()).rows
    wanted = back_transform(pool(rows["yi"], rows["vi"]))
    default = frame[frame["is_default"]]
    assert len(default) == 1
    assert default["estimate"].iloc[0] == pytest.approx(wanted.estimate, rel=1e-12)
    assert default["ci_high"].iloc[0] == pytest.approx(wanted.ci_high, rel=1e-12)


def test_medians_and_too_few():
    rows = table(*({"measure": "median_months", "value": value, "time_months": None} for value in (20.0, 30.0, 45.0)))
    frame = specification(rows, Question(quantity="median"))
    assert set(frame["transform"]) == {"log"} and frame["is_default"].sum() == 1
    assert frame["estimate"].between(20, 45).all()
    assert specification(rows.iloc[:1], Question(quantity="median")).empty
