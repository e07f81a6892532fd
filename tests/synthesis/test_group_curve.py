"""The pooled curve of a group of the comparison."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dashboard.comparison.curves import build
from dashboard.comparison.groups import disjoint
from dashboard.evidence import load
from dashboard.synthesis import pooled_curve
from dashboard.synthesis.group_curve import GroupCurve, group_curve

CURVES = build(load())
OS = np.flatnonzero(CURVES.arms["endpoint"] == "os")


def members(modality: str) -> np.ndarray:
    return OS[CURVES.arms["modality"][OS] == modality]


def pooled(positions: np.ndarray, *, prediction: bool = False) -> GroupCurve | None:
    kept, _ = disjoint(CURVES, positions)
    return group_curve(CURVES, kept, prediction=prediction)


def test_it_is_the_pooled_curve_of_the_disjoint_arms():
    found = pooled(members("rfa"))
    kept, left_out = disjoint(CURVES, members("rfa"))
    assert found is not None and left_out
    assert (found.arms, found.patients) == (len(kept), CURVES.arms["n"][kept].sum())
    points = [(k, t, s, CURVES.arms["n"][k]) for k in kept for t, s in CURVES.knots[k][1:]]
    expected = pooled_curve(pd.DataFrame(points, columns=["study", "time_months", "survival", "n"]))
    assert np.allclose(found.survival[1:], expected.survival, atol=1e-12)
    assert np.allclose(found.ci_low[1:], expected.ci_low, atol=1e-12)
    assert np.isnan(found.pi_low[1:]).all()
    predicted = pooled(members("rfa"), prediction=True)
    assert predicted is not None and np.allclose(predicted.pi_low[1:], expected.pi_low, atol=1e-12)


def test_it_falls_stays_inside_its_bands_and_ends_with_the_third_last_arm():
    for modality in ("resection", "tace", "systemic"):
        found = pooled(members(modality))
        assert found is not None
        kept, _ = disjoint(CURVES, members(modality))
        ends = sorted(CURVES.knots[k][-1][0] for k in kept)
        assert found.months[0] == 0 and found.survival[0] == 1 and found.months[-1] <= ends[-3]
        assert (np.diff(found.survival) <= 0).all() and (found.at >= 3).all()
        assert (found.ci_low <= found.survival).all() and (found.survival <= found.ci_high).all()
        assert (found.ci_low >= 0).all() and (found.ci_high <= 1).all()


def test_fewer_than_three_disjoint_arms_give_none():
    assert pooled(members("prrt")) is None
    assert pooled(members("rfa")[:0]) is None
    kept, _ = disjoint(CURVES, members("rfa"))
    assert group_curve(CURVES, kept[:2]) is None


def test_the_prediction_band_is_there_when_it_is_asked_for_and_holds_the_confidence_band():
    plain, asked = pooled(members("rfa")), pooled(members("rfa"), prediction=True)
    assert np.isnan(plain.pi_low[1:]).all()
    assert np.array_equal(plain.survival, asked.survival)
    assert (asked.pi_low >= 0).all() and (asked.pi_high <= 1).all()
    assert (asked.pi_low <= asked.survival).all() and (asked.survival <= asked.pi_high).all()
