import math

import pytest

from dashboard.survival import (
    Route,
    e_value,
    hr_between,
    hr_from_ci,
    hr_from_medians,
    hr_from_p,
    hr_from_survival_rates,
    reconstruct,
)


def test_from_p_and_deaths_by_hand():
    found = hr_from_p(0.05, 100, favours_comparator=True)
    assert found.log_hr == pytest.approx(-1.959963984540054 / 5, abs=1e-12)
    assert found.variance == pytest.approx(4 / 100)
    assert hr_from_p(0.05, 100, favours_comparator=False).log_hr == -found.log_hr


def test_from_medians_and_rates_by_hand():
    found = hr_from_medians(10, 20, 40, 50)
    assert found.hr == pytest.approx(0.5)
    assert found.variance == pytest.approx(1 / 40 + 1 / 50)
    rates = hr_from_survival_rates(0.25, 0.5, 100, 100)
    assert rates.hr == pytest.approx(0.5)
    by_hand = 0.75 / (25 * math.log(0.25) ** 2) + 0.5 / (50 * math.log(0.5) ** 2)
    assert rates.variance == pytest.approx(by_hand)


def test_printed_interval_comes_back():
    found = hr_from_ci(0.68, 0.68 / math.exp(0.3), 0.68 * math.exp(0.3))
    assert found.ci == pytest.approx((0.68 / math.exp(0.3), 0.68 * math.exp(0.3)))


def test_e_value_of_the_paper():
    # VanderWeele and Ding 2017: risk ratio 3.9 (1.8 to 8.7) has E-values 7.26 and 3.0
    point, limit = e_value(3.9, 1.8, 8.7, rare=True)
    assert (round(point, 2), round(limit, 1)) == (7.26, 3.0)
    assert e_value(1 / 3.9, 1 / 8.7, 1 / 1.8, rare=True) == pytest.approx((point, limit))
    assert e_value(0.8, 0.6, 1.1)[1] == 1
    assert e_value(1.0)[0] == 1


def test_between_proportional_curves():
    a = reconstruct([(12, 0.8), (36, 0.4)], 300, follow_up_months=30)
    b = reconstruct([(12, 0.8**0.6), (36, 0.4**0.6)], 200, n_at_risk={0: 200, 12: 150, 36: 60})
    found = hr_between(a, b)
    assert found.hr == pytest.approx(0.6, abs=1e-9)
    assert found.route is Route.DEATHS_FOLLOW_UP
    with pytest.raises(ValueError, match="both horizons"):
        hr_between(a, b, 40)


@pytest.mark.parametrize("p", [0, 1, -0.1, math.nan])
def test_impossible_p_is_refused(p):
    with pytest.raises(ValueError, match="p_value"):
        hr_from_p(p, 100, favours_comparator=True)
