"""A column of text cells -> numbers, with what was read and what could not be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from dashboard.intake.cells import Kind, Number, Reading, Unclear, Unit, number_text, read_number
from dashboard.intake.problems import Problem

_PLAIN_KINDS: Final = ("number", "months", "median")


@dataclass
class ColumnValues:
    """`values`: float64, NaN where there is no figure or a problem. `numbers`: each distinct text looked at."""

    values: pd.Series
    numbers: dict[str, Number] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def reading_value(number: Number) -> str:
    """What a cell was read as, for the list of readings."""
    if number.not_reached:
        return "not reached"
    return number.qualifier + number_text(number.value) if number.value is not None else "no figure"


def read_column(
    column: pd.Series,
    kind: Kind,
    *,
    sheet: str = "",
    unit: Unit | None = "proportion",
    limit: bool = False,
    qualified: bool = False,
) -> ColumnValues:
    """Read each distinct text of a column once.

    Parameters
    ----------
    column : Series of string
        Index: row of the file.
    kind, unit, limit
        As in `read_number`.
    qualified : bool
        The column may hold bounds and approximations (`>60`, `~60`); elsewhere they are a problem.
    """
    name = str(column.name)
    codes, distinct = pd.factorize(column)
    rows = column.index.to_numpy()
    found = np.full(len(distinct) + 1, np.nan)
    plain = _plain_numbers(distinct) if kind in _PLAIN_KINDS else np.full(len(distinct), np.nan)
    found[:-1] = plain
    out = ColumnValues(column)
    looked_at = np.flatnonzero(np.isnan(plain))
    places = _places(codes, looked_at)
    for code in looked_at.tolist():
        text = str(distinct[code])
        at = rows[places[code]]
        try:
            number = read_number(text, kind, unit=unit, limit=limit)
            if number.qualifier and not qualified:
                raise Unclear("a bound or an approximation where an exact figure must stand", "Write the number alone.")
        except Unclear as unclear:
            out.problems += [
                Problem(sheet, int(row), name, text, "number", unclear.sentence, unclear.remedy) for row in at
            ]
            continue
        out.numbers[text] = number
        if number.value is not None:
            found[code] = number.value
        if number.how:
            out.readings.append(Reading(int(at[0]), name, text, reading_value(number), number.how, count=len(at)))
    # A missing cell has code -1, the last place, which stays NaN.
    out.values = pd.Series(found[codes], index=column.index, name=name)
    return out


def _plain_numbers(distinct: pd.Index) -> np.ndarray:
    numbers = pd.to_numeric(pd.Series(distinct, dtype="object"), errors="coerce").to_numpy(dtype=float)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _places(codes: np.ndarray, looked_at: np.ndarray) -> dict[int, np.ndarray]:
    """Positions of each of these codes, in one pass."""
    if not len(looked_at):
        return {}
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], looked_at, side="right")
    starts = np.searchsorted(codes[order], looked_at, side="left")
    return {int(code): order[start:end] for code, start, end in zip(looked_at, starts, ends, strict=True)}


def map_distinct(column: pd.Series, function: Callable[[str], Any], dtype: Any) -> pd.Series:
    """`function` of every cell, called once for each distinct text; a missing cell stays missing."""
    codes, distinct = pd.factorize(column)
    results = pd.array([*(function(str(text)) for text in distinct), None], dtype=dtype)
    return pd.Series(results.take(codes), index=column.index, name=column.name)
