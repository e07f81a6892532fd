"""The declared schema as pandera's, against which the build holds its tables before it writes them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd
import pandera.pandas as pa

from dashboard.evidence.schema import PATTERNS, RANGES, REQUIRED, Bad, is_number, rules_of
from dashboard.evidence.tables import TABLE_COLUMNS, cells_of, typed
from dashboard.evidence.vocabularies import ALLOWED

NULLABLE: Final = "not_nullable"


def _check(name: str, bad: Bad) -> pa.Check:
    # One verdict a table: pandera takes seconds to unfold a verdict a row, and `schema.broken` finds the rows.
    return pa.Check(lambda frame: not bad(_arrays(frame)).any(), error=name)


def _arrays(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    return {
        name: frame[name].to_numpy("float64") if is_number(name) else np.array(cells_of(frame[name]), dtype=object)
        for name in map(str, frame.columns)
    }


def _column(table: str, name: str) -> pa.Column:
    checks: list[pa.Check] = []
    if name in ALLOWED:
        checks.append(pa.Check.isin(sorted(ALLOWED[name]), error=f"vocabulary:{name}"))
    if name in PATTERNS:
        checks.append(pa.Check.str_matches(rf"^(?:{PATTERNS[name]})\Z", error=f"pattern:{name}"))
    if name in RANGES:
        low, high = RANGES[name]
        checks.append(pa.Check.in_range(low, high, error=f"range:{name}"))
    return pa.Column("float64" if is_number(name) else "string", checks, nullable=name not in REQUIRED[table])


@lru_cache
def table_schema(table: str) -> pa.DataFrameSchema:
    """The schema of "studies", "arms" or "outcomes". The error of a check reads `rule:column`."""
    checks = [_check(f"{rule}:{column}", bad) for rule, column, bad in rules_of(table)]
    return pa.DataFrameSchema({name: _column(table, name) for name in TABLE_COLUMNS[table]}, checks=checks)


def refused(tables: Mapping[str, pd.DataFrame]) -> set[tuple[str, str, str]]:
    """(table, rule, column) that pandera finds broken in curated tables; empty when they are valid.

    Raises
    ------
    ValueError
        On a cell of a number column that is no number.
    """
    found: set[tuple[str, str, str]] = set()
    for table, frame in tables.items():
        whole = typed(frame, TABLE_COLUMNS[table])
        try:
            table_schema(table).validate(
                whole.astype({n: "float64" for n in TABLE_COLUMNS[table] if is_number(n)}), lazy=True
            )
        except pa.errors.SchemaErrors as error:
            for check, column in zip(error.failure_cases["check"], error.failure_cases["column"], strict=True):
                rule, _, where = str(check).partition(":")
                found.add((table, "required", str(column)) if rule == NULLABLE else (table, rule, where))
    return found
