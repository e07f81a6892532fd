"""Funnel plot: effect against its standard error, on the scale of the pooling, labelled in survival."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.forest_rows import NAME_COLUMNS, row_name
from dashboard.figures.pooling_marks import point_ink, prediction_ink, records, scatter, texts
from dashboard.figures.theme import axis, figure, ink, layout
from dashboard.synthesis.bias import TrimAndFill
from dashboard.synthesis.pooling import Pooled
from dashboard.synthesis.scales import SURVIVAL_SCALES, scale_of

_TICKS = {
    "survival": (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99),
    "median": (1, 2, 3, 6, 12, 24, 36, 48, 60, 96, 120),
    "hazard_ratio": (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10),
}
_TITLES = {"survival": "Survival", "median": "Median survival (months)", "hazard_ratio": "Hazard ratio"}
_SCALES = {"cloglog": "log-log scale", "logit": "logit scale", "arcsine": "arcsine scale", "plain": "plain scale"}
_CLOSEST_TICKS = 0.06
_Z = 1.959963984540054


def funnel(
    rows: pd.DataFrame,
    pooled: Pooled,
    scale: str,
    *,
    quantity: str = "survival",
    colour: str | None = None,
    filled: TrimAndFill | None = None,
    dark: bool = False,
) -> go.Figure:
    """Draw `Summary.rows` of one group around its `Pooled` result.

    The lines are the region where 95% of arms would lie if all had one true effect; under heterogeneity many lie
    outside, which is not bias. Higher survival is on the right on every scale. Arms that trim-and-fill would add are
    hollow diamonds, with the estimate they lead to. `customdata` is [arm_key, study_id].
    """
    tone, transform = ink(dark), scale_of(scale)
    weighed = rows["weight"].notna()
    used = rows if weighed.all() else rows[weighed]
    yi, se = used["yi"].to_numpy(dtype=float), np.sqrt(used["vi"].to_numpy(dtype=float))
    deepest = 1.06 * float(se.max()) if len(se) else 1.0
    reach, centre = _Z * deepest, pooled.estimate
    grey = {"color": tone.axis, "dash": "dash", "width": 1}
    edge = {"x": [centre - reach, centre, centre + reach], "y": [deepest, 0, deepest]}
    region = "95% region without heterogeneity"
    traces = [
        scatter(**edge, mode="lines", line=grey, name=region, hoverinfo="skip"),
        _vertical(centre, deepest, {"color": tone.text, "width": 1.4}, "Pooled"),
        scatter(
            x=yi,
            y=se,
            mode="markers",
            marker={
                "size": 9,
                "symbol": np.where(used["status"] == "derived", "circle-open", "circle"),
                "color": colour or point_ink(dark),
                "line": {"width": 1, "color": tone.text},
            },
            customdata=used[["arm_key", "study_id"]].to_numpy(dtype=np.str_),
            hovertext=texts(
                f"<b>{row_name(row)}</b><br>{_natural(row['estimate'], quantity)}, standard error {e:.2f}"
                for row, e in zip(records(used, (*NAME_COLUMNS, "estimate")), se, strict=True)
            ),
            hoverinfo="text",
            name="Arms",
        ),
    ]
    ends = [*yi, centre - reach, centre + reach]
    if filled is not None and filled.k0:
        added = prediction_ink(dark)
        line = {"color": added, "dash": "dot", "width": 1.6}
        marker = {"size": 9, "symbol": "diamond-open", "color": added, "line": {"width": 1.6}}
        at = {"x": filled.filled_yi, "y": np.sqrt(filled.filled_vi)}
        traces.append(scatter(**at, mode="markers", marker=marker, name="Filled in", hoverinfo="name"))
        traces.append(_vertical(filled.adjusted.estimate, deepest, line, "Pooled with those filled in"))
        ends += [*filled.filled_yi]
    low, high = min(ends), max(ends)
    margin = 0.05 * (high - low)
    shown = [low - margin, high + margin]
    ticks = [value for value in _TICKS[quantity] if low - margin <= transform.forward(value) <= high + margin]
    at_ticks = _apart(ticks, [transform.forward(value) for value in ticks], _CLOSEST_TICKS * (high - low))
    across = axis(
        dark,
        tickvals=[place for _, place in at_ticks],
        ticktext=[f"{100 * value:g}%" if scale in SURVIVAL_SCALES else f"{value:g}" for value, _ in at_ticks],
        range=shown[::-1] if transform.falls else shown,
        title=f"{_TITLES[quantity]} ({_SCALES.get(scale, 'log scale')})",
    )
    height, margins = 400, {"l": 60, "r": 20, "t": 16, "b": 52}
    down = axis(dark, range=[deepest, 0], title="Standard error")
    return figure(traces, layout(dark, height=height, margin=margins, xaxis=across, yaxis=down))


def _vertical(x: float, deepest: float, line: dict[str, Any], name: str) -> dict[str, Any]:
    return scatter(x=[x, x], y=[0, deepest], mode="lines", line=line, name=name, hoverinfo="name")


def _natural(value: float, quantity: str) -> str:
    return {"survival": f"{100 * value:.0f}%", "median": f"{value:.3g} months"}.get(quantity, f"HR {value:.2f}")


def _apart(values: list[float], places: list[float], gap: float) -> list[tuple[float, float]]:
    """Ticks that leave room for each other."""
    kept: list[tuple[float, float]] = []
    for value, place in zip(values, places, strict=True):
        if not kept or abs(place - kept[-1][1]) >= gap:
            kept.append((value, place))
    return kept
