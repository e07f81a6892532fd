"""The pooled curve of a group of the comparison: random effects over its disjoint arms, in the form of its summary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.comparison.curves import Curves, Knots, survival_at
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


def _thinned(knots: Knots) -> Knots:
    """The curve at the common times only, as far as it reaches."""
    times = [time for time in COMMON_TIMES if time <= knots[-1][0]]
    return tuple(zip(times, survival_at(knots, np.array(times)).tolist(), strict=True))


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
    printed = [curves.knots[k][1:] for k in kept]
    if len({time for points in printed for time, _ in points}) > MOST_TIMES:
        printed = [_thinned(curves.knots[k]) for k in kept]
        kept = kept[[len(points) > 0 for points in printed]]
        printed = [points for points in printed if points]
        if len(kept) < MIN_ARMS:
            return None
    lengths = [len(points) for points in printed]
    points = np.array([point for points in printed for point in points])
    last = np.sort([points[-1][0] for points in printed])
    if last[-MIN_ARMS] < points[:, 0].min():
        return None
    time, survival = points.T
    size = np.repeat(curves.arms["n"][kept], lengths)
    arms, _ = arranged(np.repeat(kept, lengths), time, survival, np.full(len(time), np.nan), size)
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
