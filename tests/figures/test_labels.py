"""Labels keep their distance, their order and their place."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.labels import spread


@given(st.lists(st.floats(0, 1), min_size=1, max_size=18))
def test_labels_are_apart_inside_and_in_order(values):
    placed = spread(values, 0.05, 0.0, 1.0)
    assert (placed >= -1e-9).all() and (placed <= 1 + 1e-9).all()
    assert (np.diff(np.sort(placed)) >= 0.05 - 1e-9).all()
    order = np.argsort(values, kind="stable")
    assert (np.diff(placed[order]) > 0).all()


def test_labels_that_do_not_collide_stay():
    assert spread([0.1, 0.5, 0.9], 0.05, 0, 1).tolist() == [0.1, 0.5, 0.9]
