"""From a few printed figures to a survival curve, pseudo-patients and intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from dashboard.survival.censoring import clean_at_risk, contradictions
from dashboard.survival.curve import ConstantHazardCurve
from dashboard.survival.early import EARLY_SHAPE, early_rise
from dashboard.survival.inputs import Figures, clean_points, patients_count, positive_time, with_median
from dashboard.survival.result import Reconstruction
from dashboard.survival.route import Route
from dashboard.survival.support import Support, clean_deaths, clean_median_ci, clean_survival_ci


def reconstruct(
    points: Iterable[Sequence[float]],
    n: float | None,
    *,
    median_months: float | None = None,
    n_at_risk: Mapping[float, float] | Iterable[Sequence[float]] | None = None,
    total_events: float | None = None,
    follow_up_months: float | None = None,
    survival_ci: Iterable[Sequence[float]] | None = None,
    median_ci: Sequence[float] | None = None,
    early_shape: float = EARLY_SHAPE,
) -> Reconstruction:
    """Draw a survival curve through printed figures, with pseudo-patients and intervals.

    The hazard is constant between printed points; before the first one it rises (see `early.EARLY_SHAPE`). A median is
    a point (median, 0.5). Censoring follows numbers at risk, else deaths and follow-up, else an assumption that is
    named in the result; reported intervals set the effective number of patients. Deterministic; cheap until `.patients`
    or an interval is asked for.

    Parameters
    ----------
    points : (time_months, survival) pairs, survival as a proportion, in any order
    n : patients; None when not stated (then there are no pseudo-patients and no intervals)
    median_months : printed median; `math.inf` for "not reached"; None when not printed
    n_at_risk : {time_months: number} or (time_months, number) pairs
    total_events : deaths over the whole follow-up
    follow_up_months : median follow-up, best by reverse Kaplan-Meier
    survival_ci : (time_months, low, high) reported 95% intervals
    median_ci : (low, high) of the median, high may be inf
    early_shape : exponent of the cumulative hazard before the first printed figure; 1 is constant hazard

    Returns
    -------
    Reconstruction

    Raises
    ------
    ValueError
        Input that cannot be: see `inputs`, `censoring` and `support`; or nothing printed after time 0.

    Notes
    -----
    Figures that contradict each other are settled by rule, with a warning that names them: rates that rise are pooled,
    several rates for one time are averaged, a median that contradicts the rates is left out, numbers at risk that
    rise or exceed the living are lowered.
    """
    count = patients_count(n)
    follow_up = positive_time(follow_up_months, "follow_up_months")
    if not (math.isfinite(early_shape) and early_shape > 0):
        raise ValueError(f"early_shape must be above 0, but was {early_shape!r}")
    times, values, warnings = clean_points(points)
    figures = with_median(times, values, median_months)
    warnings += figures.warnings
    if len(figures.times) < 2:
        raise ValueError("nothing to reconstruct: no survival rate after time 0 and no median")
    curve = early_rise(figures.times, figures.values, early_shape)
    median, source = _median(figures, curve)
    support = None
    if count is None:
        warnings.append("n is not stated: no pseudo-patients and no intervals can be derived")
    else:
        rows, notes = clean_at_risk(n_at_risk, count) if n_at_risk is not None else ([], [])
        warnings += notes
        if rows:
            warnings += contradictions(rows, curve.survival([t for t, _ in rows]), count, curve.horizon)
        deaths, deaths_notes = clean_deaths(total_events, count, float(curve.values[-1]))
        rates_ci, rates_notes = clean_survival_ci(survival_ci, curve)
        of_median, median_notes = clean_median_ci(median_ci, median)
        support = Support(count, tuple(rows), deaths, follow_up, rates_ci, of_median)
        warnings += [*deaths_notes, *rates_notes, *median_notes, *support.contradictions(curve, figures.times)]
    shape = (
        "Constant hazard throughout."
        if early_shape == 1
        else "Constant hazard between printed figures; before the first one the hazard rises from zero."
    )
    return Reconstruction(
        function=curve,
        printed=np.column_stack([figures.times[1:], figures.values[1:]]),
        n=count,
        median_months=median,
        median_source=source,
        warnings=tuple(warnings),
        assumptions=(shape, *(support.assumptions(curve) if support else ())),
        route=support.route(curve) if support else Route.NONE,
        support=support,
    )


def _median(figures: Figures, curve: ConstantHazardCurve) -> tuple[float, str]:
    if figures.median_used is not None:
        return figures.median_used, "not reached" if math.isinf(figures.median_used) else "reported"
    median = curve.first_time_at(0.5)
    return median, "derived" if math.isfinite(median) else "beyond the curve"
