"""A curve reduced to what a screen shows is the same curve."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.cohort.thinning import COLUMNS, drawn_marks, drawn_times
from dashboard.survival.estimate import KaplanMeier

RNG = np.random.default_rng(7)
LARGE = KaplanMeier.fit(RNG.exponential(60, 60_000), RNG.random(60_000) < 0.6)


def test_a_large_cohort_keeps_its_heights_and_moves_less_than_a_column():
    horizon = 120.0
    times = drawn_times(LARGE, horizon)
    assert len(times) <= COLUMNS + 2 and (np.diff(times) > 0).all() and times[0] == 0 and times[-1] == horizon
    everywhere = np.linspace(0, horizon, 50_001)
    drawn = LARGE.survival_at(times)[np.searchsorted(times, everywhere, side="right") - 1]
    earlier = LARGE.survival_at(np.maximum(everywhere - horizon / COLUMNS, 0))
    exact = LARGE.survival_at(everywhere)
    assert (drawn >= exact).all() and (drawn <= earlier + 1e-12).all()
    assert np.abs(drawn - exact).max() < 0.002


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 100), st.booleans()), min_size=1, max_size=80),
    st.floats(1, 200),
    st.integers(2, 40),
)
def test_any_curve(rows, horizon, columns):
    times, events = (np.array(x, dtype=float) for x in zip(*rows, strict=True))
    fit = KaplanMeier.fit(times, events)
    kept = drawn_times(fit, horizon, columns)
    assert len(kept) <= columns + 2 and (np.diff(kept) > 0).all()
    assert kept[0] == 0 and kept[-1] == min(fit.times[-1], horizon)
    steps = fit.times[(fit.deaths > 0) & (fit.times <= horizon) & (fit.times > 0)]
    if len(steps) <= columns:
        assert set(steps) <= set(kept)
    else:  # the last step is always there, so the curve ends at its height
        assert steps[-1] in kept


def test_marks_are_all_there_or_none():
    marks = np.arange(10.0)
    assert drawn_marks(marks, 4.0, 5).tolist() == [0, 1, 2, 3, 4]
    assert not len(drawn_marks(marks, 9.0, 5))
