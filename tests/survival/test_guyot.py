import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.survival import Route, compare, guyot
from dashboard.survival.estimate import KaplanMeier

FOLDER = Path(__file__).parents[1] / "reference"
EXPECTED = json.loads((FOLDER / "guyot" / "expected.json").read_text())
ARMS = [(d, a) for d, x in EXPECTED["roundtrip"].items() for a in x["arms"]]


def rebuilt(case, digitisation="digitised", **kwargs):
    curve, risk = np.array(case[digitisation]), np.array(case["at_risk"])
    return guyot(curve[:, 0], curve[:, 1], risk[:, 0], risk[:, 1], **kwargs)


def test_bonner_hazard_ratio_as_other_tools_get():
    arms = [rebuilt(EXPECTED["bonner"][a]).patients.assign(arm=a) for a in ("radio", "radioplus")]
    row = compare(pd.concat(arms), "arm").hazard_ratios.iloc[0]
    assert [f"{x:.3f}" for x in (row.hr, row.ci_low, row.ci_high)] == ["0.717", "0.557", "0.923"]
    assert row.hr == pytest.approx(EXPECTED["bonner"]["hr"], abs=1e-4)


@pytest.mark.parametrize("arm", ["radio", "radioplus"])
def test_bonner_deaths_and_censorings_by_interval_as_other_tools_get(arm):
    case = EXPECTED["bonner"][arm]
    patients = rebuilt(case).patients
    edges = [t for t, _ in case["at_risk"]]
    interval = np.searchsorted(edges, patients.time_months, side="right") - 1
    for event, key in ((1, "events"), (0, "censored")):
        counts = np.bincount(interval[patients.event.eq(event)], minlength=len(edges))
        assert counts.tolist() == case[key]


@pytest.mark.parametrize("tail", ["steps", "steps_with_tail"])
@pytest.mark.parametrize(("dataset", "arm"), ARMS)
def test_exact_steps_return_the_true_curve(dataset, arm, tail):
    case = EXPECTED["roundtrip"][dataset]["arms"][arm]
    found = rebuilt(case, tail)
    d = pd.read_csv(FOLDER / "patients" / f"{dataset}.csv.gz", dtype={"group": str}, float_precision="round_trip")
    true = KaplanMeier.fit(d[d.group == arm].time_months, d[d.group == arm].event)
    mine = KaplanMeier.fit(found.patients.time_months, found.patients.event)
    error = np.sqrt(np.mean((mine.survival_at(true.times) - true.survival_at(true.times)) ** 2))
    best = min(v["rmse"] for k, v in case["tools"].items() if k.startswith(tail + "_"))
    assert error <= best + 1e-9
    assert len(found.patients) == true.n
    assert found.route is Route.AT_RISK


@pytest.mark.parametrize(("dataset", "arm"), ARMS)
def test_noisy_clicks_give_n_patients_who_follow_the_clicks(dataset, arm):
    case = EXPECTED["roundtrip"][dataset]["arms"][arm]
    found = rebuilt(case, "noisy150")
    clicks = np.array(case["noisy150"])
    assert len(found.patients) == case["at_risk"][0][1]
    assert np.sqrt(np.mean((found.curve(clicks[:, 0]) - clicks[:, 1]) ** 2)) < 0.5 / math.sqrt(len(found.patients)) / 2
    for t, k in case["at_risk"]:
        if t <= clicks[-1, 0]:
            assert (found.patients.time_months >= t).sum() == pytest.approx(k, abs=2)


def rmse_to_truth(survival_at, truth):
    """The metric behind the tools' figures: an even grid of 500 times from 0 to the last time of the true patients."""
    grid = np.linspace(0, truth.times[-1], 500)
    return math.sqrt(np.mean((survival_at(grid) - truth.survival_at(grid)) ** 2))


def true_fit(dataset, arm):
    d = pd.read_csv(FOLDER / "patients" / f"{dataset}.csv.gz", dtype={"group": str}, float_precision="round_trip")
    return KaplanMeier.fit(d[d.group == arm].time_months, d[d.group == arm].event)


def test_the_metric_is_that_of_the_expected_results():
    truth = true_fit("ovarian", "rx1")  # the tool misses the last death: its curve stays at 7 / 13
    stated = EXPECTED["roundtrip"]["ovarian"]["arms"]["rx1"]["tools"]["steps_with_tail_IPDfromKM_noE"]["rmse"]
    assert rmse_to_truth(lambda t: np.maximum(truth.survival_at(t), 7 / 13), truth) == pytest.approx(stated, abs=1e-9)


@pytest.mark.parametrize(("dataset", "arm"), ARMS)
def test_noisy_clicks_come_closer_to_the_truth_than_the_best_tool(dataset, arm):
    case = EXPECTED["roundtrip"][dataset]["arms"][arm]
    patients = rebuilt(case, "noisy150").patients
    mine = KaplanMeier.fit(patients.time_months, patients.event)
    best = min(v["rmse"] for k, v in case["tools"].items() if k.startswith("noisy150_"))
    assert rmse_to_truth(mine.survival_at, true_fit(dataset, arm)) <= best


def test_log_hazard_ratios_of_noisy_round_trips_err_by_less_than_a_tenth_of_a_standard_error():
    for dataset, case in EXPECTED["roundtrip"].items():
        for name, contrast in case["contrasts"].items():
            comparator, reference = name.split(" vs ")
            arms = [rebuilt(case["arms"][a], "noisy150").patients.assign(arm=a) for a in (reference, comparator)]
            row = compare(pd.concat(arms), "arm", order=[reference, comparator]).hazard_ratios.iloc[0]
            assert abs(row.log_hr - contrast["true"]) < 0.1 * row.se, (dataset, name)


def sparse(ends_with_its_number, rng_seed):
    """A few points of a curve, all at the times of the numbers at risk; patients who die there are still at risk."""
    rng = np.random.default_rng(rng_seed)
    step = 12.0
    died, left = np.ceil(rng.exponential(40, 150) / step) * step, rng.uniform(20, 90, 150)
    fit = KaplanMeier.fit(np.minimum(died, left), (died <= left).astype(int))
    times = np.arange(0, 60 + step / 2, step)
    risk = times if ends_with_its_number else times[:-1]
    return times, fit.survival_at(times), risk, [(np.minimum(died, left) >= t).sum() for t in risk]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ends_with_its_number", [True, False])
@pytest.mark.parametrize("digits", [2, 12])
def test_falls_at_the_very_times_of_numbers_at_risk_are_kept(ends_with_its_number, seed, digits):
    times, survival, risk_times, at_risk = sparse(ends_with_its_number, seed)
    found = guyot(times, np.round(survival, digits), risk_times, at_risk)
    alive = np.array([(found.patients.time_months >= t).sum() for t in times])
    assert alive[: len(at_risk)].tolist() == at_risk
    half_a_death = 0.5 / alive[1:] + 1e-9
    assert np.all(np.abs(found.curve(times)[1:] - np.round(survival, digits)[1:]) <= half_a_death)


def test_a_few_rises_of_one_pixel_leave_the_falls_as_read():
    times, survival = np.arange(0, 44.0, 2), np.linspace(1, 0.37, 22)
    slipped = survival.copy()
    slipped[9] = slipped[8] + 0.001
    levelled = np.minimum.accumulate(slipped)
    a, b = (guyot(times, s, [0], [200]).patients for s in (slipped, levelled))
    pd.testing.assert_frame_equal(a, b)
    outlier = survival.copy()
    outlier[3] = 0.5
    found = guyot(times, outlier, [0], [200])
    assert np.abs(found.curve(times[12:]) - survival[12:]).max() < 0.003 and "rises" in found.warnings[0]


def test_impossible_numbers_at_risk_are_refused_by_name():
    with pytest.raises(ValueError, match=r"143 at risk at 10 months cannot be"):
        rebuilt(EXPECTED["contradictory"])


@pytest.mark.parametrize(
    ("times", "survival", "risk_times", "n_at_risk", "message"),
    [
        ([0, 5], [100, 50], [0], [50], "per cent"),
        ([0, 5], [1, math.nan], [0], [50], "NaN"),
        ([0, 5], [1], [0], [50], "equal length"),
        ([0, 5], [1, 0.5], [], [], "at least"),
        ([0, 5], [1, 0.5], [0, 3], [50, 60], "cannot rise"),
        ([0, 5], [1, 0.5], [0, 3], [50, 40.5], "whole"),
        ([0, 5], [1, 0.5], [0], [0], "whole number"),
    ],
)
def test_bad_digitisation_is_refused(times, survival, risk_times, n_at_risk, message):
    with pytest.raises(ValueError, match=message):
        guyot(times, survival, risk_times, n_at_risk)


def test_curve_may_end_before_or_after_the_risk_table():
    t, s = np.linspace(0, 30, 61), np.exp(-np.linspace(0, 30, 61) / 30)
    short = guyot(t, s, [0, 12, 24, 36, 48], [100, 60, 35, 20, 5])
    long = guyot(t, s, [0, 12], [100, 60])
    assert len(short.patients) == len(long.patients) == 100
    assert short.patients.time_months.max() > 30 and short.horizon_months == 30
