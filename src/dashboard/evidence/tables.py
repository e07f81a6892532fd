"""The three curated tables: their columns, how they are read, and how they become the study table.

One row of the study table is one printed figure, with the columns of its arm and its study. An arm without figures and a
study without arms keep one row, so that nothing is lost; `row_kind` tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from dashboard.vocabulary import MODALITIES

STUDY_COLUMNS = (
    "study_id", "first_author", "year", "title", "journal", "doi", "pmid", "pmcid", "url", "country", "centers", "design",
    "enrol_start", "enrol_end", "n_total", "follow_up_median_months", "cohort", "citation", "notes",
)  # fmt: skip
ARM_COLUMNS = (
    "study_id", "arm_id", "label", "primary_site", "primary_subsite", "modality", "n", "enrol_start", "enrol_end",
    "is_subgroup", "population",
)  # fmt: skip
OUTCOME_COLUMNS = (
    "study_id", "arm_id", "endpoint", "measure", "time_months", "value", "qualifier", "ci_low", "ci_high", "p_value",
    "comparator_arm_id", "factor", "adjusted", "time_origin", "locator", "note",
)  # fmt: skip
INTEGER_COLUMNS = frozenset({"year", "enrol_start", "enrol_end", "n_total", "n"})
NUMBER_COLUMNS = frozenset({"follow_up_median_months", "time_months", "value", "ci_low", "ci_high"})


def read_text(path: Path) -> pd.DataFrame:
    """One curated CSV as text, every empty cell null."""
    return pd.read_csv(path, dtype="string", keep_default_na=False, na_values=[""], encoding="utf-8")


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Text columns to Int64 / float64 / string. Raises ValueError on a cell that is no number."""
    out = frame.copy()
    for column in out.columns:
        if column in INTEGER_COLUMNS:
            out[column] = pd.to_numeric(out[column]).astype("Int64")
        elif column in NUMBER_COLUMNS:
            out[column] = pd.to_numeric(out[column]).astype("float64")
        else:
            out[column] = out[column].astype("string")
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
    """The study table from typed curated tables; see `docs/architecture.md` for every column."""
    studies = studies.rename(columns={"enrol_start": "study_enrol_start", "enrol_end": "study_enrol_end"})
    arms = arms.rename(columns={"enrol_start": "arm_enrol_start", "enrol_end": "arm_enrol_end"})
    arms = arms.assign(is_subgroup=arms["is_subgroup"].eq("yes").fillna(False).astype(bool))
    table = studies.merge(arms, on="study_id", how="left", validate="one_to_many")
    table = table.merge(outcomes, on=["study_id", "arm_id"], how="left", validate="one_to_many")
    table["row_kind"] = pd.Series(
        np.select([table["arm_id"].isna(), table["measure"].isna()], ["study", "arm"], "figure"),
        index=table.index,
        dtype="string",
    )
    table["is_subgroup"] = table["is_subgroup"].astype("boolean").fillna(False).astype(bool)
    families: Mapping[str, str] = {slug: term.family for slug, term in MODALITIES.items()}
    table["family"] = table["modality"].map(families).astype("string")
    for column in ("design", "centers"):
        table[column] = table[column].fillna("not-stated")
    table["time_origin"] = table["time_origin"].where(
        table["time_origin"].notna() | table["row_kind"].ne("figure"), "not-stated"
    )
    table["arm_key"] = (table["study_id"] + "/" + table["arm_id"]).astype("string")
    repeat = table.groupby("arm_key", dropna=False).cumcount()
    table["figure_id"] = (table["arm_key"] + "/" + repeat.astype("string")).where(table["row_kind"].eq("figure"))
    table["reported"] = table["row_kind"].eq("figure")
    return _era(table)
