"""Dates as people and spreadsheets write them; the order of day and month is decided for the whole column."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Final, Literal

import numpy as np
import pandas as pd

from dashboard.intake.columns import Distinct, plain_number

DateOrder = Literal["iso", "dmy", "mdy", "excel"]

_ISO: Final = r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[ T][0-9:.]*)?"
_PARTS: Final = r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})(?: [0-9:.]*)?"
# Days since 1899-12-30 of the years 1930 to 2079: an Excel date whose format was lost.
_EXCEL: Final = (10_959, 65_745)
_EPOCH: Final = dt.date(1970, 1, 1).toordinal()
_EXCEL_ZERO: Final = dt.date(1899, 12, 30).toordinal() - _EPOCH
_YEARS: Final = range(1678, 2262)  # those that nanoseconds since 1970 can hold
_ISO_PARTS: Final = re.compile(_ISO)
_PARTS_OF: Final = re.compile(_PARTS)


def propose_order(column: pd.Series) -> tuple[DateOrder | None, str]:
    """How the dates of a column are written, and why; None when day and month cannot be told apart.

    Returns
    -------
    tuple
        Order and one sentence for the user.
    """
    texts = [text.strip() for text in Distinct.of(column).texts]
    if not texts:
        return None, "The column is empty."
    if sum(_ISO_PARTS.fullmatch(text) is not None for text in texts) > len(texts) / 2:
        return "iso", "Dates are written year-month-day."
    parts = [found for found in map(_PARTS_OF.fullmatch, texts) if found]
    if len(parts) > len(texts) / 2:
        first, second = (any(int(found[place]) > 12 for found in parts) for place in (1, 2))
        if first and not second:
            return "dmy", "Dates are written day-month-year: some first numbers are over 12."
        if second and not first:
            return "mdy", "Dates are written month-day-year: some second numbers are over 12."
        return None, "Day and month cannot be told apart."
    numbers = [number for number in map(plain_number, texts) if number is not None]
    if sum(_EXCEL[0] <= number <= _EXCEL[1] for number in numbers) > len(texts) / 2:
        return "excel", "Dates are day numbers of a spreadsheet (their format was lost)."
    return None, "The column does not look like dates."


def read_dates(column: pd.Series, order: DateOrder) -> pd.Series:
    """datetime64[ns] of a text column, NaT where a cell is no date in that order (ISO is always accepted)."""
    distinct = Distinct.of(column)
    days = distinct.numbers(_day(text.strip(), order) for text in distinct.texts)
    stated = np.isfinite(days)
    found = np.where(stated, days, 0).astype("datetime64[D]").astype("datetime64[ns]")
    return pd.Series(np.where(stated, found, np.datetime64("NaT", "ns")), index=column.index, name=column.name)


def _day(text: str, order: DateOrder) -> float:
    """Days since 1970 of one text; NaN when it is no date."""
    if iso := _ISO_PARTS.fullmatch(text):
        year, month, day = map(int, iso.groups())
    elif order == "excel":
        number = plain_number(text)
        return round(number) + _EXCEL_ZERO if number is not None and _EXCEL[0] <= number <= _EXCEL[1] else math.nan
    elif order in ("dmy", "mdy") and (parts := _PARTS_OF.fullmatch(text)):
        first, second, year = map(int, parts.groups())
        day, month = (first, second) if order == "dmy" else (second, first)
    else:
        return math.nan
    try:
        return dt.date(year, month, day).toordinal() - _EPOCH if year in _YEARS else math.nan
    except ValueError:
        return math.nan
