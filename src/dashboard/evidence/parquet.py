"""The study table as bytes: fixed settings and the metadata that say which evidence it is.

Nothing in the file comes from a clock or a machine, so that the same evidence gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

SCHEMA_VERSION: Final = 1
VERSION_KEY: Final = b"atlas.schema_version"
DATE_KEY: Final = b"atlas.evidence_date"
DATA_KEY: Final = b"atlas.data_version"


def data_version(table: pd.DataFrame) -> str:
    """The first 12 hexadecimal digits of a hash over every cell of the table."""
    text = table.to_csv(index=False, lineterminator="\n", float_format="%.17g")
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def encode(table: pd.DataFrame, evidence_date: str) -> bytes:
    """The table as Parquet, with schema version, evidence date and data version in its metadata."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    own = {
        VERSION_KEY: str(SCHEMA_VERSION).encode(),
        DATE_KEY: evidence_date.encode(),
        DATA_KEY: data_version(table).encode(),
    }
    arrow = arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), **own})
    buffer = io.BytesIO()
    pq.write_table(
        arrow,
        buffer,
        compression="zstd",
        compression_level=9,
        version="2.6",
        row_group_size=1 << 20,
        write_page_checksum=True,
    )
    return buffer.getvalue()


def metadata(path: Path) -> dict[bytes, bytes]:
    """The metadata of a Parquet file. Raises OSError or pyarrow.ArrowInvalid when it cannot be read."""
    return dict(pq.read_schema(path).metadata or {})


def read(path: Path) -> pa.Table:
    """The table, its pages verified: a flipped bit is an error and not a wrong number. Raises as `metadata`."""
    return pq.read_table(path, page_checksum_verification=True)
