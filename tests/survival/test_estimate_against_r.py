"""Kaplan-Meier, log-rank, Cox and differences against R survival, edge cases among them."""

import json
import math
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.survival import compare
from dashboard.survival.cox import log_hazard_ratios
from dashboard.survival.estimate import KaplanMeier, merge_ties
from dashboard.survival.logrank import logrank

FOLDER = Path(__file__).parents[1] / "reference" / "patients"
CASES = json.loads((FOLDER / "expected.json").read_text())["cases"]
NO_FINITE_RATIO = {
    "edge/all_censored_both",
    "edge/perfect_separation",
    "edge/single_patient_censored",
    "edge/all_censored_one_arm",
}
"""R prints a ratio that ran away in its iteration (or 0); here it is NaN."""


@cache
def patients(case: str) -> pd.DataFrame:
    if "patients" in CASES[case]:
        return pd.DataFrame(CASES[case]["patients"], columns=["time_months", "event", "group"])
    return pd.read_csv(FOLDER / f"{case}.csv.gz", dtype={"group": str}, float_precision="round_trip")


def coded(case: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    d = patients(case)
    levels = CASES[case]["levels"]
    return merge_ties(d.time_months.to_numpy()), d.event.to_numpy(float), np.array([levels.index(g) for g in d.group])


def close(found, expected, tolerance=1e-8):
    expected = np.array([math.nan if x is None else x for x in np.atleast_1d(expected)], dtype=float)
    np.testing.assert_allclose(np.atleast_1d(found).astype(float), expected, rtol=tolerance, atol=tolerance)


def unreached(values):
    return [math.inf if v is None else v for v in values]


@pytest.mark.parametrize("case", CASES)
def test_kaplan_meier_is_that_of_r(case):
    d = patients(case)
    for group, expected in CASES[case]["groups"].items():
        rows = d[d.group == group]
        fit = KaplanMeier.fit(rows.time_months, rows.event)
        assert (fit.n, fit.deaths.sum()) == (expected["n"], expected["events"])
        for at in expected["km"]:
            close(fit.survival_at(at["time"]), at["surv"])
            close(fit.at_risk_at(at["time"]), at["n_risk"])
            close(fit.se_at(at["time"]), at["se_surv"])
            close(np.array(fit.limits_at(at["time"])), at["ci_loglog"])
        close(fit.median(), unreached([expected["median"][k] for k in ("median", "lower", "upper")]))
        reverse = KaplanMeier.fit(rows.time_months, 1 - rows.event)
        close(reverse.median(), unreached([expected["follow_up"][k] for k in ("median", "lower", "upper")]))
        for mean in expected["rmst"]:
            close(fit.rmst(mean["tau"]), [mean["rmst"], mean["se"]])


@pytest.mark.parametrize("case", CASES)
def test_logrank_is_that_of_r(case):
    t, e, g = coded(case)
    found, expected = logrank(t, e, g, len(CASES[case]["levels"])), CASES[case]["logrank"]
    close([found.chi2, found.p], [expected["chi2"], expected["p"]])
    close(found.observed, expected["observed"])
    close(found.expected, expected["expected"])


@pytest.mark.parametrize("case", CASES)
def test_cox_is_that_of_r(case):
    t, e, g = coded(case)
    beta, covariance = log_hazard_ratios(t, e, g, len(CASES[case]["levels"]))
    if case in NO_FINITE_RATIO:
        assert np.isnan(beta).all()
        return
    close(beta, [c["log_hr"] for c in CASES[case]["cox"]], 1e-7)
    close(np.sqrt(np.diag(covariance)), [c["se"] for c in CASES[case]["cox"]], 1e-7)


@pytest.mark.parametrize("case", [c for c in CASES if "pairs" in CASES[c]])
def test_pairs_are_those_of_r(case):
    expected = CASES[case]
    taus = sorted({m["tau"] for p in expected["pairs"] for m in p["rmst"]})[:2]
    times = sorted({m["time"] for p in expected["pairs"] for m in p["milestone"]})
    for tau in taus:
        found = compare(patients(case), "group", order=expected["levels"], tau=tau, milestones=times)
        for pair in expected["pairs"]:
            mine = {
                n: f[(f.reference == pair["reference"]) & (f.comparator == pair["comparator"])]
                for n, f in (("rmst", found.rmst), ("milestones", found.milestones), ("pairwise", found.pairwise))
            }
            close(mine["pairwise"][["chi2", "p"]].iloc[0], [pair["chi2"], pair["p"]])
            for mean in (m for m in pair["rmst"] if m["tau"] == tau):
                columns = ["difference", "se", "ratio", "ratio_low", "ratio_high"]
                close(mine["rmst"][columns].iloc[0], [mean["est"], mean["se"], mean["ratio"], *mean["ratio_ci"]])
            for at in pair["milestone"]:
                row = mine["milestones"][mine["milestones"].time_months == at["time"]]
                if len(row):
                    close(row[["difference", "se"]].iloc[0], [at["diff"], at["se"]])
        if expected["holm"]:
            close(found.pairwise.p_holm, expected["holm"])


STRATIFIED = FOLDER.parent / "stratified"
STRATA = pd.read_csv(STRATIFIED / "expected.csv", comment="#", float_precision="round_trip")


@pytest.mark.parametrize("case", STRATA["case"].unique())
def test_stratified_logrank_pairs_and_cox_are_those_of_r(case):
    """Strata with one group, one patient or no death, and deaths tied within and across strata are among the cases."""
    d = pd.read_csv(STRATIFIED / f"{case}.csv.gz", dtype={"group": str}, float_precision="round_trip")
    expected = {what: rows.set_index("of")["value"] for what, rows in STRATA[STRATA["case"] == case].groupby("what")}
    levels = list(expected["observed"].index)
    found = compare(d, "group", strata="stratum", order=levels, milestones=())
    close([found.logrank.chi2, found.logrank.p], [expected["chi2"]["all"], expected["p"]["all"]])
    close(found.logrank.observed, expected["observed"][levels])
    close(found.logrank.expected, expected["expected"][levels])
    names = [f"{a} v {b}" for a, b in zip(found.pairwise.reference, found.pairwise.comparator, strict=True)]
    close(found.pairwise.chi2, expected["pair_chi2"][names])
    close(found.pairwise.p_holm, expected["pair_p_holm"][names])
    against_first = found.hazard_ratios[found.hazard_ratios.reference == levels[0]]
    close(against_first.log_hr, expected["log_hr"][against_first.comparator], 1e-7)
    close(against_first.se, expected["se"][against_first.comparator], 1e-7)


@pytest.mark.parametrize("case", ["colon_os", "lung"])
def test_order_of_groups_changes_only_signs(case):
    d = patients(case)
    levels = CASES[case]["levels"]
    a, b = compare(d, "group", order=levels), compare(d.iloc[::-1], "group", order=levels[::-1])
    assert (a.logrank.chi2, a.logrank.p) == pytest.approx((b.logrank.chi2, b.logrank.p), rel=1e-9)
    for frame, swapped, signed, same in (
        (a.hazard_ratios, b.hazard_ratios, "log_hr", "se"),
        (a.rmst, b.rmst, "difference", "se"),
        (a.milestones, b.milestones, "difference", "se"),
        (a.pairwise, b.pairwise, None, "chi2"),
        (a.medians, b.medians, "difference", None),
    ):
        keys = ["comparator", "reference", *(["time_months"] if "time_months" in frame else [])]
        mirrored = swapped.rename(columns={"reference": "comparator", "comparator": "reference"})
        both = frame.merge(mirrored, on=keys, suffixes=("", "_back"))
        assert len(both) == len(frame) > 0
        if signed:
            close(both[signed], -both[f"{signed}_back"])
        if same:
            close(both[same], both[f"{same}_back"])
    summary = a.summary.merge(b.summary, on="group", suffixes=("", "_back"))
    close(summary["median"], summary["median_back"])


def test_compare_names_bad_input():
    d = patients("gehan")
    with pytest.raises(ValueError, match="lacks event"):
        compare(d[["time_months", "group"]], "group")
    with pytest.raises(ValueError, match="at least two groups"):
        compare(d, ["a"] * len(d))
    with pytest.raises(ValueError, match="one label a patient"):
        compare(d, ["a", "b"])
    with pytest.raises(ValueError, match="0 or 1"):
        compare(d.assign(event=2), "group")
