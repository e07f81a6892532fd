"""Forest plot of the hazard ratios that one study printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard.explore.factors import Factor
from dashboard.figures.theme import axis, figure, ink, layout, safe

ROW, EDGES = 46, 66
TICKS = (0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 20, 50, 100, 200)


def factors_figure(factors: Sequence[Factor], *, dark: bool = False) -> go.Figure:
    """Hazard ratios on a log scale, one row each, printed intervals where there are any.

    Solid marker: printed with its interval; hollow: printed without one. A factor of which only a p-value was printed
    has its row and its words, and no marker. The words stand above their row, so that the plot keeps the whole width.
    """
    colours = ink(dark)
    rows = list(range(len(factors), 0, -1))
    ratio = np.array([f.hazard_ratio for f in factors])
    low, high = np.array([f.ci_low for f in factors]), np.array([f.ci_high for f in factors])
    ends = np.concatenate([v[np.isfinite(v)] for v in (ratio, low, high)])
    span = (min(0.5, *ends) / 1.25, max(2.0, *ends) * 1.25) if len(ends) else (0.4, 2.5)
    edges = {"range": [0.4, len(factors) + 0.75], "showgrid": False, "showline": False, "ticks": ""}
    ticks = [t for t in TICKS if span[0] <= t <= span[1]] if len(ends) else []
    one = {
        "type": "line", "x0": 1, "x1": 1, "y0": 0.4, "y1": len(factors) + 0.75, "layer": "below",
        "line": {"color": colours.axis, "width": 1, "dash": "dot"},
    }  # fmt: skip
    return figure(
        [_marks(factors, rows, ratio, low, high, colours.text)],
        layout(
            dark,
            height=EDGES + ROW * len(factors),
            margin={"l": 16, "r": 16, "t": 8, "b": 52},
            xaxis=axis(
                dark,
                title="Hazard ratio, log scale; below 1: longer survival" if len(ends) else "No hazard ratio printed",
                type="log",
                range=[float(np.log10(v)) for v in span],
                tickvals=ticks,
                ticktext=[f"{t:g}" for t in ticks],
                automargin=False,
            ),
            yaxis=axis(dark, showticklabels=False, automargin=False, **edges),
            annotations=[_words(f, row, colours.text) for row, f in zip(rows, factors, strict=True)],
            shapes=[one] if len(ends) else [],
        ),
    )


def _marks(
    factors: Sequence[Factor], rows: list[int], ratio: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str
) -> dict[str, Any]:
    has_ci = np.isfinite(low) & np.isfinite(high)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": ratio,
        "y": rows,
        "marker": {
            "color": colour,
            "size": 10,
            "symbol": ["square" if c else "square-open" for c in has_ci.tolist()],
            "line": {"width": 2, "color": colour},
        },
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": np.where(has_ci, high - ratio, 0.0),
            "arrayminus": np.where(has_ci, ratio - low, 0.0),
            "color": colour,
            "thickness": 1.6,
            "width": 0,
        },
        "text": [f"<b>{safe(f.name)}</b><br>{safe(f.words)}<br>{safe(f.note)}" for f in factors],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _words(factor: Factor, row: int, colour: str) -> dict[str, Any]:
    endpoint = "" if factor.endpoint == "Overall survival" else f" ({factor.endpoint.lower()})"
    name = factor.name if len(factor.name) <= 48 else f"{factor.name[:47]}…"
    return {
        "x": 0, "xref": "paper", "xanchor": "left", "y": row + 0.4, "yref": "y", "yanchor": "middle",
        "showarrow": False, "align": "left", "text": f"<b>{safe(name + endpoint)}</b>  {safe(_beside(factor))}",
        "font": {"size": 12, "color": colour},
    }  # fmt: skip


def _beside(factor: Factor) -> str:
    p = factor.p_value
    said = f"p {p}" if p[:1] in ("<", ">") else f"p = {p}" if p else "p not printed"
    if np.isnan(factor.hazard_ratio):
        return f"{said}, no HR"
    if np.isfinite([factor.ci_low, factor.ci_high]).all():
        return f"{factor.hazard_ratio:g} ({factor.ci_low:g}-{factor.ci_high:g})"
    return f"{factor.hazard_ratio:g}, no CI, {said}"
