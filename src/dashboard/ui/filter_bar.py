"""The filters in the sidebar: state bound to the URL, the Selection it makes, and the component that shows it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.selection import Selection
from dashboard.ui.context import OpenTable, counts, selected_totals
from dashboard.ui.filters import filters
from dashboard.ui.state import (
    CENTER_OPTIONS,
    DESIGN_OPTIONS,
    ENDPOINT_OPTIONS,
    MODALITY_OPTIONS,
    SITE_OPTIONS,
    bound,
    needed,
    selection_from,
)
from dashboard.ui.words import totals_sentence
from dashboard.vocabulary import YEAR_FROM, YEAR_TO


def filter_bar(opened: OpenTable) -> Selection:
    """Draw the filters of this table and return what they ask for."""
    with st.sidebar:
        head = st.container(key="filter_head")
        with st.container(key="bound_filters"):
            selection = selection_from(_state())
        head.markdown(f"**Liver Metastases Survival Atlas**  \n{totals_sentence(selected_totals(opened, selection))}")
        filters(selection, counts(opened, selection))
        st.caption("Published figures for discussion among professionals; not medical advice.")
    return selection


def _state() -> dict[str, Any]:
    """The bound widgets, unseen: they keep the link. Those on demand only while they say something; what they say."""
    said: dict[str, Any] = {
        "site": st.multiselect("Primary site", SITE_OPTIONS, **bound("site")),
        "modality": st.multiselect("Treatment", MODALITY_OPTIONS, **bound("modality")),
    }
    if needed("endpoint"):
        said["endpoint"] = st.selectbox("Endpoint", ENDPOINT_OPTIONS, **bound("endpoint"))
    if needed("era"):
        said["era"] = st.slider("Years of treatment", YEAR_FROM, YEAR_TO, (YEAR_FROM, YEAR_TO), **bound("era"))
    if needed("design"):
        said["design"] = st.multiselect("Study design", DESIGN_OPTIONS, **bound("design"))
    if needed("centers"):
        said["centers"] = st.multiselect("Centres", CENTER_OPTIONS, **bound("centers"))
    if needed("min_n"):
        said["min_n"] = st.number_input("Smallest arm, patients", 0, 100_000, 0, **bound("min_n"))
    if needed("subgroups"):
        said["subgroups"] = st.toggle("Include subgroups", **bound("subgroups"))
    if needed("ambiguous"):
        said["ambiguous"] = st.toggle("Include ambiguous figures", **bound("ambiguous"))
    if needed("q"):
        said["q"] = st.text_input("Search", **bound("q"))
    return said
