"""Sheets of an xlsx workbook -> frames of text cells, indexed by the row the spreadsheet shows."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from typing import Any, Final

import openpyxl
import pandas as pd

from dashboard.intake.cells import number_text
from dashboard.intake.limits import LIMITS, IntakeError, Limits, check_bytes, check_shape, only_intake_errors
from dashboard.intake.text_table import frame_of, header_names
from dashboard.intake.xlsx_guard import inspect_archive

_RESAVE: Final = "Open it in a spreadsheet program, save it as .xlsx, and bring that."
_LITERAL: Final = re.compile(r'"[^"]*"|\\.')
UNSAVED_FORMULA: Final = "#FORMULA!"


def cell_text(value: Any, number_format: str = "General") -> str | None:
    """A cell as the text it would have in a CSV: whole numbers without point, ISO dates, per cent with sign."""
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if "%" in number_format:
            # `0%` shows 0.69 as 69%; `0"%"` shows 69 as 69%.
            scales = "%" in _LITERAL.sub("", number_format)
            return number_text(round(float(value) * (100 if scales else 1), 10)) + " %"
        return number_text(float(value)) if isinstance(value, float) and value - value == 0 else str(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    return str(value)


def _read_sheet(sheet: Any, title: str, limits: Limits) -> pd.DataFrame | None:
    """One worksheet; None when it holds no cell."""
    where = f"sheet {title}"
    names: list[str] = []
    rows: list[int] = []
    body: list[list[str | None]] = []
    blank = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if len(cells) > limits.columns and any(cell.value is not None for cell in cells[limits.columns :]):
            check_shape(0, len(cells), where, limits)
        texts = [
            None
            if cell.value is None
            else cell.value
            if type(cell.value) is str
            else cell_text(cell.value, cell.number_format)
            for cell in cells[: len(names) or limits.columns]
        ]
        if not any(texts):
            blank += 1
            # A stray cell far down makes a million empty rows; they are skipped, but not without end.
            if blank > 2 * limits.rows:
                raise IntakeError("The sheet has too many empty rows.", where, "Delete the rows under the table.")
            continue
        if not names:
            names = header_names([text or "" for text in texts], f"{where}, row {number}")
            continue
        beyond = next((cell for cell in cells[len(names) :] if cell.value is not None), None)
        if beyond is not None:
            raise IntakeError(
                "A cell lies to the right of the last named column.", f"{where}, row {number:,}", "Name its column."
            )
        longest = max(len(text) for text in texts if text)
        if longest > limits.cell_characters:
            raise IntakeError(
                f"A cell has {longest:,} characters; the limit is {limits.cell_characters:,}.",
                f"{where}, row {number:,}",
                "Shorten the text.",
            )
        rows.append(number)
        body.append(texts + [None] * (len(names) - len(texts)))
        if len(body) > limits.rows:
            check_shape(len(body), len(names), where, limits)
        if len(body) * len(names) > limits.workbook_cells:
            raise IntakeError(
                f"The sheet has more than {limits.workbook_cells:,} cells, the limit for a workbook.",
                where,
                "Save it as CSV or Parquet, which may hold more and are read faster.",
            )
    if not names:
        return None
    return frame_of(names, rows, list(zip(*body, strict=True)) if body else [()] * len(names))


def _formulas_without_value(data: bytes, frames: dict[str, pd.DataFrame]) -> None:
    """Mark cells whose formula was never computed: they look empty, and an empty cell would mean "not stated"."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        for title, frame in frames.items():
            places = {name.casefold(): position for position, name in enumerate(frame.columns)}
            header: list[str] = []
            for number, cells in enumerate(book[title].iter_rows(), start=1):
                if not header:
                    header = [str(cell.value or "").strip().casefold() for cell in cells]
                    header = header if any(header) else []
                    continue
                for name, cell in zip(header, cells, strict=False):
                    if cell.data_type == "f" and name in places and number in frame.index:
                        column = frame.columns[places[name]]
                        if frame.at[number, column] is pd.NA:
                            frame.at[number, column] = UNSAVED_FORMULA
    finally:
        book.close()


@only_intake_errors("The workbook cannot be read: it is damaged or not a plain xlsx.", _RESAVE)
def read_xlsx(data: bytes, limits: Limits = LIMITS) -> dict[str, pd.DataFrame]:
    """Every worksheet that holds something, by title, as text cells.

    Formulas are read as the value that was last computed and saved; one that never was becomes `#FORMULA!`, which no
    column accepts. Links out of the workbook are never followed.

    Raises
    ------
    IntakeError
        Nothing else leaves this function for any bytes.
    """
    check_bytes(data, limits)
    archive = inspect_archive(data, limits)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            sheets = book.worksheets
            if len(sheets) > limits.sheets:
                raise IntakeError(
                    f"The workbook has {len(sheets)} sheets; the limit is {limits.sheets}.", remedy="Remove the others."
                )
            frames = {}
            for sheet in sheets:
                # A declared range is a claim; without it the rows are counted as they come.
                sheet.reset_dimensions()
                frame = _read_sheet(sheet, sheet.title[:60], limits)
                if frame is not None:
                    frames[sheet.title] = frame
        finally:
            book.close()
        if archive.has_formulas:
            _formulas_without_value(data, frames)
    if not frames:
        raise IntakeError("The workbook holds no cells.", remedy="Fill the sheets of the template.")
    return frames
