"""What every page is given: the table, its key, the selection, the selected rows, the theme."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd
import streamlit as st

from dashboard.evidence import evidence_version, shared
from dashboard.selection import Selection, Totals, apply, facet_counts
from dashboard.selection import selected_totals as totals_of
from dashboard.ui.cache import SHIPPED, forget_results, per_table

CONTEXT: Final = "_page_context"
OWN_TABLE: Final = "_own_table"
Theme = Literal["light", "dark"]
FacetCounts = dict[str, dict[str, dict[str, Any]]]


@per_table(max_entries=32)
def selected_rows(table: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """`selection.apply`, kept."""
    return apply(table, selection)


@dataclass(frozen=True)
class PageContext:
    """One view: the table, what is asked of it, how it is drawn. Frames are shared: never change them."""

    table: pd.DataFrame
    table_key: str
    selection: Selection
    theme: Theme

    @property
    def rows(self) -> pd.DataFrame:
        """The figures of `table` that answer `selection`; made when first asked for, then kept."""
        return selected_rows(self, self.selection)

    @property
    def totals(self) -> Totals:
        """Studies, arms, figures and patients of `rows`, without making them."""
        return selected_totals(self, self.selection)


@dataclass(frozen=True)
class OpenTable:
    """A table before anything is selected from it."""

    table: pd.DataFrame
    table_key: str


@per_table()
def selected_totals(table: pd.DataFrame, selection: Selection) -> Totals:
    """`selection.selected_totals`, kept."""
    return totals_of(table, selection)


@per_table(max_entries=512)
def counts(table: pd.DataFrame, selection: Selection) -> FacetCounts:
    """`selection.facet_counts`, kept."""
    return facet_counts(table, selection)


def open_table() -> OpenTable:
    """The session's own table when it has one, else the shipped study table. Raises EvidenceError."""
    own: OpenTable | None = st.session_state.get(OWN_TABLE)
    return own or OpenTable(shared(), SHIPPED + evidence_version())


def use_table(table: pd.DataFrame | None) -> None:
    """From now on this session reads `table`, under a key nobody can guess; None returns to the shipped table.

    An own table of before and what was computed from it are dropped. Call it in a callback, or rerun after it: this run
    has no page context any more.
    """
    forget_results()
    for name in (CONTEXT, OWN_TABLE):  # overwritten alone, the old value would stay until the next run has ended
        st.session_state.pop(name, None)
    st.session_state[OWN_TABLE] = None if table is None else OpenTable(table, f"own-{secrets.token_hex(8)}")


def theme() -> Theme:
    """Light or dark, as the reader sees it."""
    return "dark" if st.context.theme.type == "dark" else "light"


def set_page_context(opened: OpenTable, selection: Selection) -> PageContext:
    """Called by the frame before the page runs."""
    context = PageContext(opened.table, opened.table_key, selection, theme())
    st.session_state[CONTEXT] = context
    return context


def page_context() -> PageContext:
    """The context of this run; pages call it first."""
    context: PageContext = st.session_state[CONTEXT]
    return context
