from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.synthesis import (
    back_transform,
    hazard_ratio_effect,
    logrank_effect,
    median_effect,
    milestone_effect,
    pool,
)
from dashboard.synthesis.scales import SURVIVAL_SCALES

from .reference_data import REFERENCE, close, dataset

CHORDOMA = pd.read_csv(REFERENCE / "published" / "chordoma_pfs5.csv")


def chordoma_effects():
    made = []
    for row in CHORDOMA.itertuples():
        if row.ci_low > 0:
            made.append(milestone_effect(row.survival, ci=(row.ci_low, row.ci_high), n=row.n))
        else:
            made.append(milestone_effect(row.survival, se=row.se_cloglog, se_scale="transform"))
    return made


def test_standard_errors_of_the_chordoma_series():
    for effect, printed in zip(chordoma_effects(), CHORDOMA["se_cloglog"], strict=True):
        assert effect.se == pytest.approx(printed, abs=5e-7)


def test_published_chordoma():
    made = chordoma_effects()
    result = pool([e.yi for e in made], [e.vi for e in made], test="z")
    natural = back_transform(result, "cloglog")
    assert [natural.estimate, natural.ci_low, natural.ci_high] == pytest.approx([0.693, 0.575, 0.784], abs=5e-4)
    assert result.tau2 == pytest.approx(0.1580, abs=5e-5)
    assert result.q == pytest.approx(15.0002, abs=5e-5)
    assert natural.pi_low < natural.ci_low < natural.estimate < natural.ci_high < natural.pi_high


def test_logit_with_all_alive_equals_metafor():
    for row in dataset("pritz1997_PLO").itertuples():
        effect = milestone_effect(row.xi / row.ni, n=row.ni, transform="logit")
        close(list(effect), [row.yi, row.vi])
        assert effect.corrected == (row.xi == row.ni)


def test_plain_binomial_equals_metafor():
    """Begg 1989: raw proportions."""
    frame = dataset("begg1989_all")
    for row in frame.itertuples():
        effect = milestone_effect(row.yi, se=row.sei, transform="plain")
        close(list(effect), [row.yi, row.vi])


@pytest.mark.parametrize("transform", SURVIVAL_SCALES)
def test_greenwood_carried_over_by_the_slope(transform):
    s, se, step = 0.37, 0.05, 1e-6
    scale = SURVIVAL_SCALES[transform]
    slope = (scale.forward(s + step) - scale.forward(s - step)) / (2 * step)
    effect = milestone_effect(s, se=se, transform=transform)
    assert effect.se == pytest.approx(abs(slope) * se, rel=1e-7)
    assert effect.yi == scale.forward(s) and effect.route == "se"
    assert scale.back(effect.yi) == pytest.approx(s)


def test_the_ladder_takes_the_best_rung():
    everything = {"se": 0.05, "ci": (0.4, 0.6), "n_at_risk": 20, "events": 40, "n": 90}
    for rung, route in (
        ("se", "se"),
        ("ci", "ci"),
        ("n_at_risk", "n-at-risk"),
        ("events", "events"),
        ("n", "n-only"),
    ):
        effect = milestone_effect(0.5, **everything)
        assert effect.route == route
        assert effect.assumed == (route == "n-only")
        del everything[rung]
    with pytest.raises(ValueError, match=r"confidence interval.*number of patients"):
        milestone_effect(0.5)


def test_variances_on_the_plain_scale():
    assert milestone_effect(0.3, n_at_risk=20, transform="plain").vi == pytest.approx(0.09 * 0.7 / 20)
    assert milestone_effect(0.3, n=50, transform="plain").vi == pytest.approx(0.21 / 50)
    assert milestone_effect(0.3, n=50, events=21, transform="plain").vi == pytest.approx(0.21 / 30)
    # 35 deaths are all that 50 patients with 30% survival can have: more of them came later.
    assert milestone_effect(0.3, n=50, events=45, transform="plain").vi == pytest.approx(0.21 / 50)


def test_symmetric_on_its_own_scale_gives_back_the_standard_error():
    z = 1.959963984540054
    s, se = 0.42, 0.07
    intervals = {
        "plain": (s - z * se, s + z * se),
        "log": (s * math.exp(-z * se / s), s * math.exp(z * se / s)),
        "cloglog": tuple(
            math.exp(-math.exp(math.log(-math.log(s)) + sign * z * se / (s * -math.log(s)))) for sign in (1, -1)
        ),
    }
    for name, interval in intervals.items():
        effect = milestone_effect(s, ci=interval, transform="plain")
        assert effect.se == pytest.approx(se, rel=1e-9), name


def test_interval_cut_off_at_one_uses_the_other_side():
    effect = milestone_effect(0.9, ci=(0.78, 1.0), transform="plain")
    assert effect.route == "ci-one-side"
    assert effect.se == pytest.approx(0.12 / 1.959963984540054)
    low = milestone_effect(0.05, ci=(0.0, 0.15), transform="plain")
    assert low.se == pytest.approx(0.10 / 1.959963984540054)


@pytest.mark.parametrize("survival", [0.0, 1.0])
@pytest.mark.parametrize("transform", ["cloglog", "logit", "plain"])
def test_survival_at_the_border(survival, transform):
    effect = milestone_effect(survival, n=20, transform=transform)
    assert effect.corrected and effect.estimate == survival and "half a patient" in effect.notes[0]
    assert SURVIVAL_SCALES[transform].back(effect.yi) == pytest.approx(0.5 / 21 if survival == 0 else 20.5 / 21)
    assert math.isfinite(effect.vi) and effect.vi > 0
    with pytest.raises(ValueError, match="number of patients"):
        milestone_effect(survival, transform=transform)


def test_arcsine_needs_no_correction():
    effect = milestone_effect(1.0, n=20, transform="arcsine")
    assert (effect.yi, effect.vi, effect.corrected) == (math.pi / 2, 1 / 80, False)


def test_all_survive_everywhere_still_pools():
    made = [milestone_effect(1.0, n=n) for n in (8, 20, 35)]
    natural = back_transform(pool([e.yi for e in made], [e.vi for e in made]))
    assert 0.9 < natural.estimate < 1 and natural.ci_high < 1


def test_follow_up_widens_the_binomial_variance():
    full = milestone_effect(0.4, n=60)
    long, short = (milestone_effect(0.4, n=60, time_months=60, follow_up_months=f) for f in (600, 24))
    assert full.vi < long.vi < short.vi
    assert milestone_effect(0.4, n=60, time_months=60, follow_up_months=1e9).vi == pytest.approx(full.vi, rel=1e-6)
    assert (long.route, full.route) == ("n-follow-up", "n-only")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"survival": 45, "n": 10}, "per cent"),
        ({"survival": -0.1, "n": 10}, "0 to 1"),
        ({"survival": math.nan, "n": 10}, "0 to 1"),
        ({"survival": 0.5, "se": 0.8}, "se_scale"),
        ({"survival": 0.5, "se": -0.1}, "above 0"),
        ({"survival": 0.5, "ci": (0.6, 0.8)}, "must hold the survival"),
        ({"survival": 0.5, "ci": (0.4, 60)}, "must hold the survival"),
        ({"survival": 0.5, "n": 0}, "n must be above 0"),
        ({"survival": 0.5, "n": 10, "transform": "probit"}, "'probit'"),
    ],
)
def test_bad_milestones_say_what_is_wrong(arguments, message):
    with pytest.raises(ValueError, match=message):
        milestone_effect(arguments.pop("survival"), **arguments)


@given(st.floats(0.01, 0.99), st.integers(2, 3000), st.sampled_from(sorted(SURVIVAL_SCALES)))
def test_more_patients_less_variance(survival, n, transform):
    assert (
        milestone_effect(survival, n=n + 1, transform=transform).vi
        < milestone_effect(survival, n=n, transform=transform).vi
    )


@given(st.floats(-30, 30), st.sampled_from(sorted(SURVIVAL_SCALES)))
def test_back_transforms_stay_inside(y, transform):
    assert 0 <= SURVIVAL_SCALES[transform].back(y) <= 1


def test_median_on_the_log_scale():
    effect = median_effect(26, ci=(18, 40))
    assert effect.yi == math.log(26)
    assert effect.se == pytest.approx(math.log(40 / 18) / (2 * 1.959963984540054))
    # Exponential survival, nobody censored: Var(log t) = 1 / (n log(2)^2).
    assert median_effect(26, n=100).vi == pytest.approx(1 / (100 * math.log(2) ** 2))
    assert median_effect(26, n=100).route == "n-only"
    for wrong in (math.inf, math.nan, 0):
        with pytest.raises(ValueError, match="milestone"):
            median_effect(wrong, n=10)


def test_hazard_ratio_direction_is_explicit():
    one = hazard_ratio_effect(0.5, ci=(0.3, 0.8333333333))
    other = hazard_ratio_effect(2.0, ci=(1.2, 3.3333333333), flip=True)
    assert one.yi == pytest.approx(other.yi) and one.vi == pytest.approx(other.vi)
    assert one.yi < 0 and other.estimate == 0.5


def test_hazard_ratio_from_p_and_events():
    known = hazard_ratio_effect(0.7, se_log=0.15)
    z = abs(known.yi) / 0.15
    p = math.erfc(z / math.sqrt(2))
    assert hazard_ratio_effect(0.7, p=p).se == pytest.approx(0.15, rel=1e-9)
    assert hazard_ratio_effect(0.7, events=(40, 50)).vi == pytest.approx(1 / 40 + 1 / 50)
    with pytest.raises(ValueError, match="exact p-value"):
        hazard_ratio_effect(0.7)


def test_logrank_has_the_stated_direction():
    better = logrank_effect(0.03, 80, 100, 100, favours_arm=True)
    assert better.yi == pytest.approx(-2.170090378 / math.sqrt(20), rel=1e-8)
    assert better.vi == pytest.approx(1 / 20)
    assert logrank_effect(0.03, 80, 100, 100, favours_arm=False).yi == -better.yi
