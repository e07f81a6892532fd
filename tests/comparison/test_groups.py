"""Groups hold every selected curve once, and their summaries only disjoint arms."""

import numpy as np
import pytest

from dashboard.comparison.curves import GRID_MONTHS
from dashboard.comparison.groups import BY, disjoint, make_groups
from dashboard.selection import Selection, apply
from dashboard.vocabulary import MODALITIES


def chosen(curves, table, **filters):
    return curves.of_rows(apply(table, Selection(**filters)))


@pytest.mark.parametrize("by", BY)
def test_every_curve_is_in_one_group(curves, table, by):
    positions = chosen(curves, table, sites=("colorectal",), subgroups=True)
    groups = make_groups(curves, positions, by)
    assert sorted(np.concatenate([g.members for g in groups]).tolist()) == positions.tolist()


def test_a_modality_keeps_its_colour_alone_and_among_others(curves, table):
    everything = {g.key: g.colour for g in make_groups(curves, chosen(curves, table), "treatment")}
    assert everything == {key: MODALITIES[key].colour for key in everything}
    assert len({(m.colour, m.dash) for m in MODALITIES.values()}) == len(MODALITIES)


def test_summaries_use_disjoint_arms_with_a_size_once(curves, table):
    positions = chosen(curves, table, subgroups=True)
    kept, left = disjoint(curves, positions)
    arms = curves.arms
    assert not arms["is_subgroup"][kept].any()
    assert np.isfinite(arms["n"][kept]).all()
    assert len(set(arms["arm_key"][kept])) == len(kept)
    studies = {(arms["cohort"][k], arms["study_id"][k]) for k in kept if arms["cohort"][k]}
    assert len({cohort for cohort, _ in studies}) == len(studies)
    assert sorted([*kept.tolist(), *(k for k, _ in left)]) == positions.tolist()


def test_the_summary_of_arms_with_one_horizon_is_the_weighted_mean(curves, table):
    positions = chosen(curves, table, sites=("renal",), modalities=("resection",))
    (group,) = make_groups(curves, positions, "treatment")
    kept, _ = disjoint(curves, positions)
    n = curves.arms["n"][kept]
    first_end = min(curves.knots[k][-1][0] for k in kept)
    before = np.flatnonzero(first_end >= GRID_MONTHS)
    mean = (n[:, None] * curves.grid[kept][:, before]).sum(axis=0) / n.sum()
    assert group.summary is not None
    assert group.summary.survival[before] == pytest.approx(mean, abs=1e-12)
    assert group.summary.patients == n.sum()


def test_summaries_never_rise_and_stay_within_bounds(curves, table):
    for group in make_groups(curves, chosen(curves, table), "site"):
        if group.summary is not None:
            assert (np.diff(group.summary.survival) <= 1e-12).all()
            assert 0 <= group.summary.survival.min() <= group.summary.survival.max() == 1.0
