"""Do the figures of one curve agree with one another? Medians against rates, and interval against interval.

A curve is the survival rates and medians of one arm, endpoint and time origin. Figures that are ambiguous (`?`) or
approximate (`~`) prove nothing against another figure and are left out.

Thresholds, with their grounds in the shipped table (`tests/evidence/test_consistency.py` recomputes them):

* A rate contradicts the median only beyond rounding: half a unit of its last printed digit (at least half a per cent)
  and one month for the median (months are printed whole, years to a tenth).
* The hazard between two printed points is compared with that of the interval before. Over all 227 pairs of neighbouring
  intervals between printed rates the quartiles of that ratio are 0.57 and 1.65, so that Tukey's fences are 0.12 and
  8.1: eightfold, either way, is outside of what published curves do. The ratio must hold at the unfavourable end of the
  rounding, and, where n is stated, equal hazards must be incompatible with the deaths at the 1% level (binomial test
  of the deaths given the person-time), so that eight patients followed for years are not called implausible.
* A long plateau is what cure looks like in a relapse endpoint: "flat" is asked only of overall and cancer-specific
  survival. An interval that ends in zero survival has no hazard, and one after an interval without any fall has
  nothing to be measured against; neither is asked.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd
from scipy.special import bdtr, bdtrc

from dashboard.evidence.tables import records

MEDIAN_TOLERANCE_MONTHS: Final = 1.0
HAZARD_RATIO_LIMIT: Final = 8.0
CHANCE_LEVEL: Final = 0.01
PLATEAU_ENDPOINTS: Final = ("os", "css")
CURVE_KEY: Final = ["arm_key", "endpoint", "time_origin"]


@dataclass(frozen=True)
class Figure:
    """One printed rate (0..1 at `t` months) or median (months; NaN: not reached) at a position of the table."""

    row: int
    t: float
    value: float
    qualifier: str


@dataclass(frozen=True)
class Curve:
    """The rates and medians of one arm, endpoint and time origin; `n` is None where it is not stated."""

    endpoint: str
    n: float | None
    rates: tuple[Figure, ...]
    medians: tuple[Figure, ...]


@dataclass(frozen=True)
class Point:
    """One printed point of a curve: survival `s` (0..1, half-width `ds`) at `t` months (half-width `dt`)."""

    row: int
    t: float
    s: float
    ds: float = 0.0
    dt: float = 0.0


@dataclass(frozen=True)
class Contradiction:
    """A median (months, or None: not reached) and the rate that it cannot stand beside."""

    median_row: int
    rate_row: int
    median: float | None
    t: float
    s: float


@dataclass(frozen=True)
class OddInterval:
    """An interval whose hazard is `ratio` times that of the interval before; `kind` is "flat" or "steep"."""

    kind: str
    start: Point
    end: Point
    ratio: float


def half_unit(value: float) -> float:
    """Half a unit of the last printed digit of a proportion; printed per cents have at least whole units."""
    decimals = max(2, len(f"{value:.6f}".rstrip("0").split(".")[1]))
    return 0.5 * 10.0**-decimals


def curves(table: pd.DataFrame) -> Iterator[Curve]:
    """Every curve of the table that has more than one figure."""
    chosen = (
        table["row_kind"].eq("figure")
        & table["measure"].isin(["survival", "median_months"])
        & ~table["qualifier"].isin(["?", "~"])
        & (table["measure"].eq("median_months") | (table["time_months"].notna() & table["value"].notna()))
    )
    positions = chosen.fillna(False).to_numpy(dtype=bool).nonzero()[0]
    rows = table.iloc[positions][[*CURVE_KEY, "measure", "time_months", "value", "qualifier", "n"]]
    groups: dict[tuple[str, str, str], list[tuple[str, float | None, Figure]]] = defaultdict(list)
    for position, row in zip(positions, records(rows), strict=True):
        n = None if pd.isna(row.n) else float(row.n)
        figure = Figure(int(position), float(row.time_months), float(row.value), row.qualifier)
        groups[row.arm_key, row.endpoint, row.time_origin].append((row.measure, n, figure))
    for (_, endpoint, _), members in groups.items():
        if len(members) > 1:
            rates = tuple(figure for measure, _, figure in members if measure == "survival")
            medians = tuple(figure for measure, _, figure in members if measure == "median_months")
            yield Curve(endpoint, members[0][1], rates, medians)


def contradictions(curve: Curve) -> list[Contradiction]:
    """Pairs of a median and a rate that cannot both hold: the rate says that half had the event at another time."""
    found = []
    for median in curve.medians:
        low, high = _median_range(median)
        for rate in curve.rates:
            tolerance = half_unit(rate.value)
            later = rate.value > 0.5 + tolerance and rate.qualifier != "<" and high < rate.t
            earlier = rate.value < 0.5 - tolerance and rate.qualifier != ">" and low > rate.t
            if later or earlier:
                printed = None if math.isnan(median.value) else median.value
                found.append(Contradiction(median.row, rate.row, printed, rate.t, rate.value))
    return found


def _median_range(median: Figure) -> tuple[float, float]:
    """Months between which the printed median lies; a median that was not reached lies beyond every printed time."""
    if math.isnan(median.value):
        return math.inf, math.inf
    low = 0.0 if median.qualifier == "<" else median.value - MEDIAN_TOLERANCE_MONTHS
    high = math.inf if median.qualifier == ">" else median.value + MEDIAN_TOLERANCE_MONTHS
    return low, high


def odd_intervals(curve: Curve) -> list[OddInterval]:
    """Intervals whose hazard leaves the fences around the hazard of the interval before; see the module's text."""
    points = _points(curve)
    plateau_is_odd = curve.endpoint in PLATEAU_ENDPOINTS
    found: list[OddInterval] = []
    for a, b, c in zip(points, points[1:], points[2:], strict=False):
        if c.t - c.dt <= b.t + b.dt or b.t - b.dt <= a.t + a.dt or c.s <= 0 or a.s <= b.s:
            continue
        # After a plateau any fall looks steep: one oddity is said once.
        after_flat = bool(found) and found[-1].kind == "flat" and found[-1].end is b
        before, now = _hazard_range(a, b), _hazard_range(b, c)
        flat = plateau_is_odd and now[1] * HAZARD_RATIO_LIMIT <= before[0]
        steep = not after_flat and before[1] > 0 and now[0] >= HAZARD_RATIO_LIMIT * before[1]
        if (flat or steep) and not _may_be_chance(a, b, c, curve.n):
            ratio = math.log(b.s / c.s) / (c.t - b.t) / (math.log(a.s / b.s) / (b.t - a.t))
            found.append(OddInterval("flat" if flat else "steep", b, c, ratio))
    return found


def _points(curve: Curve) -> list[Point]:
    """Time 0, the exact rates, and the medians that do not contradict a rate, in order of time."""
    denied = {c.median_row for c in contradictions(curve)}
    rates = [Point(f.row, f.t, f.value, half_unit(f.value)) for f in curve.rates if f.qualifier == "="]
    medians = [
        Point(f.row, f.value, 0.5, 0.0, MEDIAN_TOLERANCE_MONTHS / 2)
        for f in curve.medians
        if f.qualifier == "=" and not math.isnan(f.value) and f.row not in denied
    ]
    return sorted([Point(-1, 0.0, 1.0), *rates, *medians], key=lambda p: (p.t, -p.s))


def _hazard_range(start: Point, end: Point) -> tuple[float, float]:
    """Smallest and largest constant hazard (1/month) between two points that their rounding allows."""
    gap, slack = end.t - start.t, start.dt + end.dt
    low = math.log(max(start.s - start.ds, 1e-9) / (end.s + end.ds)) / (gap + slack)
    high = math.log(min(start.s + start.ds, 1.0) / max(end.s - end.ds, 1e-9)) / (gap - slack)
    return max(low, 0.0), max(high, 0.0)


def _may_be_chance(a: Point, b: Point, c: Point, n: float | None) -> bool:
    """Whether equal hazards in a-b and b-c would give deaths like these in more than 1 of 100 series of n patients."""
    if n is None:
        return False
    before, now = round(n * (a.s - b.s)), round(n * (b.s - c.s))
    time_before, time_now = (a.s + b.s) * (b.t - a.t), (b.s + c.s) * (c.t - b.t)
    share = time_now / (time_before + time_now)
    deaths = before + now
    fewer = float(bdtr(now, deaths, share))
    more = float(bdtrc(now - 1, deaths, share)) if now else 1.0
    return min(fewer, more) > CHANCE_LEVEL
