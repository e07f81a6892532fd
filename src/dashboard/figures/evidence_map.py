"""The evidence map drawn: one marker a primary site and treatment, a faint dot where nothing is known."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.explore.evidence_map import POOLED, WORKED_OUT, EvidenceMap, median_words, survival_words
from dashboard.figures.theme import axis, figure, ink, layout, room, safe
from dashboard.vocabulary import PRIMARY_SITES, label

ROW, EDGES = 40, 170
SMALLEST, LARGEST = 9.0, 34.0
COLUMN_LETTERS = 11
RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# one hue from pale to deep, ordered in lightness; not a colour of any treatment
SCALE_LIGHT: Final = [[0.0, "#E9E3F0"], [0.35, "#B7A6CF"], [0.7, "#74589F"], [1.0, "#371B63"]]
SCALE_DARK: Final = [[0.0, "#3A2F52"], [0.35, "#6E5A96"], [0.7, "#A890D0"], [1.0, "#EADFFB"]]


@dataclass(frozen=True)
class Shade:
    """What the colour says: a column of the cells, its title and how its value is written."""

    column: str
    title: str
    kind: str


SHADES: Final = {
    "5-year survival": Shade("survival", "5-year survival", "percent"),
    "Median survival": Shade("median", "Median, months", "months"),
    "Studies": Shade("studies", "Studies", "count"),
    "Patients": Shade("patients", "Patients", "count"),
    "Newest study": Shade("newest", "Newest study", "year"),
}


def cell_id(site: str, column: str) -> str:
    """What a click on a marker sends."""
    return f"{site}|{column}"


def value_words(value: float, kind: str) -> str:
    """A value as it stands beside its marker."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "n.r."
    return f"{value:.0%}" if kind == "percent" else f"{value:,.0f}" if kind != "year" else f"{value:.0f}"


def evidence_map_figure(
    of: EvidenceMap, shade: str, *, chosen: frozenset[str] = frozenset(), dark: bool = False
) -> go.Figure:
    """Markers at site x treatment: size says patients, colour and the text beside it what `shade` names.

    A hollow marker is a value that was derived or is not known; `chosen` cells (see `cell_id`) carry a ring.
    """
    colours, look = ink(dark), SHADES[shade]
    x = {column.key: i for i, column in enumerate(of.columns)}
    y = {site: len(of.sites) - 1 - i for i, site in enumerate(of.sites)}
    cells = of.cells
    at = np.array([x[c] for c in cells["column"]], dtype=float)
    row = np.array([y[s] for s in cells["site"]], dtype=float)
    value = cells[look.column].to_numpy(dtype=float)
    many = len(of.columns) > 12
    shift = 0.0 if many else 0.12
    heads = [safe(column.label) if many else _wrapped(safe(column.label)) for column in of.columns]
    sites = [safe(label(PRIMARY_SITES, site)) for site in of.sites]
    lines = max((head.count("<br>") + 1 for head in heads), default=0)
    above = round(0.87 * room(heads, 12)) if many else 14 + 16 * lines  # slanting heads are as tall as sin 60°
    return figure(
        [_gaps(of, at, row, colours.axis), *_marks(of, look, at - shift, row, value, chosen, dark, many)],
        layout(
            dark,
            height=EDGES + ROW * len(of.sites),
            margin={"l": room(sites, 13), "r": 12, "t": above, "b": 64},
            xaxis=axis(
                dark,
                side="top",
                tickvals=list(x.values()),
                ticktext=heads,
                tickangle=-60 if many else 0,
                tickfont={"color": colours.text, "size": 12},
                # the values of the last column stand to the right of its markers
                range=[-0.5, len(of.columns) - (0.4 if many else 0.1)],
                showline=False,
                ticks="",
                fixedrange=True,
                automargin=False,
            ),
            yaxis=axis(
                dark,
                tickvals=list(y.values()),
                ticktext=sites,
                tickfont={"color": colours.text, "size": 13},
                range=[-0.6, len(of.sites) - 0.4],
                showline=False,
                ticks="",
                fixedrange=True,
                automargin=False,
            ),
        ),
    )


def _wrapped(text: str) -> str:
    return "<br>".join(textwrap.wrap(text, COLUMN_LETTERS))


def _gaps(of: EvidenceMap, at: np.ndarray, row: np.ndarray, colour: str) -> dict[str, Any]:
    """A small cross in every empty cell: nothing published here, as far as this atlas knows."""
    full = set(zip(at.tolist(), row.tolist(), strict=True))
    empty = [(i, j) for i in range(len(of.columns)) for j in range(len(of.sites)) if (i, j) not in full]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [i for i, _ in empty],
        "y": [j for _, j in empty],
        "marker": {"symbol": "x-thin-open", "size": 5, "color": colour, "opacity": 0.55, "line": {"width": 1}},
        "hovertemplate": "no study in this atlas<extra></extra>",
        "hoverinfo": "skip",
        "selected": {"marker": {"opacity": 0.55}},
        "unselected": {"marker": {"opacity": 0.55}},
    }


def _marks(
    of: EvidenceMap,
    look: Shade,
    at: np.ndarray,
    row: np.ndarray,
    value: np.ndarray,
    chosen: frozenset[str],
    dark: bool,
    many: bool,
) -> list[dict[str, Any]]:
    colours, cells = ink(dark), of.cells
    ids = [cell_id(s, c) for s, c in zip(cells["site"], cells["column"], strict=True)]
    finite = np.where(np.isfinite(value), value, np.nan)
    top = np.nanmax(finite) if np.isfinite(finite).any() else 1.0
    low = 0.0 if look.kind != "year" else float(np.nanmin(finite, initial=np.inf))
    span = (low, 1.0 if look.kind == "percent" else max(float(top), low + 1.0))
    share = np.clip(
        (np.where(np.isinf(value), span[1], np.nan_to_num(value, nan=span[0])) - low) / (span[1] - low), 0, 1
    )
    hollow = ~np.isfinite(value) & ~np.isinf(value)
    if look.column == "survival":
        hollow |= (cells["survival_how"] == WORKED_OUT).to_numpy()
    size = np.sqrt(np.nan_to_num(cells["patients"].to_numpy(dtype=float), nan=0.0))
    size = SMALLEST + (LARGEST * (0.8 if many else 1.0) - SMALLEST) * size / max(size.max(initial=1.0), 1.0)
    rings = np.array([2.6 if i in chosen else 1.0 for i in ids])
    edges = np.array([colours.text if i in chosen else colours.muted for i in ids])
    hovers = np.array([_hover(of, cell) for _, cell in cells.iterrows()], dtype=object)
    traces = []
    for part, symbol in ((~hollow, "circle"), (hollow, "circle-open")):
        marker: dict[str, Any] = {
            "size": size[part],
            "symbol": symbol,
            "line": {"width": rings[part] + (0.8 if symbol == "circle-open" else 0), "color": edges[part].tolist()},
        }
        if symbol == "circle":
            marker |= {
                "color": share[part],
                "cmin": 0,
                "cmax": 1,
                "colorscale": SCALE_DARK if dark else SCALE_LIGHT,
                "colorbar": _bar(look, span, colours.text),
                "showscale": True,
            }
        else:
            marker["color"] = edges[part].tolist()
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": at[part],
                "y": row[part],
                "customdata": [i for i, inside in zip(ids, part.tolist(), strict=True) if inside],
                "marker": marker,
                "selected": {"marker": {"opacity": 1}},
                "unselected": {"marker": {"opacity": 1}},
                "text": hovers[part].tolist(),
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    words = {
        "type": "scatter",
        "mode": "text",
        "cliponaxis": False,
        "x": at,
        "y": row - 0.42 if many else row,
        "text": [_beside(w, s, many) for w, s in zip(_values(cells, look, value, many), size.tolist(), strict=True)],
        "textposition": "middle center" if many else "middle right",
        "textfont": {"size": 10 if many else 12, "color": colours.text},
        "hoverinfo": "skip",
        "selected": {"textfont": {"color": colours.text}},
        "unselected": {"textfont": {"color": colours.text}},
    }
    return [*traces, words]


def _values(cells: pd.DataFrame, look: Shade, value: np.ndarray, many: bool) -> list[str]:
    """Values as text; one that is not pooled carries the number of arms behind it.

    In brackets, or among `many` columns, where a value has the room of three letters, raised and without the sign %.
    """
    said = [value_words(v, look.kind) for v in value.tolist()]
    if many:
        said = [words.removesuffix("%") for words in said]
    if look.column not in ("survival", "median"):
        return said
    arms, how = cells[f"{look.column}_arms"].tolist(), cells[f"{look.column}_how"].tolist()
    behind = [f"{k:.0f}".translate(RAISED) if many else f" ({k})" for k in arms]
    return [s + k if h and h != POOLED else s for s, k, h in zip(said, behind, how, strict=True)]


def _beside(said: str, size: float, many: bool) -> str:
    """Text to the right of a marker: thin spaces keep it clear of a large one."""
    return said if many else "\u2009" * math.ceil(size / 2 / 2.2 + 1) + said


def _bar(look: Shade, span: tuple[float, float], colour: str) -> dict[str, Any]:
    """The colour scale, small, under the map."""
    return {
        "orientation": "h",
        "thickness": 8,
        "len": 0.3,
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yanchor": "top",
        "ypad": 8,
        "outlinewidth": 0,
        "title": {"text": look.title, "side": "top", "font": {"size": 12, "color": colour}},
        "tickvals": [0, 0.5, 1],
        "ticktext": [value_words(span[0] + share * (span[1] - span[0]), look.kind) for share in (0, 0.5, 1)],
        "tickfont": {"size": 12, "color": colour},
    }


def _hover(of: EvidenceMap, cell: pd.Series) -> str:
    column = next(c for c in of.columns if c.key == cell["column"])
    patients = "patients not stated" if math.isnan(cell["patients"]) else f"{cell['patients']:,.0f} patients"
    return "<br>".join(
        (
            f"<b>{safe(label(PRIMARY_SITES, cell['site']))}, {safe(column.label).lower()}</b>",
            f"{cell['studies']:,} studies, {cell['arms']:,} arms, {patients}",
            f"5-year survival: {survival_words(cell)}",
            f"median survival: {median_words(cell)}",
            f"newest study: {cell['newest']:.0f}",
        )
    )
