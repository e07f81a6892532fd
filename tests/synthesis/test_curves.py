from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.synthesis import pooled_curve

from .reference_data import REFERENCE, close

CURVES = ("hepatology", "lung_by_inst", "veteran_by_arm_celltype")
VARIANTS = {"own_exact_missing": True, "own_no_correction_var_1_over_4n": False}


def printed(name):
    folder = REFERENCE / "pooled_curves"
    return pd.read_csv(folder / f"{name}.csv"), json.loads((folder / f"{name}.expected.json").read_text())


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("model", ["fixed", "random"])
@pytest.mark.parametrize("name", CURVES)
def test_equals_reference(name, model, variant):
    studies, expected = printed(name)
    wanted = expected[variant]
    curve = pooled_curve(studies, model=model, min_arms=1, correction=VARIANTS[variant])
    close(curve.times, wanted["times"])
    close(curve.n_arms, wanted["n_studies_at_time"])
    close(curve.beta, wanted[model]["beta_arcsine"])
    close(curve.conditional, wanted[model]["conditional_survival"])
    close(curve.survival, wanted[model]["survival"])
    close(curve.se_log_survival, wanted[model]["se_log_survival"])
    close(curve.ci_low, wanted[model]["lower"])
    close(curve.ci_high, np.minimum(wanted[model]["upper"], 1))
    heterogeneity = wanted["heterogeneity"]
    close(curve.q, heterogeneity["Q"])
    natural = heterogeneity["natural_df_Nobs_minus_Ntimes"]
    close([curve.df, curve.h2, curve.i2, curve.q_p], [natural[n] for n in ("df", "H2", "I2", "p")])
    if model == "random":
        close(curve.between_raw, wanted["Sigma_untruncated"])
        close(curve.between, wanted["Sigma_truncated_psd"])
        close(curve.covariance, wanted["cov_random"])


@pytest.mark.parametrize("name", CURVES)
def test_equals_the_published_package_with_its_correction(name):
    """RISCA 1.0.7 fills missing intervals with a weight of 1e-12 and uses 1.96."""
    studies, expected = printed(name)
    for model in ("fixed", "random"):
        wanted = expected["RISCA_greenwood_seed1"][model]
        curve = pooled_curve(studies, model=model, min_arms=1, correction=True)
        np.testing.assert_allclose(curve.survival, wanted["survival"], rtol=0, atol=1e-6)


def test_stops_where_support_ends():
    studies, _ = printed("hepatology")
    curve = pooled_curve(studies)
    assert curve.times[-1] == 36 and curve.n_arms[-1] == 6
    assert pooled_curve(studies, min_arms=10).times[-1] == 27
    with pytest.raises(ValueError, match="fewer than 30 reach"):
        pooled_curve(studies, min_arms=30)


def test_prediction_band_of_a_known_spread():
    """Arms whose log hazards differ with a standard deviation of 0.4: 95% of further arms lie in the band."""
    rng = np.random.default_rng(3)
    times = np.array([6.0, 12.0, 24.0, 36.0])
    hazards = 0.03 * np.exp(0.4 * rng.standard_normal(60))
    frame = arms(*[(2000, dict(zip(times, np.exp(-h * times), strict=True))) for h in hazards])
    curve = pooled_curve(frame)
    further = np.exp(-0.03 * np.exp(0.4 * rng.standard_normal((4000, 1))) * times)
    inside = ((further >= curve.pi_low) & (further <= curve.pi_high)).mean(axis=0)
    assert np.all((inside > 0.92) & (inside < 0.985))
    assert np.all(curve.pi_low < curve.ci_low) and np.all(curve.ci_high < curve.pi_high)
    assert np.array_equal(pooled_curve(frame).pi_low, curve.pi_low)


def arms(*curves):
    rows = [
        {"study": f"s{i}", "time_months": float(t), "survival": s, "n": n}
        for i, (n, points) in enumerate(curves)
        for t, s in points.items()
    ]
    return pd.DataFrame(rows)


def test_gap_is_filled_at_constant_hazard_without_new_information():
    """A point on the line between two printed points changes nothing for a single arm."""
    sparse = arms((40, {12: 0.8, 36: 0.2}))
    dense = arms((40, {12: 0.8, 24: 0.4, 36: 0.2}))
    one, other = (pooled_curve(frame, model="fixed", min_arms=1) for frame in (sparse, dense))
    close(other.survival[[0, 2]], one.survival)
    close(other.se_log_survival[[0, 2]], one.se_log_survival)
    assert one.se_log_survival[1] == pytest.approx(math.sqrt(0.8 / (40 * 0.2)))  # Greenwood without censoring
    irregular = pooled_curve(arms((40, {12: 0.8, 36: 0.2}), (40, {12: 0.8, 24: 0.4, 36: 0.2}), (40, {36: 0.2})))
    assert list(irregular.times) == [12, 24, 36]
    assert list(irregular.n_arms) == [3, 3, 3] and list(irregular.n_printed) == [2, 1, 3]


def test_missing_numbers_at_risk_are_named():
    frame = arms((40, {12: 0.8, 36: 0.2}), (30, {12: 0.7, 36: 0.3}), (50, {12: 0.9, 36: 0.4}))
    curve = pooled_curve(frame)
    assert "3 of 3 arms print no numbers at risk" in curve.warnings[0]
    known = frame.assign(n_risk=[40, 32, 30, 21, 50, 45])
    assert pooled_curve(known).warnings == ()
    close(pooled_curve(known).survival, curve.survival)


def test_median_and_table():
    curve = pooled_curve(arms((40, {12: 0.5, 24: 0.25})), min_arms=1)
    assert curve.median == pytest.approx(12)
    late = pooled_curve(arms((40, {24: 0.25})), min_arms=1)
    assert late.median == pytest.approx(12)
    assert math.isinf(pooled_curve(arms((40, {12: 0.6})), min_arms=1).median)
    table = curve.frame()
    assert list(table["time_months"]) == [0, 12, 24] and table["survival"].iloc[0] == 1


def test_all_alive_and_all_dead():
    alive = pooled_curve(arms(*[(n, {12: 1.0, 24: 1.0}) for n in (10, 20, 30)]))
    assert list(alive.survival) == [1.0, 1.0]
    dead = pooled_curve(arms(*[(n, {12: 0.4, 24: 0.0}) for n in (10, 20, 30)]))
    assert dead.survival[1] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (arms((40, {12: 0.5, 24: 0.6})), "rises"),
        (arms((40, {12: 50.0})), "0..1"),
        (arms((None, {12: 0.5})), "no number of patients"),
        (arms((40, {0: 1.0})), "above 0"),
        (arms((40, {12: 0.5})).drop(columns="n"), "n_risk"),
        (arms((40, {12: 0.5})).iloc[:0], "No arm to pool"),
    ],
)
def test_bad_input_says_what_to_do(frame, message):
    with pytest.raises(ValueError, match=message):
        pooled_curve(frame, min_arms=1)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(3, 300),
            st.dictionaries(st.integers(1, 60), st.floats(0.3, 1), min_size=1, max_size=6),
        ),
        min_size=1,
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_inside_and_monotone_whatever_the_grid(drawn, random):
    curves = []
    for n, points in drawn:
        curves.append((n, dict(zip(sorted(points), np.cumprod(list(points.values())), strict=True))))
    frame = arms(*curves)
    curve = pooled_curve(frame, min_arms=1)
    for values in (curve.survival, curve.pi_low, curve.pi_high):
        assert np.all((values >= 0) & (values <= 1)) and np.all(np.diff(values) <= 1e-12)
    assert np.all((curve.ci_low >= 0) & (curve.ci_low <= curve.survival) & (curve.ci_high >= curve.survival - 1e-12))
    order = list(range(len(frame)))
    random.shuffle(order)
    close(pooled_curve(frame.iloc[order], min_arms=1).survival, curve.survival)


def test_a_curve_ends_where_survival_of_0_leaves_nobody_to_observe():
    dead = [(20, {36: 0.5, 60: 0.0})] * 3
    curve = pooled_curve(arms(*dead, (20, {36: 0.5, 48: 0.4})))
    assert curve.times.tolist() == [36.0, 48.0] and curve.n_arms.tolist() == [4, 4]
    assert np.isfinite(curve.survival).all() and np.isfinite(curve.covariance).all()


def test_arms_of_many_blocks_pool_as_the_same_arms_in_another_order():
    rng = np.random.default_rng(3)
    drawn = []
    for _ in range(150):
        falls = np.cumprod(rng.uniform(0.6, 1, rng.integers(1, 6)))
        drawn.append((int(rng.integers(10, 200)), {12 * (i + 1): s for i, s in enumerate(falls)}))
    forward, backward = pooled_curve(arms(*drawn)), pooled_curve(arms(*drawn[::-1]))
    close(forward.survival, backward.survival)
    close(forward.covariance, backward.covariance)
