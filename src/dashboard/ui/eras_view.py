"""The eras on the screen: a brush over years becomes the era filter."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.explore.eras import (
    GROUPS,
    QUANTITIES,
    Eras,
    eras,
    eras_table,
    finding,
    studied,
    studied_finding,
    studied_table,
)
from dashboard.figures.eras import eras_figure, studied_figure
from dashboard.selection import Selection, apply, selected_positions
from dashboard.ui.cache import per_table
from dashboard.ui.chart import chart
from dashboard.ui.compare_view import curves_of
from dashboard.ui.context import OpenTable, PageContext
from dashboard.ui.links import check_choice
from dashboard.ui.open_study import open_study
from dashboard.ui.state import bound, write
from dashboard.ui.study_parts import effects_of
from dashboard.vocabulary import YEAR_FROM, YEAR_TO

ERAS_KEY = "eras_chart"


@per_table()
def eras_of(table: pd.DataFrame, table_key: str, selection: Selection, column: str, months: int | None) -> Eras:
    """`explore.eras.eras` of a selection, kept."""
    source = OpenTable(table, table_key)
    curves = curves_of(source)
    chosen = curves.of_rows(selected_positions(table, selection))
    return eras(curves, effects_of(source, table_key, months), chosen, column=column, months=months)


@per_table(max_entries=64)
def eras_drawn(
    table: pd.DataFrame, table_key: str, selection: Selection, column: str, quantity: str, dark: bool
) -> tuple[go.Figure, str]:
    """The figure and its finding in words, kept."""
    found = eras_of(OpenTable(table, table_key), table_key, selection, column, QUANTITIES[quantity])
    return eras_figure(found, dark=dark), finding(found, quantity)


@per_table()
def studied_of(table: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """`explore.eras.studied` of a selection, kept."""
    return studied(apply(table, selection))


@per_table(max_entries=64)
def studied_drawn(
    table: pd.DataFrame, table_key: str, selection: Selection, dark: bool
) -> tuple[go.Figure, str] | None:
    """The strip of what was studied when and its finding in words, kept; None where no enrolment is known."""
    strip = studied_of(OpenTable(table, table_key), selection)
    if strip.empty:
        return None
    years = strip["year"].to_numpy()
    figure = studied_figure(strip, span=(float(years.min()) - 1.5, float(years.max()) + 1.5), dark=dark)
    return figure, studied_finding(strip)


def controls() -> tuple[str, str]:
    """What is shown and how it is grouped, both part of the link."""
    check_choice("eras_value", QUANTITIES)
    check_choice("eras_by", GROUPS)
    with st.container(horizontal=True, vertical_alignment="bottom", key="eras_controls", gap="medium"):
        quantity = st.selectbox("Show", list(QUANTITIES), width=200, **bound("eras_value"))
        by = st.selectbox("Colour and trend by", list(GROUPS), width=220, **bound("eras_by"))
    return quantity, by


def brushed() -> None:
    """Callback: the years under the brush become the era filter."""
    boxes = st.session_state[ERAS_KEY].selection.get("box") or []
    if boxes:
        low, high = sorted(float(x) for x in boxes[0]["x"])
        first, last = max(YEAR_FROM, math.ceil(low)), min(YEAR_TO, math.floor(high))
        write({"era": (first, max(first, last))})


def draw_eras(context: PageContext, quantity: str, by: str) -> None:
    """The segments and trends, and when which family was studied."""
    dark, column = context.theme == "dark", GROUPS[by]
    figure, words = eras_drawn(context, context.table_key, context.selection, column, quantity, dark)
    st.write(words)
    st.caption(
        "A trend between studies is no proof of progress: patients, selection and the start of the clock changed too "
        "(stage migration, immortal-time bias)."
    )
    chart(
        figure,
        lambda: eras_table(eras_of(context, context.table_key, context.selection, column, QUANTITIES[quantity])),
        name=f"{quantity} by years of enrolment",
        alt=words,
        key=ERAS_KEY,
        caption="Segments: years of enrolment of one arm; marker: n. Hollow: only the year of publication is known. "
        "Line and band: regression and 95% interval (derived). Drag across years to filter by them; the years in "
        "the sidebar do the same by keyboard. A click on a marker opens its study.",
        on_select=brushed,
        selection_mode="box",  # with single marks beside it a drag would pan
        on_mark=open_study,
    )
    strip = studied_drawn(context, context.table_key, context.selection, dark)
    if strip is None:
        return
    st.subheader("When which treatment was studied")
    chart(
        strip[0],
        lambda: studied_table(studied_of(context, context.selection)),
        name="When which treatment was studied",
        alt=strip[1],
        key="eras_strip",
        caption="Thickness: studies whose years of enrolment cover the year.",
    )
