import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.evidence.consistency import (
    HAZARD_RATIO_LIMIT,
    MEDIAN_TOLERANCE_MONTHS,
    Curve,
    Figure,
    contradictions,
    curves,
    half_unit,
    odd_intervals,
)


def curve(rates, medians=(), n=100.0, endpoint="os", rate_qualifier="=", median_qualifier="="):
    return Curve(
        endpoint,
        n,
        tuple(Figure(i, t, s, rate_qualifier) for i, (t, s) in enumerate(rates)),
        tuple(Figure(100 + i, math.nan, m, median_qualifier) for i, m in enumerate(medians)),
    )


def clashes(*args, **kwargs):
    return [(c.median, c.t, c.s) for c in contradictions(curve(*args, **kwargs))]


@pytest.mark.parametrize(
    ("rates", "median", "expected"),
    [
        ([(24, 0.45)], 39, True),  # peker-2015
        ([(60, 0.322)], 83.2, True),  # li-2025
        ([(36, 0.617)], 18.5, True),  # li-2025
        ([(36, 0.49)], 36, False),  # gillams-2009: the median itself
        ([(36, 0.5)], 30, False),  # rounded from anything up to 0.505
        ([(36, 0.505)], 30, True),
        ([(36, 0.51)], 30, True),
        ([(36, 0.5)], 40, False),
        ([(36, 0.49)], 40, True),
        ([(36, 0.45)], 37, False),  # a month of rounding
        ([(36, 0.45)], 37.1, True),
        ([(12, 0.8), (60, 0.3)], 30, False),
    ],
)
def test_median_against_rate(rates, median, expected):
    assert bool(clashes(rates, [median])) is expected


def test_a_median_that_was_not_reached_contradicts_a_rate_below_one_half():
    assert clashes([(60, 0.4)], [math.nan]) == [(None, 60, 0.4)]
    assert clashes([(60, 0.5)], [math.nan]) == []
    assert clashes([(60, 0.78)], [math.nan]) == []


def test_bounds_contradict_only_as_bounds():
    assert clashes([(60, 0.4)], [30], rate_qualifier=">") == []
    assert clashes([(60, 0.6)], [30], rate_qualifier=">")
    assert clashes([(24, 0.4)], [60], rate_qualifier=">") == []
    assert clashes([(60, 0.6)], [30], median_qualifier=">") == []
    assert clashes([(24, 0.4)], [60], median_qualifier=">")
    assert clashes([(24, 0.4)], [60], median_qualifier="<") == []


@given(
    hazard=st.floats(0.002, 0.2),
    times=st.lists(st.integers(3, 120), min_size=1, max_size=5, unique=True),
)
def test_a_consistent_exponential_curve_is_never_flagged(hazard, times):
    rates = [(float(t), round(math.exp(-hazard * t), 2)) for t in sorted(times)]
    printed = curve(rates, [round(math.log(2) / hazard)])
    assert contradictions(printed) == []
    assert odd_intervals(printed) == []


@given(
    t=st.integers(6, 120),
    s=st.floats(0.05, 0.95),
    median=st.floats(2, 200),
)
def test_a_contradiction_is_a_rate_on_the_wrong_side(t, s, median):
    s = round(s, 3)
    found = bool(clashes([(t, s)], [median]))
    wrong_side = (t < median and s < 0.5) or (t > median and s > 0.5)
    beyond = abs(s - 0.5) > half_unit(s) and abs(t - median) > MEDIAN_TOLERANCE_MONTHS
    assert found == (wrong_side and beyond)


def test_half_a_unit_of_the_last_printed_digit():
    assert half_unit(0.5) == half_unit(0.45) == 0.005
    assert half_unit(0.322) == 0.0005


def kinds(*args, **kwargs):
    return [(odd.kind, odd.start.t, odd.end.t) for odd in odd_intervals(curve(*args, **kwargs))]


def test_flat_and_steep():
    assert kinds([(12, 0.6), (24, 0.6), (36, 0.4)]) == [("flat", 12, 24)]
    assert kinds([(12, 0.95), (24, 0.4)]) == [("steep", 12, 24)]


def test_flat_is_asked_only_of_endpoints_without_cure():
    assert kinds([(12, 0.6), (60, 0.6)], endpoint="css") == [("flat", 12, 60)]
    assert kinds([(12, 0.6), (60, 0.6)], endpoint="dfs") == []
    assert kinds([(12, 0.95), (24, 0.4)], endpoint="dfs") == [("steep", 12, 24)]


def test_few_patients_may_be_chance_and_many_may_not():
    assert kinds([(60, 0.51), (103, 0.5)], n=15) == []
    assert kinds([(60, 0.51), (103, 0.5)], n=150) == [("flat", 60, 103)]


def test_intervals_that_cannot_be_judged_are_left_alone():
    assert kinds([(12, 1.0), (36, 0.5)]) == []  # nothing fell before
    assert kinds([(36, 0.25), (60, 0.0)]) == []  # the last patient died
    assert kinds([(12, 0.98), (24, 0.85)], n=None) == []  # 0.98 may be 0.975: within rounding of eightfold
    assert kinds([(12, 0.95), (24, 0.4)], rate_qualifier=">") == []


def test_a_median_that_contradicts_the_rates_is_no_point_of_the_curve():
    assert kinds([(12, 0.944), (36, 0.617), (60, 0.369)], [18.5], n=393) == []


def test_the_limit_is_tukeys_fence_of_the_shipped_rates(table):
    """227 ratios of neighbouring hazards between exact printed rates, all endpoints."""
    logs = []
    for group in curves(table):
        points = sorted((r.t, r.value) for r in group.rates if r.qualifier == "=")
        if not points:
            continue
        times, rates = zip((0.0, 1.0), *points, strict=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            hazards = -np.diff(np.log(rates)) / np.diff(times)
            ratios = hazards[1:] / hazards[:-1]
        logs += [math.log(r) for r in ratios if 0 < r < math.inf]
    low, high = np.quantile(logs, [0.25, 0.75])
    fences = np.exp([low - 1.5 * (high - low), high + 1.5 * (high - low)])
    assert len(logs) == 227
    assert np.exp([low, high]) == pytest.approx([0.57, 1.65], abs=0.005)
    assert fences == pytest.approx([1 / HAZARD_RATIO_LIMIT, HAZARD_RATIO_LIMIT], rel=0.1)


@settings(max_examples=50)
@given(st.lists(st.floats(0.003, 0.03), min_size=2, max_size=5), st.sampled_from([None, 20.0, 500.0]))
def test_hazards_within_the_limit_are_never_odd(hazards, n):
    """0.003 to 0.03 per month is tenfold; rounding keeps only what is certainly more than eightfold."""
    steps = [max(min(h, 7.9 * hazards[0]), hazards[0] / 7.9) for h in hazards]
    steps = [h for i, h in enumerate(steps) if i == 0 or 1 / 7.9 <= h / steps[i - 1] <= 7.9]
    survival = np.exp(-12 * np.cumsum(steps))
    assert kinds([(12.0 * (i + 1), float(s)) for i, s in enumerate(survival)], n=n) == []
