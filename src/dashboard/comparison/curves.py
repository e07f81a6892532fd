"""One curve an arm, endpoint and time origin: the printed figures, and what is derived between them.

Between printed figures the hazard is constant; before the first it rises from the start as `survival.early` measured it
on trials with known patients, so that this page and the survival engine derive the same numbers.

`build` runs once a study table; a selection afterwards is a choice among its rows. Columns are plain arrays, because
every rerun reads them and a data frame costs more than the arithmetic.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from dashboard.comparison.polylines import Knots, Polylines, within
from dashboard.survival.early import rise
from dashboard.vocabulary import MILESTONES_MONTHS

EXACT = "="
REPORTED, DERIVED, NOT_REACHED = "reported", "derived", "not reached"
GRID_MONTHS = np.arange(0.0, 241.0, 3.0)
MOST_KEPT = 50_000  # of each kind of thing made of a single curve or point: some tens of megabytes
ARM_COLUMNS = (
    "study_id", "arm_id", "arm_key", "endpoint", "time_origin", "label", "first_author", "year", "primary_site",
    "modality", "family", "n", "is_subgroup", "cohort", "design", "centers",
    "citation", "era_start", "era_end", "era_basis",
    "follow_up_median_months", "url",
)  # fmt: skip
POINT_COLUMNS = (
    "arm_key", "measure", "value", "time_months", "qualifier", "ci_low", "ci_high", "n", "first_author", "year",
    "label", "time_origin", "locator", "note", "figure_id", "reported",
)  # fmt: skip
Cells = dict[str, list[Any]]


@dataclass(frozen=True, eq=False)
class Curves:
    """All curves of a study table, in the table's order.

    arms : arrays of length K, the columns of each curve's arm, and `flags` / `flag_text`.
    knots : K tuples of (time_months, survival), from (0, 1) to the last printed figure that is used, never beyond.
    printed : the same as flat arrays.
    lines : as `printed`, with the points that draw the stretch before the first printed figure.
    figures : (K,) printed figures on the curve.
    reach : (K,) months of the last printed figure, on the curve or not; 0 without any.
    grid : (K, T) survival at GRID_MONTHS, NaN beyond the last knot.
    cells : `median` and `s12` ... `s120`: value, `_status` (reported, derived, not reached or empty), `_ci_low`,
    `_ci_high`. points : arrays of length P, one entry a printed survival rate or median: `x` months, `y` proportion,
    `used` (lies on the
        curve) and the columns it was printed with; the points of curve k are `span[k] : span[k + 1]`.
    of_row : (rows of the table,) position of the curve a row belongs to, -1 for none.
    at_risk : printed numbers at risk, arm_key -> [(time_months, number)].
    made : what `once` has made, and goes with the curves.
    """

    arms: dict[str, np.ndarray]
    knots: list[Knots]
    printed: Polylines
    lines: Polylines
    figures: np.ndarray
    reach: np.ndarray
    grid: np.ndarray
    cells: dict[str, np.ndarray]
    points: dict[str, np.ndarray]
    span: np.ndarray
    of_row: np.ndarray
    at_risk: dict[str, list[tuple[float, float]]]
    made: dict[str, dict[Any, Any]] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.knots)

    def of_rows(self, rows: pd.DataFrame | np.ndarray) -> np.ndarray:
        """Positions of the curves of these rows (a part of the table, or positions in it), in the table's order."""
        # One place more: rows of no curve say -1, the last.
        found = np.zeros(len(self) + 1, dtype=bool)
        found[self.of_row[rows.index.to_numpy() if isinstance(rows, pd.DataFrame) else rows]] = True
        return np.flatnonzero(found[:-1])

    def points_of(self, members: Sequence[int] | np.ndarray) -> np.ndarray:
        """Positions of the printed points of these curves."""
        return within(self.span, members)[0]

    def once(self, what: str, keys: Sequence[Any], make: Callable[[list[Any]], Sequence[Any]]) -> list[Any]:
        """`make(keys)`, one value (not None) a key, where only those not made before are made.

        What is shown of one curve does not depend on the selection: its row in the table, its line, the words at its
        marks. A rerun asks for hundreds of them.
        """
        kept = self.made.setdefault(what, {})
        values = [kept.get(key) for key in keys]
        missing = [key for key, value in zip(keys, values, strict=True) if value is None]
        if missing:
            new = dict(zip(missing, make(missing), strict=True))
            values = [new[key] if value is None else value for key, value in zip(keys, values, strict=True)]
            if len(kept) + len(new) > MOST_KEPT:
                kept.clear()
            kept.update(new)
        return values


def survival_at(knots: Knots, times: np.ndarray) -> np.ndarray:
    """Survival at ascending `times` (months) under a constant hazard between knots; NaN beyond the last knot."""
    survival: np.ndarray = Polylines.of([knots]).survival_on(np.asarray(times, dtype=float))[0]
    return survival


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


def paths_of(knots: Sequence[Knots]) -> list[Knots]:
    """The knots with the stretch before the first printed figure, as `survival.early` draws it."""
    paths = list(knots)
    rising = [i for i, k in enumerate(knots) if len(k) > 1 and 0 < k[1][1] < 1]
    times, values = rise([knots[i][1][0] for i in rising], [knots[i][1][1] for i in rising])
    for i, between, falling in zip(rising, times.tolist(), values.tolist(), strict=True):
        paths[i] = (knots[i][0], *zip(between, falling, strict=True), *knots[i][1:])
    return paths


def build(table: pd.DataFrame) -> Curves:
    """All curves of a study table (index 0..R-1)."""
    is_point = table["row_kind"].eq("figure") & table["measure"].isin(["survival", "median_months"])
    rows = np.flatnonzero(is_point.fillna(False).to_numpy(dtype=bool))
    of_point = _curve_of(table, rows)
    order = np.argsort(of_point, kind="stable")
    count = int(of_point.max()) + 1 if len(of_point) else 0
    span = np.searchsorted(of_point[order], np.arange(count + 1))
    needed = dict.fromkeys((*POINT_COLUMNS, "flags", "flag_text"))
    source = table[[name for name in needed if name in table]].iloc[rows[order]]
    points = {name: _plain(source[name]) for name in POINT_COLUMNS if name in source}
    # A table of another make need not have the column: its figures count as printed.
    points.setdefault("reported", np.ones(len(source), dtype=bool))
    is_median = points["measure"] == "median_months"
    points["x"] = np.where(is_median, points["value"], points["time_months"]).astype(float)
    points["y"] = np.where(is_median, 0.5, points["value"]).astype(float)
    of_row = np.full(len(table), -1)
    of_row[rows] = of_point
    first = table[[name for name in ARM_COLUMNS if name in table]].iloc[rows[order][span[:-1]]]
    arms = {name: _plain(first[name]) for name in ARM_COLUMNS if name in first}
    arms["flags"], arms["flag_text"] = _flags(source, span)
    knots, paths, cells = _all_cells(points, span)
    printed, lines = Polylines.of(knots), Polylines.of(paths)
    figures, grid = np.diff(printed.span) - 1, lines.survival_on(GRID_MONTHS)
    reach = np.maximum.reduceat(np.nan_to_num(points["x"]), span[:-1]) if count else np.zeros(0)
    return Curves(arms, knots, printed, lines, figures, reach, grid, cells, points, span, of_row, _at_risk(table))


def _curve_of(table: pd.DataFrame, rows: np.ndarray) -> np.ndarray:
    """Number of the curve of each of these rows: one an arm, endpoint and time origin, in the order of the table."""
    code = np.zeros(len(rows), dtype=np.int64)
    for name in ("arm_key", "endpoint", "time_origin"):
        part, values = pd.factorize(table[name])
        code = code * (len(values) + 1) + part[rows] + 1
    of_row: np.ndarray = pd.factorize(code)[0]
    return of_row


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
        cells = _plain(source[name]).tolist() if name in source else [None] * len(source)
        joined = np.full(len(span) - 1, "", dtype=object)
        for k, (a, b) in enumerate(pairwise(span.tolist())):
            said = dict.fromkeys(cell for cell in cells[a:b] if cell)
            if len(said) > 1 or (said and separator in next(iter(said))):
                said = dict.fromkeys(part for cell in said for part in cell.split(separator) if part)
            joined[k] = separator.join(said)
        out.append(joined)
    return out[0], out[1]


def _all_cells(
    points: dict[str, np.ndarray], span: np.ndarray
) -> tuple[list[Knots], list[Knots], dict[str, np.ndarray]]:
    """Knots, paths and table cells of every curve; marks the points that lie on their curve."""
    names = ["median", *(f"s{m}" for m in MILESTONES_MONTHS)]
    count = len(span) - 1
    # Lists while they are filled cell by cell: an array takes three times as long.
    numbers = {n + part: [math.nan] * count for n in names for part in ("", "_ci_low", "_ci_high")}
    words = {f"{n}_status": [""] * count for n in names}
    cells: Cells = {**numbers, **words}
    needed = ("measure", "x", "y", "qualifier", "ci_low", "ci_high", "note", "reported")
    values = {n: points[n].tolist() for n in needed}
    all_knots: list[Knots] = []
    medians_of: list[tuple[int | None, int | None]] = []
    rates_of: list[dict[float, int]] = []
    used = [False] * len(values["x"])
    for start, stop in pairwise(span.tolist()):
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
        all_knots.append(knots)
        rates_of.append(rates)
        medians_of.append((exact, open_end))
        for i in rates.values():
            used[i] = (values["x"][i], values["y"][i]) in knots
        if exact is not None:
            used[exact] = median_used
    points["used"] = np.array(used, dtype=bool)
    paths = paths_of(all_knots)
    for k, (knots, path) in enumerate(zip(all_knots, paths, strict=True)):
        _fill_median(cells, k, values, *medians_of[k], path, len(knots))
        _fill_milestones(cells, k, values, rates_of[k], path, len(knots))
    filled = {n: np.array(v, dtype=float) for n, v in numbers.items()}
    return all_knots, paths, filled | {n: np.array(v, dtype=object) for n, v in words.items()}


def _fill_median(
    cells: Cells,
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
    cells: Cells, k: int, values: dict[str, list], rates: dict[float, int], path: Knots, size: int
) -> None:
    for milestone in MILESTONES_MONTHS:
        name = f"s{milestone}"
        if milestone in rates:
            _print(cells, name, k, values, rates[milestone], values["y"][rates[milestone]])
        elif size > 2 and milestone <= path[-1][0]:
            # One figure alone fixes no shape: nothing is derived from it.
            cells[name][k] = survival_once(path, float(milestone))
            cells[f"{name}_status"][k] = DERIVED


def _print(cells: Cells, name: str, k: int, values: dict[str, list], i: int, value: float) -> None:
    cells[name][k] = value
    # A row of a user's own table can hold a figure that was worked out, as from a digitised curve.
    cells[f"{name}_status"][k] = REPORTED if values["reported"][i] else DERIVED
    cells[f"{name}_ci_low"][k], cells[f"{name}_ci_high"][k] = values["ci_low"][i], values["ci_high"][i]
