"""What a reader of the cohort's curve should know first, in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

SMALL_COHORT = 30
SMALL_GROUP = 10
SHORT_FOLLOW_UP_MONTHS = 24.0
LONG_MONTHS = 480.0
ORIGIN_NOT_STATED = "From when time counts is not stated: published curves may start elsewhere."


def follow_up_median_months(time_months: np.ndarray, event: np.ndarray) -> float | None:
    """Median potential follow-up by the reverse Kaplan-Meier method; None when it is not reached.

    Schemper & Smith, Control Clin Trials 1996;17:343-346: events and censorings change places.

    Parameters
    ----------
    time_months, event : ndarray, shape (N,)
    """
    times, place = np.unique(time_months, return_inverse=True)
    censored = np.bincount(place, weights=~event, minlength=len(times))
    died = np.bincount(place, weights=event, minlength=len(times))
    leaving = censored + died
    at_risk = leaving[::-1].cumsum()[::-1]
    # A death at the same time comes before the censoring, so it is not at risk of it.
    exposed = at_risk - died
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(censored > 0, 1 - censored / exposed, 1.0)
    # Products of fractions miss one half by rounding: 7/8 x 5/7 x 4/5.
    below = np.flatnonzero(np.cumprod(steps) <= 0.5 + 1e-9)
    return float(times[below[0]]) if len(below) else None


def cohort_warnings(patients: pd.DataFrame, time_origin: str | None) -> list[str]:
    """Sentences about size, events, follow-up and time origin. `patients` as in `Cohort.patients`, not empty."""
    n = len(patients)
    time, event = patients["time_months"].to_numpy(float), patients["event"].to_numpy(bool)
    deaths = int(event.sum())
    words: list[str] = []
    if deaths == 0:
        words.append(f"None of the {n:,} patients has an event: check the coding. No median or comparison is possible.")
    elif deaths == n:
        words.append("Every patient has an event: check that patients still alive were not left out.")
    elif deaths < 10:
        words.append(f"Only {deaths} events: medians and comparisons are very uncertain.")
    if n < SMALL_COHORT:
        words.append(f"Only {n} patients: the confidence interval is wide and hides all but large differences.")
    if patients["group"].notna().any():
        sizes = patients["group"].value_counts()
        small = [f"{name} ({size})" for name, size in sizes.items() if size < SMALL_GROUP]
        if small:
            shown = ", ".join(small[:5]) + (f" and {len(small) - 5} more" if len(small) > 5 else "")
            words.append(f"Groups of fewer than {SMALL_GROUP} patients: {shown}.")
        words.append(
            "If a group was formed by something that happened after time zero (a response, a second operation), its "
            "patients had to live until then: immortal-time bias."
        )
    zero = int((time == 0).sum())
    if zero:
        words.append(f"{zero:,} patients have a time of 0: they count at the start and leave at once.")
    if time.max() > LONG_MONTHS:
        words.append(f"The longest time is {time.max():,.0f} months: check the unit.")
    follow_up = follow_up_median_months(time, event)
    if follow_up is not None and follow_up < SHORT_FOLLOW_UP_MONTHS:
        words.append(
            f"Half of the patients were followed no longer than {follow_up:.1f} months; beyond, few carry the curve."
        )
    if time_origin is None or time_origin == "not-stated":
        words.append(ORIGIN_NOT_STATED)
    return words
