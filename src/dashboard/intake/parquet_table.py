"""A flat Parquet file -> a frame of text cells, its size known from metadata before a value is read."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dashboard.intake.limits import LIMITS, IntakeError, Limits, check_bytes, megabytes, only_intake_errors
from dashboard.intake.parquet_guard import inspect_parquet
from dashboard.intake.plain_csv import text_array
from dashboard.intake.text_table import header_names

# pandas writes the index of a frame as a column of this name.
_PANDAS_INDEX: Final = re.compile(r"__index_level_\d+__")
_REWRITE: Final = "Write the table again with plain columns of text and numbers, or bring CSV."


def _accepted(kind: pa.DataType) -> bool:
    return (
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind)
        or pa.types.is_floating(kind) or pa.types.is_boolean(kind) or pa.types.is_date(kind)
        or pa.types.is_timestamp(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind)
    )  # fmt: skip


def _check_schema(schema: pa.Schema) -> None:
    for field in schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if _accepted(kind):
            continue
        nested = pa.types.is_nested(kind)
        raise IntakeError(
            "The column holds lists or records instead of single values."
            if nested
            else f"The column holds values of type {str(kind)[:40]}, which is no number, text or date.",
            f"column {field.name[:60]}",
            _REWRITE,
        )


def _check_text(column: pa.ChunkedArray, name: str, limits: Limits) -> int:
    """Bytes of a dictionary-encoded text column written out, found from the lengths of its distinct values."""
    total = 0
    for chunk in column.chunks:
        lengths = pc.binary_length(chunk.dictionary)
        longest = pc.max(lengths).as_py() or 0
        if longest > 4 * limits.cell_characters:
            raise IntakeError(
                f"A cell has {longest:,} bytes; the limit is {4 * limits.cell_characters:,}.",
                f"column {name[:60]}",
                "Shorten the text.",
            )
        total += pc.sum(lengths.take(chunk.indices)).as_py() or 0
    return total


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = pa.chunked_array([chunk.dictionary_decode() for chunk in column.chunks], type=kind.value_type)
        kind = column.type
    if pa.types.is_boolean(kind):
        return pc.if_else(column, "yes", "no")
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        moments = column.cast(pa.timestamp("us"), safe=False)
        # A stamp at midnight is a date; ISO text is what every later step reads.
        text = moments.cast(pa.string())
        return pc.replace_substring_regex(text, pattern=r" 00:00:00(\.0+)?$", replacement="")
    if pa.types.is_float16(kind):
        column = column.cast(pa.float32())
        kind = column.type
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, type=kind), column)
    if pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    return column.cast(pa.string())


@only_intake_errors("The Parquet file is damaged or uses something this reader does not know.", _REWRITE)
def read_parquet(data: bytes, limits: Limits = LIMITS) -> pd.DataFrame:
    """A Parquet file as text cells, index `row` as a spreadsheet would number it (first row of data: 2).

    Rows, columns and unpacked size are checked from the footer and from the page headers; text is read
    dictionary-encoded and measured before it is written out, so that one long value repeated cannot fill the memory.

    Raises
    ------
    IntakeError
        Nothing else leaves this function for any bytes.
    """
    check_bytes(data, limits)
    claim = inspect_parquet(data, limits)
    names = header_names(claim.names, "schema")
    if len(names) != len(claim.names):
        raise IntakeError("A column has no name.", "schema", "Name it, or leave it out.")
    file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=list(claim.text))
    _check_schema(file.schema_arrow)
    table = file.read(use_threads=False)
    if table.num_rows != claim.rows or table.num_columns != len(names):
        raise IntakeError("The Parquet file holds another table than it says.", remedy=_REWRITE)
    written_out = sum(
        _check_text(column, name, limits)
        for name, column in zip(names, table.columns, strict=True)
        if pa.types.is_dictionary(column.type) and not pa.types.is_nested(column.type.value_type)
        and (pa.types.is_string(column.type.value_type) or pa.types.is_large_string(column.type.value_type))
    )  # fmt: skip
    if written_out > limits.unpacked_bytes:
        raise IntakeError(
            f"The text has {megabytes(written_out)} when written out; the limit is {megabytes(limits.unpacked_bytes)}.",
            remedy="Leave out columns of text that are not needed.",
        )
    index = pd.RangeIndex(2, table.num_rows + 2, name="row")
    frame = pd.DataFrame(
        {
            name: pd.Series(text_array(_as_text(column)), index=index)
            for name, column in zip(names, table.columns, strict=True)
            if not _PANDAS_INDEX.fullmatch(name)
        },
        index=index,
    )
    return frame[frame.notna().any(axis=1)]
