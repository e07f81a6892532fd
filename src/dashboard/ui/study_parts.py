"""What the Studies page computes, kept by table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.comparison.curves import Curves
from dashboard.comparison.groups import Group, make_groups
from dashboard.explore.milestones import Effects, effects
from dashboard.explore.place import Place, places
from dashboard.explore.study_list import study_list
from dashboard.explore.study_page import StudyPage, study_page
from dashboard.selection import Selection, apply
from dashboard.ui.cache import per_table
from dashboard.ui.compare_view import curves_of
from dashboard.ui.context import OpenTable

MILESTONES_TRIED = (60, 36, 24, 12)


@per_table()
def listed_studies(table: pd.DataFrame, selection: Selection, everything: bool) -> pd.DataFrame:
    """Studies of the selection, or every study of the table."""
    return study_list(table if everything else apply(table, selection))


@per_table()
def page_of(table: pd.DataFrame, study_id: str) -> StudyPage:
    """`explore.study_page.study_page`, kept."""
    return study_page(table, study_id)


@per_table(max_entries=16)
def effects_of(table: pd.DataFrame, table_key: str, months: int | None) -> Effects:
    """`explore.milestones.effects`, kept."""
    return effects(table, curves_of(OpenTable(table, table_key)), months)


@per_table()
def places_of(table: pd.DataFrame, table_key: str, study_id: str, endpoint: str) -> list[Place]:
    """The arms of a study among their peers, at the latest milestone that the study prints."""
    source = OpenTable(table, table_key)
    for months in MILESTONES_TRIED:
        found = places(curves_of(source), effects_of(source, table_key, months), study_id, endpoint, months)
        if found:
            return found
    return []


@dataclass(frozen=True, eq=False)
class StudyGroups:
    """The curves of a study to draw: their endpoint, one group an arm, and whether they are subgroups only."""

    endpoint: str
    groups: list[Group]
    only_subgroups: bool


def study_groups(curves: Curves, study_id: str, endpoint: str, *, subgroups: bool, dark: bool) -> StudyGroups | None:
    """The arms of a study by the endpoint asked for, else by one that it prints; None where it prints none."""
    arms = curves.arms
    own = np.flatnonzero(arms["study_id"] == study_id)
    if not len(own):
        return None
    asked = own[arms["endpoint"][own] == endpoint]
    found = str(arms["endpoint"][asked[0] if len(asked) else own[0]])
    chosen = own[arms["endpoint"][own] == found]
    whole = chosen[~arms["is_subgroup"][chosen].astype(bool)]
    only_subgroups = not len(whole)
    if not (only_subgroups or subgroups):
        chosen = whole
    return StudyGroups(found, make_groups(curves, chosen, "arm", dark=dark), only_subgroups)
