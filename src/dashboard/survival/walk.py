"""Along one stretch of a digitised curve: which falls are how many deaths, and when the censored leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.survival.curve import Array
from dashboard.survival.digitised import Digitised

SURE = 0.01
"""A misfit of survival beyond this, and beyond twice the noise, is not rounding: the number at risk was another."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """The falls between two printed numbers at risk (see `Digitised`), and the largest misfit that rounding and noise
    explain.

    Who dies at the time of a number at risk is counted in it: that fall opens a stretch and never closes one (Guyot
    2012: the clicks of an interval begin with the first at or after its number at risk).
    """

    times: Array
    survival: Array
    gaps: Array
    start: float
    end: float
    allowed: float

    @classmethod
    def of(cls, curve: Digitised, start: float, end: float | None = None) -> Stretch:
        """From `start` until just before `end`, or until the curve ends."""
        use = (curve.times >= start) & (curve.times < (np.inf if end is None else end))
        allowed = max(2 * curve.noise, SURE) if curve.noise else np.inf
        end = curve.end if end is None else end
        return cls(curve.times[use], curve.survival[use], curve.gaps[use], start, end, allowed)


@dataclass(frozen=True, eq=False)
class Walk:
    """Times of deaths and censorings of one stretch, and the Kaplan-Meier level after it."""

    deaths: Array
    censored: Array
    level: float


def walk(stretch: Stretch, censorings: int, at_start: int, level: float, most: int) -> Walk:
    """Place deaths so that the Kaplan-Meier level stays as near as whole deaths allow to the digitised curve.

    The censored are spread evenly. Only where noise shows and a fall fits no whole number of deaths (few at risk) does
    the fall tell how many were at risk; the spread starts anew from there.

    Parameters
    ----------
    stretch : falls in order
    censorings : patients censored within the stretch
    at_start : patients at risk at its start
    level : Kaplan-Meier level at its start
    most : no more deaths than these
    """
    since, gone_by_then = stretch.start, 0
    deaths: list[float] = []
    censored: list[Array] = []
    falls = zip(stretch.times.tolist(), stretch.survival.tolist(), stretch.gaps.tolist(), strict=True)
    for time, target, gap in falls:
        if target >= level:
            continue
        share = (time - since) / (stretch.end - since) if stretch.end > since else 1.0
        gone = gone_by_then + int(np.ceil((censorings - gone_by_then) * share - 0.5))
        alive, room = at_start - len(deaths), most - len(deaths)
        died, new_level = _whole_deaths(alive - gone, level, target, room)
        if abs(new_level - target) > stretch.allowed:
            others = ((g, *_whole_deaths(alive - g, level, target, room)) for g in range(gone_by_then, censorings + 1))
            fitting = [o for o in others if abs(o[2] - target) <= stretch.allowed]
            if fitting:
                new_gone, died, new_level = min(fitting, key=lambda o: (abs(o[0] - gone), abs(o[2] - target)))
                censored.append(spread(new_gone - gone_by_then, since, time))
                since, gone_by_then = time, new_gone
        first = max(time - gap / 2, stretch.start)
        last = min(time + gap / 2, stretch.end)
        deaths += spread(died, first, last).tolist()
        level = new_level
    censored.append(spread(censorings - gone_by_then, since, stretch.end))
    return Walk(np.array(deaths), np.concatenate(censored), level)


def _whole_deaths(at_risk: int, level: float, target: float, room: int) -> tuple[int, float]:
    """How many die for the level to come nearest to the target, and the level then."""
    if at_risk < 1:
        return 0, level
    died = max(0, min(int(at_risk * (1 - target / level) + 0.5), room, at_risk))
    return died, level * (1 - died / at_risk)


def spread(count: int, start: float, end: float) -> Array:
    """`count` times evenly between two."""
    return start + (end - start) * (np.arange(count) + 0.5) / max(count, 1)
