"""The evidence map on the screen: a click on a cell sets the filters, and its studies stand below."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.explore.evidence_map import LEVELS, EvidenceMap, columns_of, evidence_map, survival_words
from dashboard.explore.map_words import LIST_COLUMNS, finding, list_cells, map_table
from dashboard.figures.evidence_map import SHADES, cell_id, evidence_map_figure
from dashboard.selection import Selection
from dashboard.ui.cache import per_table
from dashboard.ui.chart import chart
from dashboard.ui.compare_view import curves_of
from dashboard.ui.context import OpenTable, PageContext, selected_totals
from dashboard.ui.links import check_choice
from dashboard.ui.open_study import open_study
from dashboard.ui.pick_list import PickRow, PickTable, pick_list
from dashboard.ui.state import bound, modality_labels, write
from dashboard.ui.study_parts import effects_of
from dashboard.ui.study_table import draw_studies
from dashboard.ui.words import totals_sentence
from dashboard.vocabulary import PRIMARY_SITES, label

FIVE_YEARS = 60
MAP_KEY = "evidence_map"


@per_table()
def map_of(table: pd.DataFrame, table_key: str, selection: Selection, level: str) -> EvidenceMap:
    """`explore.evidence_map.evidence_map`, kept."""
    source = OpenTable(table, table_key)
    return evidence_map(table, curves_of(source), effects_of(source, table_key, FIVE_YEARS), selection, level)


@per_table(max_entries=64)
def map_drawn(
    table: pd.DataFrame,
    table_key: str,
    selection: Selection,
    level: str,
    shade: str,
    chosen: tuple[str, ...],
    dark: bool,
) -> tuple[go.Figure, str, PickTable]:
    """The figure, its finding in words and the ranked list, kept."""
    found = map_of(OpenTable(table, table_key), table_key, selection, level)
    rows = [PickRow(cell_id(s, c), cells, cell_id(s, c) in chosen) for s, c, cells in list_cells(found)]
    figure = evidence_map_figure(found, shade, chosen=frozenset(chosen), dark=dark)
    return figure, finding(found), PickTable(LIST_COLUMNS, rows, len(rows))


def open_cell(value: str, level: str) -> None:
    """Callback: the filters become this cell."""
    site, _, key = value.partition("|")
    members = next((column.members for column in columns_of(level) if column.key == key), ())
    if site in PRIMARY_SITES and members:
        write({"site": [label(PRIMARY_SITES, site)], "modality": modality_labels(members)})


def controls() -> tuple[str, str]:
    """Level and shade, both part of the link."""
    check_choice("level", LEVELS)
    check_choice("colour", SHADES)
    with st.container(horizontal=True, vertical_alignment="bottom", key="map_controls", gap="medium"):
        level = st.selectbox(
            "Treatments as",
            LEVELS,
            width=260,
            help="A family named here is opened; others stay closed.",
            **bound("level"),
        )
        shade = st.selectbox("Colour says", list(SHADES), width=200, **bound("colour"))
    return level, shade


def draw_map(context: PageContext, level: str, shade: str) -> None:
    """The map where there is room for it, the ranked list where there is not; the style sheet shows one of them."""
    asked = context.selection.without("sites", "modalities")
    chosen = _chosen(context, level)
    figure, words, ranked = map_drawn(
        context, context.table_key, asked, level, shade, tuple(sorted(chosen)), context.theme == "dark"
    )

    def clicked() -> None:
        points = st.session_state[MAP_KEY].selection.points
        if points and points[0].get("customdata"):
            data = points[0]["customdata"]
            open_cell(str(data[0] if isinstance(data, list) else data), level)

    st.write(words)
    with st.container(key="map_wide"):
        chart(
            figure,
            lambda: map_table(map_of(context, context.table_key, asked, level)),
            name="Evidence map",
            alt=words,
            key=MAP_KEY,
            caption="Size: patients. Small cross: no study in this atlas. Hollow: derived, or not known. Pooled "
            "from three arms on (random effects), else as printed, with the number of arms in brackets or raised. "
            "Under single treatments, survival in per cent. Click a marker to filter by it.",
            on_select=clicked,
        )
    with st.container(key="map_narrow"):
        pick_list(
            ranked,
            title="Primary sites and treatments, most patients first",
            key="map_list",
            on_pick=lambda value: open_cell(value, level),
        )


def _chosen(context: PageContext, level: str) -> frozenset[str]:
    """Cells that the filters single out."""
    sites, modalities = context.selection.sites, set(context.selection.modalities)
    if not sites or not modalities:
        return frozenset()
    return frozenset(
        cell_id(site, c.key) for site in sites for c in columns_of(level) if modalities.issuperset(c.members)
    )


def draw_cell(context: PageContext, level: str) -> None:
    """What the filters now hold: pooled survival and the studies."""
    chosen = _chosen(context, level)
    if not chosen:
        return
    asked = context.selection.without("sites", "modalities")
    found = map_of(context, context.table_key, asked, level)
    names = {column.key: column.label for column in found.columns}
    for _, cell in found.cells.iterrows():
        if cell_id(cell["site"], cell["column"]) in chosen:
            st.subheader(f"{label(PRIMARY_SITES, cell['site'])}, {names[cell['column']].lower()}")
            totals = totals_sentence(selected_totals(context, context.selection))
            st.write(f"5-year survival: {survival_words(cell)}. {totals}.")
    draw_studies(context, on_pick=open_study)
