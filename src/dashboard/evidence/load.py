"""Read the study table, and say plainly when it cannot be used."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd
import pyarrow as pa

from dashboard.evidence.errors import EvidenceError
from dashboard.evidence.parquet import DATA_KEY, DATE_KEY, SCHEMA_VERSION, VERSION_KEY, metadata, read
from dashboard.paths import STUDIES_PARQUET

REBUILD = "Run `python -m dashboard.evidence.build` to make it from data/evidence."


def load(path: Path | None = None) -> pd.DataFrame:
    """The study table: one row a printed figure, plus one row for an arm or a study that has none.

    Text is `string[pyarrow]`, whole numbers `Int64`, other numbers `float64`, `is_subgroup` and `reported` `bool`.
    Every call returns a frame of its own; `shared` returns one for the whole process.

    Raises
    ------
    EvidenceError
        When the file is missing, truncated, no study table, or of another schema version than this program's.
    """
    path = path or STUDIES_PARQUET
    _checked(path)
    try:
        table = read(path).to_pandas(types_mapper=_dtype)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path) from error
    return table


def shared(path: Path | None = None) -> pd.DataFrame:
    """The study table that every session of the process reads: never change it in place. Read again after a rebuild.

    Raises
    ------
    EvidenceError
        As `load`.
    """
    path = path or STUDIES_PARQUET
    return _shared(path, _stamp(path))


def evidence_version(path: Path | None = None) -> str:
    """The hash of the table's content: two tables with the same version say the same. Raises EvidenceError."""
    path = path or STUDIES_PARQUET
    return _version_and_date(path, _stamp(path))[0]


def evidence_date(path: Path | None = None) -> str:
    """The day (ISO) on which the curated evidence was last changed. Raises EvidenceError."""
    path = path or STUDIES_PARQUET
    return _version_and_date(path, _stamp(path))[1]


def _dtype(arrow: pa.DataType) -> pd.api.extensions.ExtensionDtype | None:
    if pa.types.is_string(arrow) or pa.types.is_large_string(arrow):
        return pd.StringDtype("pyarrow")
    return pd.Int64Dtype() if pa.types.is_integer(arrow) else None


def _stamp(path: Path) -> tuple[int, int, int]:
    """What changes when the file does: age, size, and (a clock may jump) which file it is."""
    try:
        stat = path.stat()
    except OSError as error:
        raise EvidenceError("The study table is missing", str(path), REBUILD) from error
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


@lru_cache(maxsize=4)
def _shared(path: Path, stamp: tuple[int, int, int]) -> pd.DataFrame:
    return load(path)


@lru_cache(maxsize=4)
def _version_and_date(path: Path, stamp: tuple[int, int, int]) -> tuple[str, str]:
    own = _checked(path)
    return own[DATA_KEY].decode(), own[DATE_KEY].decode()


def _damaged(path: Path) -> EvidenceError:
    return EvidenceError("The study table is truncated, damaged or no Parquet file", str(path), REBUILD)


def _checked(path: Path) -> dict[bytes, bytes]:
    """The file's metadata, when this program can read the file."""
    _stamp(path)
    try:
        own = metadata(path)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path) from error
    if not {VERSION_KEY, DATE_KEY, DATA_KEY} <= own.keys():
        raise EvidenceError("The file is not a study table of this atlas", str(path), REBUILD)
    text = own[VERSION_KEY].decode(errors="replace")
    version = int(text) if text.isdecimal() else -1
    if version > SCHEMA_VERSION:
        raise EvidenceError(
            f"The study table has schema version {version}, this program knows version {SCHEMA_VERSION}",
            str(path),
            "Update the program, or rebuild the table with it: `python -m dashboard.evidence.build`.",
        )
    if version < SCHEMA_VERSION:
        raise EvidenceError(
            f"The study table has the old schema version {text}, this program needs version {SCHEMA_VERSION}",
            str(path),
            REBUILD,
        )
    return own
