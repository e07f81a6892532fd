"""A digitised curve, the patients reconstructed behind it, and how well the two agree."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.cohort.fits import GroupFit
from dashboard.intake.digitised import DigitisedCurve
from dashboard.intake.limits import IntakeError
from dashboard.survival import Reconstruction, guyot

POOR_FIT = 0.03
"""A distance beyond three points of survival: the curve, the numbers at risk or the units do not belong together."""
COARSE = 0.06
"""A fall between two neighbouring points beyond this hides steps of the curve."""
AT_RISK_OFF = 0.05
"""A number at risk missed by more than this share of n."""


@dataclass(frozen=True, eq=False)
class CurveFit:
    """A reconstruction beside what it was made from.

    Attributes
    ----------
    digitised : points and numbers at risk as read
    result : the reconstruction (Guyot 2012)
    group : its patients as a Kaplan-Meier curve: every number comes from here
    distances : (P,) vertical distance of each digitised point from the reconstructed steps, a proportion
    at_risk : columns time_months, given, reconstructed: the numbers at risk
    events_given : deaths that the source prints, None without
    warnings : what to distrust, in sentences
    """

    digitised: DigitisedCurve
    result: Reconstruction
    group: GroupFit
    distances: np.ndarray
    at_risk: pd.DataFrame
    events_given: int | None
    warnings: tuple[str, ...]

    @property
    def end_months(self) -> float:
        """The last digitised time: nothing is said beyond."""
        return float(self.digitised.times_months[-1])

    @property
    def largest(self) -> tuple[float, float]:
        """The largest distance and its time in months."""
        worst = int(np.argmax(self.distances))
        return float(self.distances[worst]), float(self.digitised.times_months[worst])


def fit_curve(curve: DigitisedCurve, *, n: int | None = None, total_events: int | None = None) -> CurveFit:
    """Reconstruct the patients behind a digitised curve and measure the fit.

    Parameters
    ----------
    curve : as `intake.digitised.read_digitised` gives it
    n : patients at the start; needed where the number at risk at time 0 is not given
    total_events : events over the whole curve, where printed

    Raises
    ------
    IntakeError
        No number of patients, or numbers that contradict the curve.
    """
    times, numbers = curve.risk_times_months, curve.n_at_risk
    if not len(times) or times[0] > 0:
        if n is None:
            raise IntakeError(
                "The number of patients at the start is not known.",
                remedy="Type it, or give the number at risk at time 0.",
            )
        times, numbers = np.append(0.0, times), np.append(n, numbers)
    elif n is not None and n != numbers[0]:
        raise IntakeError(
            f"{n} patients are stated, but {numbers[0]} are at risk at time 0.", remedy="Leave one of the two out."
        )
    if total_events is not None and total_events > numbers[0]:
        raise IntakeError(
            f"{total_events} events are stated, but {numbers[0]} patients.", remedy="Check which is which."
        )
    try:
        result = guyot(curve.times_months, curve.survival, times, numbers, total_events=total_events)
    except ValueError as error:
        words = str(error)
        raise IntakeError(
            f"{words[:1].upper()}{words[1:]}.", remedy="Check that points and numbers belong to one arm and one unit."
        ) from None
    patients = result.patients
    group = GroupFit.of("Reconstructed", patients["time_months"].to_numpy(), patients["event"].to_numpy(float))
    distances = _distances(curve, group)
    at_risk = pd.DataFrame(
        {"time_months": times, "given": numbers, "reconstructed": [group.at_risk(t) for t in times.tolist()]}
    )
    warnings = (*_doubts(curve, distances, at_risk, result), *(f"{w[:1].upper()}{w[1:]}." for w in result.warnings))
    return CurveFit(curve, result, group, distances, at_risk, total_events, warnings)


def _distances(curve: DigitisedCurve, group: GroupFit) -> np.ndarray:
    """From each point straight up or down to the steps; 0 for a point on the vertical of a step."""
    upper = np.append(1.0, group.fit.survival)[np.searchsorted(group.fit.times, curve.times_months, side="left")]
    lower = group.fit.survival_at(curve.times_months)
    return np.maximum(np.maximum(lower - curve.survival, curve.survival - upper), 0.0)


def _doubts(curve: DigitisedCurve, distances: np.ndarray, at_risk: pd.DataFrame, result: Reconstruction) -> list[str]:
    said = []
    worst = int(np.argmax(distances))
    if distances[worst] > POOR_FIT:
        said.append(
            f"The reconstructed curve misses a point by {100 * distances[worst]:.1f} points of survival at "
            f"{curve.times_months[worst]:.1f} months: check the unit of time, the axis and the numbers at risk."
        )
    off = (at_risk["given"] - at_risk["reconstructed"]).abs()
    if (off > max(1.0, AT_RISK_OFF * float(at_risk["given"].iloc[0]))).any():
        row = at_risk.iloc[int(off.to_numpy().argmax())]
        said.append(
            f"At {row['time_months']:g} months {row['given']:g} are given at risk and {row['reconstructed']:g} "
            "reconstructed: do the numbers belong to this curve?"
        )
    fall = float(np.max(-np.diff(curve.survival), initial=0.0))
    if fall > COARSE and fall * (result.n or 0) > 3:
        said.append(
            f"Between two points the curve falls by up to {100 * fall:.0f} points of survival and is taken as one "
            "step: digitise more points, or only survival at the points themselves can be trusted."
        )
    if len(at_risk) == 1:
        said.append(
            "Without numbers at risk after the start nobody is known to be censored: medians and survival follow the "
            "curve, but every interval is too narrow."
        )
    if (result.n or 0) < 10:
        said.append(f"Only {result.n} patients: one death is a large step.")
    return said


def fit_words(fit: CurveFit) -> str:
    """The fit in a sentence."""
    distance, at = fit.largest
    events = fit.group.events
    given = "" if fit.events_given is None else f" ({fit.events_given} given)"
    censored = fit.group.n - events
    median = fit.group.median.value
    words = f"median {median:.1f} months" if math.isfinite(median) else "median not reached"
    return (
        f"{fit.group.n:,} patients, {events:,} events{given} and {censored:,} censored reproduce the curve to within "
        f"{100 * distance:.1f} points of survival (largest at {at:.1f} months); {words}."
    )


def fit_table(fit: CurveFit) -> pd.DataFrame:
    """Numbers at risk as given and reconstructed."""
    return fit.at_risk.rename(
        columns={"time_months": "Months", "given": "At risk, as given", "reconstructed": "At risk, reconstructed"}
    )


def point_rows(fit: CurveFit) -> pd.DataFrame:
    """The digitised points beside the reconstructed curve, one row a point."""
    curve = fit.digitised
    return pd.DataFrame(
        {
            "Months": curve.times_months,
            "Survival, digitised": curve.survival,
            "Survival, reconstructed": fit.group.fit.survival_at(curve.times_months),
            "Distance": fit.distances,
        }
    )
