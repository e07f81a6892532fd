"""An empty selection: which filter to widen, and by how much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from dashboard.selection import Selection
from dashboard.ui.cache import Source
from dashboard.ui.context import PageContext, selected_totals
from dashboard.ui.state import FIELDS, FILTER_DEFAULTS, clear, values_from
from dashboard.ui.words import count

WIDER = {
    "site": "Any primary site",
    "modality": "Any treatment",
    "era": "Any years",
    "endpoint": "Overall survival instead",
    "design": "Any design",
    "centers": "Any centres",
    "min_n": "Arms of any size",
    "subgroups": "Without subgroups",
    "ambiguous": "Without ambiguous figures",
    "q": "Without the text",
}


@dataclass(frozen=True)
class Way:
    """One filter put back to its default, and how many studies the rest then gives."""

    name: str
    studies: int


def ways_out(source: Source, selection: Selection, studies: Callable[[Selection], int] | None = None) -> list[Way]:
    """Filters whose removal alone gives studies, the most fruitful first; empty when no single one does."""
    count_studies = studies or (lambda wider: selected_totals(source, wider).studies)
    values = values_from(selection)
    ways = [
        Way(name, count_studies(selection.without(*FIELDS[name])))
        for name in FIELDS
        if values[name] != FILTER_DEFAULTS[name]
    ]
    return sorted((way for way in ways if way.studies), key=lambda way: -way.studies)


def empty_selection(context: PageContext) -> None:
    """Say that nothing answers the filters and offer what would."""
    st.header("No published figure answers these filters")
    ways = ways_out(context, context.selection)
    if ways:
        st.write("Widen one of them:")
    else:
        st.write("No single filter is the reason; several together leave nothing.")
    with st.container(horizontal=True, key="ways_out"):
        for way in ways:
            st.button(
                f"{WIDER[way.name]}: {count(way.studies, 'study', 'studies')}",
                key=f"widen_{way.name}",
                on_click=clear,
                args=(way.name,),
            )
        st.button("Reset all filters", key="widen_all", on_click=clear, type="tertiary" if ways else "primary")
