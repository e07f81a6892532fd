import math

import numpy as np
import pytest

from dashboard.survival import Route, reconstruct


def test_constant_hazard_between_printed_points():
    r = reconstruct([(12, 0.8), (36, 0.4)], 100)
    assert r.survival(24) == pytest.approx(math.sqrt(0.8 * 0.4), abs=1e-12)
    assert r.curve([0, 12, 36]) == pytest.approx([1, 0.8, 0.4], abs=1e-12)
    assert np.isnan(r.survival(36.1))
    assert r.horizon_months == 36


def test_restricted_mean_of_one_exponential():
    r = reconstruct([(12, math.exp(-1))], 50)
    assert r.rmst(12) == pytest.approx(12 * (1 - math.exp(-1)), abs=1e-12)
    with pytest.raises(ValueError, match="horizon 12"):
        r.rmst(13)


def test_reported_median_is_a_point_of_the_curve():
    r = reconstruct([(12, 0.7), (60, 0.2)], 80, median_months=30)
    assert r.median_months == 30
    assert r.survival(30) == 0.5
    assert r.warnings == ()


def test_contradictory_median_is_left_out_and_named():
    r = reconstruct([(12, 0.7), (24, 0.45)], 80, median_months=30)
    assert 12 < r.median_months < 24
    assert "30" in r.warnings[0] and "0.45" in r.warnings[0] and "24" in r.warnings[0]


def test_rising_rates_are_pooled_and_named():
    r = reconstruct([(12, 0.5), (24, 0.6)], 80)
    assert r.curve([12, 24]) == pytest.approx([0.55, 0.55])
    assert "0.5 at 12, 0.6 at 24" in r.warnings[0]


def test_pseudo_patients_number_n_and_follow_the_curve():
    r = reconstruct([(12, 0.8), (36, 0.4)], 200, follow_up_months=40)
    assert len(r.patients) == 200
    assert r.route is Route.DEATHS_FOLLOW_UP


@pytest.mark.parametrize(
    ("points", "n", "kwargs", "message"),
    [
        ([(12, 80)], 50, {}, "per cent"),
        ([(12, -0.1)], 50, {}, "proportion"),
        ([(12, math.nan)], 50, {}, "proportion"),
        ([(math.nan, 0.5)], 50, {}, "time"),
        ([(-1, 0.5)], 50, {}, "time"),
        ([(0, 0.9)], 50, {}, "time 0"),
        ([(0, 1)], 50, {}, "nothing"),
        ([], 50, {}, "nothing"),
        ([(12, 0.5)], 0, {}, "whole number"),
        ([(12, 0.5)], 10.5, {}, "whole number"),
        ([(12, 0.5)], math.nan, {}, "whole number"),
        ([(12, 0.5)], 50, {"follow_up_months": 0}, "follow_up"),
    ],
)
def test_impossible_input_is_refused_by_name(points, n, kwargs, message):
    with pytest.raises(ValueError, match=message):
        reconstruct(points, n, **kwargs)
