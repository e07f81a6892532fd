"""Delimited text of any common encoding and separator -> a frame of text cells, indexed by the row of the file."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from itertools import compress, islice
from typing import Final

import pandas as pd
import pyarrow as pa

from dashboard.intake.limits import LIMITS, IntakeError, Limits, check_bytes, check_shape
from dashboard.intake.plain_csv import read_plain_csv

SEPARATORS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SNIFFED_LINES: Final = 20
# The first block is small, so that a file with a million columns is refused before its other rows are held.
_FIRST_BLOCK: Final = 2
_BLOCK: Final = 5_000


def _guess_utf16(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: Latin text has a NUL in every second byte, always on the same side."""
    head = data[:2000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) * 0.35 and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > len(head) * 0.35 and odd == 0 else None


def decode(data: bytes) -> tuple[str, str]:
    """Text of a file and the encoding it was read in.

    Byte order marks decide; then UTF-16 by its pattern; then UTF-8 when valid; else Windows-1252, which is what
    spreadsheets in Western Europe write. Raises IntakeError when it is not text.
    """
    marked = next((name for mark, name in _BOMS if data.startswith(mark)), None) or _guess_utf16(data)
    try:
        text, encoding = data.decode(marked or "utf-8"), marked or "utf-8"
    except UnicodeDecodeError:
        if marked:
            raise IntakeError(
                f"The file begins as {marked.upper()} but is not valid in it.",
                remedy="Save it again as CSV UTF-8.",
            ) from None
        text, encoding = data.decode("cp1252", errors="replace"), "windows-1252"
    if "\x00" in text:
        raise IntakeError(
            "The file holds NUL characters, so it is damaged or not a text file.",
            f"character {text.index(chr(0)) + 1:,}",
            "Save it again as CSV UTF-8, or bring it as xlsx.",
        )
    odd = sum(1 for char in text[:4000] if (char < " " and char not in "\t\r\n") or char == "\ufffd")
    if odd > 0.02 * min(len(text), 4000):
        raise IntakeError("This is not a text file.", remedy="Bring a CSV, xlsx or Parquet file.")
    return text.removeprefix("\ufeff"), encoding


def _counts(lines: Sequence[str], separator: str) -> list[int]:
    try:
        return [len(cells) for cells in csv.reader(lines, delimiter=separator)]
    except csv.Error:
        return []


def sniff_separator(text: str) -> str:
    """The separator that splits the first lines into the same number of cells, above one; a comma when none does.

    A first line `sep=;`, as Excel reads it, decides by itself.
    """
    head = text[:200_000]
    first = head.split("\n", 1)[0].strip().strip('"').lower()
    if first.startswith("sep=") and len(first) == 5 and first[4] in SEPARATORS:
        return first[4]
    lines = [line for line in head.splitlines()[: _SNIFFED_LINES * 2] if line.strip()][:_SNIFFED_LINES]
    best, score = ",", (0.0, 0)
    for separator in SEPARATORS:
        counts = _counts(lines, separator)
        width = counts[0] if counts else 1
        if width > 1:
            candidate = (sum(count == width for count in counts) / len(counts), width)
            if candidate > score:
                best, score = separator, candidate
    return best


def _blocks(text: str, separator: str, limits: Limits) -> Iterator[tuple[int, list[list[str]]]]:
    """(row of the file of the first record, records) in blocks, refusing what is over the limits.

    In blocks, because 200,000 live lists would keep the garbage collector busy.
    """
    csv.field_size_limit(max(limits.file_bytes, 131_072))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    row, size = 1, _FIRST_BLOCK
    while True:
        try:
            block = list(islice(reader, size))
        except csv.Error:
            raise IntakeError(
                "A cell cannot be read.", f"line {reader.line_num:,}", "Look for a stray quotation mark there."
            ) from None
        if not block:
            return
        for cells in block:
            if len(cells) > limits.columns:
                while cells and not cells[-1].strip():
                    cells.pop()
                check_shape(0, len(cells), f"near line {reader.line_num:,}", limits)
        yield row, block
        row += len(block)
        if row > limits.rows + _BLOCK:
            raise IntakeError(
                f"The table has more than {limits.rows:,} rows, which is the limit.", remedy="Split the table."
            )
        size = _BLOCK


def header_names(cells: Sequence[str], where: str) -> list[str]:
    """Column names without outer blanks and without the empty columns at the end. Raises IntakeError."""
    names = [str(cell).strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise IntakeError("There is no header row.", where, "Put the names of the columns into the first row.")
    seen: set[str] = set()
    for position, name in enumerate(names, start=1):
        if not name:
            raise IntakeError(f"Column {position} has no name.", where, "Name it, or delete the column.")
        if name.casefold() in seen:
            raise IntakeError(f'Two columns are called "{name[:60]}".', where, "Give each column its own name.")
        seen.add(name.casefold())
    return names


def frame_of(names: list[str], rows: list[int], columns: Sequence[Sequence[str | None]]) -> pd.DataFrame:
    """A frame of `string` cells (blank is null), indexed by row of the file; rows without any cell are left out."""
    cells = [[cell if cell and not cell.isspace() else None for cell in column] for column in columns]
    filled = [any(row) for row in zip(*cells, strict=True)]
    if not all(filled):
        rows, cells = list(compress(rows, filled)), [list(compress(column, filled)) for column in cells]
    arrays = (pd.arrays.ArrowStringArray(pa.array(column, pa.large_string())) for column in cells)
    return pd.DataFrame(
        dict(zip(names, arrays, strict=True)), index=pd.Index(rows, name="row", dtype="int64"), copy=False
    )


def read_text_table(data: bytes, limits: Limits = LIMITS) -> pd.DataFrame:
    """Delimited text as a frame of text cells.

    Parameters
    ----------
    data : bytes
        UTF-8 (with or without a mark), UTF-16, UTF-32 or Windows-1252 / Latin-1; comma, semicolon, tab or bar.

    Returns
    -------
    DataFrame
        dtype `string`, null for a blank cell; index `row`: the row as a spreadsheet numbers it (header: 1).

    Raises
    ------
    IntakeError
        Nothing else leaves this function for any bytes.
    """
    check_bytes(data, limits)
    text, _ = decode(data)
    separator = sniff_separator(text)
    top = text[: text.find("\n") + 1].rstrip("\r\n").split(separator)
    if 1 < len(top) <= limits.columns and not top[0].lower().startswith("sep=") and any(cell.strip() for cell in top):
        plain = read_plain_csv(text, header_names(top, "row 1"), separator, limits) if '"' not in text else None
        if plain is not None:
            return plain
    names: list[str] = []
    rows: list[int] = []
    columns: list[list[str]] = []
    for first, block in _blocks(text, separator, limits):
        at = 0
        while not names and at < len(block):
            cells = block[at]
            at += 1
            if any(cell.strip() for cell in cells) and not (first + at == 2 and cells[0].lower().startswith("sep=")):
                names = header_names(cells, f"row {first + at - 1}")
                columns = [[] for _ in names]
        body = block[at:]
        if any(len(cells) != len(names) for cells in body):
            body = [_fit(cells, len(names), first + at + i, separator) for i, cells in enumerate(body)]
        rows.extend(range(first + at, first + len(block)))
        for column, added in zip(columns, zip(*body, strict=True), strict=False):
            column.extend(added)
    if not names:
        raise IntakeError("The file holds only blanks.", remedy="Bring a table with a header row.")
    check_shape(len(rows), len(names), limits=limits)
    _check_lengths(names, columns, rows, limits)
    return frame_of(names, rows, columns)


def _fit(cells: list[str], width: int, row: int, separator: str) -> list[str]:
    if any(cell.strip() for cell in cells[width:]):
        raise IntakeError(
            f"The row has {len(cells)} cells, the header {width} ({SEPARATORS[separator]}-separated).",
            f"row {row:,}",
            "Put quotation marks around a cell that holds the separator, such as a decimal comma.",
        )
    return cells[:width] + [""] * (width - len(cells))


def _check_lengths(names: list[str], columns: Sequence[Sequence[str]], rows: list[int], limits: Limits) -> None:
    for name, column in zip(names, columns, strict=True):
        longest = max(map(len, column), default=0)
        if longest > limits.cell_characters or len(name) > limits.cell_characters:
            row = next((r for r, cell in zip(rows, column, strict=True) if len(cell) == longest), 1)
            raise IntakeError(
                f"A cell has {longest:,} characters; the limit is {limits.cell_characters:,}.",
                f"row {row:,}, column {name[:60]}",
                "Look for a missing quotation mark, or shorten the text.",
            )
