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
    r = reconstruct([(12, math.exp(-1))], 50, early_shape=1)
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


def test_routes_best_first():
    points, n = [(12, 0.8), (36, 0.4)], 100
    assert reconstruct(points, n).route is Route.N_ONLY
    assert reconstruct(points, n, total_events=50).route is Route.DEATHS_FOLLOW_UP
    assert reconstruct(points, n, total_events=50, n_at_risk={0: 100, 12: 70}).route is Route.AT_RISK
    assert reconstruct(points, n, n_at_risk={12: 70}, survival_ci=[(36, 0.3, 0.5)]).route is Route.REPORTED_CI
    assert reconstruct(points, None).route is Route.NONE


def test_reported_interval_comes_back():
    r = reconstruct([(12, 0.8), (36, 0.4)], 100, survival_ci=[(36, 0.3019, 0.4964)])
    band = r.survival_interval([36]).iloc[0]
    assert (band.low, band.high) == pytest.approx((0.3019, 0.4964), abs=2e-3)


def test_numbers_at_risk_come_back():
    r = reconstruct([(12, 0.8), (36, 0.4)], 100, n_at_risk={0: 100, 12: 70, 36: 20})
    assert np.interp([12, 36], r.information.grid, r.information.at_risk) == pytest.approx([70, 20])
    left = [(r.patients.time_months >= t).sum() for t in (12, 36)]
    assert left == pytest.approx([70, 20], abs=1.5)


def test_without_n_there_is_a_curve_but_no_interval():
    r = reconstruct([(12, 0.8)], None)
    assert r.survival(12) == 0.8
    assert np.isnan(r.rmst_interval(12).se)
    assert "n is not stated" in r.warnings[0]
    with pytest.raises(ValueError, match="not stated"):
        _ = r.patients


def test_median_not_reached_is_not_the_same_as_beyond_the_curve():
    assert reconstruct([(12, 0.8)], 10, median_months=math.inf).median_source == "not reached"
    assert reconstruct([(12, 0.8)], 10).median_source == "beyond the curve"
    contradicted = reconstruct([(12, 0.3)], 10, median_months=math.inf)
    assert "not reached" in contradicted.warnings[0] and "0.3" in contradicted.warnings[0]


def test_all_dead_and_nobody_dead():
    dead = reconstruct([(12, 0.5), (24, 0)], 40)
    assert dead.patients.event.sum() == 40
    assert dead.rmst(24) < 24
    alive = reconstruct([(12, 1)], 40)
    assert alive.patients.event.sum() == 0
    band = alive.survival_interval([12]).iloc[0]
    assert band.high == 1 and 0.8 < band.low < 1


@pytest.mark.parametrize("n", [20, 200, 2000])
def test_pseudo_patients_follow_the_curve_within_a_step(n):
    from dashboard.survival.estimate import KaplanMeier

    r = reconstruct([(12, 0.8), (36, 0.4), (60, 0.25)], n, median_months=28, follow_up_months=40)
    fit = KaplanMeier.fit(r.patients.time_months, r.patients.event)
    grid = np.linspace(0, 60, 301)[:-1]
    risk = np.maximum(fit.at_risk_at(grid), 1)
    assert np.all(np.abs(fit.survival_at(grid) - r.curve(grid)) <= r.curve(grid) / risk + 1e-9)


def test_limits_of_the_median_do_not_start_where_nobody_can_have_died_yet():
    r = reconstruct([(60, 0.9), (120, 0.7)], 58, median_months=160)  # resection of neuroendocrine metastases, printed
    found = r.median_interval()
    assert 120 < found.low < found.value == 160 and math.isinf(found.high)
    band = r.survival_interval([0, 0.1, 1, 5, 10, 20, 60])
    assert np.all(np.diff(band.low) < 0) and np.all(np.diff(band.high) <= 0)
    assert band.low[0] == pytest.approx(0.025 ** (1 / 58), abs=1e-9)  # exact binomial limit of nobody among 58


def test_early_limits_are_exact_binomial_limits():
    # Clopper and Pearson for no death and half a death among 40, from the beta distribution
    from scipy.stats import beta

    from dashboard.survival.intervals import log_log_limits

    s = np.array([1.0, 1 - 0.5 / 40])
    low, high = log_log_limits(s, np.array([0.0, 0.5 / 40**2]), 40 * s)
    assert low == pytest.approx([1 - beta.ppf(0.975, 1, 40), 1 - beta.ppf(0.975, 1.5, 39.5)], abs=1e-12)
    assert high == pytest.approx([1, 1 - beta.ppf(0.025, 0.5, 40.5)], abs=1e-12)


def test_median_limits_of_a_digitised_curve_are_those_of_its_patients():
    from dashboard.survival import guyot
    from dashboard.survival.estimate import KaplanMeier

    t = np.linspace(0, 40, 81)
    r = guyot(t, np.exp(-t / 30), [0, 10, 20, 30, 40], [120, 80, 55, 35, 20])
    fit = KaplanMeier.fit(r.patients.time_months, r.patients.event)
    found = r.median_interval()
    assert (found.value, found.low, found.high) == fit.median()


def test_limits_of_a_digitised_curve_are_those_of_its_patients_also_between_steps():
    from dashboard.survival import guyot
    from dashboard.survival.estimate import KaplanMeier

    r = guyot([0, 5, 10, 15, 20], [1, 0.8, 0.5, 0.2, 0], [0], [20])
    fit = KaplanMeier.fit(r.patients.time_months, r.patients.event)
    between = [5, 7, 10, 14.9, 15, 19.9]
    band = r.survival_interval(between)
    np.testing.assert_allclose(band.se, fit.se_at(between), rtol=1e-12)
    np.testing.assert_allclose([band.low, band.high], fit.limits_at(between), rtol=1e-12)
    for tau in (7, 17, 20):
        found = r.rmst_interval(tau)
        assert (found.value, found.se) == pytest.approx(fit.rmst(tau), rel=1e-12)


@pytest.mark.filterwarnings("error")
def test_limits_of_a_curve_that_falls_to_zero_are_finite_and_silent():
    band = reconstruct([(12, 0.5), (24, 0)], 40).survival_interval([0, 12, 24])
    assert band.se[2] == 0 and band.low[2] == 0 and 0 < band.high[2] < 1


@pytest.mark.parametrize(
    ("points", "n", "figures"),
    [
        ([(60, 0.26)], 19, {"follow_up_months": 26}),  # fewer than five alive at the end
        ([(0.5, 0.9999), (18, 0.3), (48, 0.08), (120, 0.06)], 8, {"follow_up_months": 8.7}),
        ([(12, 0.8), (60, 0.1)], 20, {"follow_up_months": 10, "survival_ci": [(60, 0, 0.3)]}),
        ([(3, 0.97), (6, 0.95), (60, 0.08)], 11, {"total_events": 2, "survival_ci": [(60, 0, 0.18)]}),
        ([(12, 0.8), (60, 0.4)], 50, {"n_at_risk": {24: 0}}),
        ([(12, 0.5), (24, 0), (60, 0)], 40, {"survival_ci": [(12, 0.3, 0.7)]}),
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_printed_rate_has_somebody_behind_it_however_short_the_follow_up(points, n, figures):
    r = reconstruct(points, n, **figures)
    times, survival = np.array(points).T
    assert np.all(r.information.patients_at(times) >= np.minimum(1, n * survival) - 1e-9)
    band = r.survival_interval(np.linspace(0, r.horizon_months, 50))
    assert band.se.max() < 0.5 and np.all(band.low <= band.survival) and np.all(band.survival <= band.high)
    assert r.rmst_interval(r.horizon_months).se < r.horizon_months / 2
    assert len(r.patients) == n


def test_patients_at_risk_at_the_end_do_not_jump_where_the_living_pass_five():
    fewer, more = (
        reconstruct([(60, s)], 20, follow_up_months=20).information.patients_at(60) for s in (0.2499, 0.2501)
    )
    assert fewer == pytest.approx(more, rel=0.01)


def test_nobody_at_risk_before_the_last_rate_is_named():
    r = reconstruct([(12, 0.8), (60, 0.4)], 50, n_at_risk={24: 0})
    assert "0 at risk printed at 24 months, but survival up to 60" in r.warnings[0]
    assert reconstruct([(12, 0.8), (24, 0), (60, 0)], 50, n_at_risk={30: 0}).warnings == ()


@pytest.mark.parametrize(
    ("figures", "named"),
    [
        ({"survival_ci": [(12, 0.9, 0.95)]}, ["12 months", "0.9 to 0.95", "0.8"]),
        ({"median_months": 30, "median_ci": (31, 40)}, ["31 to 40 months", "30"]),
        ({"median_ci": (50, math.inf)}, ["50 to inf", "does not hold 2"]),
    ],
)
def test_an_interval_that_does_not_hold_its_figure_is_named_and_sets_no_route(figures, named):
    r = reconstruct([(12, 0.8), (36, 0.4)], 100, **figures)
    assert len(r.warnings) == 1 and all(words in r.warnings[0] for words in named)
    assert r.route is Route.N_ONLY
    assert (
        r.survival_interval([36]).se[0]
        == reconstruct([(12, 0.8), (36, 0.4)], 100, **{k: v for k, v in figures.items() if k == "median_months"})
        .survival_interval([36])
        .se[0]
    )


def test_an_interval_that_tells_no_variance_of_the_curve_sets_no_route():
    beyond = reconstruct([(12, 0.8)], 100, median_months=40, median_ci=(30, math.inf), follow_up_months=20)
    assert beyond.route is Route.REPORTED_CI  # the curve reaches the lower limit
    short = reconstruct([(12, 0.8)], 100, median_months=math.inf, median_ci=(30, math.inf), follow_up_months=20)
    assert short.route is Route.DEATHS_FOLLOW_UP and not any("reported confidence" in a for a in short.assumptions)
    everybody = reconstruct([(12, 1.0)], 100, survival_ci=[(12, 0.9, 1.0)])
    assert everybody.route is Route.N_ONLY


def test_a_printed_interval_of_the_median_is_reported_whatever_the_rest_rests_on():
    found = reconstruct([(12, 0.8)], 100, median_months=math.inf, median_ci=(30, math.inf)).median_interval()
    assert math.isinf(found.value) and found.route is not Route.REPORTED_CI
    printed = reconstruct([(12, 0.7)], 100, median_months=26, median_ci=(18, 40)).median_interval()
    assert (printed.low, printed.high, printed.route) == (18, 40, Route.REPORTED_CI)


def test_fewer_deaths_than_the_curve_takes_are_named():
    r = reconstruct([(12, 0.8), (60, 0.4)], 50, total_events=2)
    assert "2 deaths printed" in r.warnings[0] and "0.4 at 60 months" in r.warnings[0] and "among 50" in r.warnings[0]
    assert reconstruct([(12, 0.8), (60, 0.4)], 50, total_events=28).warnings == ()
    assert reconstruct([(12, 0.8), (60, 0.4)], 50, total_events=45).warnings == ()  # later deaths count too


def test_contradictory_numbers_at_risk_and_deaths_are_named():
    r = reconstruct([(12, 0.5)], 100, n_at_risk={0: 90, 6: 80, 12: 85})
    assert any("90 at risk" in w for w in r.warnings)
    assert any("85 at risk" in w for w in r.warnings)
    assert any("leaves 50.0 alive" in w for w in r.warnings)
    assert "no deaths" in reconstruct([(12, 0.5)], 100, total_events=0).warnings[0]
    with pytest.raises(ValueError, match="total_events"):
        reconstruct([(12, 0.5)], 100, total_events=101)
