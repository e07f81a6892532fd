"""A digitised curve and its reconstruction: points as read, steps as rebuilt, numbers at risk of both."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard.cohort.curve_fit import CurveFit
from dashboard.cohort.thinning import drawn_times
from dashboard.figures.cohort import tick_months
from dashboard.figures.theme import axis, faded, figure, ink, layout, survival_axis
from dashboard.vocabulary import FAMILIES

HEIGHT = 430
BENEATH = 104
MOST_NUMBERS = 9
APART = 0.09
"""Numbers at risk closer than this share of the axis would print over one another."""


def curve_fit_figure(fit: CurveFit, *, dark: bool = False) -> go.Figure:
    """Draw the fit; time in months up to the end of the digitised curve.

    Points are hollow: they were read off a plot, not printed. Under the plot stand the numbers at risk as given and as
    reconstructed.
    """
    colours = ink(dark)
    blue = FAMILIES["surgery"].colour_dark if dark else FAMILIES["surgery"].colour
    end = fit.end_months
    times = drawn_times(fit.group.fit, end)
    curve = fit.digitised
    data: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "markers", "x": curve.times_months, "y": curve.survival,
            "marker": {"symbol": "circle-open", "size": 6, "color": colours.muted, "line": {"width": 1.2}},
            "name": f"Digitised points ({len(curve.times_months):,})",
            "hovertemplate": "digitised<br>%{x:.3g} months: %{y:.1%}<extra></extra>",
        },
        {
            "type": "scatter", "mode": "lines", "x": times, "y": fit.group.fit.survival_at(times),
            "line": {"color": blue, "width": 2, "shape": "hv"}, "name": f"Reconstructed (n = {fit.group.n:,})",
            "hovertemplate": "reconstructed<br>%{x:.3g} months: %{y:.1%}<extra></extra>",
        },
    ]  # fmt: skip
    distance, at = fit.largest
    if distance > 0:
        data.append(
            {
                "type": "scatter", "mode": "lines", "x": [at, at], "y": _gap(fit), "hoverinfo": "skip",
                "line": {"color": faded(blue, 0.9), "width": 1, "dash": "dot"},
                "name": f"Largest distance ({100 * distance:.1f} points)",
            }
        )  # fmt: skip
    return figure(
        data,
        layout(
            dark,
            height=HEIGHT,
            margin={"l": 60, "r": 24, "t": 8, "b": 46 + BENEATH},
            xaxis=axis(
                dark,
                title="Time (months)",
                range=[0, end * 1.02],
                tickvals=tick_months(end),
                showgrid=False,
                automargin=False,
            ),
            yaxis=survival_axis(dark),
            annotations=_numbers(fit, end, dark),
            showlegend=True,
            legend={
                "orientation": "h", "x": 0, "y": 1.01, "xanchor": "left", "yanchor": "bottom",
                "font": {"size": 13, "color": colours.text}, "itemclick": False, "itemdoubleclick": False,
            },
        ),
    )  # fmt: skip


def _gap(fit: CurveFit) -> list[float]:
    """From the worst point to the nearer end of the step beside it."""
    worst = int(np.argmax(fit.distances))
    point = float(fit.digitised.survival[worst])
    level = float(fit.group.fit.survival_at(fit.digitised.times_months[worst]))
    distance = float(fit.distances[worst])
    return [point, point + distance if level > point else point - distance]


def _numbers(fit: CurveFit, end: float, dark: bool) -> list[dict[str, Any]]:
    """Two lines under the plot, thinned where they are many: at risk as given, at risk as reconstructed."""
    shown = fit.at_risk[fit.at_risk["time_months"] <= end]
    step = -(-len(shown) // MOST_NUMBERS)
    shown = shown.iloc[:: max(step, 1)]
    base = {"yref": "paper", "y": 0, "yanchor": "top", "showarrow": False}
    notes: list[dict[str, Any]] = []
    for i, (column, title) in enumerate((("given", "At risk, as given"), ("reconstructed", "At risk, reconstructed"))):
        shift = -48 - 36 * i
        left = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -14, "text": title}
        notes.append({**base, **left, "yshift": shift, "font": {"size": 13, "color": ink(dark).muted}})
        last = -np.inf
        for row in shown.to_dict("records"):
            if row["time_months"] - last < APART * end:
                continue
            last = row["time_months"]
            place = {"xref": "x", "x": last, "xanchor": "center", "text": f"{row[column]:,.0f}"}
            notes.append({**base, **place, "yshift": shift - 15, "font": {"size": 13, "color": ink(dark).text}})
    return notes
