"""What a Parquet file claims to hold, read and checked before Arrow sees it.

Arrow's Python accessors of metadata end the process on some damaged footers, and Arrow unpacks whatever size a page
header states. So the footer and the page headers are read here first, without trust.
Format: https://github.com/apache/parquet-format (parquet.thrift).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from dashboard.intake.limits import LIMITS, IntakeError, Limits, check_shape, megabytes
from dashboard.intake.thrift import Cursor, Damaged

_REWRITE: Final = "Write the table again with plain columns of text and numbers, or bring CSV."
_MAX_FOOTER: Final = 1 << 20
_MAX_GROUPS: Final = 1_000
_BYTE_ARRAY: Final = 6
_REPEATED: Final = 2
_PHYSICAL_TYPES: Final = range(8)


@dataclass(frozen=True)
class Claim:
    """A checked footer: number of rows, names of all columns, and of those that hold text."""

    rows: int
    names: tuple[str, ...]
    text: tuple[str, ...]


def inspect_parquet(data: bytes, limits: Limits = LIMITS) -> Claim:
    """Check magic bytes, footer and page headers of a Parquet file.

    Raises
    ------
    IntakeError
        It is cut off, damaged, nested, encrypted, refers to other files, or is too large when unpacked.
    """
    if len(data) < 12 or data[:4] != b"PAR1":
        raise IntakeError("This is not a Parquet file.", remedy=_REWRITE)
    if data[-4:] != b"PAR1":
        raise IntakeError("The Parquet file is cut off: its end is missing.", remedy="Copy or download it again.")
    size = int.from_bytes(data[-8:-4], "little")
    if size > min(len(data) - 12, _MAX_FOOTER):
        raise IntakeError("The Parquet file is damaged: its footer has no sensible size.", remedy=_REWRITE)
    try:
        footer = Cursor(data[len(data) - 8 - size : len(data) - 8]).struct()
        claim = _schema(footer[2], footer[3], limits)
        if claim.rows == 0:
            raise IntakeError("The table has no rows.", remedy="Bring a table with at least one row.")
        groups = footer[4]
        if len(groups) > _MAX_GROUPS:
            raise IntakeError(f"The Parquet file has more than {_MAX_GROUPS:,} row groups.", remedy=_REWRITE)
        if sum(group[3] for group in groups) != claim.rows or any(group[3] < 0 for group in groups):
            raise Damaged
        unpacked = 0
        for group in groups:
            if len(group[1]) != len(claim.names):
                raise Damaged
            for name, chunk in zip(claim.names, group[1], strict=True):
                unpacked += _chunk(data, name, chunk, group[3], limits.unpacked_bytes - unpacked)
    except (Damaged, KeyError, TypeError, AttributeError, UnicodeDecodeError):
        damaged = IntakeError("The Parquet file is damaged: its parts do not fit together.", remedy=_REWRITE)
    else:
        return claim
    raise damaged


def _schema(elements: list[dict[int, Any]], rows: int, limits: Limits) -> Claim:
    """SchemaElement: 1 type, 3 repetition, 4 name, 5 number of children. The first is the root."""
    root, *columns = elements
    check_shape(rows, len(columns), limits=limits)
    names = tuple(column[4].decode() for column in columns)
    for name, column in zip(names, columns, strict=True):
        if column.get(5) or column.get(3, 0) == _REPEATED:
            raise IntakeError(
                "The column holds lists or records instead of single values.", f"column {name[:60]}", _REWRITE
            )
        if column[1] not in _PHYSICAL_TYPES:
            raise Damaged
    if rows < 0 or not columns or root[5] != len(columns):
        raise Damaged
    return Claim(rows, names, tuple(n for n, column in zip(names, columns, strict=True) if column[1] == _BYTE_ARRAY))


def _chunk(data: bytes, name: str, chunk: dict[int, Any], rows: int, allowance: int) -> int:
    """Unpacked bytes of one column chunk, from the headers of its pages; at most the allowance.

    ColumnChunk: 1 path of another file, 3 metadata, 8 and 9 encryption. ColumnMetaData: 3 path, 5 values, 7 packed
    bytes, 9 first data page, 11 dictionary page. PageHeader: 2 unpacked bytes, 3 packed bytes.
    """
    if chunk.keys() & {1, 8, 9}:
        raise IntakeError("The Parquet file is encrypted or refers to other files.", f"column {name[:60]}", _REWRITE)
    meta = chunk[3]
    if meta[3] != [name.encode()] or meta[5] != rows:
        raise Damaged
    start = min(meta[9], meta.get(11) or meta[9])
    end = start + meta[7]
    if start < 4 or not start <= end <= len(data) - 8:
        raise Damaged
    cursor = Cursor(data, start)
    unpacked = 0
    while cursor.at < end:
        header = cursor.struct()
        if header[2] < 0 or header[3] < 0:
            raise Damaged
        unpacked += header[2]
        cursor.at += header[3]
        if unpacked > allowance:
            raise IntakeError(
                f"The Parquet file unpacks to more than the limit of {megabytes(LIMITS.unpacked_bytes)}.",
                remedy="Keep only the columns that are needed, or split the file.",
            )
    if cursor.at != end:
        raise Damaged
    return unpacked
