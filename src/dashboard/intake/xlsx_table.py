"""Sheets of an xlsx workbook -> frames of text cells, indexed by the row the spreadsheet shows."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, Final

import openpyxl
import pandas as pd
from openpyxl.cell.read_only import ReadOnlyCell

from dashboard.intake.limits import LIMITS, IntakeError, Limits, check_bytes, check_shape, only_intake_errors
from dashboard.intake.sheet_cells import Style, date, per_cent, sheet_rows
from dashboard.intake.text_table import frame_of, header_names
from dashboard.intake.xlsx_guard import inspect_archive

_RESAVE: Final = "Open it in a spreadsheet program, save it as .xlsx, and bring that."
_STALE: Final = re.compile(rb'fullCalcOnLoad="(?:1|true)"')


def _styles(book: Any) -> dict[str, Style]:
    """Writers of the styles that show dates or per cent, by number of the style."""
    sheet: Any = SimpleNamespace(parent=book)
    styles: dict[str, Style] = {}
    for number in range(len(book._cell_styles)):
        shown = str(ReadOnlyCell(sheet, 1, 1, 0, style_id=number).number_format)
        if number in book._date_formats or number in book._timedelta_formats:
            styles[str(number)] = date(book.epoch)
        elif "%" in shown:
            styles[str(number)] = per_cent(shown)
    return styles


def _table(rows: Iterable[tuple[int, dict[int, str]]], where: str, limits: Limits) -> pd.DataFrame | None:
    """The rows of one sheet under their header; None when it holds no cell."""
    names: list[str] = []
    numbers: list[int] = []
    body: list[list[str | None]] = []
    for number, cells in rows:
        last = max(cells)
        if not names:
            check_shape(0, last, where, limits)
            names = header_names([cells.get(i, "") for i in range(1, last + 1)], f"{where}, row {number}")
            continue
        if last > len(names) and any(not text.isspace() for i, text in cells.items() if i > len(names)):
            raise IntakeError(
                "A cell lies to the right of the last named column.", f"{where}, row {number:,}", "Name its column."
            )
        longest = max(map(len, cells.values()))
        if longest > limits.cell_characters:
            raise IntakeError(
                f"A cell has {longest:,} characters; the limit is {limits.cell_characters:,}.",
                f"{where}, row {number:,}",
                "Shorten the text.",
            )
        numbers.append(number)
        body.append([cells.get(i) for i in range(1, len(names) + 1)])
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
    return frame_of(names, numbers, list(zip(*body, strict=True)) if body else [()] * len(names))


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
    inspect_archive(data, limits)
    frames: dict[str, pd.DataFrame] = {}
    with warnings.catch_warnings(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        warnings.simplefilter("ignore")
        # openpyxl reads what describes the workbook: titles, styles, shared strings. The cells are read here.
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            if len(book.worksheets) > limits.sheets:
                raise IntakeError(
                    f"The workbook has {len(book.worksheets)} sheets; the limit is {limits.sheets}.",
                    remedy="Remove the others.",
                )
            styles = _styles(book)
            stale = _STALE.search(archive.read("xl/workbook.xml")) is not None
            for sheet in book.worksheets:
                part: Any = sheet
                path = str(part._worksheet_path).lstrip("/")
                if not path.endswith(".xml"):
                    raise IntakeError("A sheet of the workbook is stored in an unusual way.", remedy=_RESAVE)
                with archive.open(path) as stream:
                    rows = sheet_rows(stream, part._shared_strings, styles, stale=stale)
                    frame = _table(rows, f"sheet {sheet.title[:60]}", limits)
                if frame is not None:
                    frames[sheet.title] = frame
        finally:
            book.close()
    if not frames:
        raise IntakeError("The workbook holds no cells.", remedy="Fill the sheets of the template.")
    return frames
