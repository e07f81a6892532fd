"""A step curve of many thousand steps reduced to what a screen can show."""

from __future__ import annotations

from typing import Final

import numpy as np

from dashboard.survival.estimate import KaplanMeier

COLUMNS: Final = 2_000
"""More columns than a plot has pixels: 1,100 on a wide screen, about 2,000 where each counts double."""


def drawn_times(fit: KaplanMeier, horizon: float, columns: int = COLUMNS) -> np.ndarray:
    """Times at which a Kaplan-Meier curve has to be drawn up to `horizon` months: 0, steps, and its end.

    Times without an event leave the curve where it is and go first: nothing is lost by that. Where more steps remain
    than there are `columns`, time up to the horizon is cut into that many equal columns and the last step of each is
    kept. At every kept time the curve has its exact height; between two of them it differs by no more than it falls
    within one column, and a column is narrower than a pixel, where all its steps fall on one vertical line.

    Returns
    -------
    ndarray, shape (at most columns + 2,)
        Ascending.
    """
    steps = fit.times[(fit.deaths > 0) & (fit.times <= horizon) & (fit.times > 0)]
    if len(steps) > columns:
        column = np.minimum((steps * (columns / horizon)).astype(int), columns - 1)
        steps = steps[np.append(column[1:] != column[:-1], True)]
    end = min(float(fit.times[-1]), horizon)
    return np.unique(np.concatenate([[0.0], steps, [end]]))


def drawn_marks(times: np.ndarray, horizon: float, most: int) -> np.ndarray:
    """The marks of censoring to draw: all, or none where there are more than `most` within the horizon."""
    inside = times[times <= horizon]
    return inside if len(inside) <= most else inside[:0]
