"""Pseudo-patients: whole patients whose Kaplan-Meier curve follows a derived curve."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dashboard.survival.curve import Array, ConstantHazardCurve
from dashboard.survival.information import Information

ROUNDS = 30
"""Cap of the fixed-point iteration; it settles in three or four."""


def pseudo_patients(curve: ConstantHazardCurve, information: Information, n: int) -> pd.DataFrame:
    """Times and events of n patients that reproduce a curve.

    Censored patients leave when the expected cumulative number of censorings passes one half, one and a half, ...
    Each death is placed where the curve passes the middle of the Kaplan-Meier step that the death makes, so the
    steps straddle the curve. Who is at risk at a death depends on the deaths before it, hence a short iteration.
    Patients left over at the horizon are censored there.

    Returns
    -------
    DataFrame with time_months (float) and event (0 or 1), sorted by time; exactly n rows.
    """
    censored = _censoring_times(information)
    deaths = _death_times(curve, censored, n)
    horizon = curve.horizon
    room = n - len(deaths)
    censored = censored[:room]
    left = np.full(room - len(censored), horizon)
    time = np.concatenate([deaths, censored, left])
    event = np.concatenate([np.ones(len(deaths), dtype=int), np.zeros(room, dtype=int)])
    order = np.lexsort((-event, time))
    return pd.DataFrame({"time_months": time[order], "event": event[order]})


def _censoring_times(information: Information) -> Array:
    survival, at_risk = information.survival, information.at_risk
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = np.where(survival > 0, at_risk / survival, np.nan)
    leaving = np.where(np.isnan(kept[1:]), 0.0, -np.diff(kept)) * (survival[:-1] + survival[1:]) / 2
    total = np.concatenate([[0.0], np.cumsum(np.maximum(np.nan_to_num(leaving), 0.0))])
    # np.interp needs increasing abscissae: keep the first grid point of every flat stretch
    rising = np.concatenate([[True], np.diff(total) > 0])
    return np.interp(np.arange(0.5, total[-1], 1.0), total[rising], information.grid[rising])


def _death_times(curve: ConstantHazardCurve, censored: Array, n: int) -> Array:
    if curve.values[-1] >= 1:
        return np.empty(0)
    rank = np.arange(n)
    times = np.zeros(0)
    levels_end = curve.values[-1]
    at_risk = (n - rank).astype(float)
    for _ in range(ROUNDS):
        steps = np.cumprod(np.maximum(1 - 1 / np.maximum(at_risk, 1), 0.0))
        middle = (np.append(1.0, steps[:-1]) + steps) / 2
        new = curve.times_at(middle[(middle >= levels_end) & (at_risk >= 1)])
        if len(new) == len(times) and np.array_equal(new, times):
            break
        times = new
        gone = np.searchsorted(censored, np.append(times, np.full(n - len(times), curve.horizon)), side="left")
        at_risk = n - rank - gone
    return times
