from __future__ import annotations

import numpy as np
import pytest

from dashboard.synthesis import _model, egger, trim_and_fill

from .reference_data import DATASETS, close, effects, expected


@pytest.mark.parametrize("name", DATASETS)
def test_egger_equals_linear_model(name):
    wanted = expected(name)["egger_classic_lm"]
    result = egger(*effects(name), min_studies=3)
    close(
        [result.intercept, result.intercept_se, result.statistic, result.p, result.slope, result.slope_se],
        [wanted[f"intercept{part}"] for part in ("", "_se", "_t", "_p")]
        + [wanted["slope_on_precision"], wanted["slope_se"]],
    )
    close(result.intercept_ci, wanted["intercept_ci95_t"])
    assert result.df == wanted["df"]


TRIMMED = [
    (name, method, kind)
    for name in DATASETS
    for method in ("FE", "DL", "REML")
    for kind in expected(name)["methods"][method]["trim_and_fill"]
]


@pytest.mark.parametrize(("name", "method", "kind"), TRIMMED)
def test_trim_and_fill_equals_metafor(name, method, kind):
    wanted = expected(name)["methods"][method]["trim_and_fill"][kind]
    estimator, _, side = kind.partition("_side_")
    yi, vi = effects(name)
    result = trim_and_fill(yi, vi, estimator=estimator, side=side or None, method=method, min_studies=3)
    assert result.k0 == wanted["k0"]
    if not side:
        assert result.side == wanted["side"]
        close(result.se_k0, wanted["se_k0"])
        close(result.filled_vi, wanted["filled_vi"])
    adjusted, tau2 = result.adjusted, wanted["tau2"]
    if method == "REML":
        # metafor refits here with its default control, which stops once a step is below 1e-5. Everything else must
        # be equal given its tau2, and ours must be the better maximum, one such step away.
        filled = wanted.get("filled_yi", result.filled_yi)
        np.testing.assert_allclose(result.filled_yi, filled, rtol=0, atol=1e-5)
        y, v = np.append(yi, filled), np.append(vi, result.filled_vi)
        theirs, ours = (_model.fit(y, v, None, t) for t in (tau2, adjusted.tau2))
        assert abs(adjusted.tau2 - tau2) < 1e-5
        likelihood = [_model._log_likelihood(fit, restricted=True) for fit in (theirs, ours)]
        assert likelihood[1] >= likelihood[0] - 1e-12
        close([theirs.beta[0], np.sqrt(theirs.covariance[0, 0])], [wanted["estimate"], wanted["se"]])
    else:
        close([adjusted.estimate, adjusted.se, adjusted.tau2], [wanted["estimate"], wanted["se"], tau2])
        close(adjusted.ci, wanted["ci"])
        if not side:
            close(result.filled_yi, wanted["filled_yi"])


def test_refused_below_ten_studies():
    yi, vi = effects("normand1999_MD")
    with pytest.raises(ValueError, match="at least 10 studies, but there are 9"):
        egger(yi, vi)
    with pytest.raises(ValueError, match="at least 10 studies"):
        trim_and_fill(yi, vi)
    with pytest.raises(ValueError, match="'M0'"):
        trim_and_fill(yi, vi, estimator="M0")
    with pytest.raises(ValueError, match="'up'"):
        trim_and_fill(yi, vi, side="up")


def test_symmetric_funnel_is_left_alone():
    yi, vi = np.linspace(-1, 1, 11), np.append(np.linspace(1, 0.1, 6), np.linspace(0.1, 1, 6)[1:])
    assert egger(yi, vi).intercept == pytest.approx(0, abs=1e-12)
    assert trim_and_fill(yi, vi).k0 == 0
