"""Uploaded tables sorted into studies, arms and outcomes, each row knowing the place it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from dashboard.evidence.tables import ARM_COLUMNS, OUTCOME_COLUMNS, STUDY_COLUMNS
from dashboard.intake.cells import Reading
from dashboard.intake.limits import IntakeError
from dashboard.intake.problems import Problem, row_number

TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "studies": STUDY_COLUMNS,
    "arms": ARM_COLUMNS,
    "outcomes": OUTCOME_COLUMNS,
}
# Columns that the study table adds to the curated ones: a downloaded table brings them back, and they are rebuilt.
DERIVED: Final = frozenset(
    {"row_kind", "arm_key", "figure_id", "family", "era_start", "era_end", "era_basis", "reported", "flags",
     "flag_text", "own", "survival_unit"}
)  # fmt: skip
IGNORED_SHEETS: Final = frozenset({"legend", "lists", "problems", "read me"})


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
    """Three text tables with all their columns and RangeIndex, the place of each row, and what was found on the way.

    `units` holds, for each row of outcomes, what survival without a per cent sign means: "percent", "proportion", "".
    """

    tables: dict[str, pd.DataFrame]
    places: dict[str, list[Place]]
    units: list[str]
    readings: list[Reading] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    typed: dict[str, pd.DataFrame] = field(default_factory=dict)


def column_key(name: str) -> str:
    """`Primary site ` -> `primary_site`."""
    return re.sub(r"[\s\-./]+", "_", name.strip().casefold()).strip("_")


def with_keys(frame: pd.DataFrame, where: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """The frame under keys of its columns, and key -> name as typed. Raises IntakeError when two fall together."""
    names = {column_key(str(name)): str(name) for name in frame.columns}
    if len(names) != len(frame.columns):
        raise IntakeError("Two columns have the same name.", where, "Give each column its own name.")
    return frame.set_axis(pd.Index(list(names)), axis=1), names


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


def _pick(frame: pd.DataFrame, columns: tuple[str, ...], renames: Mapping[str, str] | None = None) -> pd.DataFrame:
    out = frame.rename(columns=dict(renames or {}))
    return out.reindex(columns=list(columns)).astype("string").reset_index(drop=True)


def _unknown(keys: Iterable[str], known: Iterable[str], names: Mapping[str, str], sheet: str) -> list[Problem]:
    known = {*known, *DERIVED}
    return [
        Problem(
            sheet, 1, names[key], names[key], "unknown-column",
            "This column is not known and was left out.", "Rename it to a column of the template, or ignore this.",
        )
        for key in keys
        if key not in known
    ]  # fmt: skip


def long_draft(parts: Mapping[str, tuple[str, pd.DataFrame]], survival_unit: str) -> Draft:
    """A draft of tables that already have the columns of the template.

    Parameters
    ----------
    parts : mapping of table to (sheet, frame with keyed columns)
        `studies`, `arms`, `outcomes`; any may be missing.
    """
    draft = Draft({}, {}, [])
    for table, columns in TABLES.items():
        sheet, frame = parts.get(table, (table, pd.DataFrame(columns=list(columns))))
        keyed, names = with_keys(frame, f"sheet {sheet}")
        draft.problems += _unknown(names, columns, names, sheet)
        draft.tables[table] = _pick(keyed, columns)
        renamed = {key: name for key, name in names.items() if key != name}
        draft.places[table] = [Place(sheet, row_number(row), renamed) for row in keyed.index]
    draft.units = [survival_unit] * len(draft.tables["outcomes"])
    return draft


_STUDY_ENROL: Final = {"study_enrol_start": "enrol_start", "study_enrol_end": "enrol_end"}
_ARM_ENROL: Final = {"arm_enrol_start": "enrol_start", "arm_enrol_end": "enrol_end"}


def joined_draft(sheet: str, frame: pd.DataFrame, survival_unit: str) -> Draft:
    """A draft of one table with the columns of all three, a row a figure (such as a downloaded study table)."""
    keyed, names = with_keys(frame, f"sheet {sheet}")
    known = {*STUDY_COLUMNS, *ARM_COLUMNS, *OUTCOME_COLUMNS, *_STUDY_ENROL, *_ARM_ENROL}
    draft = Draft({}, {}, [], problems=_unknown(names, known, names, sheet))
    renamed = {key: name for key, name in names.items() if key != name}
    place = [Place(sheet, row_number(row), renamed) for row in keyed.index]
    studies = keyed.rename(columns=_STUDY_ENROL) if "study_enrol_start" in names else keyed
    without = keyed.drop(columns=["enrol_start", "enrol_end"], errors="ignore")
    arms = without.rename(columns=_ARM_ENROL)
    for table, source, key in (("studies", studies, ["study_id"]), ("arms", arms, ["study_id", "arm_id"])):
        part = _pick(source, TABLES[table])
        stated = part[key].notna().all(axis=1) if table == "arms" else part["study_id"].notna()
        first = stated & ~part.duplicated(key)
        draft.problems += disagreements(part[stated], key, place)
        positions = first.to_numpy().nonzero()[0]
        draft.tables[table] = part.iloc[positions].reset_index(drop=True)
        draft.places[table] = [place[i] for i in positions]
    outcomes = _pick(keyed, OUTCOME_COLUMNS)
    figures = outcomes["measure"].notna().to_numpy().nonzero()[0]
    draft.tables["outcomes"] = outcomes.iloc[figures].reset_index(drop=True)
    draft.places["outcomes"] = [place[i] for i in figures]
    draft.units = [survival_unit] * len(figures)
    if draft.tables["arms"]["is_subgroup"].notna().any():
        yes_no = {"true": "yes", "false": "no", "True": "yes", "False": "no"}
        draft.tables["arms"]["is_subgroup"] = draft.tables["arms"]["is_subgroup"].replace(yes_no)
    return draft


def disagreements(part: pd.DataFrame, key: list[str], places: list[Place]) -> list[Problem]:
    """Cells that differ from the first row of the same study or arm. Index of `part`: position in `places`."""
    found: list[Problem] = []
    if not part.duplicated(key).any():
        return found
    groups = part.groupby(key, sort=False)
    for name in part.columns[part.notna().any()].difference(key):
        first = groups[name].transform("first")
        differs = part[name].notna() & first.notna() & (part[name] != first).fillna(False)
        for position in part.index[differs.to_numpy(dtype=bool)]:
            place = places[position]
            found.append(
                Problem(
                    place.sheet, place.row, place.column(name), str(part.at[position, name]), "same-in-every-row",
                    f"Another row of the same {'arm' if len(key) > 1 else 'study'} has {first[position]!s:.60}.",
                    "Make them agree; the first was taken.",
                )
            )  # fmt: skip
    return found
