"""Figures worked out from printed ones, for pooling on request: survival at a milestone, hazard ratios."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from dashboard.comparison.groups import ORIGIN_PREFERENCE
from dashboard.survival import Reconstruction, hr_between, reconstruct_arm

SURVIVAL_COLUMNS = ("arm_key", "survival", "se")
RATIO_COLUMNS = ("arm_key", "comparator_arm_key", "log_hr", "se")
_MEASURES = ("survival", "median_months", "n_at_risk", "deaths")
_FEWEST_POINTS = 2
_SAME_TIME_MONTHS = 0.5

Curve = tuple[str, Reconstruction]


def reconstructions(rows: pd.DataFrame, endpoint: str, arm_keys: Iterable[str] | None = None) -> dict[str, Curve]:
    """Time origin and reconstruction of each arm that prints at least two points and its number of patients.

    One figure fixes no shape, so nothing is derived from it. Of an arm with several time origins, the one with most
    points, then the one nearest to treatment.
    """
    figures = rows[rows["endpoint"].eq(endpoint).fillna(False) & rows["measure"].isin(_MEASURES)]
    if arm_keys is not None:
        figures = figures[figures["arm_key"].isin(list(arm_keys))]
    found: dict[str, Curve] = {}
    rank: dict[str, tuple[int, int]] = {}
    for (key, origin), arm in figures.groupby(["arm_key", "time_origin"], sort=False):
        try:
            curve = reconstruct_arm(arm)
        except ValueError:
            continue  # nothing printed that a curve could go through
        if len(curve.printed) < _FEWEST_POINTS or curve.n is None:
            continue
        place = ORIGIN_PREFERENCE.index(origin) if origin in ORIGIN_PREFERENCE else len(ORIGIN_PREFERENCE)
        standing = (len(curve.printed), -place)
        if key not in rank or standing > rank[key]:
            found[str(key)], rank[str(key)] = (str(origin), curve), standing
    return found


def survival_at(rows: pd.DataFrame, endpoint: str, months: float) -> pd.DataFrame:
    """Survival at a milestone, inside the horizon, of arms that print none there: arm_key, survival, se (plain)."""
    asked = rows[rows["endpoint"].eq(endpoint).fillna(False)]
    near = (asked["time_months"].astype(float) - months).abs() <= _SAME_TIME_MONTHS
    printed = set(asked.loc[asked["measure"].eq("survival").fillna(False) & near, "arm_key"])
    later = asked["measure"].eq("survival") & (asked["time_months"].astype(float) >= months)
    later |= asked["measure"].eq("median_months") & (asked["value"].astype(float) >= months)
    keys = set(asked.loc[later.fillna(False), "arm_key"].dropna()) - printed
    found = []
    for key, (_, curve) in reconstructions(asked, endpoint, keys).items():
        if curve.horizon_months >= months:
            at = curve.survival_interval(months).iloc[0]
            if 0 < at["survival"] < 1 and math.isfinite(at["se"]) and at["se"] > 0:
                found.append((key, float(at["survival"]), float(at["se"])))
    return pd.DataFrame(found, columns=list(SURVIVAL_COLUMNS))


def ratios_between(rows: pd.DataFrame, endpoint: str, pairs: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """Log hazard ratio of the first arm of each pair over the second, from their derived curves.

    It covers the time that both curves reach. A pair whose curves count time from different origins is left out: their
    ratio would compare clocks.
    """
    pairs = tuple(pairs)
    curves = reconstructions(rows, endpoint, {key for pair in pairs for key in pair})
    found = []
    for arm, comparator in pairs:
        if arm in curves and comparator in curves and curves[arm][0] == curves[comparator][0]:
            ratio = hr_between(curves[comparator][1], curves[arm][1])
            if math.isfinite(ratio.log_hr):
                found.append((arm, comparator, ratio.log_hr, ratio.se))
    return pd.DataFrame(found, columns=list(RATIO_COLUMNS))
