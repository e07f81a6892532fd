"""From a few printed figures to a survival curve, pseudo-patients and intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from numpy.typing import ArrayLike

from dashboard.survival import censoring
from dashboard.survival.curve import Array, ConstantHazardCurve
from dashboard.survival.information import Information, time_grid
from dashboard.survival.inputs import clean_points, patients_count, positive_time, with_median
from dashboard.survival.pseudo import pseudo_patients
from dashboard.survival.route import Route


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """A derived survival curve with its patients, intervals, route and warnings; times in months."""

    curve_: ConstantHazardCurve
    n: int | None
    median_months: float
    median_source: str
    warnings: tuple[str, ...]
    assumptions: tuple[str, ...]
    route: Route
    information: Information | None

    @property
    def horizon_months(self) -> float:
        return self.curve_.horizon

    def curve(self, times: ArrayLike) -> Array:
        return self.curve_.survival(times)

    def survival(self, time: ArrayLike) -> float | Array:
        value = self.curve_.survival(time)
        return float(value) if value.ndim == 0 else value

    def rmst(self, tau: float) -> float:
        if not 0 < tau <= self.horizon_months:
            raise ValueError(f"tau must lie between 0 and the horizon {self.horizon_months:g} months, but was {tau!r}")
        return self.curve_.area(tau)

    @cached_property
    def patients(self) -> pd.DataFrame:
        if self.n is None or self.information is None:
            raise ValueError("pseudo-patients need the number of patients, which is not stated")
        return pseudo_patients(self.curve_, self.information, self.n)


def reconstruct(
    points: Iterable[Sequence[float]],
    n: float | None,
    *,
    median_months: float | None = None,
    n_at_risk: Mapping[float, float] | Iterable[Sequence[float]] | None = None,
    total_events: float | None = None,
    follow_up_months: float | None = None,
) -> Reconstruction:
    count = patients_count(n)
    follow_up = positive_time(follow_up_months, "follow_up_months")
    times, values, warnings = clean_points(points)
    figures = with_median(times, values, median_months)
    warnings += figures.warnings
    if len(figures.times) < 2:
        raise ValueError("nothing to reconstruct: no survival rate after time 0 and no median")
    curve = ConstantHazardCurve(figures.times, figures.values)
    if figures.median_used is not None:
        median, source = figures.median_used, "reported"
    else:
        median, source = curve.first_time_at(0.5), "derived"
    route, information = Route.NONE, None
    if count is not None:
        grid = time_grid(curve.times)
        survival = curve.survival(grid)
        if n_at_risk is not None:
            rows, notes = censoring.clean_at_risk(n_at_risk, count)
            kept, more = censoring.by_numbers_at_risk(grid, survival, rows, curve.survival([t for t, _ in rows]), count)
            warnings += notes + more
            route = Route.AT_RISK
        elif follow_up is not None:
            kept, route = censoring.by_follow_up(grid, follow_up), Route.DEATHS_FOLLOW_UP
        else:
            kept, route = censoring.by_horizon(grid), Route.N_ONLY
        information = Information.along(grid, survival, count * survival * kept)
    return Reconstruction(
        curve, count, median, source if math.isfinite(median) else source, tuple(warnings), (), route, information
    )
