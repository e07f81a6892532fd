"""An uploaded extraction sheet -> good rows to use now, bad rows that wait, and every problem with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import pandas as pd

from dashboard.evidence.words import count
from dashboard.intake.cells import Reading
from dashboard.intake.evidence_cells import clean
from dashboard.intake.evidence_draft import (
    IGNORED_SHEETS,
    TABLES,
    Draft,
    joined_draft,
    kind_of_table,
    long_draft,
    with_keys,
)
from dashboard.intake.files import Tables, read_tables
from dashboard.intake.limits import LIMITS, IntakeError, Limits, only_intake_errors
from dashboard.intake.problems import Problem
from dashboard.intake.template_example import without_example
from dashboard.intake.wide_sheet import is_wide, wide_draft

SurvivalUnit = Literal["percent", "proportion"]
Validator = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame], pd.DataFrame]

_TEMPLATE: Final = "Start from the template: three sheets studies, arms, outcomes, or one wide sheet with a row an arm."
# Problems of the header: columns that were left out. They make no row bad.
_NOTICES: Final = frozenset({"unknown-column", "missing-column"})


@dataclass(frozen=True)
class EvidenceUpload:
    """An upload as read and validated.

    Attributes
    ----------
    studies, arms, outcomes : DataFrame
        Good rows as text, in the columns of the curated tables: they and all they belong to have no problem.
    waiting : dict of str to DataFrame
        By table, the rows that have a problem or belong to a row that has one.
    problems : list of Problem
        By sheet, row and column of the file.
    readings : list of Reading
        Cells read as something other than they say.
    source : tuple of Tables
        The file's own cells, for the marked copy.
    example : dict of str to int
        By sheet, the rows left out as the template's untouched example.
    """

    studies: pd.DataFrame
    arms: pd.DataFrame
    outcomes: pd.DataFrame
    waiting: dict[str, pd.DataFrame]
    problems: list[Problem]
    readings: list[Reading]
    source: tuple[Tables, ...]
    example: dict[str, int] = field(default_factory=dict)

    def summary(self) -> str:
        """What can be used, what waits, and what was left out, in sentences."""
        studies, arms = count(len(self.studies), "study", "studies"), count(len(self.arms), "arm")
        used = f"{studies}, {arms} and {count(len(self.outcomes), 'figure')} can be used"
        left = f" {self._example_in_words()}" if self.example else ""
        rows = {table: len(waiting) for table, waiting in self.waiting.items() if len(waiting)}
        if not rows:
            return f"{used}.{left}"
        waits = ", ".join(f"{count(n, 'row')} of {table}" for table, n in rows.items())
        return f"{used}; {waits} {'waits' if sum(rows.values()) == 1 else 'wait'}.{left}"

    def _example_in_words(self) -> str:
        sheets = [name for name in self.example if name != "wide"]
        rows = ", ".join(f"{count(self.example[name], 'row')} of {name}" for name in sheets)
        where = f" ({rows})" if rows else ""
        return f"The example of the template{where} stood there unchanged and was left out."


def default_validator(studies: pd.DataFrame, arms: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """The schema of the build, imported when first used: it takes a second."""
    from dashboard.evidence.validation import validate_tables

    return validate_tables(studies, arms, outcomes)


def _sheets(uploads: Iterable[Tables]) -> list[tuple[str, pd.DataFrame]]:
    return [
        (title, frame)
        for upload in uploads
        for title, frame in upload.sheets.items()
        if title.strip().casefold() not in IGNORED_SHEETS and not frame.columns.empty
    ]


def draft_of(uploads: Sequence[Tables], survival_unit: SurvivalUnit | None) -> tuple[Draft, dict[str, int]]:
    """Sort the sheets of one or several files by their columns. Raises IntakeError when they cannot be told apart.

    Also the rows of each sheet that were left out as the template's untouched example.
    """
    parts: dict[str, tuple[str, pd.DataFrame]] = {}
    singles: list[tuple[str, str, pd.DataFrame]] = []
    unknown: list[str] = []
    for title, frame in _sheets(uploads):
        keys = with_keys(frame, f"sheet {title[:60]}")[1]
        kind = kind_of_table(keys)
        if kind is not None and kind in TABLES:
            if kind in parts:
                raise IntakeError(f"Two sheets hold {kind}.", f"sheet {title[:60]}", "Keep one of them.")
            parts[kind] = (title, frame)
        elif kind == "joined" or is_wide(keys):
            singles.append((kind or "wide", title, frame))
        else:
            unknown.append(title)
    if len(singles) + bool(parts) > 1:
        raise IntakeError("Several tables of evidence in one upload.", remedy="Bring one layout at a time.")
    if singles:
        kind, title, frame = singles[0]
        if kind == "joined":
            return joined_draft(title, frame, survival_unit or "proportion"), {}
        left, example = without_example({"wide": (title, frame)})
        return wide_draft(*left["wide"], survival_unit or ""), example
    if not parts:
        shown = ", ".join(title[:40] for title in unknown[:5])
        raise IntakeError("No sheet has the columns of the template.", f"sheets {shown}" if shown else "", _TEMPLATE)
    missing = [table for table in TABLES if table not in parts]
    if missing:
        raise IntakeError(f"There is no table of {' and '.join(missing)}.", remedy=_TEMPLATE)
    parts, example = without_example(parts)
    return long_draft(parts, survival_unit or "proportion"), example


@only_intake_errors("The evidence cannot be read.", _TEMPLATE)
def read_evidence(
    *uploads: tuple[bytes, str],
    survival_unit: SurvivalUnit | None = None,
    validate: Validator = default_validator,
    limits: Limits = LIMITS,
) -> EvidenceUpload:
    """Read and validate an extraction sheet.

    Parameters
    ----------
    *uploads : (bytes, str)
        One workbook, one CSV or Parquet (joined or wide), or three files for the three tables.
    survival_unit : {"percent", "proportion"} or None
        What survival without a per cent sign means. None: a proportion in the columns of the template; in a wide sheet
        not stated, so that such cells wait.
    validate : callable
        `validate(studies, arms, outcomes) -> DataFrame [table, row, column, value, rule, message]`.

    Raises
    ------
    IntakeError
        Nothing else leaves this function for any bytes.
    """
    if not uploads:
        raise IntakeError("No file was brought.", remedy=_TEMPLATE)
    source = tuple(read_tables(data, name, limits) for data, name in uploads)
    draft, example = draft_of(source, survival_unit)
    unclear = clean(draft)
    bad = {table: {position for position, _ in cells} for table, cells in unclear.items()}
    _mark_located(draft, bad)
    found = validate(draft.tables["studies"], draft.tables["arms"], draft.tables["outcomes"])
    for table, row, column, rule, text in zip(
        *(found[name].astype(str) for name in ("table", "row", "column", "rule", "message")), strict=True
    ):
        position = int(row) - 2
        if position < 0 or (position, column) in unclear[table]:
            continue
        bad[table].add(position)
        place = draft.places[table][position]
        message, _, remedy = text.partition(". ")
        typed, read = draft.typed[table].at[position, column], draft.tables[table].at[position, column]
        value = "" if typed is pd.NA else str(typed)
        if rule == "proportion" and str(read) != value:  # the rule speaks of proportions, the user wrote per cent
            message = f"Survival of {100 * float(str(read)):g} per cent is not between 0 and 100."
            remedy = "Correct the cell, or what survival is given in."
        draft.problems.append(
            Problem(place.sheet, place.row, place.column(column), value, rule, message.rstrip(".") + ".", remedy)
        )
    _inherit(draft, bad)
    good = {table: frame[~frame.index.isin(bad[table])] for table, frame in draft.tables.items()}
    return EvidenceUpload(
        studies=good["studies"].reset_index(drop=True),
        arms=good["arms"].reset_index(drop=True),
        outcomes=good["outcomes"].reset_index(drop=True),
        waiting={table: frame[frame.index.isin(bad[table])] for table, frame in draft.tables.items()},
        problems=sorted(set(draft.problems), key=lambda p: (p.sheet, p.row, p.column, p.rule)),
        readings=sorted(draft.readings, key=lambda r: (r.sheet, r.row, r.column)),
        source=source,
        example=example,
    )


def _mark_located(draft: Draft, bad: dict[str, set[int]]) -> None:
    """Rows that a problem found before cleaning points to: a unit, a range or two rows that disagree."""
    located = {(p.sheet, p.row, p.column) for p in draft.problems if p.rule not in _NOTICES}
    if not located:
        return
    rows = {(sheet, row) for sheet, row, _ in located}
    for table, places in draft.places.items():
        own = {position for position, place in enumerate(places) if (place.sheet, place.row) in rows}
        for position in own:
            place = places[position]
            names = {place.column(name) for name in draft.tables[table].columns} | set(
                ("survival_unit",) if table == "outcomes" else ()
            )
            if any((place.sheet, place.row, name) in located for name in names):
                bad[table].add(position)


def _inherit(draft: Draft, bad: dict[str, set[int]]) -> None:
    """A row waits when its study or arm does, or the arm it is compared with. Also both rows of one identity.

    A study waits when all its arms do: without them it would be counted and have nothing to show.
    """
    studies, arms = draft.tables["studies"], draft.tables["arms"]
    lost_studies = set(studies["study_id"].iloc[sorted(bad["studies"])].dropna())
    for table, frame in draft.tables.items():
        bad[table] |= set(frame.index[frame["study_id"].isin(lost_studies).to_numpy(dtype=bool)])
    lost_arms = pd.MultiIndex.from_frame(arms.loc[sorted(bad["arms"]), ["study_id", "arm_id"]])
    for table, column in (("arms", "arm_id"), ("outcomes", "arm_id"), ("outcomes", "comparator_arm_id")):
        frame = draft.tables[table]
        keys = pd.MultiIndex.from_frame(frame[["study_id", column]])
        bad[table] |= set(frame.index[keys.isin(lost_arms) & frame[column].notna().to_numpy(dtype=bool)])
    of_bad = arms.index.isin(bad["arms"])
    bereft = set(arms["study_id"][of_bad].dropna()) - set(arms["study_id"][~of_bad].dropna())
    bad["studies"] |= set(studies.index[studies["study_id"].isin(bereft).to_numpy(dtype=bool)])
