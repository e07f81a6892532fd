"""The engine's own Kaplan-Meier, log-rank and Cox estimates are lifelines' wherever both follow one definition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test

from dashboard.survival import compare
from dashboard.survival.estimate import KaplanMeier

FOLDER = Path(__file__).parents[1] / "reference" / "patients"
CASES = ("colon_os", "gbsg", "lung", "veteran")


def patients(case: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{case}.csv.gz", dtype={"group": str}, float_precision="round_trip")


@pytest.mark.parametrize("case", CASES)
def test_survival_and_its_variance(case):
    d = patients(case)
    theirs = KaplanMeierFitter().fit(d.time_months, d.event)
    mine = KaplanMeier.fit(d.time_months, d.event)
    times = mine.times[mine.survival > 0]
    np.testing.assert_allclose(mine.survival_at(times), theirs.survival_function_at_times(times), rtol=1e-10)
    ends = theirs.confidence_interval_survival_function_.loc[times].to_numpy().T
    inside = (mine.survival_at(times) < 1) & (mine.survival_at(times) > 0)
    np.testing.assert_allclose(np.array(mine.limits_at(times))[:, inside], ends[:, inside], rtol=1e-8)


@pytest.mark.parametrize("case", CASES)
def test_logrank_and_cox(case):
    d = patients(case)
    found = compare(d, "group")
    theirs = multivariate_logrank_test(d.time_months, d.group, d.event)
    assert (found.logrank.chi2, found.logrank.p) == pytest.approx((theirs.test_statistic, theirs.p_value), rel=1e-8)
    dummies = pd.get_dummies(d["group"], drop_first=True).astype(float)
    frame = pd.concat([d[["time_months", "event"]], dummies], axis=1)
    # its iteration stops up to 4e-5 short of the maximum unless told to go on
    fitter = CoxPHFitter().fit(frame, "time_months", "event", fit_options={"precision": 1e-12})
    ratios = found.hazard_ratios[found.hazard_ratios.reference == found.groups[0]].set_index("comparator")
    np.testing.assert_allclose(ratios.loc[dummies.columns, "log_hr"], fitter.params_, atol=1e-8)
    np.testing.assert_allclose(ratios.loc[dummies.columns, "se"], fitter.standard_errors_, rtol=1e-8)
