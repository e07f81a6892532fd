"""The decks of a study and of a comparison, kept by table and question."""

from __future__ import annotations

import pandas as pd

from dashboard.evidence import evidence_date, evidence_version
from dashboard.export.comparison_steps import comparison_deck
from dashboard.export.deck import Deck
from dashboard.export.study_steps import study_deck
from dashboard.selection import Selection
from dashboard.ui.cache import SHIPPED, per_table
from dashboard.ui.compare_view import comparison_of, curves_of
from dashboard.ui.context import OpenTable


def data_version(table_key: str) -> str:
    """Which evidence a deck stands on: the date and hash of the shipped table, or that it is the reader's own."""
    if not table_key.startswith(SHIPPED):
        return "from a table of the reader's own"
    return f"of {evidence_date()}, version {evidence_version()[:12]}"


@per_table(max_entries=32)
def study_deck_of(table: pd.DataFrame, table_key: str, study_id: str, dark: bool) -> Deck:
    """`export.study_deck`, kept."""
    curves = curves_of(OpenTable(table, table_key))
    return study_deck(table, curves, study_id, dark=dark, version=data_version(table_key))


@per_table(max_entries=32)
def comparison_deck_of(
    table: pd.DataFrame, table_key: str, selection: Selection, by: str, study: str | None, dark: bool
) -> Deck:
    """`export.comparison_deck`, kept."""
    source = OpenTable(table, table_key)
    comparison = comparison_of(source, table_key, selection, by, study, dark)
    return comparison_deck(
        table, curves_of(source), comparison, endpoint=selection.endpoint, version=data_version(table_key)
    )
