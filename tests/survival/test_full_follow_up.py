import math

import numpy as np
import pytest

from dashboard.survival import Route, guyot, hr_between, hr_full_follow_up, reconstruct


def pair(follow_up):
    return [reconstruct([(12, s), (36, s**3)], 300, follow_up_months=follow_up) for s in (0.8, 0.9)]


def test_without_follow_up_beyond_the_printed_rates_nothing_is_added():
    a, b = pair(9)  # nobody is left at twice 9 months, long before 36
    assert hr_full_follow_up(a, b).log_hr == pytest.approx(hr_between(a, b).log_hr, abs=0.02)


def test_longer_follow_up_draws_the_ratio_towards_no_difference():
    found = [hr_full_follow_up(*pair(months)) for months in (20, 40, 80)]
    at_the_same_horizon = hr_between(*pair(40)).log_hr
    ratios = [abs(f.log_hr) for f in found]
    assert abs(at_the_same_horizon) > ratios[0] > ratios[1] > ratios[2] > 0
    assert found[2].se < found[0].se


def test_the_assumption_is_named_and_the_curves_end_where_they_ended():
    a, b = pair(60)
    assert "assumed" in hr_full_follow_up(a, b).method
    assert hr_full_follow_up(a, b).route is Route.DEATHS_FOLLOW_UP
    assert a.horizon_months == 36 and math.isnan(a.survival(37))


def test_an_arm_printed_longer_lends_its_rate_to_the_other():
    short = reconstruct([(24, 0.6)], 200, follow_up_months=40)
    long = reconstruct([(24, 0.6), (60, 0.3)], 200, follow_up_months=40)
    assert hr_full_follow_up(short, long).log_hr == pytest.approx(0, abs=1e-6)


def test_patients_and_unknown_n_are_refused():
    a, _ = pair(40)
    known = guyot(np.arange(40.0), np.exp(-np.arange(40) / 30), [0, 20], [100, 50])
    for other in (known, reconstruct([(12, 0.5)], None)):
        with pytest.raises(ValueError, match="number of patients and printed figures"):
            hr_full_follow_up(a, other)
