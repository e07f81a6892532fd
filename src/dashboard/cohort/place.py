"""Where a cohort's curve lies among the published ones at a milestone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dashboard.cohort.fits import FEW_AT_RISK, Analysis, GroupFit, Value
from dashboard.cohort.published import ArmAt, PooledAt, Published
from dashboard.comparison.curves import Curves

PREFERRED: Final = (60, 36, 24, 12)


class Verdict(StrEnum):
    """How a curve stands to the prediction interval of a further arm."""

    INSIDE = "inside"
    ABOVE = "above"
    BELOW = "below"
    ABOVE_BUT = "above, but with a confidence interval that reaches into it"
    BELOW_BUT = "below, but with a confidence interval that reaches into it"


@dataclass(frozen=True)
class Place:
    """One group at a milestone: survival, patients at risk, and how it stands to the pooled curve (None without)."""

    group: GroupFit
    value: Value
    at_risk: int
    verdict: Verdict | None


@dataclass(frozen=True)
class Standing:
    """All groups at one milestone, the pooled curve there, and the published arms that reach it, highest first."""

    months: int
    places: tuple[Place, ...]
    pooled: PooledAt | None
    arms: tuple[ArmAt, ...]


def verdict(value: Value, further: Value) -> Verdict:
    """Where an estimate lies to the prediction interval `further`; an unknown limit counts as the estimate itself."""
    low = value.value if math.isnan(value.low) else value.low
    high = value.value if math.isnan(value.high) else value.high
    if value.value > further.high:
        return Verdict.ABOVE if low > further.high else Verdict.ABOVE_BUT
    if value.value < further.low:
        return Verdict.BELOW if high < further.low else Verdict.BELOW_BUT
    return Verdict.INSIDE


def milestone(analysis: Analysis, behind: Published | None, curves: Curves | None) -> int | None:
    """The milestone to speak of: the latest up to five years that the curves carry.

    Every group has `FEW_AT_RISK` patients there and something published reaches it; else groups alone; else the latest
    that a curve reaches at all; None where none does.
    """

    def carried(months: int) -> bool:
        return all(g.at_risk(months) >= FEW_AT_RISK for g in analysis.groups)

    def met(months: int) -> bool:
        return behind is None or curves is None or bool(behind.arms_at(curves, months))

    def known(months: int) -> bool:
        return any(not math.isnan(g.at(months).value) for g in analysis.groups)

    for months in PREFERRED:
        if carried(months) and met(months):
            return months
    return next((m for m in PREFERRED if carried(m)), None) or next((m for m in PREFERRED if known(m)), None)


def standing(analysis: Analysis, behind: Published | None, curves: Curves | None, months: int) -> Standing:
    """Every group at `months`, held against the published arms where they are given."""
    pooled = None if behind is None else behind.pooled_at(months)
    places = []
    for group in analysis.groups:
        value = group.at(months)
        known = pooled is not None and not math.isnan(value.value)
        at = verdict(value, pooled.further) if known and pooled is not None else None
        places.append(Place(group, value, group.at_risk(months), at))
    arms = () if behind is None or curves is None else tuple(behind.arms_at(curves, months))
    return Standing(months, tuple(places), pooled, arms)
