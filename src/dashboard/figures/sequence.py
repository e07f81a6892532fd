"""One pooled estimate after another: without each study in turn, or as studies are added by year."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.forest_units import UNITS
from dashboard.figures.pooling_marks import scatter, texts
from dashboard.figures.theme import axis, faded, figure, ink, layout, safe

_ROW_PIXELS = 20


def steps(
    frame: pd.DataFrame,
    names: list[str],
    *,
    quantity: str = "survival",
    whole: tuple[float, float, float] | None = None,
    dark: bool = False,
) -> go.Figure:
    """Draw rows of estimate, ci_low, ci_high (natural scale), first row on top.

    `whole` is the estimate and interval of all arms, drawn as a line and a band behind.
    """
    unit, tone = UNITS[quantity], ink(dark)
    places = -np.arange(len(frame), dtype=float)
    low, value, high = (unit.factor * frame[name].to_numpy(dtype=float) for name in ("ci_low", "estimate", "ci_high"))
    gap = np.full(len(frame), np.nan)
    bars = {"x": np.column_stack([low, high, gap]).ravel(), "y": np.column_stack([places, places, gap]).ravel()}
    hover = texts(
        f"{safe(name)}: {v:.{unit.decimals}f}{unit.suffix} [{a:.{unit.decimals}f}, {b:.{unit.decimals}f}]"
        for name, v, a, b in zip(names, value, low, high, strict=True)
    )
    traces = [
        scatter(**bars, mode="lines", line={"color": tone.muted, "width": 1.4}, name="95% CI", hoverinfo="skip"),
        scatter(
            x=value,
            y=places,
            mode="markers",
            marker={"size": 8, "symbol": "diamond", "color": tone.text},
            hovertext=hover,
            hoverinfo="text",
            name="Pooled",
        ),
    ]
    shapes = []
    if whole is not None:
        middle, left, right = (unit.factor * end for end in whole)
        ends = {"y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
        band = {"type": "rect", "x0": left, "x1": right, "fillcolor": faded(tone.text, 0.08), "line": {"width": 0}}
        line = {"type": "line", "x0": middle, "x1": middle, "line": {"color": tone.axis, "width": 1.2}}
        shapes = [band | ends, line | ends]
    across = {"type": "log"} if unit.log else {"ticksuffix": unit.suffix}
    down = axis(
        dark,
        range=[-len(frame) + 0.4, 0.6],
        tickvals=places,
        ticktext=texts(safe(name) for name in names),
        showgrid=False,
        showline=False,
        ticks="",
        tickfont={"size": 12.5, "color": tone.text},
    )
    title = f"Pooled {unit.title[:1].lower()}{unit.title[1:]}"
    plan = {"height": 80 + _ROW_PIXELS * len(frame), "margin": {"l": 8, "r": 16, "t": 10, "b": 50}, "shapes": shapes}
    return figure(traces, layout(dark, xaxis=axis(dark, title=title, **across), yaxis=down, **plan))
