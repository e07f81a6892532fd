"""One moderator at a time: each is the meta-regression of the arms that state it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dashboard.synthesis import meta_regression, moderators


def arms(k: int = 12) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "yi": rng.normal(0, 0.5, k),
            "vi": rng.uniform(0.01, 0.1, k),
            "era_start": np.linspace(1990, 2012, k),
            "n": np.append(rng.integers(20, 300, k - 1), 20),
            "follow_up_median_months": [np.nan] * (k - 3) + [20.0, 30.0, 40.0],
            "design": ["retrospective"] * 6 + ["prospective"] * 3 + ["rct", "not-stated", "not-stated"],
            "primary_site": ["colorectal"] * k,
        }
    )


def of(rows: pd.DataFrame) -> dict[str, object]:
    return {each.name: each for each in moderators(rows)}


def test_numbers_are_regressed_as_they_are_and_sizes_by_doublings():
    rows, found = arms(), of(arms())
    year = meta_regression(rows["yi"], rows["vi"], rows["era_start"])
    size = meta_regression(rows["yi"], rows["vi"], np.log2(rows["n"]))
    for name, fit in (("era_start", year), ("n", size)):
        mine = found[name].fit
        assert mine.coefficients["estimate"].iloc[1] == pytest.approx(fit.coefficients["estimate"].iloc[1], abs=1e-9)
        assert (mine.r2, mine.tau2, mine.k) == pytest.approx((fit.r2, fit.tau2, 12), abs=1e-8)
    at = found["era_start"].at
    assert at["value"].tolist() == np.quantile(rows["era_start"], [0.25, 0.75]).round().tolist()
    expected = year.predict(at["value"].to_numpy(dtype=float))
    np.testing.assert_allclose(at[["estimate", "ci_low"]], expected[["estimate", "ci_low"]], atol=1e-7)


def test_kinds_need_two_arms_and_arms_that_do_not_state_one_stay_out():
    design = of(arms())["design"]
    assert design.at["value"].tolist() == ["prospective", "retrospective"]
    assert design.at["k"].tolist() == [3, 6] and design.fit.k == 9
    rows = arms().iloc[:9]
    fit = meta_regression(rows["yi"], rows["vi"], rows["design"])
    np.testing.assert_allclose(design.at["estimate"], fit.predict([0, 1])["estimate"], atol=1e-9)
    np.testing.assert_allclose(design.at["ci_high"], fit.predict([0, 1])["ci_high"], atol=1e-9)


def test_what_cannot_be_fitted_says_why():
    found = of(arms())
    assert (
        found["follow_up_median_months"].fit is None and found["follow_up_median_months"].why_not == "3 arms state it"
    )
    assert found["primary_site"].fit is None and "fewer than two kinds" in found["primary_site"].why_not
    alike = arms().assign(n=50)
    assert of(alike)["n"].why_not == "all arms are alike"
    assert "n" not in of(arms().drop(columns="n"))


def test_order_of_arms_changes_nothing():
    rows = arms()
    for a, b in zip(moderators(rows), moderators(rows.iloc[::-1]), strict=True):
        pd.testing.assert_frame_equal(a.at, b.at, atol=1e-9)
