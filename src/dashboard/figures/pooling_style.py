"""Ink, paper and layout that the figures of pooled survival share, in both themes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

FONT = "Source Sans Pro, Segoe UI, Helvetica, Arial, sans-serif"


@dataclass(frozen=True)
class Ink:
    """Colours of one theme; all text colours reach 4.5:1 on `paper`."""

    paper: str
    text: str
    muted: str
    grid: str
    point: str
    pooled: str
    prediction: str
    band: str


LIGHT = Ink("#FFFFFF", "#1F2630", "#5F6672", "#E3E6EA", "#0072B2", "#1F2630", "#8A5A00", "rgba(31,38,48,0.12)")
DARK = Ink("#0E1117", "#E8EAED", "#A5ACB8", "#333A45", "#4BA3DB", "#E8EAED", "#E6B35A", "rgba(232,234,237,0.16)")


def ink(dark: bool) -> Ink:
    """The colours of the theme."""
    return DARK if dark else LIGHT


def base_figure(dark: bool, height: int, traces: Sequence[dict[str, Any]] = (), **layout: Any) -> go.Figure:
    """A figure with every colour explicit, so that no host theme can change it.

    Traces and layout as plain dictionaries with arrays, in one go: plotly validates piecewise additions several times.
    """
    colours = ink(dark)
    return go.Figure(
        data=list(traces),
        layout={
            "template": "none",
            "height": height,
            "paper_bgcolor": colours.paper,
            "plot_bgcolor": colours.paper,
            "font": {"family": FONT, "size": 13, "color": colours.text},
            "hoverlabel": {"font": {"family": FONT, "size": 13}, "align": "left"},
            "showlegend": False,
            **layout,
        },
    )


def texts(values: Iterable[str]) -> npt.NDArray[np.str_]:
    """Strings as an array of fixed width: plotly copies lists and object arrays element by element."""
    return np.array([*values], dtype=np.str_)


def one_or_all(colours: Iterable[str], empty: str) -> str | npt.NDArray[np.str_]:
    """One colour where all are the same, which plotly checks once."""
    every = texts(colours)
    if not len(every):
        return empty
    return str(every[0]) if (every == every[0]).all() else every


def scatter(**settings: Any) -> dict[str, Any]:
    """A scatter trace as a plain dictionary."""
    return {"type": "scatter", **settings}


def axis_title(text: str, dark: bool) -> dict[str, Any]:
    """An axis title in the figure's own size."""
    return {"text": text, "font": {"size": 13, "color": ink(dark).text}}


def axis(dark: bool, **settings: Any) -> dict[str, Any]:
    """An axis with the theme's lines and text."""
    colours = ink(dark)
    return {
        "gridcolor": colours.grid,
        "linecolor": colours.muted,
        "tickcolor": colours.muted,
        "tickfont": {"color": colours.text},
        "zeroline": False,
        "automargin": True,
    } | settings
