"""The user's own table with every problem cell highlighted and commented, and a sheet that lists the problems."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from dashboard.intake.files import Tables
from dashboard.intake.problems import PROBLEM_COLUMNS, Problem, row_number
from dashboard.intake.safe_text import neutralise, printable, safe_name

_BAD: Final = PatternFill("solid", fgColor="F8D7DA")
_BOLD: Final = Font(bold=True)
# Excel refuses more comments than it can draw in reasonable time; the list has them all.
MAX_COMMENTS: Final = 2_000
_RESERVED: Final = "problems"


def _titles(tables: Sequence[Tables]) -> Iterable[tuple[str, str, Any]]:
    """(title in the upload, title in the copy, frame); titles are made unique and short enough for a spreadsheet."""
    used = {_RESERVED}
    for upload in tables:
        for title, frame in upload.sheets.items():
            base = safe_name(title, "sheet").replace("[", "(").replace("]", ")")[:28] or "sheet"
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
    """
    book = Workbook(write_only=True)
    cells: defaultdict[tuple[str, int, str], list[Problem]] = defaultdict(list)
    for problem in problems:
        cells[problem.sheet, problem.row, problem.column].append(problem)
    comments = 0
    # First, so that it is what opens.
    listing = book.create_sheet(_RESERVED)
    listing.append([_cell(listing, name, bold=True) for name in PROBLEM_COLUMNS])
    for problem in problems:
        listing.append([_cell(listing, getattr(problem, name)) for name in PROBLEM_COLUMNS])
    for title, name, frame in _titles(tables):
        sheet = book.create_sheet(name)
        columns = [str(column) for column in frame.columns]
        whole_rows = {
            row: found for (where, row, column), found in cells.items() if where == title and column not in columns
        }
        sheet.append([_cell(sheet, column, bold=True) for column in columns])
        written = 1
        for label, values in zip(frame.index, frame.itertuples(index=False, name=None), strict=True):
            row = row_number(label)
            for _ in range(written + 1, row):
                sheet.append([])
            out = []
            for position, (column, value) in enumerate(zip(columns, values, strict=True)):
                cell = _cell(sheet, value)
                found = cells.get((title, row, column), []) + (whole_rows.get(row, []) if position == 0 else [])
                if found:
                    cell.fill = _BAD
                    if comments < MAX_COMMENTS:
                        cell.comment = _comment(found)
                        comments += 1
                out.append(cell)
            sheet.append(out)
            written = row
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _cell(sheet: Any, value: object, *, bold: bool = False) -> Any:
    """A text cell (whole numbers stay numbers): what a user typed is never a formula in the copy."""
    cell = WriteOnlyCell(sheet)
    cell.value = value if isinstance(value, int) else neutralise(printable(value))
    if isinstance(cell.value, str):
        cell.data_type = "s"
    if bold:
        cell.font = _BOLD
    return cell


def _comment(found: Sequence[Problem]) -> Comment:
    text = "\n".join(f"{p.column}: {p.message} {p.remedy}" for p in found)
    return Comment(printable(text)[:1_000], "Atlas", width=320, height=120)
