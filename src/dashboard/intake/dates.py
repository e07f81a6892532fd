"""Dates as people and spreadsheets write them; the order of day and month is decided for the whole column."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import pandas as pd

DateOrder = Literal["iso", "dmy", "mdy", "excel"]

_ISO: Final = r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?:[ T][0-9:.]*)?"
_PARTS: Final = r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})(?: [0-9:.]*)?"
# Days since 1899-12-30 of the years 1930 to 2079: an Excel date whose format was lost.
_EXCEL: Final = (10_959, 65_745)


def propose_order(column: pd.Series) -> tuple[DateOrder | None, str]:
    """How the dates of a column are written, and why; None when day and month cannot be told apart.

    Returns
    -------
    tuple
        Order and one sentence for the user.
    """
    text = column.dropna().drop_duplicates().str.strip()
    if text.empty:
        return None, "The column is empty."
    if text.str.fullmatch(_ISO).mean() > 0.5:
        return "iso", "Dates are written year-month-day."
    parts = text.str.extract(f"^{_PARTS}$").dropna()
    if len(parts) > len(text) / 2:
        first, second = parts[0].astype(int), parts[1].astype(int)
        if (first > 12).any() and not (second > 12).any():
            return "dmy", "Dates are written day-month-year: some first numbers are over 12."
        if (second > 12).any() and not (first > 12).any():
            return "mdy", "Dates are written month-day-year: some second numbers are over 12."
        return None, "Day and month cannot be told apart."
    numbers = pd.to_numeric(text, errors="coerce")
    if numbers.between(*_EXCEL).mean() > 0.5:
        return "excel", "Dates are day numbers of a spreadsheet (their format was lost)."
    return None, "The column does not look like dates."


def read_dates(column: pd.Series, order: DateOrder) -> pd.Series:
    """datetime64[ns] of a text column, NaT where a cell is no date in that order (ISO is always accepted)."""
    codes, distinct = pd.factorize(column)
    found = _read_distinct(pd.Series(distinct, dtype="string"), order).to_numpy()
    found = np.append(found, np.datetime64("NaT"))
    return pd.Series(found[codes], index=column.index, name=column.name)


def _read_distinct(column: pd.Series, order: DateOrder) -> pd.Series:
    text = column.str.strip().astype("object")
    iso = text.where(column.str.strip().str.fullmatch(_ISO).fillna(False).astype(bool))
    iso = iso.str.slice(0, 10).str.replace(r"[/.]", "-", regex=True).str.strip()
    dates = pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce")
    if order == "excel":
        numbers = pd.to_numeric(column, errors="coerce").astype("float64")
        numbers = numbers.where(numbers.between(*_EXCEL))
        return dates.fillna(pd.to_datetime(numbers.round(), unit="D", origin="1899-12-30", errors="coerce"))
    if order in ("dmy", "mdy"):
        parts = column.str.strip().str.extract(f"^{_PARTS}$")
        day, month = (parts[0], parts[1]) if order == "dmy" else (parts[1], parts[0])
        joined = (parts[2] + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)).astype("object")
        dates = dates.fillna(pd.to_datetime(joined, format="%Y-%m-%d", errors="coerce"))
    return dates
