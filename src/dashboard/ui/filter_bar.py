"""The filters in the sidebar: widgets bound to the URL, and the Selection they make."""

from __future__ import annotations

import streamlit as st

from dashboard.selection import Selection
from dashboard.ui.context import OpenTable, counts, selected_totals
from dashboard.ui.facets import apply_pending, modality_facet, site_facet
from dashboard.ui.state import (
    CENTER_OPTIONS,
    DESIGN_OPTIONS,
    ENDPOINT_OPTIONS,
    FILTER_DEFAULTS,
    MODALITY_OPTIONS,
    SITE_OPTIONS,
    bound,
    selection_from,
    write,
)
from dashboard.ui.words import totals_sentence
from dashboard.vocabulary import DECADES, YEAR_FROM, YEAR_TO


def filter_bar(opened: OpenTable) -> Selection:
    """Draw the filters of this table and return what they ask for."""
    apply_pending()
    with st.sidebar:
        head = st.container(key="filter_head", gap=None)
        sites = st.container(key="filter_site", gap=None)
        modalities = st.container(key="filter_modality", gap=None)
        st.selectbox(
            "Endpoint", ENDPOINT_OPTIONS, help="Curves of different endpoints are never mixed.", **bound("endpoint")
        )
        _era()
        with st.expander("More filters"):
            _more()
        with st.container(key="bound_state"):
            st.multiselect("Primary site", SITE_OPTIONS, **bound("site"))
            st.multiselect("Modality", MODALITY_OPTIONS, **bound("modality"))
        selection = selection_from({name: st.session_state[name] for name in FILTER_DEFAULTS})
        shown = counts(opened, selection)
        with sites:
            site_facet(shown["site"])
        with modalities:
            modality_facet(shown["family"], shown["modality"])
        with head:
            st.markdown("**Liver Metastases Survival Atlas**")
            st.markdown(totals_sentence(selected_totals(opened, selection)))
        st.caption("Published figures for discussion among professionals; not medical advice.")
    return selection


def _era() -> None:
    st.slider(
        "Years of treatment",
        YEAR_FROM,
        YEAR_TO,
        (YEAR_FROM, YEAR_TO),
        help="Enrolment that overlaps these years; the year of publication where enrolment is not stated.",
        **bound("era"),
    )
    with st.container(horizontal=True, key="decades", gap=None):
        for decade in DECADES:
            first = int(decade[:4])
            years = (first, min(first + 9, YEAR_TO))
            st.button(f"{first}s", on_click=write, args=({"era": years},), type="tertiary", key=f"decade_{first}")


def _more() -> None:
    st.multiselect("Study design", DESIGN_OPTIONS, **bound("design"))
    st.multiselect("Centres", CENTER_OPTIONS, **bound("centers"))
    st.number_input("Smallest arm, patients", 0, 100_000, 0, 10, **bound("min_n"))
    st.toggle("Include subgroups", help="Their patients are already in other arms of the study.", **bound("subgroups"))
    st.toggle("Include ambiguous figures", help="The source can be read in more than one way.", **bound("ambiguous"))
    st.text_input("Search author, title, label", **bound("q"))
