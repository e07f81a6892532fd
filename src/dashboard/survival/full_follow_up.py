"""A hazard ratio over the whole follow-up, beyond the last printed rate: an assumption, never a curve.

A paper's own hazard ratio counts deaths after its last printed rate. Which arm they fall in no figure tells, so from
the time where one arm's figures end both arms are given one hazard: that of the arm printed longer while it is printed,
then its mean over the last half of that. Whatever difference there was, none is claimed for later. Numbers at risk go
on under the model of censoring. Letting each arm keep its own hazard was worse on trials with known patients
(`docs/accuracy.md`).
"""

from __future__ import annotations

import math

import numpy as np

from dashboard.survival.curve import Array
from dashboard.survival.hazard_ratio import HazardRatio, expected, score_equation
from dashboard.survival.result import Reconstruction
from dashboard.survival.route import weaker

LAST_SHARE = 0.5
"""The hazard that goes on is the mean over this last share of what is printed longest."""
CELLS = 200
METHOD = "derived curves; after the last common printed figure both arms are assumed to die at one rate"


def hr_full_follow_up(reference: Reconstruction, comparator: Reconstruction) -> HazardRatio:
    """Cox hazard ratio between two derived curves over their whole follow-up, extrapolated as the module says.

    By twice the median follow-up nobody is left to follow. The curves themselves are not changed by this.

    Raises
    ------
    ValueError
        An arm without n, or one that was rebuilt from patients (whose follow-up is known: use `compare`).
    """
    arms = (reference, comparator)
    if any(r.information is None or r.support is None for r in arms):
        raise ValueError("a hazard ratio beyond the printed rates needs the number of patients and printed figures")
    shorter, longer = sorted(arms, key=lambda r: r.horizon_months)
    common, last = shorter.horizon_months, longer.horizon_months
    end = max(last, 2 * max(r.support.follow_up or r.horizon_months for r in arms if r.support is not None))
    inner = [r.information.grid for r in arms if r.information is not None]
    grid = np.unique(np.concatenate([*inner, np.linspace(common, end, CELLS)]))
    later = grid[grid >= common]
    going_on = [_last_rate(r) for r in arms if r.horizon_months == last]
    rate = np.full(len(later) - 1, sum(going_on) / len(going_on))
    printed = longer.curve(later[later <= last])
    if printed[-1] > 0:
        rate[: len(printed) - 1] = -np.diff(np.log(printed)) / np.diff(later)[: len(printed) - 1]
    (deaths0, risk0), (deaths1, risk1) = (_extended(r, grid, later, rate) for r in arms)
    log_hr, information = score_equation(deaths0, risk0, deaths1, risk1)
    route = weaker(reference.route, comparator.route)
    if not math.isfinite(log_hr):
        return HazardRatio(math.nan, math.nan, METHOD, route)
    return HazardRatio(log_hr, 1 / information, METHOD, route)


def _last_rate(arm: Reconstruction) -> float:
    """Mean hazard over the last share of what an arm prints; where everybody has died nobody is left to die."""
    end = arm.horizon_months
    start = end * (1 - LAST_SHARE)
    before, after = arm.curve([start, end])
    return math.log(before / after) / (end - start) if after > 0 else 0.0


def _extended(arm: Reconstruction, grid: Array, later: Array, rate: Array) -> tuple[Array, Array]:
    """Expected deaths and mean number at risk in each cell: the arm's own up to `later`, then at the common rate."""
    assert arm.information is not None and arm.support is not None
    own = expected(arm, grid[grid <= later[0]])
    kept = arm.support.not_censored(arm.function, arm.information.grid, later)
    start = float(arm.information.patients_at(later[0]))
    alive = np.exp(-np.append(0.0, np.cumsum(rate * np.diff(later))))
    left = start * alive * (kept / kept[0] if kept[0] > 0 else 0.0)
    middle = (left[:-1] + left[1:]) / 2
    return np.append(own[0], middle * rate * np.diff(later)), np.append(own[1], middle)
