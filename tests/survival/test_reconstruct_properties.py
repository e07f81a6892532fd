import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.survival import guyot, hr_between, hr_full_follow_up, reconstruct

TIMES = st.lists(st.integers(1, 120), min_size=1, max_size=6, unique=True)


@st.composite
def figures(draw):
    times = sorted(draw(TIMES))
    rates = sorted(draw(st.lists(st.integers(0, 100), min_size=len(times), max_size=len(times))), reverse=True)
    return [(float(t), r / 100) for t, r in zip(times, rates, strict=True)]


@st.composite
def contradictory(draw):
    return [
        (float(t), draw(st.integers(0, 100)) / 100) for t in draw(st.lists(st.integers(1, 120), min_size=1, max_size=6))
    ]


SIZES = st.integers(1, 400)
FOLLOW_UP = st.one_of(st.none(), st.floats(1, 100))


@settings(max_examples=60, deadline=None)
@given(contradictory(), SIZES, FOLLOW_UP)
def test_survival_never_rises_and_patients_number_n(points, n, follow_up):
    r = reconstruct(points, n, follow_up_months=follow_up)
    s = r.curve(np.linspace(0, r.horizon_months, 200))
    assert np.all(np.diff(s) <= 1e-12) and s.min() >= 0 and s.max() <= 1
    assert len(r.patients) == n
    assert set(r.patients.event) <= {0, 1}
    assert r.patients.time_months.between(0, r.horizon_months).all()


def fitting_medians(points):
    """A median between the last rate above one half and the first below, and "not reached" where none is below."""
    above = max([t for t, s in points if s > 0.5], default=0.0)
    below = min([t for t, s in points if s < 0.5], default=math.inf)
    if any(s == 0.5 for _, s in points):
        return [None, *(t for t, s in points if s == 0.5)]
    between = above + 0.25 if math.isinf(below) else (above + below) / 2
    return [None, between, *([math.inf] if math.isinf(below) else [])]


@settings(max_examples=80, deadline=None)
@given(figures(), SIZES, FOLLOW_UP, st.data())
def test_the_curve_passes_every_consistent_point(points, n, follow_up, data):
    median = data.draw(st.sampled_from(fitting_medians(points)))
    at_risk = data.draw(st.sampled_from([None, {t: int(n * s) for t, s in points}]))
    around = data.draw(st.sampled_from([None, [(t, max(0, s - 0.1), min(1, s + 0.1)) for t, s in points]]))
    r = reconstruct(points, n, median_months=median, follow_up_months=follow_up, n_at_risk=at_risk, survival_ci=around)
    for t, s in points:
        assert abs(r.survival(t) - s) < 1e-9
    if median is not None and math.isfinite(median):
        assert abs(r.survival(median) - 0.5) < 1e-9
    assert [w for w in r.warnings if "at risk" not in w] == []


@settings(max_examples=40, deadline=None)
@given(figures(), SIZES, FOLLOW_UP, st.sampled_from([0.25, 2.0, 12.0]))
def test_scaling_time_scales_results(points, n, follow_up, c):
    a = reconstruct(points, n, follow_up_months=follow_up)
    b = reconstruct([(t * c, s) for t, s in points], n, follow_up_months=None if follow_up is None else follow_up * c)
    h = a.horizon_months
    assert math.isclose(b.rmst(h * c), a.rmst(h) * c, rel_tol=1e-9)
    assert math.isclose(b.rmst_interval(h * c).se, a.rmst_interval(h).se * c, rel_tol=1e-7, abs_tol=1e-9)
    assert b.median_months == a.median_months * c or math.isclose(b.median_months, a.median_months * c)


@st.composite
def clicks(draw):
    """A falling curve read with an error, its numbers at risk, and n."""
    gaps = draw(st.lists(st.sampled_from([0.5, 1.0, 2.0, 6.0, 12.0]), min_size=2, max_size=30))
    times = np.cumsum(gaps)
    scale, error, n = draw(st.floats(5, 100)), draw(st.sampled_from([0, 0.001, 0.01])), draw(st.integers(2, 300))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    survival = np.clip(np.exp(-times / scale) + rng.normal(0, error, len(times)), 0, 1)
    risk_times = np.append(0.0, times[:: draw(st.integers(1, 4))])
    at_risk = np.floor(n * np.exp(-risk_times / scale) * np.exp(-risk_times / draw(st.floats(40, 1000))))
    return times, survival, risk_times, np.append(n, at_risk[1:])


@settings(max_examples=60, deadline=None)
@given(clicks(), st.randoms(use_true_random=False), st.sampled_from([0.25, 2.0, 12.0]))
def test_digitised_curves_give_n_patients_who_number_what_is_printed(read, random, c):
    times, survival, risk_times, at_risk = read
    found = guyot(times, survival, risk_times, at_risk)
    patients = found.patients
    assert len(patients) == at_risk[0] and patients.event.isin([0, 1]).all()
    assert [(patients.time_months >= t).sum() for t in risk_times] == at_risk.tolist()
    drawn = found.curve(np.linspace(0, found.horizon_months, 100))
    assert np.all(np.diff(drawn) <= 0) and drawn.min() >= 0 and drawn.max() <= 1
    order = list(range(len(times)))
    random.shuffle(order)
    assert guyot(times[order], survival[order], risk_times, at_risk).patients.equals(patients)
    scaled = guyot(times * c, survival, risk_times * c, at_risk).patients
    np.testing.assert_allclose(scaled.time_months, patients.time_months * c)
    assert (scaled.event == patients.event).all()


@settings(max_examples=40, deadline=None)
@given(contradictory(), SIZES, st.randoms(use_true_random=False))
def test_order_of_points_changes_nothing(points, n, random):
    shuffled = points[:]
    random.shuffle(shuffled)
    a, b = reconstruct(points, n), reconstruct(shuffled, n)
    grid = np.linspace(0, a.horizon_months, 50)
    np.testing.assert_array_equal(a.curve(grid), b.curve(grid))
    assert a.patients.equals(b.patients)
    assert a.warnings == b.warnings


@settings(max_examples=30, deadline=None)
@given(figures(), figures(), st.integers(5, 300), st.integers(5, 300))
def test_swapping_arms_turns_the_hazard_ratio(first, second, n, m):
    a, b = reconstruct(first, n), reconstruct(second, m)
    for between in (hr_between, hr_full_follow_up):
        there, back = between(a, b), between(b, a)
        _opposite(there, back)


def _opposite(there, back):
    if math.isfinite(there.log_hr):
        assert math.isclose(there.log_hr, -back.log_hr, abs_tol=1e-8)
        assert math.isclose(there.variance, back.variance, rel_tol=1e-6)


@settings(max_examples=60, deadline=None)
@given(figures(), st.integers(2, 400), FOLLOW_UP)
def test_limits_hold_the_estimate_and_the_median(points, n, follow_up):
    r = reconstruct(points, n, follow_up_months=follow_up)
    band = r.survival_interval(np.linspace(0, r.horizon_months, 120))
    assert np.all(band.low <= band.survival + 1e-12) and np.all(band.survival <= band.high + 1e-12)
    median = r.median_interval()
    assert median.low <= median.value + 1e-9 and median.value <= median.high + 1e-9
    if math.isfinite(median.low) and n > 5:  # of five patients, nobody dead, the exact lower limit is below one half
        before = r.survival_interval(np.linspace(0, 0.99 * median.low, 40))
        assert np.all(before.low > 0.5)
