"""A figure with what stands under every figure: its table, and its SVG, PNG and CSV."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import numpy as np
import orjson
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.figures.theme import Drawing
from dashboard.intake.safe_text import to_csv
from dashboard.ui.component import component

SelectionMode = Literal["points", "box"]
CONTAINERS = (dict, list, tuple, np.ndarray)
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": "reset"}
# What Streamlit makes of a figure's layout for each way of selecting; told beforehand, it changes nothing.
SELECTING: dict[SelectionMode | None, dict[str, str]] = {
    None: {},
    "points": {"clickmode": "event+select", "hovermode": "closest", "dragmode": "pan"},
    "box": {"clickmode": "event", "hovermode": "closest", "dragmode": "select"},
}


def file_stem(name: str) -> str:
    """`name` as the stem of a file name: lower case, words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "figure"


def converted(fig: go.Figure, mode: SelectionMode | None = None) -> go.Figure:
    """The figure with its conversion for the browser kept: a figure from a cache is converted once, not at every rerun.

    The conversion is most of what a chart costs the server. For the browser it is written so that it draws once:
    Streamlit hands every new figure to plotly a second time as a copy, which plotly passes over only if there is no
    template, no encoded array and a data revision, and if the copy's way of selecting is that of the first.
    """
    if "to_dict" not in vars(fig):
        data, layout = fig.parts() if isinstance(fig, Drawing) else (fig.to_dict()[part] for part in ("data", "layout"))
        drawn = {key: each for key, each in layout.items() if key != "template"} | {"datarevision": 1} | SELECTING[mode]
        spec = {"data": [_written(trace) for trace in data], "layout": _written(drawn)}
        fig.to_dict = lambda: spec
    return fig


def _written(parts: dict[str, Any]) -> dict[str, Any]:
    """A trace or a layout with whatever is not a plain value as JSON already, which no later run writes again."""
    return {key: _json(each) if isinstance(each, CONTAINERS) else each for key, each in parts.items()}


def _json(value: Any) -> orjson.Fragment:
    return orjson.Fragment(orjson.dumps(_rounded(value), option=orjson.OPT_SERIALIZE_NUMPY, default=np.ndarray.tolist))


def _rounded(value: Any) -> Any:
    """Numbers of arrays to a millionth, far below a pixel: half the text of all digits."""
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        return value.round(6)
    return value


def table_file(
    made: Callable[[], pd.DataFrame], *, name: str, key: str, says: str = "The numbers of this table."
) -> None:
    """The CSV under a table or a figure; made on the click."""
    st.download_button(
        "CSV",
        lambda: to_csv(made()),
        f"{file_stem(name)}.csv",
        "text/csv",
        on_click="ignore",
        type="tertiary",
        key=key,
        help=says,
    )


def _marked(place: str, on_mark: Callable[[str], None]) -> None:
    click = st.session_state[f"{place}_files"]["mark"]
    if click:
        on_mark(str(click["value"]))


def chart(
    fig: go.Figure,
    table: pd.DataFrame | Callable[[], pd.DataFrame],
    *,
    name: str,
    alt: str,
    key: str,
    caption: str | None = None,
    on_select: Literal["ignore", "rerun"] | Callable[[], None] = "ignore",
    selection_mode: SelectionMode = "points",
    on_mark: Callable[[str], None] | None = None,
    table_title: str | None = None,
    column_config: dict[str, Any] | None = None,
) -> Any:
    """Draw a figure, its table and its downloads.

    Parameters
    ----------
    fig
        Complete figure with its own template and colours; Streamlit's theme is not applied. It must not change
        afterwards.
    table
        What the figure shows, one row a mark, with headings fit for a reader; it is what the CSV holds. A function is
        called only when the table is asked for.
    name
        What the figure is, in words; becomes the name of the downloaded files.
    alt
        The figure in a sentence, for who cannot see it.
    key
        Identity of the figure in the page.
    on_mark
        Called with the `customdata` of a mark that was clicked (the first of a list), where a selection of marks by
        Streamlit would take the place of another, as a brush.

    Returns
    -------
    The selection event of `st.plotly_chart` when `on_select` is not "ignore", else None.
    """
    place = f"chart_{key}"

    def made() -> pd.DataFrame:
        return table() if callable(table) else table

    with st.container(key=place, gap="small"):
        event = st.plotly_chart(
            converted(fig, None if on_select == "ignore" else selection_mode),
            key=key,
            alt=alt,
            theme=None,
            config=CONFIG,
            on_select=on_select,
            selection_mode=selection_mode,
        )
        if caption:
            st.caption(caption)
        stem = file_stem(name)
        with st.container(horizontal=True, vertical_alignment="center", key=f"{place}_tools", gap="small"):
            as_table = st.toggle("Show as table", key=f"{place}_as_table")
            tools = {"place": place, "stem": stem, "title": name, "alt": alt, "marks": on_mark is not None}
            # what can be clicked is two more widgets to Streamlit, so it is told only where a mark leads somewhere
            clicks: dict[str, Any] = {"on_mark_change": partial(_marked, place, on_mark)} if on_mark else {}
            component("figure_files")(data=tools, key=f"{place}_files", width="content", **clicks)
            table_file(made, name=name, key=f"{place}_csv", says="The numbers of this figure.")
        if as_table:
            if table_title:
                st.markdown(f"**{table_title}**")
            st.dataframe(made(), hide_index=True, column_config=column_config, alt=f"{name}, as a table")
    return None if on_select == "ignore" else event
