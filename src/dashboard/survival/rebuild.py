"""Whole patients from a clean digitised curve and numbers at risk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.survival.curve import Array
from dashboard.survival.digitised import Digitised
from dashboard.survival.walk import Stretch, Walk, spread, walk

ROUNDS = 40
"""Cap of the search for the number censored in one interval."""
EXACT = 0.02
"""Every step's deaths / relative fall must lie this close to a whole number for steps to be read as exact."""


def rebuild(curve: Digitised, rt: Array, nr: NDArray[np.int_], total_events: int | None) -> pd.DataFrame:
    """Patients whose Kaplan-Meier curve passes the digitised points and who number `nr` at `rt`.

    Parameters
    ----------
    curve : digitised curve, cleaned
    rt, nr : (m,) numbers at risk, the first at time 0; times may lie beyond the curve

    Returns
    -------
    DataFrame time_months, event with nr[0] rows, sorted
    """
    exact = None if curve.noise else _exact_steps(curve.times, curve.survival, rt, nr)
    if exact is not None and (total_events is None or abs(exact[0].size - total_events) <= max(2, 0.03 * total_events)):
        deaths, censored = exact
    else:
        deaths, censored = _search(curve, rt, nr, total_events)
    time = np.concatenate([deaths, censored])
    event = np.concatenate([np.ones(deaths.size, dtype=int), np.zeros(censored.size, dtype=int)])
    order = np.lexsort((-event, time))
    return pd.DataFrame({"time_months": time[order], "event": event[order]})


def _exact_steps(t: Array, s: Array, rt: Array, nr: NDArray[np.int_]) -> tuple[Array, Array] | None:
    """Deaths and censorings from steps digitised without error; None when the steps are not that exact.

    A step with d deaths among r at risk falls by the share d / r, so r is read off each step.
    """
    drops = np.flatnonzero(np.diff(s) < 0) + 1
    if drops.size < 2:
        return None
    falls = 1 - s[drops] / s[drops - 1]
    remaining, last = int(nr[0]), 0.0
    deaths: list[Array] = []
    censored: list[Array] = []
    for i, fall in zip(drops, falls, strict=True):
        floor = max((int(k) for x, k in zip(rt, nr, strict=True) if x >= t[i]), default=1)
        ceiling = min([remaining, *(int(k) for x, k in zip(rt, nr, strict=True) if x <= t[i])])
        d = np.arange(1, int(ceiling * fall + 0.5) + 2)
        r = d / fall
        whole = (np.abs(r - np.round(r)) < EXACT) & (np.round(r) <= ceiling) & (np.round(r) >= np.maximum(floor, d))
        if not np.any(whole):
            return None
        r_here, d_here = int(np.round(r[whole][-1])), int(d[whole][-1])
        censored.append(_between(remaining, r_here, last, float(t[i]), rt, nr))
        deaths.append(np.full(d_here, t[i]))
        remaining, last = r_here - d_here, float(t[i])
    censored.append(_after(remaining, last, float(t[-1]), rt, nr))
    return np.concatenate(deaths), np.concatenate(censored)


def _between(before: int, after: int, start: float, end: float, rt: Array, nr: NDArray[np.int_]) -> Array:
    """Censoring times that bring `before` down to `after`, evenly between known numbers at risk."""
    parts = []
    for x, k in zip(rt, nr, strict=True):
        if start < x <= end and after <= k <= before:
            parts.append(spread(before - int(k), start, float(x)))
            before, start = int(k), float(x)
    parts.append(spread(before - after, start, end))
    return np.concatenate(parts)


def _after(remaining: int, last: float, end: float, rt: Array, nr: NDArray[np.int_]) -> Array:
    """Censoring times of the patients left after the last death, at the numbers at risk known for later times."""
    parts = []
    start = last
    for x, k in zip(rt, nr, strict=True):
        if x > last and k < remaining:
            parts.append(spread(remaining - int(k), start, float(x)))
            remaining = int(k)
        start = max(start, float(x))
    if remaining and end > start:
        parts.append(np.append(spread(remaining - 1, start, end), end))
    elif remaining:
        parts.append(np.full(remaining, start))
    return np.concatenate(parts) if parts else np.zeros(0)


def _search(curve: Digitised, rt: Array, nr: NDArray[np.int_], total_events: int | None) -> tuple[Array, Array]:
    """Interval by interval, search the number censored for which the curve's deaths leave the next number at risk."""
    inside = rt <= curve.end
    later = [(float(x), int(k)) for x, k in zip(rt[~inside], nr[~inside], strict=True)]
    edges, counts = rt[inside], nr[inside]
    level, remaining = 1.0, int(nr[0])
    deaths: list[Array] = []
    censored: list[Array] = []
    lost, exposure = 0, 0.0
    for j in range(len(edges) - 1):
        stretch = Stretch.of(curve, float(edges[j]), float(edges[j + 1]))
        found = _interval(stretch, remaining, level, remaining - int(counts[j + 1]))
        deaths.append(found.deaths)
        censored.append(found.censored)
        level = found.level
        lost += found.censored.size
        exposure += (remaining + int(counts[j + 1])) / 2 * (stretch.end - stretch.start)
        remaining = int(counts[j + 1])
    start, end = float(edges[-1]), curve.end
    so_far = sum(d.size for d in deaths)
    if remaining:
        stretch = Stretch.of(curve, start)
        floor = later[0][1] if later else 0
        rate = lost / exposure if exposure > 0 else 0.0
        guess = min(round(rate * remaining * (end - start)), remaining - floor)
        options = range(0, remaining - floor + 1) if total_events is not None else [guess]
        best: tuple[int, Walk] | None = None
        for c in options:
            tail = walk(stretch, c, remaining, level, remaining - floor - c)
            miss = abs(so_far + tail.deaths.size - total_events) if total_events is not None else 0
            if best is None or miss < best[0]:
                best = (miss, tail)
            if miss == 0:
                break
        assert best is not None
        deaths.append(best[1].deaths)
        censored.append(best[1].censored)
        remaining -= best[1].censored.size + best[1].deaths.size
    censored.append(
        _after(remaining, end, end, np.array([x for x, _ in later]), np.array([k for _, k in later], dtype=int))
    )
    return np.concatenate([*deaths, np.zeros(0)]), np.concatenate(censored)


def _interval(stretch: Stretch, remaining: int, level: float, leaving: int) -> Walk:
    """Deaths and censorings of one interval that together number `leaving`."""
    c, tried = leaving, set()
    best: tuple[int, int, Walk] | None = None
    for _ in range(ROUNDS):
        tried.add(c)
        found = walk(stretch, c, remaining, level, leaving)
        miss = leaving - c - found.deaths.size
        if best is None or abs(miss) < abs(best[0]):
            best = (miss, c, found)
        c = max(0, min(leaving, leaving - found.deaths.size))
        if miss == 0 or c in tried:
            break
    assert best is not None
    miss, c, found = best
    if miss < 0:
        found = walk(stretch, c, remaining, level, leaving - c)
        miss = leaving - c - found.deaths.size
    if miss == 0:
        return found
    return replace(found, censored=spread(leaving - found.deaths.size, stretch.start, stretch.end))
