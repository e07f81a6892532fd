"""Strip plot: where the arms of one study lie among all arms of the same primary site and treatment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard.comparison.curves import Curves
from dashboard.comparison.words import percent
from dashboard.explore.place import Place
from dashboard.explore.words import author_year
from dashboard.figures.theme import axis, faded, figure, ink, layout, safe
from dashboard.vocabulary import MODALITIES

ROW, EDGES = 62, 70


def strip_figure(curves: Curves, places: Sequence[Place], *, dark: bool = False) -> go.Figure:
    """One row an arm: peers as hollow circles, pooled estimate and prediction interval as a band, the arm itself."""
    colours = ink(dark)
    rows = list(range(len(places), 0, -1))
    data: list[dict[str, Any]] = []
    shapes = []
    for row, place in zip(rows, places, strict=True):
        term = MODALITIES.get(str(curves.arms["modality"][place.arm]))
        colour = colours.text if term is None else term.colour_dark if dark else term.colour
        if math.isfinite(place.estimate):
            shapes += _expected(place, row, colour, colours.text)
        data += [_peers(curves, place, row, colour), _own(place, row, colour, colours.text)]
    names = [_words(place, row, colours.text) for row, place in zip(rows, places, strict=True)]
    return figure(
        data,
        layout(
            dark,
            height=EDGES + ROW * len(places),
            margin={"l": 16, "r": 24, "t": 8, "b": 48},
            xaxis=axis(
                dark,
                title=f"{places[0].months // 12}-year survival, as printed" if places else "",
                range=[-0.02, 1.02],
                tickformat=".0%",
                dtick=0.2,
                automargin=False,
            ),
            yaxis=axis(
                dark,
                automargin=False,
                showticklabels=False,
                range=[0.5, len(places) + 0.7],
                showgrid=False,
                showline=False,
                ticks="",
            ),
            annotations=names,
            shapes=shapes,
        ),
    )


def _words(place: Place, row: int, colour: str) -> dict[str, Any]:
    """Name of the arm above its row, so that the plot keeps the whole width."""
    name = place.name if len(place.name) <= 44 else f"{place.name[:43]}…"
    return {
        "x": 0, "xref": "paper", "xanchor": "left", "y": row + 0.5, "yref": "y", "yanchor": "middle",
        "showarrow": False, "align": "left", "text": f"<b>{safe(name)}</b>  {percent(place.survival)}",
        "font": {"size": 12, "color": colour},
    }  # fmt: skip


def _expected(place: Place, row: int, colour: str, ink_colour: str) -> list[dict[str, Any]]:
    """The prediction interval as a band and the pooled estimate as a stroke through it."""
    return [
        {
            "type": "rect", "x0": place.pi_low, "x1": place.pi_high, "y0": row - 0.26, "y1": row + 0.26,
            "layer": "below", "fillcolor": faded(colour, 0.16), "line": {"width": 0},
        },
        {
            "type": "line", "x0": place.estimate, "x1": place.estimate, "y0": row - 0.26, "y1": row + 0.26,
            "line": {"color": ink_colour, "width": 2, "dash": "dot"},
        },
    ]  # fmt: skip


def _peers(curves: Curves, place: Place, row: int, colour: str) -> dict[str, Any]:
    arms, peers = curves.arms, place.peers
    survival = curves.cells[f"s{place.months}"][peers]
    # a fixed, even scatter in height keeps equal values apart and every drawing of the plot the same
    height = row + 0.18 * np.sin(2.4 * np.arange(len(peers)))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": survival,
        "y": height,
        "marker": {"symbol": "circle-open", "size": 8, "color": faded(colour, 0.85), "line": {"width": 1.4}},
        "customdata": arms["study_id"][peers].tolist(),
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
        "text": [
            f"<b>{safe(author_year(arms['first_author'][k], arms['year'][k]))}</b>: {safe(arms['label'][k])}<br>"
            f"{percent(float(s))} printed, {_patients(arms['n'][k])}"
            for k, s in zip(peers.tolist(), survival.tolist(), strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _own(place: Place, row: int, colour: str, ink_colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [place.survival],
        "y": [row],
        "marker": {"symbol": "diamond", "size": 15, "color": colour, "line": {"width": 1.5, "color": ink_colour}},
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
        "hovertemplate": f"<b>{safe(place.name)}</b>: {percent(place.survival)} printed<extra></extra>",
    }


def _patients(n: float) -> str:
    return f"n = {n:.0f}" if math.isfinite(n) else "n not stated"
