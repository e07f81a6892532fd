"""Every problem of a set of curated tables, or of a study table, at once; empty when all is good.

Nothing here raises on the content of a cell: tables come from uploads as well as from this repository.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd

from dashboard.evidence.messages import message
from dashboard.evidence.rules import COUNTS, Arrays, Rows, among, stated
from dashboard.evidence.schema import broken, is_number
from dashboard.evidence.tables import INTEGER_COLUMNS, TABLE_COLUMNS, Cells, as_cells, number

HEADER_ROW: Final = 1
COLUMNS: Final = ["table", "row", "column", "value", "rule", "message"]


@dataclass(frozen=True)
class Problem:
    """One cell that breaks one rule. `position` counts the table's rows from 0; -1 is the header."""

    table: str
    position: int
    column: str
    value: str | None
    rule: str


def validate_tables(studies: pd.DataFrame, arms: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Check three curated tables, as text or typed.

    Returns
    -------
    DataFrame
        One row a problem: `table` (studies, arms, outcomes), `row` (line of the spreadsheet, the header being 1),
        `column`, `value` (as written; null when empty), `rule`, `message` (what is wrong and the remedy). Empty when
        the tables are valid, and then `assemble` accepts them.
    """
    problems = list(find_problems({"studies": studies, "arms": arms, "outcomes": outcomes}))
    order = list(TABLE_COLUMNS)
    problems.sort(key=lambda p: (order.index(p.table), p.position, p.column, p.rule))
    lines = [p.position + HEADER_ROW + 1 if p.position >= 0 else HEADER_ROW for p in problems]
    return as_frame(problems, pd.Series(lines, dtype="int64"))[COLUMNS]


def as_frame(problems: list[Problem], rows: pd.Series) -> pd.DataFrame:
    """Problems as a frame, with what to call their rows."""
    # Remembered for this call only: cells of an upload must not stay in a cache of the process.
    said = cache(message)
    frame = pd.DataFrame(
        {
            "table": [p.table for p in problems],
            "column": [p.column for p in problems],
            "value": [p.value for p in problems],
            "rule": [p.rule for p in problems],
            "message": [said(p.rule, p.column, p.value) for p in problems],
        },
        dtype="string",
    )
    return frame.assign(row=rows)


def find_problems(tables: Mapping[str, pd.DataFrame], *, keys: bool = True) -> Iterator[Problem]:
    """Problems of the three tables; `keys=False` leaves out the uniqueness of study_id and arm_id."""
    cells: dict[str, Cells] = {}
    absent: set[tuple[str, str]] = set()
    for table, frame in tables.items():
        yield from _header(table, frame)
        cells[table] = as_cells(frame, TABLE_COLUMNS[table])
        absent |= {(table, name) for name in TABLE_COLUMNS[table] if name not in frame.columns}
    # A column that is not there is one problem, and not one of each of its cells.
    yield from (p for p in cell_problems(cells, keys=keys) if (p.table, p.column) not in absent)


def cell_problems(tables: Mapping[str, Cells], *, keys: bool = True) -> Iterator[Problem]:
    """Problems of the cells of the three tables, each with all its columns."""
    typed: dict[str, Arrays] = {}
    for table, cells in tables.items():
        typed[table], wrong = _typed(table, cells)
        yield from wrong
        unreadable = {(p.position, p.column) for p in wrong}
        for position, rule, column in broken(table, typed[table], keys=keys):
            # A cell that could not be read is reported once, for that.
            if (position, column) not in unreadable:
                yield Problem(table, position, column, cells[column][position], rule)
    for table, column, rule, bad in _across(typed):
        for position in np.flatnonzero(bad).tolist():
            yield Problem(table, position, column, tables[table][column][position], rule)


def _header(table: str, frame: pd.DataFrame) -> Iterator[Problem]:
    known = TABLE_COLUMNS[table]
    names = [str(name) for name in frame.columns]
    for name in known:
        if name not in frame.columns:
            yield Problem(table, -1, name, None, "missing-column")
        elif names.count(name) > 1:
            yield Problem(table, -1, name, name, "repeated-column")
    for name in dict.fromkeys(names):
        if name not in known:
            yield Problem(table, -1, name, name, "unknown-column")


def _typed(table: str, cells: Cells) -> tuple[Arrays, list[Problem]]:
    """Columns as arrays, numbers as float64; cells that are none become NaN and a problem."""
    out: dict[str, np.ndarray] = {}
    problems: list[Problem] = []
    for name in TABLE_COLUMNS[table]:
        column = cells[name]
        if not is_number(name):
            out[name] = np.array(column, dtype=object)
            continue
        values = np.array([number(cell) for cell in column], dtype=float)
        whole = name in INTEGER_COLUMNS
        if whole:
            values[values % 1 > 0] = np.nan
        for position in np.flatnonzero(np.isnan(values)).tolist():
            if column[position] is not None:
                rule = "whole-number" if whole else "number"
                problems.append(Problem(table, position, name, column[position], rule))
        out[name] = values
    return out, problems


def _across(tables: Mapping[str, Arrays]) -> Iterator[tuple[str, str, str, Rows]]:
    """Rules between tables: (table, column, rule, rows that break it)."""
    studies, arms, outcomes = (tables[name] for name in TABLE_COLUMNS)
    study_rows = _first_rows(studies["study_id"].tolist())
    arm_rows = _first_rows(zip(arms["study_id"].tolist(), arms["arm_id"].tolist(), strict=True))
    for table in ("arms", "outcomes"):
        ids = tables[table]["study_id"]
        yield table, "study_id", "study-exists", stated(ids) & ~among(ids, study_rows)
    has_study = stated(outcomes["study_id"]) & among(outcomes["study_id"], study_rows)
    for column, rule in (("arm_id", "arm-exists"), ("comparator_arm_id", "comparator-exists")):
        keys = list(zip(outcomes["study_id"].tolist(), outcomes[column].tolist(), strict=True))
        known = np.array([key in arm_rows for key in keys], dtype=bool)
        yield "outcomes", column, rule, has_study & stated(outcomes[column]) & ~known
    of_study = [study_rows.get(study) for study in arms["study_id"].tolist()]
    yield "arms", "n", "n-within-study", arms["n"] > _looked_up(studies["n_total"], of_study)
    start, end = (_looked_up(studies[name], of_study) for name in ("enrol_start", "enrol_end"))
    for column in ("enrol_start", "enrol_end"):
        yield "arms", column, "years-within-study", (arms[column] < start) | (arms[column] > end)
    of_arm = [arm_rows.get(key) for key in zip(outcomes["study_id"].tolist(), outcomes["arm_id"].tolist(), strict=True)]
    too_many = among(outcomes["measure"], COUNTS) & (outcomes["value"] > _looked_up(arms["n"], of_arm))
    yield "outcomes", "value", "count-within-arm", too_many


def _first_rows(keys: Iterable[Any]) -> dict[Any, int]:
    """Each key with the first row that has it."""
    found: dict[Any, int] = {}
    for row, key in enumerate(keys):
        found.setdefault(key, row)
    return found


def _looked_up(column: np.ndarray, rows: Sequence[int | None]) -> np.ndarray:
    """Numbers of these rows, NaN where there is none."""
    return np.array([np.nan if row is None else column[row] for row in rows], dtype=float)
