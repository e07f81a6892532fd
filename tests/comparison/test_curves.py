"""Curves go through what was printed, follow a constant hazard between, and stop where the paper stops."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.comparison.curves import GRID_MONTHS, knots_through, median_of, survival_at, survival_once
from dashboard.survival import reconstruct_arm

FAIRWEATHER = {
    "resection": (160, 0.90, 0.70),
    "rfa": (123, 0.84, 0.55),
    "tace": (66, 0.55, 0.28),
    "systemic": (70, 0.58, 0.31),
    "observation": (38, 0.38, 0.20),
}


def position(curves, arm_key, origin="not-stated", endpoint="os"):
    arms = curves.arms
    found = np.flatnonzero(
        (arms["arm_key"] == arm_key) & (arms["time_origin"] == origin) & (arms["endpoint"] == endpoint)
    )
    assert len(found) == 1, (arm_key, origin, found)
    return int(found[0])


@pytest.mark.parametrize("arm", FAIRWEATHER)
def test_the_opening_example_passes_through_its_printed_figures(curves, arm):
    median, at_5, at_10 = FAIRWEATHER[arm]
    k = position(curves, f"fairweather-2017/{arm}")
    assert dict(curves.knots[k]) == {0.0: 1.0, 60.0: at_5, 120.0: at_10, float(median): 0.5}
    assert curves.cells["median"][k] == median
    assert curves.cells["median_status"][k] == "reported"
    assert [curves.cells[f"s{m}"][k] for m in (60, 120)] == [at_5, at_10]
    assert [curves.cells[f"s{m}_status"][k] for m in (12, 36, 60, 120)] == [
        "derived",
        "derived",
        "reported",
        "reported",
    ]


def test_between_printed_points_the_hazard_is_constant(curves):
    k = position(curves, "fairweather-2017/resection")
    assert survival_at(curves.knots[k], np.array([90.0]))[0] == pytest.approx(math.sqrt(0.9 * 0.7), abs=1e-12)


def test_derived_numbers_are_those_of_the_survival_engine(table, curves):
    rows = table[table["row_kind"].eq("figure") & table["endpoint"].eq("os") & table["measure"].ne("n_at_risk")]
    for arm in FAIRWEATHER:
        key = f"fairweather-2017/{arm}"
        engine = reconstruct_arm(rows[rows["arm_key"].eq(key)])
        k = position(curves, key)
        for months in (12, 36, 60, 120):
            assert curves.cells[f"s{months}"][k] == pytest.approx(engine.survival(months), abs=1e-9)


def test_nothing_is_known_beyond_the_last_printed_figure(curves):
    for k, knots in enumerate(curves.knots):
        assert np.isnan(curves.grid[k][knots[-1][0] < GRID_MONTHS]).all()
        assert np.isnan(survival_at(knots, np.array([knots[-1][0] + 0.01]))).all()


def test_time_origins_of_one_arm_are_different_curves(curves):
    treatment = position(curves, "adam-2000/two-stage", "treatment")
    diagnosis = position(curves, "adam-2000/two-stage", "metastasis-diagnosis")
    assert curves.cells["median"][treatment] == 31
    assert curves.cells["median"][diagnosis] == 44
    assert curves.knots[position(curves, "adam-2000/two-stage")] == ((0.0, 1.0), (36.0, 0.35))


@pytest.mark.parametrize("arm", ["peker-2015/y90", "li-2025/resection", "li-2025/mwa"])
def test_a_median_that_contradicts_the_rates_is_off_the_curve_but_kept(curves, arm):
    k = position(curves, arm)
    printed = curves.points_of([k])
    median = printed[curves.points["measure"][printed] == "median_months"]
    assert len(median) == 1
    assert not curves.points["used"][median[0]]
    assert 0.5 not in [s for _, s in curves.knots[k]]
    assert curves.cells["median_status"][k] == "reported"


@pytest.mark.parametrize(
    "arm", ["heslin-2001/resection", "hardy-1998/colorectal-resection", "cellini-2010/no-liver-resection"]
)
def test_ambiguous_bounded_and_approximate_figures_are_points_only(curves, arm):
    k = position(curves, arm)
    assert curves.figures[k] == 0
    assert not curves.points["used"][curves.points_of([k])].any()


def test_an_unreached_median_is_no_number(curves):
    k = position(
        curves,
        "van-der-lei-2025/ablation",
        curves.arms["time_origin"][int(np.flatnonzero(curves.arms["arm_key"] == "van-der-lei-2025/ablation")[0])],
    )
    assert curves.cells["median_status"][k] == "not reached"
    assert math.isnan(curves.cells["median"][k])


def test_one_figure_alone_derives_nothing(curves):
    for k in np.flatnonzero(curves.figures == 1):
        statuses = {curves.cells[f"s{m}_status"][k] for m in (12, 24, 36, 60, 120)} | {curves.cells["median_status"][k]}
        assert "derived" not in statuses


printed = st.integers(0, 1000).map(lambda tenths: tenths / 1000)  # no paper prints more than a tenth of a per cent
rates = st.dictionaries(st.floats(1, 240), printed, min_size=1, max_size=6)


@given(rates, st.one_of(st.none(), st.floats(1, 240)))
def test_survival_never_rises_stays_in_bounds_and_meets_its_knots(at, median):
    knots, _ = knots_through(at, median)
    times = np.linspace(0, knots[-1][0], 97)
    survival = survival_at(knots, times)
    assert ((survival >= 0) & (survival <= 1)).all()
    assert (np.diff(survival) <= 1e-12).all()
    for time, value in knots:
        assert survival_at(knots, np.array([time]))[0] == pytest.approx(value, abs=1e-9)
        assert survival_once(knots, time) == value


@given(rates, st.floats(0, 240))
def test_one_time_equals_many(at, time):
    knots, _ = knots_through(at, None)
    many = survival_at(knots, np.array([time]))[0]
    assert survival_once(knots, time) == pytest.approx(many, abs=1e-9, nan_ok=True)


@given(rates, st.floats(0.1, 10))
def test_stretching_time_stretches_the_median(at, factor):
    knots, _ = knots_through(at, None)
    stretched = tuple((time * factor, value) for time, value in knots)
    a, b = median_of(knots), median_of(stretched)
    assert (a is None and b is None) or b == pytest.approx(a * factor, rel=1e-9)


def test_median_of_a_single_interval_is_the_exponential_one():
    assert median_of(((0.0, 1.0), (24.0, 0.25))) == pytest.approx(12.0)
