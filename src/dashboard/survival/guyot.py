"""Patients behind a digitised Kaplan-Meier curve.

Guyot P, Ades AE, Ouwens MJNM, Welton NJ. Enhanced secondary analysis of survival data: reconstructing the data from
published Kaplan-Meier survival curves. BMC Med Res Methodol 2012;12:9.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from dashboard.survival.curve import Array, StepCurve
from dashboard.survival.digitised import read_curve
from dashboard.survival.estimate import KaplanMeier
from dashboard.survival.information import StepInformation
from dashboard.survival.inputs import patients_count
from dashboard.survival.rebuild import rebuild
from dashboard.survival.result import Reconstruction
from dashboard.survival.route import Route

EXCESS = 0.03
"""Numbers at risk may exceed what the curve leaves alive by this share of n (reading error)."""


def guyot(
    times: ArrayLike,
    survival: ArrayLike,
    risk_times: ArrayLike,
    n_at_risk: ArrayLike,
    *,
    total_events: float | None = None,
) -> Reconstruction:
    """Reconstruct patients from a digitised curve and the numbers at risk printed under it.

    Between two printed numbers at risk the number censored is searched for until the deaths that follow from the curve
    leave the printed number; the censored are spread evenly. After the last printed number, censoring goes on at the
    mean rate seen before, or as `total_events` requires. Steps digitised without error give the patients at risk at
    each death exactly, and these are then used instead. Clicks made by hand show a fall only at the click after it: the
    deaths are then spread between that click and the one before (see `digitised`).

    Parameters
    ----------
    times, survival : (k,) digitised points; survival as a proportion; noise is removed (see `digitised`)
    risk_times, n_at_risk : (m,) at least the number at time 0 (or at the first printed time, which then counts as n)
    total_events : deaths over the whole curve, where printed

    Returns
    -------
    Reconstruction with route "numbers-at-risk" (or "n-only" when a single number is given)

    Raises
    ------
    ValueError
        NaN, per cent, unequal lengths, no number at risk, numbers at risk that rise or exceed what the curve leaves.
    """
    curve = read_curve(times, survival)
    t, s, warnings = curve.clicks, curve.levels, list(curve.warnings)
    rt, nr = _clean_risk(risk_times, n_at_risk)
    n = int(nr[0])
    _refuse_contradiction(t, s, rt, nr)
    deaths_wanted = None
    if total_events is not None:
        if not math.isfinite(total_events) or total_events != int(total_events) or not 0 <= total_events <= n:
            raise ValueError(f"total_events must be a whole number from 0 to n = {n}, but was {total_events!r}")
        deaths_wanted = int(total_events)
    end = float(t[-1])
    beyond = rt > end
    if np.any(beyond):
        warnings.append(
            f"numbers at risk after the end of the curve at {end:g} months are used only to say who is censored there"
        )
    patients = rebuild(curve, rt, nr.astype(int), deaths_wanted)
    fit = KaplanMeier.fit(patients["time_months"], patients["event"])
    if deaths_wanted is not None and int(patients["event"].sum()) != deaths_wanted:
        warnings.append(
            f"{deaths_wanted} deaths printed, but the curve and numbers at risk give {int(patients['event'].sum())}"
        )
    median = fit.median()[0]
    route = Route.AT_RISK if len(rt) > 1 else Route.N_ONLY
    return Reconstruction(
        function=StepCurve(fit.times, fit.survival, end),
        printed=np.column_stack([t[1:], s[1:]]),
        n=n,
        median_months=median,
        median_source="derived" if math.isfinite(median) else "beyond the curve",
        warnings=tuple(warnings),
        assumptions=("Between two printed numbers at risk, censoring is spread evenly (Guyot 2012).",),
        route=route,
        support=None,
        given_patients=patients,
        given_information=StepInformation.of(fit),
    )


def _clean_risk(risk_times: ArrayLike, n_at_risk: ArrayLike) -> tuple[Array, Array]:
    rt, nr = np.atleast_1d(np.asarray(risk_times, dtype=float)), np.atleast_1d(np.asarray(n_at_risk, dtype=float))
    if rt.ndim != 1 or rt.shape != nr.shape or not rt.size:
        raise ValueError(
            f"risk_times and n_at_risk must be lists of equal length of at least 1, but were {rt.shape} and {nr.shape}"
        )
    known = ~np.isnan(nr)
    rt, nr = rt[known], nr[known]
    if not rt.size or not np.all(np.isfinite(rt)) or np.any(rt < 0):
        raise ValueError("risk_times must be months from 0 on, with at least one number at risk")
    if np.any(nr < 0) or np.any(nr != np.floor(nr)):
        raise ValueError(f"numbers at risk must be whole, but included {nr[(nr < 0) | (nr != np.floor(nr))][0]:g}")
    order = np.argsort(rt, kind="stable")
    rt, nr = rt[order], nr[order]
    if np.any(np.diff(rt) == 0):
        raise ValueError(f"two numbers at risk are given for {rt[np.flatnonzero(np.diff(rt) == 0)[0]]:g} months")
    rises = np.flatnonzero(np.diff(nr) > 0)
    if rises.size:
        i = rises[0]
        raise ValueError(
            f"numbers at risk cannot rise, but were {nr[i]:g} at {rt[i]:g} and {nr[i + 1]:g} at {rt[i + 1]:g} months"
        )
    patients_count(float(nr[0]), "the first number at risk")
    rt[0] = 0.0
    return rt, nr


def _refuse_contradiction(t: Array, s: Array, rt: Array, nr: Array) -> None:
    """More patients at risk than the curve leaves alive cannot be: the two belong to different arms or scales."""
    n = nr[0]
    alive = s[np.maximum(np.searchsorted(t, rt, side="left") - 1, 0)]
    for time, k, share in zip(rt, nr, alive, strict=True):
        if time <= t[-1] and k > n * share + max(1.5, EXCESS * n):
            raise ValueError(
                f"{k:g} at risk at {time:g} months cannot be: the curve leaves {n * share:.1f} of {n:g} alive"
            )
