"""Sizes that the pages of a Parquet file declare, read from the page headers without unpacking a page.

The footer's sizes are a claim; Arrow unpacks what the page headers say. A page of some kilobytes may declare two
gigabytes, so the headers are walked first. Format: https://github.com/apache/parquet-format (Thrift compact protocol).
"""

from __future__ import annotations

from typing import Final

import pyarrow.parquet as pq

from dashboard.intake.limits import LIMITS, IntakeError, Limits, megabytes

_STOP, _TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(13)
_MAX_DEPTH: Final = 8


def _damaged() -> IntakeError:
    return IntakeError("The Parquet file is damaged: its pages cannot be walked.", remedy="Write it again.")


class _Compact:
    """A cursor over Thrift compact bytes. Every read is bounded by the end of the buffer."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at

    def byte(self) -> int:
        if not 0 <= self.at < len(self.data):
            raise _damaged()
        self.at += 1
        return self.data[self.at - 1]

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
            shift += 7
            if shift > 63:
                raise _damaged()

    def zigzag(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def skip(self, kind: int, depth: int = 0) -> None:
        if depth > _MAX_DEPTH:
            raise _damaged()
        if kind in (_TRUE, _FALSE):
            return
        if kind == _BYTE:
            self.byte()
        elif kind in (_I16, _I32, _I64):
            self.varint()
        elif kind == _DOUBLE:
            self.at += 8
        elif kind == _BINARY:
            length = self.varint()
            self.at += length
        elif kind in (_LIST, _SET):
            head = self.byte()
            size = self.varint() if head >> 4 == 15 else head >> 4
            for _ in range(size):
                self.byte() if head & 0x0F in (_TRUE, _FALSE) else self.skip(head & 0x0F, depth + 1)
        elif kind == _STRUCT:
            for _ in self.fields(depth + 1):
                pass
        else:
            raise _damaged()

    def fields(self, depth: int = 0) -> dict[int, int]:
        """Integer fields of the struct at the cursor, by id; everything else is skipped."""
        found: dict[int, int] = {}
        identity = 0
        while (head := self.byte()) != _STOP:
            kind = head & 0x0F
            identity = identity + (head >> 4) if head >> 4 else self.zigzag()
            if kind in (_I16, _I32, _I64):
                found[identity] = self.zigzag()
            else:
                self.skip(kind, depth)
        return found


def check_pages(data: bytes, meta: pq.FileMetaData, limits: Limits = LIMITS) -> None:
    """Refuse a file whose pages unpack to more than the limit, together. Raises IntakeError."""
    total = 0
    for group in range(meta.num_row_groups):
        for position in range(meta.num_columns):
            chunk = meta.row_group(group).column(position)
            start = chunk.data_page_offset
            if chunk.has_dictionary_page and chunk.dictionary_page_offset:
                start = min(start, chunk.dictionary_page_offset)
            end = start + chunk.total_compressed_size
            if start < 4 or end > len(data):
                raise _damaged()
            cursor = _Compact(data, start)
            while cursor.at < end:
                # PageHeader: 2 uncompressed_page_size, 3 compressed_page_size.
                header = cursor.fields()
                unpacked, packed = header.get(2, -1), header.get(3, -1)
                if unpacked < 0 or packed < 0:
                    raise _damaged()
                total += unpacked
                cursor.at += packed
                if total > limits.unpacked_bytes:
                    raise IntakeError(
                        f"The Parquet file unpacks to more than the limit of {megabytes(limits.unpacked_bytes)}.",
                        remedy="Keep only the columns that are needed, or split the file.",
                    )
