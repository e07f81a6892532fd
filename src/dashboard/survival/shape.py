"""What is not known about a curve between its printed points, as a variance.

At a printed point the curve is right by construction; between points the hazard may bend. Two allowances, sized so that
intervals cover in simulated populations (`benchmarks/accuracy.py`): the exponent of the cumulative hazard before the
first point varies with standard deviation `EARLY_SD`; between two points the hazard changes, relatively, by an amount
of standard deviation `BEND_SD`.
"""

from __future__ import annotations

import numpy as np

from dashboard.survival.curve import Array

EARLY_SD = 0.18
BEND_SD = 0.35


def shape_sd_of_log(printed: Array, times: Array, survival: Array) -> Array:
    """Standard deviation of log S at `times` from the unknown shape between printed points.

    Parameters
    ----------
    printed : (k, 2) printed times and survival, increasing
    times, survival : (m,) the curve where it is asked for
    """
    knots = np.append(0.0, printed[:, 0])
    values = np.append(1.0, printed[:, 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        cumulative = -np.log(values)
        right = np.clip(np.searchsorted(knots, times, side="left"), 1, len(knots) - 1)
        share = (times - knots[right - 1]) / (knots[right] - knots[right - 1])
        bend = (cumulative[right] - cumulative[right - 1]) * BEND_SD / 2 * share * (1 - share)
        early = -np.log(survival) * EARLY_SD * np.abs(np.log(np.where(share > 0, share, 1.0)))
    sd = np.where(right == 1, early, bend)
    return np.where(np.isfinite(sd), sd, 0.0)


def shape_variance_of_area(printed: Array, times: Array, survival: Array) -> float:
    """Variance of the area under the curve over the grid `times`; one unknown shape an interval, independent."""
    sd = survival * shape_sd_of_log(printed, times, survival)
    cells = np.diff(times) * (sd[:-1] + sd[1:]) / 2
    interval = np.searchsorted(printed[:, 0], times[1:], side="left")
    return float(np.sum(np.bincount(interval, weights=cells) ** 2))
