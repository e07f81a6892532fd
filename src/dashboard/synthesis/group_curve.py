"""The pooled curve of a group of the comparison: random effects over its disjoint arms, in the form of its summary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.comparison.curves import Curves
from dashboard.comparison.polylines import Polylines
from dashboard.synthesis.curves import MIN_ARMS, Array, arranged, pool_intervals

MOST_TIMES = 16
COMMON_TIMES = (6.0, 12.0, 18.0, 24.0, 36.0, 48.0, 60.0, 84.0, 96.0, 120.0, 180.0, 240.0)


@dataclass(frozen=True, eq=False)
class GroupCurve:
    """Pooled survival of a group at `months`, from (0, 1) on; bounds 0..1.

    `ci_*` is the confidence band of the mean curve, `pi_*` the prediction band of a further arm (nan unless it was
    asked for: it takes simulation). `arms` and `patients` went in; `at` counts the arms that reach each time.
    """

    months: Array
    survival: Array
    ci_low: Array
    ci_high: Array
    pi_low: Array
    pi_high: Array
    arms: int
    patients: int
    at: np.ndarray


def _figures(curves: Polylines) -> tuple[np.ndarray, Array, Array]:
    """Curve (its place), months and survival of every figure to pool, in the order of the curves and their times."""
    started = np.ones(len(curves.x), dtype=bool)
    started[curves.span[:-1]] = False  # at the start nothing is printed
    time = curves.x[started]
    if len(np.unique(time)) <= MOST_TIMES:
        return np.repeat(np.arange(len(curves)), np.diff(curves.span) - 1), time, curves.y[started]
    common = np.array(COMMON_TIMES)
    survival = curves.survival_on(common)
    arm, column = np.nonzero(np.isfinite(survival))
    return arm, common[column], survival[arm, column]


def group_curve(curves: Curves, kept: np.ndarray, *, prediction: bool = False) -> GroupCurve | None:
    """Pool disjoint curves by the method of Combescure, Foucher and Jackson 2014.

    `kept` are positions in `curves` that `comparison.groups.disjoint` admits: no subgroup, one study of an overlapping
    cohort, arms with a size. Each arm brings its own printed times; between two of them its hazard is constant. Where
    the arms have more than `MOST_TIMES` different times, each is read at `COMMON_TIMES` instead: the cost grows with
    the square of the times, and times printed by one arm alone say nothing of the others. The curve ends at the last
    time that `MIN_ARMS` arms reach.

    Returns
    -------
    GroupCurve or None
        None where fewer than `MIN_ARMS` disjoint arms reach any time together.
    """
    if len(kept) < MIN_ARMS:
        return None
    arm, time, survival = _figures(curves.printed.take(kept))
    ends = np.append(arm[1:] != arm[:-1], True)
    last = np.sort(time[ends])
    if len(last) < MIN_ARMS or last[-MIN_ARMS] < time.min():
        return None
    members = kept[arm]
    kept = members[ends]
    arms, _ = arranged(members, time, survival, np.full(len(time), np.nan), curves.arms["n"][members])
    pooled = pool_intervals(arms, prediction=prediction)
    return GroupCurve(
        months=np.append(0.0, pooled.times),
        survival=np.append(1.0, pooled.survival),
        ci_low=np.append(1.0, pooled.ci_low),
        ci_high=np.append(1.0, pooled.ci_high),
        pi_low=np.append(1.0, pooled.pi_low),
        pi_high=np.append(1.0, pooled.pi_high),
        arms=len(kept),
        patients=int(curves.arms["n"][kept].sum()),
        at=np.append(len(kept), pooled.n_arms),
    )
