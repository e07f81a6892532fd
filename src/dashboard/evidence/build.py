"""Build `data/studies.parquet` from the curated tables: `python -m dashboard.evidence.build [--check]`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from dashboard.evidence.assemble import assemble
from dashboard.evidence.errors import EvidenceError
from dashboard.evidence.load import evidence_date, evidence_version, load
from dashboard.evidence.pandera_schema import refused
from dashboard.evidence.parquet import data_version, encode
from dashboard.evidence.tables import read_curated, records
from dashboard.evidence.validation import validate_tables
from dashboard.paths import EVIDENCE_DIR, STUDIES_PARQUET

# The day of the last change of data/evidence. A constant, not the clock: the same evidence must give the same bytes.
EVIDENCE_DATE: Final = "2026-11-21"


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary file beside the target, then replace it: readers see the old file or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def main(argv: Sequence[str] | None = None) -> int:
    """Build, or with `--check` only compare. Returns the exit code: 0 good, 1 bad evidence or a stale table."""
    parser = argparse.ArgumentParser(prog="python -m dashboard.evidence.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the committed table is stale")
    parser.add_argument("--evidence", type=Path, default=EVIDENCE_DIR, help="folder of the curated tables")
    parser.add_argument("--out", type=Path, default=STUDIES_PARQUET, help="the Parquet file")
    options = parser.parse_args(argv)
    try:
        tables = read_curated(options.evidence)
    except EvidenceError as error:
        print(error, file=sys.stderr)
        return 1
    problems = validate_tables(**tables)
    if len(problems):
        _report(problems, tables, options.evidence)
        return 1
    if refusals := refused(tables):
        raise RuntimeError(f"the validation lets pass what the schema refuses: {sorted(refusals)}")
    table = assemble(**tables)
    if options.check:
        return _check(data_version(table), options.out)
    try:
        write_atomically(options.out, encode(table, EVIDENCE_DATE))
    except OSError as error:
        print(f"{options.out} cannot be written: {error.strerror}. The last good table is untouched.", file=sys.stderr)
        return 1
    print(f"{options.out}: {len(table)} rows, version {data_version(table)}")
    return 0


def _report(problems: pd.DataFrame, tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Print every problem as `file:line column value [rule] message`."""
    for problem in records(problems):
        line = _line(tables[problem.table], problem.row)
        value = "(empty)" if pd.isna(problem.value) else repr(problem.value)
        where = f"{folder / problem.table}.csv:{line}"
        print(f"{where} {problem.column} {value} [{problem.rule}] {problem.message}", file=sys.stderr)
    print(f"{len(problems)} problems; nothing was written.", file=sys.stderr)


def _line(table: pd.DataFrame, row: int) -> int:
    """The line of the file on which a spreadsheet row starts: quoted cells above it may hold line breaks."""
    above = table.iloc[: max(row - 2, 0)]
    return row + sum(int(above[name].str.count("\n").sum()) for name in above.columns)


def _check(version: str, path: Path) -> int:
    try:
        committed = (evidence_version(path), data_version(load(path)), evidence_date(path))
    except EvidenceError as error:
        print(error, file=sys.stderr)
        return 1
    if committed == (version, version, EVIDENCE_DATE):
        print(f"{path}: up to date, version {version}")
        return 0
    print(
        f"{path}: stale (version {committed[0]}, the evidence gives {version}). "
        "Run `python -m dashboard.evidence.build` and commit the result.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
