"""The pooled curve of a group of the comparison: random effects over its disjoint arms, in the form of its summary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.comparison.curves import Curves
from dashboard.comparison.groups import disjoint
from dashboard.synthesis.curves import MIN_ARMS, Array, pooled_curve


@dataclass(frozen=True, eq=False)
class GroupCurve:
    """Pooled survival of a group at `months`, from (0, 1) on; bounds 0..1.

    `ci_*` is the confidence band of the mean curve, `pi_*` the prediction band of a further arm. `arms` and `patients`
    went in; `at` counts the arms that reach each time.
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


def group_curve(curves: Curves, members: np.ndarray) -> GroupCurve | None:
    """Pool the curves of a group (positions in `curves`) by the method of Combescure, Foucher and Jackson 2014.

    Only what `comparison.groups.disjoint` admits goes in: no subgroup, one study of an overlapping cohort, arms with a
    size. Each arm brings its own printed times; between two of them its hazard is constant. The curve ends at the last
    time that `MIN_ARMS` arms reach.

    Returns
    -------
    GroupCurve or None
        None where fewer than `MIN_ARMS` disjoint arms reach any time together.
    """
    kept, _ = disjoint(curves, members)
    if len(kept) < MIN_ARMS:
        return None
    lengths = [len(curves.knots[k]) - 1 for k in kept]
    points = np.array([point for k in kept for point in curves.knots[k][1:]])
    arms = pd.DataFrame(
        {
            "study": np.repeat(kept, lengths),
            "time_months": points[:, 0],
            "survival": points[:, 1],
            "n": np.repeat(curves.arms["n"][kept], lengths),
        }
    )
    last = np.sort([curves.knots[k][-1][0] for k in kept])
    if last[-MIN_ARMS] < points[:, 0].min():
        return None
    pooled = pooled_curve(arms)
    bands = (pooled.survival, pooled.ci_low, pooled.ci_high, pooled.pi_low, pooled.pi_high)
    survival, ci_low, ci_high, pi_low, pi_high = (np.append(1.0, band) for band in bands)
    return GroupCurve(
        months=np.append(0.0, pooled.times),
        survival=survival,
        ci_low=ci_low,
        ci_high=ci_high,
        pi_low=pi_low,
        pi_high=pi_high,
        arms=len(kept),
        patients=int(curves.arms["n"][kept].sum()),
        at=np.append(len(kept), pooled.n_arms),
    )
