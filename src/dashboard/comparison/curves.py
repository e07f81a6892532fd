"""One curve an arm, endpoint and time origin: the printed figures, and what is derived between them.

Between printed figures the hazard is constant; before the first it rises from the start as `survival.early` measured it
on trials with known patients, so that this page and the survival engine derive the same numbers.

`build` runs once a study table; a selection afterwards is a choice among its rows. Columns are plain arrays, because
every rerun reads them and a data frame costs more than the arithmetic.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from dashboard.survival.early import early_rise
from dashboard.vocabulary import MILESTONES_MONTHS

EXACT = "="
REPORTED, DERIVED, NOT_REACHED = "reported", "derived", "not reached"
GRID_MONTHS = np.arange(0.0, 241.0, 3.0)
ARM_COLUMNS = (
    "study_id", "arm_id", "arm_key", "endpoint", "time_origin", "label", "first_author", "year", "primary_site",
    "modality", "family", "n", "is_subgroup", "cohort", "design", "centers",
    "citation", "era_start", "era_end", "era_basis",
    "follow_up_median_months", "url",
)  # fmt: skip
POINT_COLUMNS = (
    "arm_key", "measure", "value", "time_months", "qualifier", "ci_low", "ci_high", "n", "first_author", "year",
    "label", "time_origin", "locator", "note", "figure_id",
)  # fmt: skip
Knots = tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Curves:
    """All curves of a study table, in the table's order.

    arms : arrays of length K, the columns of each curve's arm, and `flags` / `flag_text`.
    knots : K tuples of (time_months, survival), from (0, 1) to the last printed figure that is used, never beyond.
    paths : the same with the points that draw the stretch before the first printed figure.
    figures : (K,) printed figures on the curve.
    grid : (K, T) survival at GRID_MONTHS, NaN beyond the last knot.
    cells : `median` and `s12` ... `s120`: value, `_status` (reported, derived, not reached or empty), `_ci_low`,
    `_ci_high`. points : arrays of length P, one entry a printed survival rate or median: `x` months, `y` proportion,
    `used` (lies on the
        curve) and the columns it was printed with; the points of curve k are `span[k] : span[k + 1]`.
    of_row : (rows of the table,) position of the curve a row belongs to, -1 for none.
    at_risk : printed numbers at risk, arm_key -> [(time_months, number)].
    """

    arms: dict[str, np.ndarray]
    knots: list[Knots]
    paths: list[Knots]
    figures: np.ndarray
    grid: np.ndarray
    cells: dict[str, np.ndarray]
    points: dict[str, np.ndarray]
    span: np.ndarray
    of_row: np.ndarray
    at_risk: dict[str, list[tuple[float, float]]]

    def __len__(self) -> int:
        return len(self.knots)

    def of_rows(self, rows: pd.DataFrame) -> np.ndarray:
        """Positions of the curves that the selected rows belong to, in the table's order."""
        found = np.unique(self.of_row[rows.index.to_numpy()])
        return found[found >= 0]

    def points_of(self, members: Sequence[int] | np.ndarray) -> np.ndarray:
        """Positions of the printed points of these curves."""
        if len(members) == 0:
            return np.zeros(0, dtype=int)
        return np.concatenate([np.arange(self.span[k], self.span[k + 1]) for k in members])


def survival_at(knots: Knots, times: np.ndarray) -> np.ndarray:
    """Survival at `times` (months) under a constant hazard between knots; NaN beyond the last knot.

    Before a printed survival of zero the hazard has no finite value: survival stays at the level of the knot before it
    and falls to zero at the printed time.
    """
    x = [time for time, _ in knots]
    y = [survival for _, survival in knots]
    lowest = min(s for s in y if s > 0)
    value = np.exp(np.interp(times, x, [math.log(s if s > 0 else lowest) for s in y], left=np.nan, right=np.nan))
    if y[-1] == 0:
        value[(np.asarray(times) >= x[y.index(0)]) & np.isfinite(value)] = 0.0
    return value


def survival_once(knots: Knots, time: float) -> float:
    """`survival_at` for one time, a hundred times cheaper."""
    right = bisect_left(knots, (time,))
    if right == len(knots):
        return math.nan
    (t1, s1) = knots[right]
    if t1 == time:
        return s1
    (t0, s0) = knots[right - 1]
    return s0 if s1 <= 0 else s0 * (s1 / s0) ** ((time - t0) / (t1 - t0))


def median_of(knots: Knots) -> float | None:
    """Time (months) at which the curve falls to one half, None where it does not within the published time."""
    for (t0, s0), (t1, s1) in pairwise(knots):
        if s0 == 0.5:
            return t0
        if s1 <= 0.5:
            return t1 if s1 <= 0 else t0 + (t1 - t0) * math.log(s0 / 0.5) / math.log(s0 / s1)
    return None


def knots_through(rates: dict[float, float], median: float | None) -> tuple[Knots, bool]:
    """Knots through the rates and, where it fits between them, the median; and whether the median lies on the curve.

    A median that contradicts the rates is left off: the rates are more figures, and each was read at its own time. A
    rate that rises above an earlier one is left off for the same reason.
    """
    knots = [(0.0, 1.0)]
    for time, survival in sorted(rates.items()):
        if time > knots[-1][0] and survival <= knots[-1][1]:
            knots.append((time, survival))
    if median is None or median <= 0:
        return tuple(knots), False
    if any(time == median for time, _ in knots):
        return tuple(knots), (median, 0.5) in knots
    lowest_before = min(survival for time, survival in knots if time < median)
    highest_after = max((survival for time, survival in knots if time > median), default=0.0)
    if lowest_before < 0.5 or highest_after > 0.5:
        return tuple(knots), False
    return tuple(sorted([*knots, (median, 0.5)])), True


def path_of(knots: Knots) -> Knots:
    """The knots with the stretch before the first printed figure, as the survival engine draws it."""
    if len(knots) < 2:
        return knots
    curve = early_rise(np.array([0.0, knots[1][0]]), np.array([1.0, knots[1][1]]))
    return (*zip(curve.times.tolist(), curve.values.tolist(), strict=True), *knots[2:])


def build(table: pd.DataFrame) -> Curves:
    """All curves of a study table (index 0..R-1)."""
    is_point = table["row_kind"].eq("figure") & table["measure"].isin(["survival", "median_months"])
    rows = np.flatnonzero(is_point.fillna(False).to_numpy(dtype=bool))
    source = table.iloc[rows]
    key = source["arm_key"].astype(str) + "|" + source["endpoint"].astype(str) + "|" + source["time_origin"].astype(str)
    of_point, _ = pd.factorize(key)
    order = np.argsort(of_point, kind="stable")
    count = int(of_point.max()) + 1 if len(of_point) else 0
    span = np.searchsorted(of_point[order], np.arange(count + 1))
    source = source.iloc[order]
    points = {name: _plain(source[name]) for name in POINT_COLUMNS}
    is_median = points["measure"] == "median_months"
    points["x"] = np.where(is_median, points["value"], points["time_months"]).astype(float)
    points["y"] = np.where(is_median, 0.5, points["value"]).astype(float)
    points["used"] = np.zeros(len(rows), dtype=bool)
    of_row = np.full(len(table), -1)
    of_row[rows] = of_point
    first = source.iloc[span[:-1]]
    arms = {name: _plain(first[name]) for name in ARM_COLUMNS if name in first}
    arms["flags"], arms["flag_text"] = _flags(source, span)
    knots, paths, cells = _all_cells(points, span)
    figures = np.array([len(k) - 1 for k in knots], dtype=int)
    grid = np.vstack([survival_at(p, GRID_MONTHS) for p in paths]) if paths else np.zeros((0, len(GRID_MONTHS)))
    return Curves(arms, knots, paths, figures, grid, cells, points, span, of_row, _at_risk(table))


def _at_risk(table: pd.DataFrame) -> dict[str, list[tuple[float, float]]]:
    rows = table.loc[table["measure"].eq("n_at_risk").fillna(False), ["arm_key", "time_months", "value"]].dropna()
    found: dict[str, list[tuple[float, float]]] = {}
    for key, time, number in rows.sort_values("time_months").itertuples(index=False):
        found.setdefault(str(key), []).append((float(time), float(number)))
    return found


def _plain(column: pd.Series) -> np.ndarray:
    """A column as float, bool or object array, missing as NaN or None."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.to_numpy(dtype=bool)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(dtype=float, na_value=np.nan)
    values = column.astype(object).to_numpy()
    values[pd.isna(values)] = None
    return values


def _flags(source: pd.DataFrame, span: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes and sentences of each curve: those of its figures, each once."""
    out = []
    for name, separator in (("flags", ";"), ("flag_text", "\n")):
        cells = _plain(source[name]) if name in source else np.full(len(source), None)
        out.append(
            np.array(
                [
                    separator.join(dict.fromkeys(p for c in cells[a:b] if c for p in c.split(separator) if p))
                    for a, b in pairwise(span.tolist())
                ],
                dtype=object,
            )
        )
    return out[0], out[1]


def _all_cells(
    points: dict[str, np.ndarray], span: np.ndarray
) -> tuple[list[Knots], list[Knots], dict[str, np.ndarray]]:
    """Knots, paths and table cells of every curve; marks the points that lie on their curve."""
    names = ["median", *(f"s{m}" for m in MILESTONES_MONTHS)]
    count = len(span) - 1
    cells = {n + part: np.full(count, np.nan) for n in names for part in ("", "_ci_low", "_ci_high")}
    cells |= {f"{n}_status": np.full(count, "", dtype=object) for n in names}
    values = {n: points[n].tolist() for n in ("measure", "x", "y", "qualifier", "ci_low", "ci_high", "note")}
    all_knots: list[Knots] = []
    all_paths: list[Knots] = []
    for k, (start, stop) in enumerate(pairwise(span.tolist())):
        rates: dict[float, int] = {}
        medians: list[int] = []
        for i in range(start, stop):
            if values["measure"][i] == "median_months":
                medians.append(i)
            elif values["qualifier"][i] == EXACT:
                rates.setdefault(values["x"][i], i)
        printed = [i for i in medians if values["qualifier"][i] == EXACT]
        exact = next((i for i in printed if math.isfinite(values["x"][i])), None)
        open_end = next((i for i in printed if "not reached" in str(values["note"][i])), None)
        at = {time: values["y"][i] for time, i in rates.items()}
        knots, median_used = knots_through(at, None if exact is None else values["x"][exact])
        path = path_of(knots)
        all_knots.append(knots)
        all_paths.append(path)
        for i in rates.values():
            points["used"][i] = (values["x"][i], values["y"][i]) in knots
        if exact is not None:
            points["used"][exact] = median_used
        _fill_median(cells, k, values, exact, open_end, path, len(knots))
        _fill_milestones(cells, k, values, rates, path, len(knots))
    return all_knots, all_paths, cells


def _fill_median(
    cells: dict[str, np.ndarray],
    k: int,
    values: dict[str, list],
    exact: int | None,
    open_end: int | None,
    path: Knots,
    size: int,
) -> None:
    if exact is not None:
        _print(cells, "median", k, values, exact, values["x"][exact])
    elif open_end is not None:
        cells["median_status"][k] = NOT_REACHED
        cells["median_ci_low"][k] = values["ci_low"][open_end]
    elif size > 2 and (derived := median_of(path)) is not None:
        cells["median"][k], cells["median_status"][k] = derived, DERIVED


def _fill_milestones(
    cells: dict[str, np.ndarray], k: int, values: dict[str, list], rates: dict[float, int], path: Knots, size: int
) -> None:
    for milestone in MILESTONES_MONTHS:
        name = f"s{milestone}"
        if milestone in rates:
            _print(cells, name, k, values, rates[milestone], values["y"][rates[milestone]])
        elif size > 2 and milestone <= path[-1][0]:
            # One figure alone fixes no shape: nothing is derived from it.
            cells[name][k] = survival_once(path, float(milestone))
            cells[f"{name}_status"][k] = DERIVED


def _print(cells: dict[str, np.ndarray], name: str, k: int, values: dict[str, list], i: int, value: float) -> None:
    cells[name][k] = value
    cells[f"{name}_status"][k] = REPORTED
    cells[f"{name}_ci_low"][k], cells[f"{name}_ci_high"][k] = values["ci_low"][i], values["ci_high"][i]
