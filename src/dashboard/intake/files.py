"""Bytes and a file name -> text frames. The kind is told by the content; the name is shown, never opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal

import pandas as pd

from dashboard.intake.limits import LIMITS, IntakeError, Limits, check_bytes, only_intake_errors
from dashboard.intake.parquet_table import read_parquet
from dashboard.intake.safe_text import safe_name
from dashboard.intake.text_table import read_text_table
from dashboard.intake.xlsx_table import read_xlsx

Kind = Literal["csv", "xlsx", "parquet"]

_FOREIGN: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"\xd0\xcf\x11\xe0", "This is an old Excel file (.xls) or one with a password.", "Save it as .xlsx without one."),
    (b"%PDF", "This is a PDF.", "Copy its table into the template."),
    (b"\x1f\x8b", "This is a compressed file.", "Unpack it and bring the table."),
    (b"BZh", "This is a compressed file.", "Unpack it and bring the table."),
    (b"\xfd7zXZ", "This is a compressed file.", "Unpack it and bring the table."),
    (b"7z\xbc\xaf", "This is a compressed file.", "Unpack it and bring the table."),
    (b"Rar!", "This is a compressed file.", "Unpack it and bring the table."),
    (b"\x89PNG", "This is a picture.", "Digitise the curve first; then bring its points."),
    (b"\xff\xd8\xff", "This is a picture.", "Digitise the curve first; then bring its points."),
    (b"GIF8", "This is a picture.", "Digitise the curve first; then bring its points."),
    (b"ARROW1", "This is an Arrow file.", "Write it as Parquet or CSV."),
    (b"$FL2", "This is an SPSS file.", "Export it as CSV."),
    (b"\x7fELF", "This is a program.", "Bring a CSV, xlsx or Parquet file."),
    (b"MZ", "This is a program.", "Bring a CSV, xlsx or Parquet file."),
)


@dataclass(frozen=True)
class Tables:
    """What a file held.

    Attributes
    ----------
    kind : {"csv", "xlsx", "parquet"}
    name : str
        The file's own name made safe, for display only.
    sheets : dict[str, DataFrame]
        Text cells (dtype `string`, blank is null) by sheet title; CSV and Parquet have one, called after the file.
        Index `row`: the row as a spreadsheet numbers it.
    """

    kind: Kind
    name: str
    sheets: dict[str, pd.DataFrame]


def kind_of(data: bytes) -> Kind:
    """What the first bytes say. Raises IntakeError on a kind that is recognised and not readable."""
    if data.startswith(b"PK"):
        return "xlsx"
    if data.startswith(b"PAR1"):
        return "parquet"
    for magic, what, remedy in _FOREIGN:
        if data.startswith(magic):
            # A text file may begin with these letters; a program or an archive has NULs soon after.
            if magic in (b"MZ", b"BZh") and b"\x00" not in data[:512]:
                continue
            raise IntakeError(what, remedy=remedy)
    head = data[:400].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<?xml", b"{\\rtf")):
        raise IntakeError("This is a page or a document, not a table.", remedy="Save the table as CSV or xlsx.")
    return "csv"


@only_intake_errors("The file cannot be read.", "Save it again as CSV UTF-8 or as .xlsx.")
def read_tables(data: bytes, name: str = "", limits: Limits = LIMITS) -> Tables:
    """Every table of an uploaded file as text.

    Parameters
    ----------
    data : bytes
        The file. Nothing is written anywhere.
    name : str
        What the user's computer called it; used for display only.

    Raises
    ------
    IntakeError
        Nothing else leaves this function for any bytes and any name.
    """
    check_bytes(data, limits)
    kind = kind_of(data)
    shown = safe_name(name, f"upload.{kind}")
    stem = PurePosixPath(shown).stem
    if kind == "xlsx":
        return Tables(kind, shown, read_xlsx(data, limits))
    frame = read_parquet(data, limits) if kind == "parquet" else read_text_table(data, limits)
    return Tables(kind, shown, {stem: frame})
