from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.synthesis import back_transform, pool
from dashboard.synthesis.scales import SURVIVAL_SCALES

from .reference_data import DATASETS, close, effects, expected

TEST_NAMES = {"z": "z", "hksj": "knha", "hksj-adhoc": "knha_adhoc_modified"}


@pytest.mark.parametrize("test", TEST_NAMES)
@pytest.mark.parametrize("method", ["FE", "DL", "PM", "REML", "ML"])
@pytest.mark.parametrize("name", DATASETS)
def test_equals_metafor(name, method, test):
    yi, vi = effects(name)
    wanted = expected(name)["methods"][method]
    result = pool(yi, vi, method=method, test=test)
    close(result.tau2, wanted["tau2"])
    close(result.i2, wanted["I2"])
    close(result.h2, wanted["H2"])
    close([result.q, result.q_p], [wanted["QE"], wanted["QEp"]])
    close(result.weights * 100, wanted["weights_percent"])
    tested = wanted[TEST_NAMES[test]]
    close(
        [result.estimate, result.se, result.statistic, result.p], [tested[n] for n in ("estimate", "se", "stat", "p")]
    )
    close(result.ci, tested["ci"])
    if method != "FE":
        close(result.tau2_ci, wanted["confint_q_profile"]["tau2"])


@pytest.mark.parametrize("method", ["DL", "PM", "REML", "ML"])
@pytest.mark.parametrize("name", DATASETS)
def test_three_prediction_intervals_equal_metafor(name, method):
    yi, vi = effects(name)
    for test, printed in (("z", "z"), ("hksj", "knha")):
        wanted = expected(name)["methods"][method][printed]
        close(pool(yi, vi, method=method, test=test).pi, wanted["prediction_interval_metafor_default"])
        riley = pool(yi, vi, method=method, test=test, prediction="t-k-2")
        close(riley.pi, wanted["prediction_interval_riley_t_k_minus_2"])
        assert riley.prediction == "t-k-2"


def test_default_is_reml_with_modified_knapp_hartung():
    yi, vi = effects("yusuf1985_t6_OR")
    default = pool(yi, vi)
    assert (default.method, default.test, default.prediction) == ("REML", "hksj-adhoc", "t-k-1")
    # These studies agree better than chance: Knapp-Hartung alone would be narrower than the fixed effect allows.
    assert pool(yi, vi, test="hksj").se < default.se == pytest.approx(pool(yi, vi, test="z").se)


def test_published_bcg():
    """Viechtbauer 2010 (J Stat Softw 36(3)), BCG vaccine, converged: tests/reference/published/README.md."""
    yi, vi = effects("bcg_RR")
    result = pool(yi, vi, test="hksj")
    assert result.estimate == pytest.approx(-0.714532, abs=5e-7)
    assert pool(yi, vi, test="z").se == pytest.approx(0.179782, abs=5e-7)
    assert result.tau2 == pytest.approx(0.313243, abs=5e-7)
    assert result.ci == pytest.approx((-1.108444, -0.320621), abs=5e-7)


def test_published_mycn():
    """Riley et al. 2003, MYCN amplification and overall survival in neuroblastoma: 56 studies, REML, z."""
    yi, vi = effects("riley2003_logHR_OS")
    natural = back_transform(pool(yi, vi, test="z"), "log")
    assert [natural.estimate, natural.ci_low, natural.ci_high] == pytest.approx([5.0963, 4.0469, 6.4178], abs=5e-5)


@pytest.mark.parametrize("method", ["DL", "PM", "REML", "ML"])
def test_survival_never_above_one(method):
    yi, vi = effects("pritz1997_PFT")
    for prediction in ("z", "t-k-1", "t-k-2"):
        natural = back_transform(pool(yi, vi, method=method, test="z", prediction=prediction), "arcsine")
        values = [natural.pi_low, natural.ci_low, natural.estimate, natural.ci_high, natural.pi_high]
        assert values == sorted(values)
        assert values[0] >= 0 and values[-1] <= 1
    assert SURVIVAL_SCALES["arcsine"].back(1.7) == 1.0  # the sine itself has turned back by then


def test_one_study_is_shown_as_it_is():
    result = pool([0.4], [0.04])
    assert (result.estimate, result.se, result.k) == (0.4, 0.2, 1)
    assert result.ci == pytest.approx((0.4 - 0.2 * 1.959963985, 0.4 + 0.2 * 1.959963985))
    assert math.isnan(result.tau2) and math.isnan(result.pi_low)
    assert "nothing is pooled" in result.warnings[0]


def test_two_studies_pool_with_a_warning():
    result = pool([0.1, 0.6], [0.04, 0.05])
    assert result.k == 2 and "Only two studies" in result.warnings[0]
    assert math.isnan(result.pi_low)
    assert not pool([0.1, 0.6, 0.3], [0.04, 0.05, 0.05]).warnings


def test_fixed_effect_predicts_nothing():
    result = pool(*effects("bcg_RR"), method="FE")
    assert math.isnan(result.pi_low) and math.isnan(result.tau2_ci[0])


@pytest.mark.parametrize(
    ("yi", "vi", "message"),
    [
        ([], [], "No study to pool"),
        ([0.1, np.nan], [0.1, 0.1], "missing at position 1"),
        ([0.1, 0.2], [0.1, None], "number of patients"),
        ([0.1, 0.2], [0.1, -0.1], "above 0, but position 1 has -0.1"),
        ([0.1, 0.2], [0.0, 0.1], "milestone_effect"),
        ([0.1, 0.2], [0.1], "one length"),
    ],
)
def test_bad_input_says_what_to_do(yi, vi, message):
    with pytest.raises(ValueError, match=message):
        pool(yi, vi)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"method": "SJ"}, "FE, DL, PM, REML, ML"),
        ({"test": "t"}, "'t'"),
        ({"prediction": "k"}, "t-k-2"),
        ({"level": 95}, "95"),
    ],
)
def test_unknown_options_are_named(option, message):
    with pytest.raises(ValueError, match=message):
        pool([0.1, 0.2], [0.1, 0.1], **option)


studies = st.lists(
    st.tuples(st.floats(-3, 3), st.floats(0.005, 2)), min_size=2, max_size=25, unique_by=lambda pair: pair[0]
)
methods = st.sampled_from(["FE", "DL", "PM", "REML", "ML"])


@settings(max_examples=60, deadline=None)
@given(studies, methods, st.randoms(use_true_random=False))
def test_order_changes_nothing(pairs, method, random):
    shuffled = random.sample(pairs, len(pairs))
    one, other = pool(*zip(*pairs, strict=True), method=method), pool(*zip(*shuffled, strict=True), method=method)
    np.testing.assert_allclose([one.estimate, one.se, one.tau2], [other.estimate, other.se, other.tau2], 1e-6, 1e-8)


@settings(max_examples=60, deadline=None)
@given(studies, methods)
def test_estimate_within_the_range_of_the_effects(pairs, method):
    yi, vi = zip(*pairs, strict=True)
    result = pool(yi, vi, method=method)
    assert min(yi) - 1e-9 <= result.estimate <= max(yi) + 1e-9
    assert result.weights.sum() == pytest.approx(1)
    assert 0 <= result.i2 <= 100
    assert result.ci_low <= result.estimate <= result.ci_high


@settings(max_examples=60, deadline=None)
@given(studies)
def test_a_copy_of_every_study_narrows(pairs):
    yi, vi = map(np.array, zip(*pairs, strict=True))
    once = pool(yi, vi, method="FE", test="z")
    twice = pool(np.tile(yi, 2), np.tile(vi, 2), method="FE", test="z")
    assert twice.se == pytest.approx(once.se / math.sqrt(2))
    assert twice.estimate == pytest.approx(once.estimate, abs=1e-9)
    for method in ("PM", "REML", "DL", "ML"):
        once, twice = (pool(np.tile(yi, n), np.tile(vi, n), method=method) for n in (1, 2))
        assert twice.ci_high - twice.ci_low < once.ci_high - once.ci_low


@settings(max_examples=60, deadline=None)
@given(studies)
def test_random_effects_without_heterogeneity_are_fixed_effects(pairs):
    yi, vi = zip(*pairs, strict=True)
    fixed = pool(yi, vi, method="FE", test="z")
    for method in ("DL", "PM", "REML", "ML"):
        result = pool(yi, vi, method=method, test="z")
        if result.tau2 == 0:
            assert (result.estimate, result.se) == (fixed.estimate, fixed.se)
        else:
            assert result.se > fixed.se
    agreeing = pool([0.3] * len(vi), vi)
    assert agreeing.tau2 == 0 and agreeing.estimate == pytest.approx(0.3)


@settings(max_examples=100, deadline=None)
@given(studies, st.sampled_from(["REML", "ML"]))
def test_likelihood_estimates_are_at_the_top(pairs, method):
    """Where tau2 is above 0 the slope of the (restricted) log-likelihood, from its definition, is 0 there."""
    y, v = map(np.array, zip(*pairs, strict=True))
    tau2 = pool(y, v, method=method).tau2

    def log_likelihood(at: float) -> float:
        w = 1 / (v + at)
        mean = w @ y / w.sum()
        return 0.5 * (np.log(w).sum() - w @ (y - mean) ** 2 - (np.log(w.sum()) if method == "REML" else 0))

    if tau2:
        w = 1 / (v + tau2)
        residuals = w * (y - w @ y / w.sum())
        slope = residuals @ residuals - w.sum() + (w @ w / w.sum() if method == "REML" else 0)
        assert abs(slope) < 1e-9 * (w @ w) * max(tau2, v.min())
    around = tau2 + max(tau2, v.min()) * np.array([-0.3, -0.01, 0.01, 0.3])
    assert all(log_likelihood(at) <= log_likelihood(tau2) + 1e-12 for at in around if at >= 0)


def test_likelihood_near_zero_does_not_stop_early():
    """Where the log-likelihood is about 0, no change is small against it: steps must not be halved for that."""
    rng = np.random.default_rng(377)
    worst = 0.0
    for _ in range(300):
        k = int(rng.integers(5, 40))
        v = rng.gamma(1, 0.1, k) + 1e-4
        y = rng.normal(0, np.sqrt(v + 0.02))
        tau2 = pool(y, v).tau2
        w = 1 / (v + tau2)
        residuals = w * (y - w @ y / w.sum())
        slope = (residuals @ residuals - w.sum() + w @ w / w.sum()) / (w @ w) / max(tau2, v.min())
        worst = max(worst, abs(slope) if tau2 else 0.0)
    assert worst < 1e-10
