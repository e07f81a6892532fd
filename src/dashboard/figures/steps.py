"""The figure of a step for a screen or a report: large type, read from the back row."""

from __future__ import annotations

import math
from typing import Any

import plotly.graph_objects as go

from dashboard.export.deck import CurvePlot, Figure, ForestPlot, ForestRow
from dashboard.export.fit import two_lines
from dashboard.figures.curves import survival_figure
from dashboard.figures.theme import axis, figure, ink, layout, safe

STRONG = ("highlight", "pooled")
SYMBOLS = {"reported": "square", "highlight": "diamond", "derived": "circle-open", "pooled": "diamond"}


def step_figure(plot: Figure, *, dark: bool = False, size: int = 18, height: int = 520) -> go.Figure:
    """Curves or a forest plot with type of `size` pixels."""
    if isinstance(plot, CurvePlot):
        return _larger(survival_figure(plot.curves, plot.groups, dark=dark, two_lines=False), size, height)
    return _forest(plot, dark, size, height)


def _larger(drawn: go.Figure, size: int, height: int) -> go.Figure:
    """Every text at `size`, with margins that hold it."""
    drawn.update_xaxes(tickfont_size=size - 2, title_font_size=size)
    drawn.update_yaxes(tickfont_size=size - 2, title_font_size=size, title_standoff=size // 2)
    longest = max((len(note.text or "") for note in drawn.layout.annotations if note.x and note.x > 1), default=0)
    drawn.update_layout(
        height=height,
        font_size=size,
        margin_l=size * 5,
        margin_b=drawn.layout.margin.b + size * 2,
        margin_r=min(size * 17, 24 + round(longest * size * 0.52)) if longest else 24,
    )
    drawn.update_annotations(font_size=size - 4)
    return drawn


def _colour(row: ForestRow, dark: bool) -> str:
    own = {"highlight": "#F0803C" if dark else "#C04F00", "pooled": "#6DB8E6" if dark else "#0B5C8C"}
    own["prediction"] = own["pooled"]
    return own.get(row.kind, ink(dark).text)


def _forest(plot: ForestPlot, dark: bool, size: int, height: int) -> go.Figure:
    count = len(plot.rows)
    low, high = plot.limits()
    data: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for place, row in enumerate(plot.rows):
        y = count - place
        colour = _colour(row, dark)
        hover = f"<b>{safe(row.label)}</b><br>{safe(row.text)}<extra></extra>"
        if math.isfinite(row.low) and math.isfinite(row.high):
            ends = [min(max(end, low), high) for end in (row.low, row.high)]
            line = {"color": colour, "width": 3, "dash": "dash" if row.kind == "prediction" else "solid"}
            data.append(
                {"type": "scatter", "mode": "lines", "x": ends, "y": [y, y], "line": line, "hovertemplate": hover}
            )
        if row.kind != "prediction":
            marker = {
                "color": colour,
                "symbol": SYMBOLS[row.kind],
                "size": 16 if row.kind == "pooled" else 12,
                "line": {"width": 2.5, "color": colour},
            }
            at = min(max(row.estimate, low), high)
            data.append(
                {"type": "scatter", "mode": "markers", "x": [at], "y": [y], "marker": marker, "hovertemplate": hover}
            )
        weight = "<b>{}</b>" if row.kind in STRONG else "{}"
        for x, anchor, text in ((-0.01, "right", row.label), (1.01, "left", row.text)):
            said = "<br>".join(safe(part) for part in two_lines(text))
            notes.append(
                {
                    "xref": "paper", "x": x, "xanchor": anchor, "y": y, "yanchor": "middle", "showarrow": False,
                    "text": weight.format(said), "align": anchor, "font": {"size": size - 2, "color": ink(dark).text},
                }
            )  # fmt: skip
    ratio = plot.scale == "ratio"
    span = [math.log10(low), math.log10(high)] if ratio else [0, 1]
    ticks = {
        "tickvals": plot.ticks(),
        "ticktext": [f"{v:g}" if ratio else f"{v:.0%}" for v in plot.ticks()],
        "tickangle": 0,
    }
    none = {
        "type": "line", "x0": 1, "x1": 1, "y0": 0.4, "y1": count + 0.6,
        "line": {"color": ink(dark).axis, "width": 1.5, "dash": "dot"}, "layer": "below",
    }  # fmt: skip
    letter = size * 0.5
    drawn = figure(
        data,
        layout(
            dark,
            height=min(height, 110 + count * round(size * 2.6)),
            margin={
                "l": 24 + round(letter * max(len(part) for row in plot.rows for part in two_lines(row.label))),
                "r": 24 + round(letter * max(len(part) for row in plot.rows for part in two_lines(row.text))),
                "t": 8,
                "b": 60,
            },
            xaxis=axis(dark, title=safe(plot.x_title), type="log" if ratio else "linear", range=span, **ticks),
            yaxis=axis(dark, range=[0.4, count + 0.6], visible=False),
            annotations=notes,
            shapes=[none] if ratio else [],
        ),
    )
    drawn.update_xaxes(tickfont_size=size - 2, title_font_size=size)
    return drawn


def figure_words(plot: Figure) -> str:
    """The figure in a sentence, for who cannot see it."""
    if isinstance(plot, CurvePlot):
        return "Survival curves of " + ", ".join(line.label for line in plot.lines()) + "."
    return f"{plot.x_title}: " + "; ".join(f"{row.label} {row.text}" for row in plot.rows) + "."
