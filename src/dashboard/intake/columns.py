"""A column of text cells -> numbers, with what was read and what could not be."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from dashboard.intake.cells import Kind, Number, Reading, Unclear, Unit, number_text, read_number
from dashboard.intake.problems import Problem

PLAIN_KINDS: Final = ("number", "months", "median")
"""Kinds of which a cell that is a plain number needs no further look."""
_PLAIN: Final = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*", re.ASCII)


@dataclass(frozen=True)
class Distinct:
    """A column of text as its distinct texts and, for each row, the place of its own among them (-1: empty)."""

    texts: list[str]
    codes: np.ndarray

    @classmethod
    def of(cls, column: pd.Series) -> Distinct:
        """From the cells of a file."""
        cells = pa.array(column.array)
        encoded = (cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells).dictionary_encode()
        return cls(encoded.dictionary.to_pylist(), encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False))

    def numbers(self, values: Iterable[float]) -> np.ndarray:
        """float64 of each row from one of each distinct text; NaN where the cell is empty."""
        # An empty cell has code -1, the last place.
        return np.array([*values, np.nan], dtype=float)[self.codes]

    def rewritten(self, function: Callable[[str], str]) -> pd.arrays.ArrowStringArray:
        """Text of each row, the function called once for each distinct one; an empty cell stays empty."""
        texts = np.array([*map(function, self.texts), None], dtype=object)
        return pd.arrays.ArrowStringArray(pa.array(texts[self.codes], pa.large_string()))


@dataclass
class ColumnValues:
    """`values`: float64, shape (rows,), NaN where there is no figure or a problem."""

    values: np.ndarray
    readings: list[Reading]
    problems: list[Problem]


def reading_value(number: Number) -> str:
    """What a cell was read as, for the list of readings."""
    if number.not_reached:
        return "not reached"
    return number.qualifier + number_text(number.value) if number.value is not None else "no figure"


def plain_number(text: str) -> float | None:
    """The finite number that a text is; None when it is not that plain."""
    if not _PLAIN.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def read_or_unclear(text: str, kind: Kind, *, unit: Unit | None, limit: bool, qualified: bool) -> Number | Unclear:
    """`read_number`, its answer and not its exception; a bound is unclear where an exact figure must stand."""
    try:
        number = read_number(text, kind, unit=unit, limit=limit)
    except Unclear as unclear:
        return unclear
    if number.qualifier and not qualified:
        return Unclear("a bound or an approximation where an exact figure must stand", "Write the number alone.")
    return number


def read_column(column: pd.Series, kind: Kind) -> ColumnValues:
    """Read each distinct text of a column of exact figures once.

    Parameters
    ----------
    column : Series of string
        Index: row of the file.
    kind
        As in `read_number`.
    """
    name, distinct = str(column.name), Distinct.of(column)
    values = _plain_numbers(distinct.texts) if kind in PLAIN_KINDS else np.full(len(distinct.texts), np.nan)
    looked_at = np.flatnonzero(np.isnan(values))
    places = _places(distinct.codes, looked_at)
    rows = column.index.to_numpy()
    readings: list[Reading] = []
    problems: list[Problem] = []
    for code in looked_at.tolist():
        text, at = distinct.texts[code], rows[places[code]].tolist()
        number = read_or_unclear(text, kind, unit="proportion", limit=False, qualified=False)
        if isinstance(number, Unclear):
            problems += [Problem("", row, name, text, "number", number.sentence, number.remedy) for row in at]
            continue
        if number.value is not None:
            values[code] = number.value
        if number.how:
            readings.append(Reading(at[0], name, text, reading_value(number), number.how, count=len(at)))
    return ColumnValues(distinct.numbers(values), readings, problems)


def _plain_numbers(distinct: list[str]) -> np.ndarray:
    numbers = pd.to_numeric(np.array(distinct, dtype=object), errors="coerce").astype(float)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _places(codes: np.ndarray, looked_at: np.ndarray) -> dict[int, np.ndarray]:
    """Positions of each of these codes, in one pass."""
    if not len(looked_at):
        return {}
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], looked_at, side="right")
    starts = np.searchsorted(codes[order], looked_at, side="left")
    return {int(code): order[start:end] for code, start, end in zip(looked_at, starts, ends, strict=True)}
