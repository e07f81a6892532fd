"""The three curated tables: their columns, how they are read, and how they become the study table.

One row of the study table is one printed figure, with the columns of its arm and its study. An arm without figures and
a study without arms keep one row, so that nothing is lost; `row_kind` tells them apart.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from dashboard.evidence.errors import EvidenceError
from dashboard.evidence.identity import figure_ids
from dashboard.vocabulary import MODALITIES

Cells = dict[str, list[str | None]]
"""Columns of text, an empty cell None, all of one length."""

STUDY_COLUMNS: Final = (
    "study_id", "first_author", "year", "title", "journal", "doi", "pmid", "pmcid", "url", "country", "centers",
    "design", "enrol_start", "enrol_end", "n_total", "follow_up_median_months", "cohort", "citation", "notes",
)  # fmt: skip
ARM_COLUMNS: Final = (
    "study_id", "arm_id", "label", "primary_site", "primary_subsite", "modality", "n", "enrol_start", "enrol_end",
    "is_subgroup", "population",
)  # fmt: skip
OUTCOME_COLUMNS: Final = (
    "study_id", "arm_id", "endpoint", "measure", "time_months", "value", "qualifier", "ci_low", "ci_high", "p_value",
    "comparator_arm_id", "factor", "adjusted", "time_origin", "locator", "note",
)  # fmt: skip
TABLE_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "studies": STUDY_COLUMNS,
    "arms": ARM_COLUMNS,
    "outcomes": OUTCOME_COLUMNS,
}
# How a figure says that its owner derived it: where it was "read". Such a row is never marked as reported.
DERIVED_LOCATOR: Final = "reconstructed from a digitised curve"
_NUMBER: Final = re.compile(r" *[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)? *")
INTEGER_COLUMNS: Final = frozenset({"year", "enrol_start", "enrol_end", "n_total", "n"})
NUMBER_COLUMNS: Final = frozenset({"follow_up_median_months", "time_months", "value", "ci_low", "ci_high"})

# The joined table has two enrolments; these are the names of the study's and of the arm's.
STUDY_RENAMES: Final = {"enrol_start": "study_enrol_start", "enrol_end": "study_enrol_end"}
ARM_RENAMES: Final = {"enrol_start": "arm_enrol_start", "enrol_end": "arm_enrol_end"}


def read_text(path: Path) -> pd.DataFrame:
    """One curated CSV as text, every empty cell null. A blank line is a row without cells, so that lines keep count.

    Raises
    ------
    EvidenceError
        When the file is missing, is not UTF-8 or is no table.
    """
    try:
        return pd.read_csv(
            path, dtype="string", keep_default_na=False, na_values=[""], encoding="utf-8", skip_blank_lines=False
        )
    except FileNotFoundError as error:
        raise EvidenceError("A curated table is missing", str(path), "Restore it from the repository.") from error
    except UnicodeDecodeError as error:
        raise EvidenceError("The table is not UTF-8 text", str(path), "Save it as CSV with UTF-8 encoding.") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        reason = " ".join(str(error).split())
        raise EvidenceError(
            f"The table cannot be read: {reason}", str(path), "Quote cells that hold a comma; keep one header line."
        ) from error


def read_curated(folder: Path) -> dict[str, pd.DataFrame]:
    """The three curated CSVs of a folder as text: {"studies": ..., "arms": ..., "outcomes": ...}."""
    return {name: read_text(folder / f"{name}.csv") for name in TABLE_COLUMNS}


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows as named tuples; typed as Any because the columns' types are the schema's business, not the checker's."""
    return iter(frame.itertuples())


def as_cells(frame: pd.DataFrame, columns: tuple[str, ...]) -> Cells:
    """The columns as text whatever the frame held; empty cells and absent columns are None."""
    out: Cells = {}
    for name in columns:
        column = frame[name] if name in frame.columns else None
        if isinstance(column, pd.DataFrame):  # a repeated header
            column = column.iloc[:, 0]
        out[name] = [None] * len(frame) if column is None else [_text(cell) for cell in column.tolist()]
    return out


def as_text(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """`as_cells` as a frame, rows numbered from 0."""
    return text_frame(as_cells(frame, columns))


def cells_of(column: pd.Series) -> list[str | None]:
    """The cells of a column of text."""
    cells: list[str | None] = pa.array(column.array).to_pylist()
    return cells


def text_frame(cells: Cells) -> pd.DataFrame:
    """Cells as columns of text, empty ones null; rows numbered from 0."""
    index = pd.RangeIndex(len(next(iter(cells.values()))))
    arrays = {name: pd.arrays.StringArray(np.array(column, dtype=object)) for name, column in cells.items()}
    return pd.DataFrame(arrays, index, copy=False)


def _text(cell: object) -> str | None:
    if cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and np.isnan(cell)):
        return None
    # A lone surrogate cannot be stored as text; it is as unreadable as what it stands for.
    return str(cell).encode("utf-8", "replace").decode("utf-8") or None


def number(cell: str | None) -> float:
    """A text cell as a number: NaN where it is empty or is no finite number in plain ASCII notation."""
    if cell is None or not _NUMBER.fullmatch(cell):
        return math.nan
    value = float(cell)
    return value if math.isfinite(value) else math.nan


def numbers(cells: pd.Series) -> pd.Series:
    """`number` of each text cell, as float64."""
    values = [math.nan if cell is pd.NA else number(cell) for cell in cells.tolist()]
    return pd.Series(values, index=cells.index, dtype="float64")


def typed(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """The columns of a valid curated table as Int64, float64 and string.

    Raises
    ------
    ValueError
        On a cell of a number column that is no number.
    """
    out = as_text(frame, columns)
    for column in columns:
        whole = column in INTEGER_COLUMNS
        if whole or column in NUMBER_COLUMNS:
            values = numbers(out[column])
            if (values.isna() & out[column].notna()).any() or (whole and (values % 1).gt(0).any()):
                raise ValueError(f"{column} must hold {'whole ' if whole else ''}numbers; validate the table first")
            out[column] = values.astype("Int64") if whole else values
    return out


def _era(frame: pd.DataFrame) -> pd.DataFrame:
    """Years of enrolment: the arm's, else the study's, else the year of publication; `era_basis` says which."""
    arm = frame["arm_enrol_start"].notna() | frame["arm_enrol_end"].notna()
    study = ~arm & (frame["study_enrol_start"].notna() | frame["study_enrol_end"].notna())
    start = frame["arm_enrol_start"].where(arm, frame["study_enrol_start"].where(study, frame["year"]))
    end = frame["arm_enrol_end"].where(arm, frame["study_enrol_end"].where(study, frame["year"]))
    frame["era_start"] = start.fillna(end).astype("Int64")
    frame["era_end"] = end.fillna(start).astype("Int64")
    frame["era_basis"] = pd.Series(
        np.select([arm, study], ["arm enrolment", "study enrolment"], "publication"), index=frame.index, dtype="string"
    )
    return frame


def join(studies: pd.DataFrame, arms: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """The study table, before its flags, from typed curated tables.

    Raises
    ------
    pandas.errors.MergeError
        When a key is not unique; validate the tables first.
    """
    studies = studies.rename(columns=STUDY_RENAMES)
    arms = arms.rename(columns=ARM_RENAMES)
    table = studies.merge(arms, on="study_id", how="left", validate="one_to_many")
    table = table.merge(outcomes, on=["study_id", "arm_id"], how="left", validate="one_to_many")
    table["row_kind"] = pd.Series(
        np.select([table["arm_id"].isna(), table["measure"].isna()], ["study", "arm"], "figure"),
        index=table.index,
        dtype="string",
    )
    table["is_subgroup"] = table["is_subgroup"].eq("yes").fillna(False).astype(bool)
    families: Mapping[str, str] = {slug: term.family for slug, term in MODALITIES.items()}
    table["family"] = table["modality"].map(families).astype("string")
    for column in ("design", "centers"):
        table[column] = table[column].fillna("not-stated")
    table["time_origin"] = table["time_origin"].where(
        table["time_origin"].notna() | table["row_kind"].ne("figure"), "not-stated"
    )
    table["arm_key"] = (table["study_id"] + "/" + table["arm_id"]).astype("string")
    table["figure_id"] = figure_ids(table)
    derived = table["locator"].str.startswith(DERIVED_LOCATOR).fillna(False)
    table["reported"] = (table["row_kind"].eq("figure") & ~derived).astype(bool)
    return _era(table)
