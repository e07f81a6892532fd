"""Validation of a study table: it is taken apart into the curated tables it came from, which have the rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from dashboard.evidence.flags import FLAGS
from dashboard.evidence.tables import (
    ARM_COLUMNS,
    ARM_RENAMES,
    OUTCOME_COLUMNS,
    STUDY_COLUMNS,
    STUDY_RENAMES,
    TABLE_COLUMNS,
    as_text,
)
from dashboard.evidence.validation import Problem, as_frame, find_problems
from dashboard.vocabulary import MODALITIES

KEYS: Final = {"studies": ["study_id"], "arms": ["study_id", "arm_id"]}
RENAMES: Final[dict[str, dict[str, str]]] = {"studies": STUDY_RENAMES, "arms": ARM_RENAMES, "outcomes": {}}


def validate(frame: pd.DataFrame) -> pd.DataFrame:
    """Check a study table, typed or as text: all rules of the curated tables, and the derived columns that it has.

    Returns
    -------
    DataFrame
        One row a problem: `row` (index label of the frame; null: a missing column), `column`, `value` (as written;
        null when empty), `rule`, `message` (what is wrong and the remedy). Empty when the table is valid.
    """
    missing = [name for name in _needed() if name not in frame.columns]
    problems = [Problem("table", -1, name, None, "missing-column") for name in missing]
    if not missing:
        frame = frame.loc[:, ~frame.columns.duplicated()]
        problems += list(_problems(frame))
    problems.sort(key=lambda p: (p.position, p.column, p.rule))
    labels = [frame.index[p.position] if p.position >= 0 else None for p in problems]
    found = as_frame(problems, pd.Series(labels, dtype=None if labels else "int64"))
    return found[["row", "column", "value", "rule", "message"]]


def _needed() -> list[str]:
    names = [RENAMES[table].get(name, name) for table, columns in TABLE_COLUMNS.items() for name in columns]
    return list(dict.fromkeys(names))


def _part(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """The columns of one curated table as text, one row a row of the study table."""
    back = {new: old for old, new in RENAMES[table].items()}
    part = frame[[RENAMES[table].get(name, name) for name in TABLE_COLUMNS[table]]].rename(columns=back)
    text = as_text(part, TABLE_COLUMNS[table])
    if "is_subgroup" in text:
        text["is_subgroup"] = text["is_subgroup"].replace({"True": "yes", "False": "no", "true": "yes", "false": "no"})
    return text


def _problems(frame: pd.DataFrame) -> Iterator[Problem]:
    studies, arms, outcomes = (_part(frame, table) for table in TABLE_COLUMNS)
    own = [name for name in OUTCOME_COLUMNS if name not in KEYS["arms"] and name != "time_origin"]
    figure = outcomes[own].notna().any(axis=1)
    has_arm = arms[[name for name in ARM_COLUMNS if name not in ("study_id", "is_subgroup")]].notna().any(axis=1)
    has_arm |= figure
    yield from _disagreements(studies, "studies", STUDY_COLUMNS)
    yield from _disagreements(arms[has_arm], "arms", ARM_COLUMNS)
    parts = {
        "studies": studies.drop_duplicates(),
        "arms": arms[has_arm].drop_duplicates(),
        "outcomes": outcomes[figure],
    }
    positions = {table: part.index.to_numpy() for table, part in parts.items()}
    for p in find_problems({table: part.reset_index(drop=True) for table, part in parts.items()}, keys=False):
        column = RENAMES[p.table].get(p.column, p.column)
        yield Problem(p.table, int(positions[p.table][p.position]), column, p.value, p.rule)
    kind = pd.Series(np.select([figure, has_arm], ["figure", "arm"], "study"), index=studies.index)
    yield from _derived(frame, kind)


def _disagreements(part: pd.DataFrame, table: str, columns: tuple[str, ...]) -> Iterator[Problem]:
    """Rows of one study, or one arm, that differ from its first row."""
    key = KEYS[table]
    distinct = part.drop_duplicates()
    twice = distinct.duplicated(key) & distinct[key].notna().all(axis=1)
    if not twice.any():
        return
    first = part.fillna("").groupby(key, sort=False).transform("first")
    for name in columns:
        if name in key:
            continue
        differs = part[name].fillna("").ne(first[name]) & part[key].notna().all(axis=1)
        for position in part.index[differs.to_numpy(dtype=bool)]:
            value = part[name][position]
            column = RENAMES[table].get(name, name)
            yield Problem(table, int(position), column, None if pd.isna(value) else str(value), "same-in-every-row")


def _derived(frame: pd.DataFrame, kind: pd.Series) -> Iterator[Problem]:
    """Derived columns that contradict the row they stand in."""
    text = {
        name: frame[name].astype("string").reset_index(drop=True).fillna("")
        for name in ("study_id", "arm_id", "modality", "row_kind", "arm_key", "family", "figure_id", "flags")
        if name in frame
    }

    def rows(name: str, bad: pd.Series, rule: str) -> Iterator[Problem]:
        for position in np.flatnonzero(bad.to_numpy(dtype=bool)).tolist():
            yield Problem("derived", position, name, text[name][position] or None, rule)

    if "row_kind" in text:
        yield from rows("row_kind", text["row_kind"].ne(kind), "row-kind")
    if "arm_key" in text:
        expected = (text["study_id"] + "/" + text["arm_id"]).where(kind.ne("study"), "")
        yield from rows("arm_key", text["arm_key"].ne(expected), "derived")
    if "family" in text:
        families = text["modality"].map({slug: term.family for slug, term in MODALITIES.items()}).fillna("")
        yield from rows("family", text["family"].ne(families) & text["modality"].isin(MODALITIES), "derived")
    if "figure_id" in text:
        ids, figure = text["figure_id"], kind.eq("figure")
        yield from rows("figure_id", (figure & (ids.eq("") | ids.duplicated())) | (~figure & ids.ne("")), "derived")
    if "flags" in text:
        yield from rows(
            "flags", ~text["flags"].map(lambda codes: set(codes.split(";")) <= {"", *FLAGS}), "unknown-flag"
        )
