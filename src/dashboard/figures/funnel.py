"""Funnel plot: effect against its standard error, on the scale of the pooling, labelled in survival."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.pooling_style import axis, axis_title, base_figure, ink, one_or_all, scatter, texts
from dashboard.synthesis.pooling import Pooled
from dashboard.synthesis.scales import SURVIVAL_SCALES, scale_of

_SURVIVAL_TICKS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_RATIO_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)
_MONTH_TICKS = (1, 2, 3, 6, 12, 24, 36, 48, 60, 96, 120)
_Z = 1.959963984540054


def funnel(
    rows: pd.DataFrame,
    pooled: Pooled,
    scale: str,
    *,
    quantity: str = "survival",
    colours: Mapping[str, str] | None = None,
    dark: bool = False,
) -> go.Figure:
    """Draw `Summary.rows` of one group around its `Pooled` result.

    The lines are the region where 95% of arms would lie if all had one true effect; under heterogeneity many lie
    outside, which is not bias. Higher survival is on the right on every scale. `customdata` is [arm_key, study_id].
    """
    tone, transform = ink(dark), scale_of(scale)
    used = rows[rows["weight"].notna()]
    se = np.sqrt(used["vi"].to_numpy(dtype=float))
    deepest = 1.06 * float(se.max()) if len(se) else 1.0
    reach = _Z * deepest
    centre = pooled.estimate
    traces: list[dict[str, Any]] = []
    traces.append(
        scatter(
            x=[centre - reach, centre, centre + reach],
            y=[deepest, 0, deepest],
            mode="lines",
            line={"color": tone.muted, "dash": "dash", "width": 1},
            name="95% region without heterogeneity",
            hoverinfo="skip",
        )
    )
    traces.append(
        scatter(
            x=[centre, centre],
            y=[0, deepest],
            mode="lines",
            line={"color": tone.text, "width": 1.2},
            name="Pooled",
            hoverinfo="skip",
        )
    )
    traces.append(
        scatter(
            x=used["yi"].to_numpy(dtype=float),
            y=se,
            mode="markers",
            marker={
                "size": 9,
                "symbol": np.where(used["status"] == "derived", "circle-open", "circle"),
                "color": one_or_all(((colours or {}).get(str(g), tone.point) for g in used["group"]), tone.point),
                "line": {"width": 1.2, "color": tone.text},
            },
            customdata=used[["arm_key", "study_id"]].to_numpy(dtype=np.str_),
            hovertext=texts(f"{k}<br>SE {e:.2f}" for k, e in zip(used["arm_key"], se, strict=True)),
            hoverinfo="text",
            name="Arms",
        )
    )
    ends = [*used["yi"].astype(float), centre - reach, centre + reach]
    low, high = min(ends), max(ends)
    values = {"survival": _SURVIVAL_TICKS, "median": _MONTH_TICKS, "hazard_ratio": _RATIO_TICKS}[quantity]
    at = [transform.forward(v) for v in values]
    text = [f"{100 * v:g}" if scale in SURVIVAL_SCALES else f"{v:g}" for v in values]
    title = {"survival": "Survival (%)", "median": "Median (months)", "hazard_ratio": "Hazard ratio"}[quantity]
    shown = [low - 0.05 * (high - low), high + 0.05 * (high - low)]
    return base_figure(
        dark,
        420,
        traces,
        margin={"l": 60, "r": 20, "t": 20, "b": 56},
        hovermode="closest",
        xaxis=axis(
            dark,
            tickvals=at,
            ticktext=text,
            range=shown[::-1] if transform.falls else shown,
            title=axis_title(f"{title}, {scale} scale", dark),
        ),
        yaxis=axis(dark, range=[deepest, 0], title=axis_title("Standard error", dark)),
    )
