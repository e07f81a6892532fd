"""Kaplan-Meier curves of a cohort's groups, their medians, milestones and restricted means, and the groups compared.

Conventions are those of R's survival package (`survival.estimate`): Greenwood's variance, log(-log) limits, Efron ties.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from dashboard.survival.compare import Comparison, compare
from dashboard.survival.estimate import KaplanMeier, check_patients, median_follow_up
from dashboard.survival.intervals import Z95

MILESTONES: Final = (12, 36, 60, 120)
FEW_AT_RISK: Final = 10
"""With fewer than this many at risk a curve is drawn as a tail and nothing is said of it in the sentence."""
MAX_GROUPS: Final = 6
EVERYBODY: Final = "Your patients"


class Value(NamedTuple):
    """An estimate with its 95% limits; NaN where there is none, inf for a time that is not reached."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class GroupFit:
    """One Kaplan-Meier curve. Times are months, survival a proportion.

    Attributes
    ----------
    name : as the user typed it: text that every place it is shown at has to make safe
    fit : the estimate
    follow_up_months : median follow-up by reverse Kaplan-Meier; inf when not reached
    censored : (c,) distinct times at which somebody was censored
    """

    name: str
    fit: KaplanMeier
    follow_up_months: float
    censored: np.ndarray

    @classmethod
    def of(cls, name: str, times: np.ndarray, events: np.ndarray) -> GroupFit:
        fit = KaplanMeier.fit(times, events)
        leaving = fit.at_risk - np.append(fit.at_risk[1:], 0.0)
        return cls(name, fit, median_follow_up(times, events), fit.times[leaving > fit.deaths])

    @property
    def n(self) -> int:
        """Patients."""
        return self.fit.n

    @property
    def events(self) -> int:
        """Patients who had the event."""
        return int(self.fit.deaths.sum())

    @property
    def last_months(self) -> float:
        """Last observed time: the curve ends here."""
        return float(self.fit.times[-1])

    @cached_property
    def few_from(self) -> float:
        """Time from which fewer than `FEW_AT_RISK` patients are left."""
        left = np.append(self.fit.at_risk[1:], 0.0)
        return float(self.fit.times[np.argmax(left < FEW_AT_RISK)])

    @cached_property
    def median(self) -> Value:
        """Median with its limits, inf where not reached."""
        return Value(*self.fit.median())

    def at(self, months: float) -> Value:
        """Survival at a time; NaN after the last observed time unless everybody had the event by then."""
        if months > self.last_months and self.fit.survival[-1] > 0:
            return Value(math.nan, math.nan, math.nan)
        low, high = self.fit.limits_at(months)
        return Value(float(self.fit.survival_at(months)), float(low), float(high))

    def at_risk(self, months: float) -> int:
        """Patients still at risk just before a time."""
        return int(self.fit.at_risk_at(months))

    def rmst(self, tau: float) -> Value:
        """Restricted mean to `tau` months (within the follow-up), normal limits cut at 0 and tau."""
        mean, se = self.fit.rmst(tau)
        return Value(mean, max(0.0, mean - Z95 * se), min(tau, mean + Z95 * se))


@dataclass(frozen=True, eq=False)
class Analysis:
    """The curves of a cohort.

    Attributes
    ----------
    groups : the user's groups, largest first; one called `EVERYBODY` where there are none
    tau : horizon of the restricted means, months: the shortest follow-up among the groups; 0 when there is none
    comparison : log-rank, Cox and differences between the groups; None with one group
    notes : what was left out of the groups, in words
    """

    groups: tuple[GroupFit, ...]
    tau: float
    comparison: Comparison | None
    notes: tuple[str, ...]

    @property
    def n(self) -> int:
        """Patients on the plot."""
        return sum(group.n for group in self.groups)

    @property
    def last_months(self) -> float:
        """Last observed time of any group."""
        return max(group.last_months for group in self.groups)


def analyse(patients: pd.DataFrame, *, reference: str | None = None) -> Analysis:
    """Fit and compare the groups of a cohort.

    Parameters
    ----------
    patients : DataFrame
        `time_months`, `event` and `group` (null where not stated) as in `intake.cohort.Cohort.patients`; not empty.
    reference : str or None
        Group that the others are compared with; default the largest.

    Raises
    ------
    ValueError
        No patient, negative or missing times.
    """
    # Merged over all patients, as the comparison does it: a group's curve ends at the same time in both.
    times, events = check_patients(patients["time_months"].to_numpy(float), patients["event"].to_numpy(float))
    names, notes = _groups(patients["group"])
    if len(names) < 2:
        whole = GroupFit.of(names[0] if names and not notes else EVERYBODY, times, events)
        return Analysis((whole,), _shared_end([whole]), None, tuple(notes))
    codes, values = pd.factorize(patients["group"])
    stated = codes >= 0
    position = {str(value): i for i, value in enumerate(values)}
    groups = [GroupFit.of(n, times[at], events[at]) for n in names if (at := codes == position.get(n, -2)).any()]
    tau = _shared_end(groups)
    order = [reference, *(n for n in names if n != reference)] if reference in names else names
    comparison = None
    if tau > 0:
        kept = pd.DataFrame({"time_months": times[stated], "event": events[stated]})
        labels = np.array([str(value) for value in values], dtype=object)[codes[stated]]
        comparison = compare(kept, labels, tau=tau, milestones=MILESTONES, order=order)
    return Analysis(tuple(groups), tau, comparison, tuple(notes))


def _groups(column: pd.Series) -> tuple[list[str], list[str]]:
    """Names of the groups to draw, largest first, and what is to be said about them."""
    sizes = column.value_counts()
    names = [str(name) for name in sizes.index]
    if len(names) > MAX_GROUPS:
        return [], [
            f"The column of groups has {len(names):,} different values, more than the {MAX_GROUPS} curves that one "
            "plot can hold: all patients are drawn as one curve."
        ]
    missing = int(column.isna().sum())
    if len(names) > 1 and missing:
        return names, [f"{missing:,} of {len(column):,} patients have no group and are in none of the curves."]
    if len(names) == 1 and missing:
        return [], [f"Only {len(column) - missing:,} of {len(column):,} patients have a group: one curve is drawn."]
    return names, []


def _shared_end(groups: list[GroupFit]) -> float:
    """The last time at which every curve is known; where everybody had the event a curve is known for ever."""
    open_ends = [group.last_months for group in groups if group.fit.survival[-1] > 0]
    return min(open_ends or [group.last_months for group in groups])
