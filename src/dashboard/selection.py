"""What the user asks for, as one frozen value, and what the study table holds for it.

The Selection is hashable: every computation downstream is keyed by it. Empty tuples mean "no restriction".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from dashboard.vocabulary import FIRST_ENDPOINT, YEAR_FROM, YEAR_TO

SEARCH_COLUMNS = ("first_author", "title", "journal", "label", "population", "notes", "study_id")
FACETS = {"site": "primary_site", "modality": "modality", "design": "design", "centers": "centers"}


@dataclass(frozen=True)
class Selection:
    """The filters. `modalities` holds single modalities; the filter bar expands families before it builds this."""

    sites: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    year_from: int = YEAR_FROM
    year_to: int = YEAR_TO
    endpoint: str = FIRST_ENDPOINT
    designs: tuple[str, ...] = ()
    centers: tuple[str, ...] = ()
    min_n: int = 0
    subgroups: bool = False
    ambiguous: bool = False
    text: str = ""

    def without(self, *fields: str) -> Selection:
        """The same question with these fields back at their defaults."""
        blank = Selection()
        return replace(self, **{name: getattr(blank, name) for name in fields})

    @property
    def active(self) -> tuple[str, ...]:
        """Names of the fields that differ from the defaults."""
        blank = Selection()
        return tuple(name for name in self.__dataclass_fields__ if getattr(self, name) != getattr(blank, name))


@dataclass(frozen=True)
class Totals:
    """What a selection holds. `patients` counts each disjoint arm's n once; None when no arm states n."""

    studies: int
    arms: int
    figures: int
    patients: int | None


def _isin(column: pd.Series, values: tuple[str, ...]) -> np.ndarray:
    return column.isin(list(values)).to_numpy(dtype=bool)


def _masks(table: pd.DataFrame, selection: Selection) -> dict[str, np.ndarray]:
    """One boolean mask a facet; a facet without a choice has none."""
    masks: dict[str, np.ndarray] = {}
    if selection.sites:
        masks["site"] = _isin(table["primary_site"], selection.sites)
    if selection.modalities:
        masks["modality"] = _isin(table["modality"], selection.modalities)
    if selection.designs:
        masks["design"] = _isin(table["design"], selection.designs)
    if selection.centers:
        masks["centers"] = _isin(table["centers"], selection.centers)
    if (selection.year_from, selection.year_to) != (YEAR_FROM, YEAR_TO):
        start = table["era_start"].to_numpy(dtype=float, na_value=np.nan)
        end = table["era_end"].to_numpy(dtype=float, na_value=np.nan)
        masks["era"] = (start <= selection.year_to) & (end >= selection.year_from)
    if selection.min_n:
        masks["min_n"] = table["n"].to_numpy(dtype=float, na_value=np.nan) >= selection.min_n
    if not selection.subgroups:
        masks["subgroups"] = ~table["is_subgroup"].to_numpy(dtype=bool)
    if not selection.ambiguous:
        masks["ambiguous"] = table["qualifier"].ne("?").fillna(True).to_numpy(dtype=bool)
    if selection.text.strip():
        masks["text"] = _text_mask(table, selection.text)
    masks["endpoint"] = (
        (table["endpoint"].eq(selection.endpoint) & table["row_kind"].eq("figure")).fillna(False).to_numpy(dtype=bool)
    )
    return masks


def _text_mask(table: pd.DataFrame, text: str) -> np.ndarray:
    """Rows in which every word of the text occurs somewhere in the searched columns, whatever its case."""
    found = np.ones(len(table), dtype=bool)
    columns = [table[name].str.lower() for name in SEARCH_COLUMNS if name in table]
    for word in text.lower().split():
        hit = np.zeros(len(table), dtype=bool)
        for column in columns:
            hit |= column.str.contains(word, regex=False).fillna(False).to_numpy(dtype=bool)
        found &= hit
    return found


def _all_of(masks: Mapping[str, np.ndarray], size: int, skip: str | None = None) -> np.ndarray:
    chosen = np.ones(size, dtype=bool)
    for name, mask in masks.items():
        if name != skip:
            chosen &= mask
    return chosen


def apply(table: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """The figures (rows) of the table that answer the selection, in the table's order."""
    return table[_all_of(_masks(table, selection), len(table))]


def totals(rows: pd.DataFrame) -> Totals:
    """Studies, arms, figures and patients of the rows of one selection."""
    arms = rows.drop_duplicates("arm_key")
    n = arms.loc[~arms["is_subgroup"].astype(bool), "n"].dropna()
    return Totals(
        studies=int(rows["study_id"].nunique()),
        arms=len(arms),
        figures=len(rows),
        patients=int(n.sum()) if len(n) else None,
    )


def facet_counts(table: pd.DataFrame, selection: Selection) -> dict[str, dict[str, dict[str, Any]]]:
    """For each facet and value: studies, arms and patients under all the *other* filters.

    Returns {"site" | "modality" | "family" | "design" | "centers": {slug: {"studies": int, "arms": int,
    "patients": int | None}}}. A value that is not in the result counts zero. A family counts distinct studies, not the
    sum of its members; patients are those of disjoint arms that state n, None where only subgroups remain.
    """
    masks = _masks(table, selection)
    counts: dict[str, dict[str, dict[str, Any]]] = {}
    for facet, column in FACETS.items():
        rows = table.loc[
            _all_of(masks, len(table), skip=facet), ["study_id", "arm_key", column, "family", "n", "is_subgroup"]
        ]
        arms = rows.drop_duplicates("arm_key")
        counts[facet] = _count(arms, column)
        if facet == "modality":
            counts["family"] = _count(arms, "family")
    return counts


def _count(arms: pd.DataFrame, column: str) -> dict[str, dict[str, Any]]:
    grouped = arms.groupby(column, observed=True)
    studies = grouped["study_id"].nunique()
    size = grouped.size()
    disjoint = arms[~arms["is_subgroup"].astype(bool)].groupby(column, observed=True)["n"].sum(min_count=1)
    return {
        str(slug): {
            "studies": int(studies[slug]),
            "arms": int(size[slug]),
            "patients": int(disjoint[slug]) if slug in disjoint.index and pd.notna(disjoint[slug]) else None,
        }
        for slug in studies.index
    }
