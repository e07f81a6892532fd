"""The rows of one worksheet's XML as text cells: an event parser, ten times faster than objects for every cell.

Part 1 of ECMA-376, 18.3.1 (worksheets). The archive has been inspected before (`xlsx_guard`), so no entity can occur.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any, Final
from xml.parsers import expat

from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel

from dashboard.intake.cells import number_text
from dashboard.intake.limits import IntakeError

UNSAVED_FORMULA: Final = "#FORMULA!"
_LITERAL: Final = re.compile(r'"[^"]*"|\\.')
_LAST_ROW: Final = 1_048_576
_CHUNK: Final = 1 << 18

Style = Callable[[float], str]


def plain(value: float) -> str:
    """A number as the shortest text; Excel writes 0.69 as 0.69000000000000006."""
    return number_text(value) if value - value == 0 else ""


def per_cent(number_format: str) -> Style:
    """Writer of a per cent format: `0%` shows 0.69 as 69%, and `0"%"` shows 69 as 69%."""
    scale = 100 if "%" in _LITERAL.sub("", number_format) else 1
    return lambda value: number_text(round(value * scale, 10)) + " %"


def date(epoch: dt.datetime) -> Style:
    """Writer of a date format: ISO, without the time at midnight."""

    def write(value: float) -> str:
        moment = from_excel(value, epoch)
        if isinstance(moment, dt.datetime):
            return moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat(" ")
        return str(moment)

    return write


class _Rows:
    """Collects the rows that the parser has finished."""

    def __init__(self, strings: Sequence[Any], styles: Mapping[str, Style], *, stale: bool) -> None:
        self.strings, self.styles, self.stale = strings, styles, stale
        self.done: list[tuple[int, dict[int, str]]] = []
        self.row, self.cells = 0, {}  # type: int, dict[int, str]
        self.column = 0
        self.kind, self.style = "n", ""
        self.text: list[str] = []
        self.formula: list[str] | None = None
        self.shared = False
        self.into: list[str] | None = None
        self.phonetic = False
        self.columns: dict[str, int] = {}
        # Of every name, such as `x:`; that of the first element, empty in most workbooks.
        self.prefix: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.prefix is None:
            self.prefix = name[: name.find(":") + 1]
        if self.prefix:
            name = name.removeprefix(self.prefix)
        if name == "c":
            reference = attributes.get("r")
            self.column = self._column(reference) if reference else self.column + 1
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
            self.text, self.formula = [], None
        elif name == "v" or (name == "t" and not self.phonetic):
            self.into = self.text
        elif name == "f":
            self.formula, self.shared = [], bool(attributes)
            self.into = self.formula
        elif name == "row":
            row = int(attributes["r"]) if "r" in attributes else self.row + 1
            if not self.row < row <= _LAST_ROW:
                raise IntakeError("The rows of the sheet are out of order.", f"row {self.row:,}")
            self.row, self.cells, self.column = row, {}, 0
        elif name == "rPh":
            self.phonetic = True

    def data(self, text: str) -> None:
        if self.into is not None:
            self.into.append(text)

    def end(self, name: str) -> None:
        if self.prefix:
            name = name.removeprefix(self.prefix)
        if name == "v" or name == "t" or name == "f":
            self.into = None
        elif name == "c":
            if self.text or self.formula is not None:
                text = self._value("".join(self.text))
                if text:
                    self.cells[self.column] = text
        elif name == "row":
            if self.cells:
                self.done.append((self.row, self.cells))
        elif name == "rPh":
            self.phonetic = False

    def _column(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        column = self.columns.get(letters)
        if column is None:
            column = self.columns[letters] = column_index_from_string(letters)
        return column

    def _value(self, raw: str) -> str:
        if self.formula is not None:
            if not self.shared and not "".join(self.formula).strip():
                # The word `=` of the vocabulary: some writers store it as an empty formula.
                return "="
            # Never computed, or to be computed on opening: the saved result, often 0, is a place-holder.
            if self.stale or not raw:
                return UNSAVED_FORMULA
        if not raw:
            return ""
        if self.kind == "s":
            return str(self.strings[int(raw)])
        if self.kind == "n":
            return self.styles.get(self.style, plain)(float(raw))
        if self.kind == "b":
            return "yes" if raw.strip() in ("1", "true") else "no"
        return raw


def sheet_rows(
    stream: IO[bytes], strings: Sequence[Any], styles: Mapping[str, Style], *, stale: bool = False
) -> Iterator[tuple[int, dict[int, str]]]:
    """(row, {column from 1: text}) of every row that holds something, in order.

    Parameters
    ----------
    stream : binary file
        A worksheet part.
    strings : sequence
        Shared strings by number.
    styles : mapping
        How a number is written in cells of a style; absent: plainly.
    stale : bool
        The workbook asks to be computed when opened, so that the saved results of formulas are place-holders.

    Raises
    ------
    IntakeError, ExpatError, ValueError, IndexError
        On damaged XML; the caller makes one message of the last three.
    """
    rows = _Rows(strings, styles, stale=stale)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = rows.start, rows.end
    parser.CharacterDataHandler = rows.data
    while chunk := stream.read(_CHUNK):
        parser.Parse(chunk, False)
        yield from rows.done
        rows.done = []
    parser.Parse(b"", True)
    yield from rows.done
