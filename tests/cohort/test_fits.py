"""A cohort's curves and comparisons against R survival, and what holds of any cohort."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.cohort.fits import EVERYBODY, FEW_AT_RISK, MAX_GROUPS, GroupFit, analyse

FOLDER = Path(__file__).parents[1] / "reference" / "patients"
CASES = json.loads((FOLDER / "expected.json").read_text())["cases"]
NAMED = [case for case in CASES if "patients" not in CASES[case] and len(CASES[case]["levels"]) <= MAX_GROUPS]


def cohort(case: str) -> pd.DataFrame:
    frame = pd.read_csv(FOLDER / f"{case}.csv.gz", dtype={"group": str}, float_precision="round_trip")
    return frame.astype({"event": bool, "group": "string"})


def close(found: object, expected: list[float | None], tolerance: float = 1e-8) -> None:
    wanted = np.array([math.nan if x is None else x for x in expected], dtype=float)
    np.testing.assert_allclose(np.atleast_1d(found).astype(float), wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("case", NAMED)
def test_curves_medians_follow_up_and_restricted_means_are_those_of_r(case: str):
    found = {group.name: group for group in analyse(cohort(case)).groups}
    assert set(found) == set(CASES[case]["groups"])
    for name, expected in CASES[case]["groups"].items():
        group = found[name]
        assert (group.n, group.events) == (expected["n"], expected["events"])
        for at in expected["km"]:
            if at["time"] <= group.last_months:
                close(list(group.at(at["time"])), [at["surv"], *at["ci_loglog"]])
                assert group.at_risk(at["time"]) == at["n_risk"]
        limits = [expected["median"][k] for k in ("median", "lower", "upper")]
        close(list(group.median), [math.inf if limit is None else limit for limit in limits])
        follow_up = expected["follow_up"]["median"]
        close(group.follow_up_months, [math.inf if follow_up is None else follow_up])
        for mean in expected["rmst"]:
            z = 1.959963984540054
            value, se, tau = mean["rmst"], mean["se"], mean["tau"]
            close(list(group.rmst(tau)), [value, max(0, value - z * se), min(tau, value + z * se)])


@pytest.mark.parametrize("case", NAMED)
def test_logrank_and_cox_are_those_of_r(case: str):
    expected, levels = CASES[case], CASES[case]["levels"]
    comparison = analyse(cohort(case), reference=levels[0]).comparison
    assert comparison is not None and comparison.groups[0] == levels[0]
    close([comparison.logrank.chi2, comparison.logrank.p], [expected["logrank"]["chi2"], expected["logrank"]["p"]])
    ratios = comparison.hazard_ratios.set_index(["reference", "comparator"])
    for level, cox in zip(levels[1:], expected["cox"], strict=True):
        row = ratios.loc[(levels[0], level)]
        close([row["log_hr"], row["se"]], [cox["log_hr"], cox["se"]], 1e-7)


patients = st.lists(
    st.tuples(st.floats(0, 300), st.booleans(), st.sampled_from(["a", "b", "c", None])), min_size=1, max_size=60
)


def frame_of(rows: list[tuple[float, bool, str | None]]) -> pd.DataFrame:
    times, events, groups = zip(*rows, strict=True)
    return pd.DataFrame({"time_months": times, "event": events, "group": pd.Series(groups, dtype="string")})


@settings(max_examples=150, deadline=None)
@given(patients)
def test_every_patient_is_counted_once_or_named_as_left_out(rows):
    frame = frame_of(rows)
    analysis = analyse(frame)
    missing = frame["group"].isna().sum()
    left_out = missing if len(analysis.groups) > 1 else 0
    assert analysis.n == len(frame) - left_out
    assert bool(analysis.notes) == bool(missing and frame["group"].nunique() >= 1)
    assert (analysis.comparison is None) == (len(analysis.groups) == 1 or analysis.tau == 0)
    sizes = [group.n for group in analysis.groups]
    assert sizes == sorted(sizes, reverse=True)
    for group in analysis.groups:
        assert analysis.tau <= group.last_months or group.fit.survival[-1] == 0
        after = group.fit.at_risk[group.fit.times > group.few_from]
        assert group.few_from <= group.last_months and not (after >= FEW_AT_RISK).any()


@settings(max_examples=100, deadline=None)
@given(patients)
def test_nothing_is_said_beyond_the_last_patient(rows):
    group = analyse(frame_of(rows).assign(group=pd.Series(pd.NA, index=range(len(rows)), dtype="string"))).groups[0]
    after = group.at(group.last_months + 1)
    assert group.name == EVERYBODY
    assert math.isnan(after.value) if group.fit.survival[-1] > 0 else after.value == 0
    assert group.at_risk(group.last_months + 1) == 0


def test_too_many_groups_and_a_single_name():
    many = pd.DataFrame({"time_months": np.arange(1.0, 21), "event": True, "group": [f"g{i % 10}" for i in range(20)]})
    found = analyse(many.astype({"group": "string"}))
    assert len(found.groups) == 1 and found.groups[0].name == EVERYBODY and "10 different values" in found.notes[0]
    one = analyse(many.assign(group=pd.Series(["series"] * 20, dtype="string")))
    assert [group.name for group in one.groups] == ["series"] and not one.notes


def test_an_unknown_reference_is_the_largest_group():
    frame = frame_of([(10.0, True, "a"), (12.0, False, "b"), (15.0, True, "b")])
    assert analyse(frame, reference="gone").comparison.groups[0] == "b"
    assert analyse(frame, reference="a").comparison.groups[0] == "a"


def test_everybody_at_time_zero_compares_nothing():
    analysis = analyse(frame_of([(0.0, True, "a"), (0.0, False, "b")]))
    assert analysis.tau == 0 and analysis.comparison is None


def test_limits_where_r_has_none_are_missing():
    group = GroupFit.of("g", np.array([5.0, 10.0]), np.array([0.0, 1.0]))
    assert group.at(6).value == 1 and math.isnan(group.at(6).low)
