"""Every problem of a set of curated tables, or of a study table, at once; empty when all is good.

Nothing here raises on the content of a cell: tables come from uploads as well as from this repository.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import pandas as pd

from dashboard.evidence.messages import message
from dashboard.evidence.rules import COUNTS
from dashboard.evidence.schema import broken
from dashboard.evidence.tables import INTEGER_COLUMNS, NUMBER_COLUMNS, TABLE_COLUMNS, as_text, numbers

HEADER_ROW: Final = 1
Cells = dict[str, list[str | None]]
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
    typed: dict[str, pd.DataFrame] = {}
    cells: dict[str, Cells] = {}
    for table, frame in tables.items():
        yield from _header(table, frame)
        text = as_text(frame, TABLE_COLUMNS[table])
        cells[table] = {
            name: [None if pd.isna(cell) else cell for cell in text[name].tolist()] for name in TABLE_COLUMNS[table]
        }
        absent = [name for name in TABLE_COLUMNS[table] if name not in frame.columns]
        typed[table], wrong = _numbers(table, text, cells[table])
        yield from wrong
        unreadable = {(p.position, p.column) for p in wrong}
        for position, rule, column in broken(table, typed[table], keys=keys):
            # A cell that could not be read, or that has no column, is reported once, for that.
            if column not in absent and (position, column) not in unreadable:
                yield Problem(table, position, column, cells[table][column][position], rule)
    for table, position, column, rule in _across(typed):
        yield Problem(table, position, column, cells[table][column][position], rule)


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


def _numbers(table: str, text: pd.DataFrame, cells: Cells) -> tuple[pd.DataFrame, list[Problem]]:
    """Number columns as float64; cells that are none become NaN and a problem."""
    out, problems = text.copy(), []
    for name in TABLE_COLUMNS[table]:
        whole = name in INTEGER_COLUMNS
        if not whole and name not in NUMBER_COLUMNS:
            continue
        values = numbers(text[name])
        bad = values.isna() & text[name].notna()
        if whole:
            bad |= (values % 1).gt(0)
        rule = "whole-number" if whole else "number"
        problems += [Problem(table, i, name, cells[name][i], rule) for i in np.flatnonzero(bad.to_numpy()).tolist()]
        out[name] = values.mask(bad)
    return out, problems


def _across(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, int, str, str]]:
    """Rules between tables: (table, position, column, rule)."""
    studies, arms, outcomes = (tables[name] for name in TABLE_COLUMNS)
    known_studies = studies.drop_duplicates("study_id").set_index("study_id")
    known_arms = arms.drop_duplicates(["study_id", "arm_id"]).set_index(["study_id", "arm_id"])

    def rows(table: str, bad: pd.Series, column: str, rule: str) -> Iterator[tuple[str, int, str, str]]:
        for position in np.flatnonzero(bad.fillna(False).to_numpy(dtype=bool)).tolist():
            yield table, position, column, rule

    for table in ("arms", "outcomes"):
        ids = tables[table]["study_id"]
        yield from rows(table, ids.notna() & ~ids.isin(known_studies.index), "study_id", "study-exists")

    def arm_of(column: str) -> pd.MultiIndex:
        return pd.MultiIndex.from_frame(outcomes[["study_id", column]])

    def unknown(column: str) -> pd.Series:
        stated = outcomes[["study_id", column]].notna().all(axis=1)
        return stated & outcomes["study_id"].isin(known_studies.index) & ~arm_of(column).isin(known_arms.index)

    yield from rows("outcomes", unknown("arm_id"), "arm_id", "arm-exists")
    yield from rows("outcomes", unknown("comparator_arm_id"), "comparator_arm_id", "comparator-exists")

    study_n = arms["study_id"].map(known_studies["n_total"])
    yield from rows("arms", arms["n"] > study_n, "n", "n-within-study")
    for column in ("enrol_start", "enrol_end"):
        start = arms["study_id"].map(known_studies["enrol_start"])
        end = arms["study_id"].map(known_studies["enrol_end"])
        yield from rows("arms", (arms[column] < start) | (arms[column] > end), column, "years-within-study")
    arm_n = pd.Series(known_arms["n"].reindex(arm_of("arm_id")).to_numpy(), index=outcomes.index)
    too_many = outcomes["measure"].isin(COUNTS) & (outcomes["value"] > arm_n)
    yield from rows("outcomes", too_many, "value", "count-within-arm")
