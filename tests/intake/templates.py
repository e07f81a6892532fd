"""The template as somebody has begun to fill it in: its example alone, untouched, is left out."""

from __future__ import annotations

import io

import openpyxl
from openpyxl.utils import get_column_letter

from dashboard.evidence.tables import STUDY_COLUMNS
from dashboard.intake.evidence_template import template_workbook


def with_cells(data: bytes, *cells: tuple[str, str, object]) -> bytes:
    """The workbook with these cells (sheet, place, value) written into it."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet, place, value in cells:
        book[sheet][place] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def filled_template() -> bytes:
    """The template whose example was made one's own by a note."""
    notes = get_column_letter(STUDY_COLUMNS.index("notes") + 1)
    return with_cells(template_workbook(), ("studies", f"{notes}2", "read in full"))
