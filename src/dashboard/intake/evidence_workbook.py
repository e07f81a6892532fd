"""An uploaded extraction sheet -> good rows to use now, bad rows that wait, and every problem with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import pandas as pd

from dashboard.evidence.messages import message
from dashboard.evidence.tables import Cells, text_frame
from dashboard.evidence.validation import Problem as RuleBroken
from dashboard.evidence.validation import cell_problems
from dashboard.evidence.words import count
from dashboard.intake.cells import Reading
from dashboard.intake.evidence_cells import clean
from dashboard.intake.evidence_draft import (
    IGNORED_SHEETS,
    TABLES,
    Draft,
    Sheet,
    joined_draft,
    kind_of_table,
    long_draft,
    sheet_of,
)
from dashboard.intake.files import Tables, read_tables
from dashboard.intake.limits import LIMITS, IntakeError, Limits, only_intake_errors
from dashboard.intake.problems import Problem
from dashboard.intake.template_example import without_example
from dashboard.intake.wide_sheet import is_wide, wide_draft

SurvivalUnit = Literal["percent", "proportion"]
Validator = Callable[[Mapping[str, Cells]], Iterable[RuleBroken]]

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
    waiting : dict of str to columns of text
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
    waiting: dict[str, Cells]
    problems: list[Problem]
    readings: list[Reading]
    source: tuple[Tables, ...]
    example: dict[str, int] = field(default_factory=dict)

    def summary(self) -> str:
        """What can be used, what waits, and what was left out, in sentences."""
        studies, arms = count(len(self.studies), "study", "studies"), count(len(self.arms), "arm")
        used = f"{studies}, {arms} and {count(len(self.outcomes), 'figure')} can be used"
        left = f" {self._example_in_words()}" if self.example else ""
        rows = {table: n for table, cells in self.waiting.items() if (n := len(cells["study_id"]))}
        if not rows:
            return f"{used}.{left}"
        waits = ", ".join(f"{count(n, 'row')} of {table}" for table, n in rows.items())
        return f"{used}; {waits} {'waits' if sum(rows.values()) == 1 else 'wait'}.{left}"

    def _example_in_words(self) -> str:
        sheets = [name for name in self.example if name != "wide"]
        rows = ", ".join(f"{count(self.example[name], 'row')} of {name}" for name in sheets)
        where = f" ({rows})" if rows else ""
        return f"The example of the template{where} stood there unchanged and was left out."


def _sheets(uploads: Iterable[Tables]) -> list[Sheet]:
    return [
        sheet_of(title, frame)
        for upload in uploads
        for title, frame in upload.sheets.items()
        if title.strip().casefold() not in IGNORED_SHEETS and not frame.columns.empty
    ]


def draft_of(uploads: Sequence[Tables], survival_unit: SurvivalUnit | None) -> tuple[Draft, dict[str, int]]:
    """Sort the sheets of one or several files by their columns. Raises IntakeError when they cannot be told apart.

    Also the rows of each sheet that were left out as the template's untouched example.
    """
    parts: dict[str, Sheet] = {}
    singles: list[tuple[str, Sheet]] = []
    unknown: list[str] = []
    for sheet in _sheets(uploads):
        kind = kind_of_table(sheet.names)
        if kind is not None and kind in TABLES:
            if kind in parts:
                raise IntakeError(f"Two sheets hold {kind}.", f"sheet {sheet.title[:60]}", "Keep one of them.")
            parts[kind] = sheet
        elif kind == "joined" or is_wide(sheet.names):
            singles.append((kind or "wide", sheet))
        else:
            unknown.append(sheet.title)
    if len(singles) + bool(parts) > 1:
        raise IntakeError("Several tables of evidence in one upload.", remedy="Bring one layout at a time.")
    if singles:
        kind, sheet = singles[0]
        if kind == "joined":
            return joined_draft(sheet, survival_unit or "proportion"), {}
        left, example = without_example({"wide": sheet})
        return wide_draft(left["wide"], survival_unit or ""), example
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
    validate: Validator = cell_problems,
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
        `validate(tables) -> broken rules` of the cells of `studies`, `arms`, `outcomes`: the schema of the build.

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
    for found in validate(draft.tables):
        if (found.position, found.column) not in unclear[found.table]:
            bad[found.table].add(found.position)
            draft.problems.append(_in_words(draft, found))
    _inherit(draft, bad)
    good = {
        table: _chosen(cells, [row for row in range(len(draft.places[table])) if row not in bad[table]])
        for table, cells in draft.tables.items()
    }
    return EvidenceUpload(
        studies=text_frame(good["studies"]),
        arms=text_frame(good["arms"]),
        outcomes=text_frame(good["outcomes"]),
        waiting={table: _chosen(cells, sorted(bad[table])) for table, cells in draft.tables.items()},
        problems=sorted(set(draft.problems), key=lambda p: (p.sheet, p.row, p.column, p.rule)),
        readings=sorted(draft.readings, key=lambda r: (r.sheet, r.row, r.column)),
        source=source,
        example=example,
    )


def _chosen(cells: Cells, rows: Sequence[int]) -> Cells:
    return {name: [column[row] for row in rows] for name, column in cells.items()}


def _in_words(draft: Draft, found: RuleBroken) -> Problem:
    """A broken rule as a problem of the file's own cell."""
    place = draft.places[found.table][found.position]
    what, _, remedy = message(found.rule, found.column, found.value).partition(". ")
    typed = draft.typed[found.table][found.column][found.position] or ""
    if found.rule == "proportion" and found.value != typed:  # the rule speaks of proportions, the user wrote per cent
        what = f"Survival of {100 * float(str(found.value)):g} per cent is not between 0 and 100."
        remedy = "Correct the cell, or what survival is given in."
    return Problem(
        place.sheet, place.row, place.column(found.column), typed, found.rule, what.rstrip(".") + ".", remedy
    )


def _mark_located(draft: Draft, bad: dict[str, set[int]]) -> None:
    """Rows that a problem found before cleaning points to: a unit, a range or two rows that disagree."""
    located = {(p.sheet, p.row, p.column) for p in draft.problems if p.rule not in _NOTICES}
    rows = {(sheet, row) for sheet, row, _ in located}
    for table, places in draft.places.items() if rows else ():
        columns = (*TABLES[table], "survival_unit") if table == "outcomes" else TABLES[table]
        for position, place in enumerate(places):
            if (place.sheet, place.row) in rows and any(
                (place.sheet, place.row, place.column(name)) in located for name in columns
            ):
                bad[table].add(position)


def _inherit(draft: Draft, bad: dict[str, set[int]]) -> None:
    """A row waits when its study or arm does, or the arm it is compared with. Also both rows of one identity.

    A study waits when all its arms do: without them it would be counted and have nothing to show.
    """
    if not any(bad.values()):
        return
    studies, arms = draft.tables["studies"], draft.tables["arms"]
    lost_studies = {studies["study_id"][position] for position in bad["studies"]} - {None}
    for table, cells in draft.tables.items():
        bad[table] |= {position for position, study in enumerate(cells["study_id"]) if study in lost_studies}
    lost_arms = {(arms["study_id"][position], arms["arm_id"][position]) for position in bad["arms"]}
    for table, column in (("arms", "arm_id"), ("outcomes", "arm_id"), ("outcomes", "comparator_arm_id")):
        cells = draft.tables[table]
        bad[table] |= {
            position
            for position, arm in enumerate(zip(cells["study_id"], cells[column], strict=True))
            if arm[1] is not None and arm in lost_arms
        }
    with_arms = {study for position, study in enumerate(arms["study_id"]) if position not in bad["arms"]}
    bereft = {arms["study_id"][position] for position in bad["arms"]} - with_arms - {None}
    bad["studies"] |= {position for position, study in enumerate(studies["study_id"]) if study in bereft}
