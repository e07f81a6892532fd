"""What the user asks for, as one frozen value, and what the study table holds for it.

The Selection is hashable: every computation downstream is keyed by it. Empty tuples mean "no restriction". A table that
is asked here must not be changed in place afterwards (its index is kept; see `evidence/index.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from dashboard.evidence.index import Arms, Bools, Counts, TableIndex, index_of
from dashboard.evidence.tables import ARM_COLUMNS, ARM_RENAMES, STUDY_COLUMNS, STUDY_RENAMES
from dashboard.vocabulary import FIRST_ENDPOINT, YEAR_FROM, YEAR_TO

# Facet -> its column. "family" is the first level of "modality": one filter, counted at two levels.
FACETS: Final = {"site": "primary_site", "modality": "modality", "design": "design", "centers": "centers"}

_ARM_TABLE_COLUMNS: Final = tuple(
    dict.fromkeys(
        [
            *(STUDY_RENAMES.get(name, name) for name in STUDY_COLUMNS),
            *(ARM_RENAMES.get(name, name) for name in ARM_COLUMNS),
            *("arm_key", "family", "era_start", "era_end", "era_basis"),
        ]
    )
)


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
    """What a selection holds.

    `patients` adds the n of disjoint arms, overlapping cohorts once (the study with the largest n); None when no
    disjoint arm states n. `arms_without_n` disjoint arms state none, so that the sum is a lower bound.
    """

    studies: int
    arms: int
    figures: int
    patients: int | None
    arms_without_n: int = 0


def _arm_masks(index: TableIndex, selection: Selection) -> dict[str, Bools]:
    """One mask over the arms for each filter that restricts them; endpoint and ambiguity stand under "endpoint"."""
    return index.masks(selection, lambda: _made_masks(index, selection))


def _made_masks(index: TableIndex, selection: Selection) -> dict[str, Bools]:
    masks: dict[str, Bools] = {}
    choices = {
        "site": selection.sites,
        "modality": selection.modalities,
        "design": selection.designs,
        "centers": selection.centers,
    }
    for facet, chosen in choices.items():
        if chosen:
            masks[facet] = index.facets[FACETS[facet]].mask(chosen)
    if (selection.year_from, selection.year_to) != (YEAR_FROM, YEAR_TO):
        masks["era"] = (index.era_start <= selection.year_to) & (index.era_end >= selection.year_from)
    if selection.min_n:
        masks["min_n"] = index.n >= selection.min_n
    if not selection.subgroups:
        masks["subgroups"] = ~index.subgroup
    if selection.text.strip():
        masks["text"] = index.mentions(selection.text)
    masks["endpoint"] = index.prints(selection.endpoint, selection.ambiguous)
    return masks


def _all_of(masks: dict[str, Bools], size: int, skip: str | None = None) -> Bools:
    chosen = np.ones(size, dtype=bool)
    for name, mask in masks.items():
        if name != skip:
            chosen &= mask
    return chosen


def _chosen_rows(index: TableIndex, selection: Selection) -> np.ndarray:
    figures = index.figures(selection.endpoint, selection.ambiguous)
    return figures.rows[_all_of(_arm_masks(index, selection), index.size)[figures.arms]]


def arm_mask(table: pd.DataFrame, selection: Selection) -> Bools:
    """Arms (A,) of `index_of(table)` that pass every filter and print a figure of the endpoint."""
    index = index_of(table)
    return _all_of(_arm_masks(index, selection), index.size)


def apply(table: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """The figures (rows) of the table that answer the selection, in the table's order."""
    return table.iloc[_chosen_rows(index_of(table), selection)]


def selected_positions(table: pd.DataFrame, selection: Selection) -> np.ndarray:
    """Positions (R,) in the table of the rows that `apply` gives, without making the rows."""
    return _chosen_rows(index_of(table), selection)


def totals(rows: pd.DataFrame) -> Totals:
    """Studies, arms, figures and patients of the rows of one selection (what `apply` gives)."""
    arms = Arms(rows)
    return _totals(arms, np.ones(arms.size, dtype=bool), len(rows))


def selected_totals(table: pd.DataFrame, selection: Selection) -> Totals:
    """`totals(apply(table, selection))` without making the rows: for counters that follow every click."""
    index = index_of(table)
    arms = _all_of(_arm_masks(index, selection), index.size)
    figures = index.figures(selection.endpoint, selection.ambiguous).of_arm
    return _totals(index, arms, int(figures[arms].sum()))


def _totals(index: Arms, arms: Bools, figures: int) -> Totals:
    if not index.size:
        return Totals(0, 0, 0, None)
    counts = index.everything.count(arms)
    stated = int(counts.stated[0])
    return Totals(
        studies=int(counts.studies[0]),
        arms=int(counts.arms[0]),
        figures=figures,
        patients=int(counts.patients[0]) if stated else None,
        arms_without_n=int(np.count_nonzero(arms & ~index.subgroup)) - stated,
    )


def rows_without_figures(table: pd.DataFrame, selection: Selection, measures: tuple[str, ...] = ()) -> np.ndarray:
    """Positions of one row for each arm that `arms_without_figures` lists, without making the list."""
    index = index_of(table)
    return index.first_row[_silent(index, selection, measures)]


def _silent(index: TableIndex, selection: Selection, measures: tuple[str, ...]) -> Bools:
    shown = index.prints(selection.endpoint, selection.ambiguous, measures)
    return _all_of(_arm_masks(index, selection), index.size, skip="endpoint") & ~shown


def arms_without_figures(
    table: pd.DataFrame, selection: Selection, measures: tuple[str, ...] = (), columns: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Arms that pass every filter but have nothing to show at the endpoint: to be listed, not lost.

    Parameters
    ----------
    measures
        What counts as something to show, for example ("survival", "median_months"); empty: any figure.
    columns
        Columns of the answer beside `reason`; empty: all of the study and the arm.

    Returns
    -------
    DataFrame
        One row an arm, in the table's order, with the columns of study and arm, `arm_key`, `family`, era, and `reason`:
        `no figure` (the source prints none) or `ambiguous` (the only ones are ambiguous and filtered out).
    """
    index = index_of(table)
    arms = _silent(index, selection, measures)
    hidden = index.prints(selection.endpoint, True, measures)[arms]
    wanted = [name for name in columns or _ARM_TABLE_COLUMNS if name in table]
    rows = index.first_row[arms]
    reason = pd.array(np.where(hidden, "ambiguous", "no figure"), dtype="string")
    # column by column: a slice of the whole frame costs ten times as much
    return pd.DataFrame(
        {**{name: table[name].array.take(rows) for name in wanted}, "reason": reason}, table.index[rows]
    )


def facet_counts(table: pd.DataFrame, selection: Selection) -> dict[str, dict[str, dict[str, Any]]]:
    """For each facet and value: studies, arms and patients under all the *other* filters.

    Returns {"site" | "modality" | "family" | "design" | "centers": {slug: {"studies": int, "arms": int,
    "patients": int | None}}} and {"endpoint": {slug: {"studies": int}}}. A value that is not in the result counts
    zero. A family counts distinct studies, not the sum of its members. Patients are those of disjoint arms that state
    n, an overlapping cohort once (the study with the largest n); None where only subgroups or arms without n remain.
    """
    index = index_of(table)
    masks = _arm_masks(index, selection)
    result: dict[str, dict[str, dict[str, Any]]] = {}
    for facet, column in FACETS.items():
        arms = _all_of(masks, index.size, skip=facet)
        result[facet] = _as_dict(index.facets[column].values, index.facets[column].count(arms))
        if facet == "modality":
            result["family"] = _as_dict(index.facets["family"].values, index.facets["family"].count(arms))
    others = np.flatnonzero(_all_of(masks, index.size, skip="endpoint"))
    study = index.study[others]
    result["endpoint"] = {}
    for endpoint in index.endpoints:
        printed = np.bincount(study[index.prints(endpoint, selection.ambiguous)[others]])
        if len(printed):
            result["endpoint"][endpoint] = {"studies": int(np.count_nonzero(printed))}
    return result


def _as_dict(values: tuple[str, ...], counts: Counts) -> dict[str, dict[str, Any]]:
    rows = zip(*(part.tolist() for part in (counts.studies, counts.arms, counts.patients, counts.stated)), strict=True)
    return {
        slug: {"studies": studies, "arms": arms, "patients": patients if stated else None}
        for slug, (studies, arms, patients, stated) in zip(values, rows, strict=True)
        if arms
    }
