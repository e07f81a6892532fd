"""The user's own table with every problem cell highlighted and commented, and a sheet that lists the problems."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

import pandas as pd
import xlsxwriter

from dashboard.intake.files import Tables
from dashboard.intake.problems import PROBLEM_COLUMNS, Problem, row_number
from dashboard.intake.safe_text import neutralise, printable, safe_name

# Excel draws thousands of comments slowly; the list of problems has them all.
MAX_COMMENTS: Final = 2_000
_LIST: Final = "problems"
# In memory: openpyxl writes each sheet to a temporary file first, and a user's table must not touch the disk.
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def _titles(tables: Sequence[Tables]) -> Iterable[tuple[str, str, pd.DataFrame]]:
    """(title in the upload, title in the copy, frame); titles are made unique and short enough for a spreadsheet."""
    used = {_LIST}
    for upload in tables:
        for title, frame in upload.sheets.items():
            base = safe_name(title, "sheet")[:28].strip() or "sheet"
            name, number = base, 1
            while name.casefold() in used:
                number += 1
                name = f"{base[:25]} {number}"
            used.add(name.casefold())
            yield title, name, frame


def marked_copy(tables: Sequence[Tables], problems: Sequence[Problem]) -> bytes:
    """An xlsx of the uploaded cells as text; rows keep their numbers, so that every message still points at its cell.

    Parameters
    ----------
    tables : sequence of Tables
        As read (`EvidenceUpload.source`).
    problems : sequence of Problem
        A problem of a column that the sheet does not have is marked on the first cell of its row.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, _OPTIONS)
    bold, bad = book.add_format({"bold": True}), book.add_format({"bg_color": "#F8D7DA"})
    listing = book.add_worksheet(_LIST)
    for column, name in enumerate(PROBLEM_COLUMNS):
        listing.write_string(0, column, name, bold)
        for row, problem in enumerate(problems, start=1):
            _write(listing, row, column, getattr(problem, name), None)
    comments = 0
    for title, name, frame in _titles(tables):
        sheet = book.add_worksheet(name)
        marked = _marks(title, [str(column) for column in frame.columns], problems)
        rows = [row_number(label) - 1 for label in frame.index]
        for column, header in enumerate(map(str, frame.columns)):
            _write(sheet, 0, column, header, bold)
            for row, value in zip(rows, frame.iloc[:, column], strict=True):
                found = marked.get((row, column))
                _write(sheet, row, column, value, bad if found else None)
                if found and comments < MAX_COMMENTS:
                    sheet.write_comment(row, column, _comment(found), {"x_scale": 2.5, "y_scale": 1.5})
                    comments += 1
    book.close()
    return buffer.getvalue()


def _marks(title: str, columns: list[str], problems: Sequence[Problem]) -> dict[tuple[int, int], list[Problem]]:
    """Problems of one sheet by (row, column), both from 0."""
    places = {name: place for place, name in enumerate(columns)}
    marks: defaultdict[tuple[int, int], list[Problem]] = defaultdict(list)
    for problem in problems:
        if problem.sheet == title:
            marks[problem.row - 1, places.get(problem.column, 0)].append(problem)
    return marks


def _write(sheet: Any, row: int, column: int, value: object, style: Any) -> None:
    """One cell: a whole number, or text that no spreadsheet runs; an empty one only when it is marked."""
    if isinstance(value, int):
        sheet.write_number(row, column, value, style)
        return
    text = neutralise(printable(value))
    if text:
        sheet.write_string(row, column, text, style)
    elif style is not None:
        sheet.write_blank(row, column, None, style)


def _comment(found: Sequence[Problem]) -> str:
    return printable("\n".join(f"{p.column}: {p.message} {p.remedy}" for p in found))[:1_000]
