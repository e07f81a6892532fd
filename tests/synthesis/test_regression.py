from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from dashboard.synthesis import meta_regression, pool

from .reference_data import DATASETS, close, dataset, effects, expected

CASES = [
    (name, model, method)
    for name in DATASETS
    for model in expected(name).get("meta_regression", {})
    for method in ("FE", "DL", "PM", "REML", "ML")
]


def covariates(name, formula):
    return dataset(name)[[term.strip() for term in formula.removeprefix("~").split("+")]]


@pytest.mark.parametrize(("name", "model", "method"), CASES)
@pytest.mark.parametrize(("test", "printed"), [("z", "z"), ("hksj", "knha")])
def test_equals_metafor(name, model, method, test, printed):
    fitted = expected(name)["meta_regression"][model]
    wanted = fitted[f"{method}_{printed}"]
    result = meta_regression(*effects(name), covariates(name, fitted["formula"]), method=method, test=test)
    table = result.coefficients
    for column, key in (
        ("estimate", "b"),
        ("se", "se"),
        ("statistic", "stat"),
        ("p", "p"),
        ("ci_low", "ci_lb"),
        ("ci_high", "ci_ub"),
    ):
        close(table[column], wanted[key])
    close([result.tau2, result.i2, result.r2], [wanted["tau2"], wanted["I2"], wanted["R2"]])
    close([result.qe, result.qe_p], [wanted["QE"], wanted["QEp"]])
    close([result.qm, result.qm_p], [wanted["QM"], wanted["QMp"]])
    assert result.qm_df == (wanted["QMdf"][0], wanted["QMdf"][1] or math.inf)


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("method", ["FE", "DL", "REML"])
def test_regression_test_for_funnel_asymmetry(name, method):
    yi, vi = effects(name)
    wanted = expected(name)["methods"][method]["regtest_rma_sei"]
    result = meta_regression(yi, vi, np.sqrt(vi), method=method, test="z").coefficients
    close([result["statistic"][1], result["p"][1]], [wanted["stat"], wanted["p"]])
    close(result["estimate"][0], wanted["limit_est"])


def test_without_covariates_it_is_pooling():
    yi, vi = effects("bcg_RR")
    result = meta_regression(yi, vi, np.ones(len(yi)))
    pooled = pool(yi, vi, test="hksj")
    row = result.coefficients.iloc[0]
    close([row["estimate"], row["ci_low"], row["ci_high"]], [pooled.estimate, *pooled.ci])
    close(result.tau2_ci, pooled.tau2_ci)


def test_prediction_along_the_era():
    yi, vi = effects("bcg_RR")
    years = dataset("bcg_RR")["year"]
    result = meta_regression(yi, vi, years.to_numpy() - 1960.0)
    band = result.predict([0.0, 10.0])
    intercept, slope = result.coefficients["estimate"]
    close(band["estimate"], [intercept, intercept + 10 * slope])
    close(result.predict([1.0])["estimate"], [intercept + slope])
    close(band["ci_low"].iloc[0], result.coefficients["ci_low"].iloc[0])
    assert (band["pi_low"] < band["ci_low"]).all() and (band["ci_high"] < band["pi_high"]).all()
    with pytest.raises(ValueError, match="one column a term"):
        result.predict([[0.0, 1.0]])


def test_calendar_years_do_not_lose_digits():
    yi, vi = effects("bcg_RR")
    years = dataset("bcg_RR")["year"].to_numpy(dtype=float)
    raw, centred = (meta_regression(yi, vi, years - shift) for shift in (0.0, 1960.0))
    close(raw.coefficients["estimate"][1] * 1e3, centred.coefficients["estimate"][1] * 1e3)
    assert raw.tau2 == pytest.approx(centred.tau2, rel=1e-8)


@pytest.mark.parametrize(
    ("covariate", "message"),
    [
        (pd.DataFrame({"era": [1.0, None, 3.0, 4.0]}), "era is missing in 1 of 4"),
        (pd.DataFrame({"a": [1.0, 2, 3, 5], "b": [2.0, 4, 6, 10]}), "a, b cannot be told apart"),
        (np.ones((4, 4)) + np.eye(4), "at least 6 are needed"),
        (np.arange(3), "one row a study"),
    ],
)
def test_bad_covariates_say_what_to_do(covariate, message):
    with pytest.raises(ValueError, match=message):
        meta_regression([0.1, 0.2, 0.3, 0.1], [0.1] * 4, covariate)
