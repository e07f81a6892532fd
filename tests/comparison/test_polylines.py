"""Many curves at once say what each says alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboard.comparison.curves import knots_through, survival_once
from dashboard.comparison.polylines import Polylines
from dashboard.figures.lines import STEPS, lines_of

printed = st.integers(0, 1000).map(lambda tenths: tenths / 1000)
one = st.dictionaries(st.floats(1, 240), printed, min_size=1, max_size=6).map(lambda at: knots_through(at, None)[0])
many = st.lists(one, min_size=1, max_size=8)
TIMES = np.arange(0.0, 241.0, 7.5)


@given(many)
def test_survival_on_a_grid_is_that_of_each_curve(curves):
    found = Polylines.of(curves).survival_on(TIMES)
    alone = [[survival_once(knots, time) for time in TIMES.tolist()] for knots in curves]
    np.testing.assert_allclose(found, alone, atol=1e-9)


def test_from_a_survival_of_0_on_a_curve_stays_there():
    curves = Polylines.of([((0.0, 1.0), (12.0, 0.5), (24.0, 0.0), (36.0, 0.0)), ((0.0, 1.0), (48.0, 0.2))])
    found = curves.survival_on(np.array([12.0, 20.0, 24.0, 30.0, 36.0, 48.0]))
    np.testing.assert_allclose(found[0], [0.5, 0.5, 0.0, 0.0, 0.0, np.nan])
    assert found[1, -1] == 0.2


@given(many, st.randoms(use_true_random=False))
def test_chosen_curves_are_those_curves_in_that_order(curves, random):
    order = [random.randrange(len(curves)) for _ in range(5)]
    chosen, made = Polylines.of(curves).take(order), Polylines.of([curves[k] for k in order])
    for name in ("x", "y", "log", "span"):
        np.testing.assert_array_equal(getattr(chosen, name), getattr(made, name))
    both = chosen.and_those(made)
    assert len(both) == 10
    np.testing.assert_array_equal(both.take(range(5, 10)).x, made.x)


@given(many, st.floats(6, 300))
def test_lines_run_through_the_knots_up_to_the_horizon_and_no_further_than_their_curve(curves, horizon):
    lines = lines_of(Polylines.of(curves), horizon)
    months, survival = lines.strung(0, len(curves))
    assert np.count_nonzero(np.isnan(months)) == len(curves) - 1
    np.testing.assert_array_equal(np.isnan(months), np.isnan(survival))
    for i, knots in enumerate(curves):
        x, y = lines.line(i)
        end = min(horizon, knots[-1][0])
        np.testing.assert_array_equal(x, sorted([*(STEPS * end), *(t for t, _ in knots if 0 < t < end)]))
        np.testing.assert_allclose(y, [survival_once(knots, time) for time in x.tolist()], atol=1e-9)
