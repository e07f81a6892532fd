"""Eras drawn: arms as segments over their years, trends with intervals, and a strip of what was studied when."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.comparison.groups import SITE_COLOURS
from dashboard.comparison.words import percent
from dashboard.explore.eras import TERMS, Eras, Trend
from dashboard.explore.words import author_year
from dashboard.figures.theme import axis, faded, figure, ink, layout, room, safe
from dashboard.vocabulary import FAMILIES, MODALITIES, PRIMARY_SITES, label

HEIGHT, STRIP_ROW, STRIP_EDGES = 470, 24, 56
THICKEST = 0.84
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")


def _style(column: str, group: str, dark: bool) -> tuple[str, str, str]:
    """Colour, dash and symbol of a group."""
    if column == "modality" and group in MODALITIES:
        term = MODALITIES[group]
        return (
            (term.colour_dark if dark else term.colour),
            term.dash,
            term.symbol.replace("-open", "").replace("-dot", ""),
        )
    if column == "family" and group in FAMILIES:
        i = list(FAMILIES).index(group)
        family = FAMILIES[group]
        return (family.colour_dark if dark else family.colour), DASHES[i % len(DASHES)], SYMBOLS[i % len(SYMBOLS)]
    i = list(PRIMARY_SITES).index(group) if group in PRIMARY_SITES else 0
    palette = SITE_COLOURS["dark" if dark else "light"]
    return palette[i % len(palette)], DASHES[i % len(DASHES)], SYMBOLS[i % len(SYMBOLS)]


def eras_figure(of: Eras, *, span: tuple[int, int] | None = None, dark: bool = False) -> go.Figure:
    """Each arm a thin segment from its first to its last year of enrolment, its marker sized by n at the middle.

    `span` are the first and last year of the x axis. Arms of which only the year of publication is known are hollow;
    the trends are lines with their 95% band, drawn only over the middle years of their arms.
    """
    data: list[dict[str, Any]] = []
    largest = float(np.nanmax(of.arms["n"].to_numpy(dtype=float), initial=1.0))
    present = set(of.arms["group"])
    for group in [*(g for g in TERMS[of.column] if g in present), *sorted(present - set(TERMS[of.column]))]:
        arms = of.arms[of.arms["group"] == group]
        colour, _, symbol = _style(of.column, str(group), dark)
        data += [_segments(arms, colour), _middles(arms, of, str(group), colour, symbol, largest)]
    for trend in of.trends:
        data += _trend(trend, of, dark)
    years = span or _years(of.arms)
    y: dict[str, Any] = {"title": "Survival, as printed", "range": [-0.02, 1.02], "tickformat": ".0%", "dtick": 0.2}
    if of.months is None:
        y = {"title": "Median survival, months, as printed", "rangemode": "tozero"}
    else:
        y["title"] = f"{of.months // 12}-year survival, as printed"
    return figure(
        data,
        layout(
            dark,
            height=HEIGHT,
            margin={"l": 60, "r": 16, "t": 36, "b": 48},
            xaxis=axis(
                dark, title="Years of enrolment", range=list(years), showgrid=False, tickformat="d", automargin=False
            ),
            yaxis=axis(dark, fixedrange=True, automargin=False, **y),
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "font": {"size": 12}},
            selectdirection="h",
        ),
    )


def _years(arms: pd.DataFrame) -> tuple[float, float]:
    if arms.empty:
        return 1980.0, 2026.0
    return float(arms["start"].min()) - 1.5, float(arms["end"].max()) + 1.5


def _segments(arms: pd.DataFrame, colour: str) -> dict[str, Any]:
    gap = np.full(len(arms), np.nan)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.stack([arms["start"], arms["end"], gap], axis=1).ravel(),
        "y": np.stack([arms["value"], arms["value"], gap], axis=1).ravel(),
        "line": {"color": faded(colour, 0.45), "width": 1.4},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _middles(arms: pd.DataFrame, of: Eras, group: str, colour: str, symbol: str, largest: float) -> dict[str, Any]:
    n = arms["n"].to_numpy(dtype=float)
    hollow = (arms["basis"] == "publication").to_numpy()
    return {
        "type": "scatter",
        "mode": "markers",
        "name": safe(label(TERMS[of.column], group)),
        "x": arms["middle"].to_numpy(dtype=float),
        "y": arms["value"].to_numpy(dtype=float),
        "customdata": arms["study_id"].tolist(),
        "marker": {
            "symbol": [f"{symbol}-open" if h else symbol for h in hollow.tolist()],
            "size": 6 + 20 * np.sqrt(np.nan_to_num(n) / largest),
            "color": faded(colour, 0.75),
            "line": {"width": 1, "color": colour},
        },
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
        "text": list(_hovers(arms, of)),
        "hovertemplate": "%{text}<extra></extra>",
    }


def _hovers(arms: pd.DataFrame, of: Eras) -> Iterable[str]:
    for row in arms.to_dict("records"):
        value = f"{row['value']:g} months" if of.months is None else percent(row["value"])
        n = f"n = {row['n']:.0f}" if math.isfinite(row["n"]) else "n not stated"
        when = f"published {row['start']:.0f}; years of enrolment not stated"
        if row["basis"] != "publication":
            when = f"treated {row['start']:.0f} to {row['end']:.0f}"
        trend = "in the trend" if row["pooled"] else "not in the trend (subgroup, overlap or no variance)"
        yield (
            f"<b>{safe(author_year(row['author'], row['year']))}</b>: {safe(row['label'])}<br>"
            f"{value} printed, {n}<br>{when}<br>{trend}"
        )


def _trend(trend: Trend, of: Eras, dark: bool) -> list[dict[str, Any]]:
    colour, dash, _ = _style(of.column, trend.group, dark)
    name = safe(label(TERMS[of.column], trend.group))
    band = {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate([trend.years, trend.years[::-1]]),
        "y": np.concatenate([trend.high, trend.low[::-1]]),
        "fill": "toself",
        "fillcolor": faded(colour, 0.14),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": trend.years,
        "y": trend.mean,
        "line": {"color": colour, "width": 3, "dash": dash},
        "name": f"{name}: trend (derived)",
        "showlegend": False,
        "hovertemplate": f"{name}, trend of {trend.arms} arms (derived)<br>%{{x:.0f}}: %{{y:.3g}}<extra></extra>",
    }
    return [band, line]


def studied_figure(found: pd.DataFrame, *, span: tuple[float, float], dark: bool = False) -> go.Figure:
    """Families of treatment over the years: the more studies enrolled in a year, the thicker its band."""
    colours = ink(dark)
    families = [f for f in FAMILIES if f in set(found["family"])]
    names = [label(FAMILIES, f).split(" or ")[0] for f in families]
    most = float(found["studies"].max()) if len(found) else 1.0
    data = []
    for i, family in enumerate(families):
        term = FAMILIES[family]
        rows = found[found["family"] == family].sort_values("year")
        data.append(_band(rows, len(families) - i, most, term.colour_dark if dark else term.colour))
    return figure(
        data,
        layout(
            dark,
            height=STRIP_EDGES + STRIP_ROW * max(1, len(families)),
            margin={"l": room(names, 12), "r": 16, "t": 6, "b": 40},
            xaxis=axis(dark, range=list(span), showgrid=False, tickformat="d", automargin=False),
            yaxis=axis(
                dark,
                tickvals=[len(families) - i for i in range(len(families))],
                ticktext=names,
                range=[0.4, len(families) + 0.6],
                showgrid=False,
                showline=False,
                ticks="",
                tickfont={"color": colours.text, "size": 12},
                automargin=False,
            ),
        ),
    )


def _band(rows: pd.DataFrame, at: int, most: float, colour: str) -> dict[str, Any]:
    """One closed shape a family, a step a year: a mark a year would cost the browser ten times as much."""
    years = np.arange(rows["year"].min(), rows["year"].max() + 1)
    studies = np.zeros(len(years))
    studies[rows["year"].to_numpy(dtype=int) - years[0]] = rows["studies"]
    edges = np.stack([years - 0.5, years + 0.5], axis=1).ravel()
    half = np.repeat(THICKEST / 2 * studies / most, 2)
    name = safe(label(FAMILIES, str(rows["family"].iloc[0])))
    said = [f"{name}, {year}: {n:.0f} studies enrolling" for year, n in zip(years, studies, strict=True) for _ in "ab"]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate([edges, edges[::-1]]),
        "y": np.concatenate([at + half, (at - half)[::-1]]),
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0, "color": colour},
        "hoveron": "points",
        "text": [*said, *reversed(said)],
        "hovertemplate": "%{text}<extra></extra>",
    }
