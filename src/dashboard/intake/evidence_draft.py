"""Uploaded tables sorted into studies, arms and outcomes, each row knowing the place it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pandas as pd

from dashboard.evidence.tables import TABLE_COLUMNS, Cells, cells_of
from dashboard.intake.cells import Reading
from dashboard.intake.limits import IntakeError
from dashboard.intake.problems import Problem, row_number

TABLES: Final = TABLE_COLUMNS
# Columns that the study table adds to the curated ones: a downloaded table brings them back, and they are rebuilt.
DERIVED: Final = frozenset(
    {"row_kind", "arm_key", "figure_id", "family", "era_start", "era_end", "era_basis", "reported", "flags",
     "flag_text", "own", "survival_unit"}
)  # fmt: skip
IGNORED_SHEETS: Final = frozenset({"legend", "lists", "problems", "read me"})


@dataclass(frozen=True)
class Sheet:
    """One sheet of a file.

    Attributes
    ----------
    title : str
    names : key of a column -> its name as typed
    cells : columns by key
    rows : row of the file, for each row of cells
    """

    title: str
    names: Mapping[str, str]
    cells: Cells
    rows: Sequence[int]

    def column(self, key: str) -> list[str | None]:
        """The cells under a key; empty ones where the sheet does not have it."""
        return self.cells.get(key) or [None] * len(self.rows)

    def without(self, left_out: Sequence[bool]) -> Sheet:
        """The sheet without these rows."""
        kept = [position for position, out in enumerate(left_out) if not out]
        cells = {key: [column[i] for i in kept] for key, column in self.cells.items()}
        return replace(self, cells=cells, rows=[self.rows[i] for i in kept])


@dataclass(frozen=True)
class Place:
    """Where a row of a draft stood. `names`: columns of the sheet where they differ from the draft's."""

    sheet: str
    row: int
    names: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> str:
        """Name in the sheet of a column of the draft."""
        return self.names.get(name, name)


@dataclass
class Draft:
    """Three tables of text with all their columns, the place of each row, and what was found on the way.

    `units` holds, for each row of outcomes, what survival without a per cent sign means: "percent", "proportion", "".
    `typed` holds the cells as they were typed, once they have been cleaned.
    """

    tables: dict[str, Cells]
    places: dict[str, list[Place]]
    units: list[str]
    readings: list[Reading] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    typed: dict[str, Cells] = field(default_factory=dict)


def column_key(name: str) -> str:
    """`Primary site ` -> `primary_site`."""
    return re.sub(r"[\s\-./]+", "_", name.strip().casefold()).strip("_")


def sheet_of(title: str, frame: pd.DataFrame) -> Sheet:
    """The sheet under keys of its columns. Raises IntakeError when two fall together."""
    names = {column_key(str(name)): str(name) for name in frame.columns}
    if len(names) != len(frame.columns):
        raise IntakeError("Two columns have the same name.", f"sheet {title[:60]}", "Give each column its own name.")
    columns = (cells_of(column) for _, column in frame.items())
    return Sheet(title, names, dict(zip(names, columns, strict=True)), [row_number(row) for row in frame.index])


def kind_of_table(keys: Iterable[str]) -> str | None:
    """ "studies", "arms", "outcomes", "joined" (all three in one), or None."""
    have = set(keys)
    if {"study_id", "measure", "value", "primary_site"} <= have:
        return "joined"
    if {"study_id", "measure", "value"} <= have:
        return "outcomes"
    if {"study_id", "arm_id"} <= have and have & {"primary_site", "modality", "label"}:
        return "arms"
    return "studies" if "study_id" in have and have & {"title", "year", "first_author"} else None


def unknown_columns(sheet: Sheet, known: Iterable[str]) -> list[Problem]:
    """A problem of each column that is not known."""
    known = set(known)
    return [
        Problem(
            sheet.title, 1, name, name, "unknown-column",
            "This column is not known and was left out.", "Rename it to a column of the template, or ignore this.",
        )
        for key, name in sheet.names.items()
        if key not in known
    ]  # fmt: skip


def places_of(sheet: Sheet) -> list[Place]:
    """The place of each row of a sheet whose keys are columns of the draft."""
    renamed = {key: name for key, name in sheet.names.items() if key != name}
    return [Place(sheet.title, row, renamed) for row in sheet.rows]


def long_draft(parts: Mapping[str, Sheet], survival_unit: str) -> Draft:
    """A draft of `studies`, `arms` and `outcomes` that already have the columns of the template."""
    draft = Draft({}, {}, [survival_unit] * len(parts["outcomes"].rows))
    for table, columns in TABLES.items():
        sheet = parts[table]
        draft.problems += unknown_columns(sheet, DERIVED.union(columns))
        draft.tables[table] = {name: sheet.column(name) for name in columns}
        draft.places[table] = places_of(sheet)
    return draft


_YES_NO: Final = {"true": "yes", "false": "no", "True": "yes", "False": "no"}


def joined_draft(sheet: Sheet, survival_unit: str) -> Draft:
    """A draft of one table with the columns of all three, a row a figure (such as a downloaded study table).

    The table has the years of a study and of an arm: `enrol_start` alone is the study's.
    """
    study_years = {name: f"study_{name}" for name in ("enrol_start", "enrol_end")}
    arm_years = {name: f"arm_{name}" for name in ("enrol_start", "enrol_end")}
    known = {name for columns in TABLES.values() for name in columns} | {*study_years.values(), *arm_years.values()}
    places = places_of(sheet)
    studies = {name: sheet.column(name) for name in TABLES["studies"]}
    studies |= {name: sheet.cells[other] for name, other in study_years.items() if other in sheet.cells}
    arms = {name: sheet.column(arm_years.get(name, name)) for name in TABLES["arms"]}
    arms["is_subgroup"] = [_YES_NO.get(cell, cell) if cell else cell for cell in arms["is_subgroup"]]
    outcomes = {name: sheet.column(name) for name in TABLES["outcomes"]}
    draft = Draft({}, {}, [], problems=unknown_columns(sheet, known | DERIVED))
    for table, part, key in (("studies", studies, ["study_id"]), ("arms", arms, ["study_id", "arm_id"])):
        take_first(draft, table, part, key, places)
    figures = [position for position, measure in enumerate(outcomes["measure"]) if measure is not None]
    draft.tables["outcomes"] = {name: [column[i] for i in figures] for name, column in outcomes.items()}
    draft.places["outcomes"] = [places[i] for i in figures]
    draft.units = [survival_unit] * len(figures)
    return draft


def take_first(draft: Draft, table: str, part: Cells, key: list[str], places: Sequence[Place]) -> None:
    """Keep of a table that repeats its rows the first of each key; what other rows say otherwise is a problem."""
    groups: dict[tuple[str | None, ...], list[int]] = {}
    for position, identity in enumerate(zip(*(part[name] for name in key), strict=True)):
        if None not in identity:
            groups.setdefault(identity, []).append(position)
    draft.problems += _disagreements(part, key, groups.values(), places)
    first = [positions[0] for positions in groups.values()]
    draft.tables[table] = {name: [column[i] for i in first] for name, column in part.items()}
    draft.places[table] = [places[i] for i in first]


def _disagreements(
    part: Cells, key: list[str], groups: Iterable[Sequence[int]], places: Sequence[Place]
) -> list[Problem]:
    """Cells that differ from the first that is filled in the same study or arm."""
    several = [positions for positions in groups if len(positions) > 1]
    found: list[Problem] = []
    for name, column in part.items() if several else ():
        if name in key:
            continue
        for positions in several:
            filled = [position for position in positions if column[position] is not None]
            for position in filled[1:]:
                if column[position] != column[filled[0]]:
                    place = places[position]
                    found.append(
                        Problem(
                            place.sheet, place.row, place.column(name), str(column[position]), "same-in-every-row",
                            f"Another row of the same {'arm' if len(key) > 1 else 'study'} has "
                            f"{column[filled[0]]!s:.60}.",
                            "Make them agree; the first was taken.",
                        )
                    )  # fmt: skip
    return found
