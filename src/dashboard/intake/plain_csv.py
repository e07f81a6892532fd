"""The fast way through a large delimited text without quotation marks; the careful reader takes the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from dashboard.intake.limits import Limits

TEXT: Final = "string[pyarrow]"
"""Cells stay with Arrow: Python's strings take ten times as long in a large table."""
_WORTHWHILE: Final = 200_000


def text_array(column: pa.ChunkedArray) -> pd.arrays.ArrowStringArray:
    """A column of text as cells, blank is null."""
    kept = pc.if_else(pc.utf8_is_space(column), pa.scalar(None, column.type), column)
    return pd.arrays.ArrowStringArray(pc.if_else(pc.equal(kept, ""), pa.scalar(None, column.type), kept))


def read_plain_csv(text: str, names: Sequence[str], separator: str, limits: Limits) -> pd.DataFrame | None:
    """Text cells (blank is null) of every line under the first, index `row` from 2; None when it is not that plain.

    Without quotation marks each line is one record, so Arrow's parser and Python's agree
    (`tests/intake/test_text_table.py` holds them together).
    """
    if len(text) < _WORTHWHILE or '"' in text or "\r" in text.replace("\r\n", ""):
        return None
    if text.count("\n") > limits.rows:
        return None
    try:
        table = csv.read_csv(
            pa.BufferReader(text.encode()),
            read_options=csv.ReadOptions(column_names=list(names), skip_rows=1, use_threads=False),
            parse_options=csv.ParseOptions(delimiter=separator, quote_char=False, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(
                column_types={name: pa.string() for name in names}, strings_can_be_null=True, null_values=[""]
            ),
        )
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return None
    index = pd.RangeIndex(2, table.num_rows + 2, name="row").astype("int64")
    columns: dict[str, pd.Series] = {}
    for name, column in zip(names, table.columns, strict=True):
        if (pc.max(pc.utf8_length(column)).as_py() or 0) > limits.cell_characters:
            return None
        columns[name] = pd.Series(text_array(column), index=index)
    frame = pd.DataFrame(columns, index=index)
    empty = frame.isna().all(axis=1)
    return frame[~empty] if empty.any() else frame
