"""Bubble plot: the effect along a covariate, with the regression line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.pooling_style import axis, axis_title, base_figure, ink, one_or_all, scatter, texts
from dashboard.synthesis.regression import Regression
from dashboard.synthesis.scales import scale_of

_POINTS = 60
_LARGEST = 34.0
_SMALLEST = 6.0
TITLES = {"survival": "Survival (%)", "median": "Median survival (months)", "hazard_ratio": "Hazard ratio"}


def regression_line(fit: Regression, scale: str, low: float, high: float, centre: float = 0.0) -> pd.DataFrame:
    """The regression on the natural scale between two covariate values: x, estimate, ci_low, ci_high, pi_low, pi_high.

    `centre` is what was subtracted from the covariate before fitting.
    """
    x = np.linspace(low, high, _POINTS)
    transform = scale_of(scale)
    band = fit.predict(x - centre).map(transform.back)
    if transform.falls:
        swapped = {"ci_low": "ci_high", "ci_high": "ci_low", "pi_low": "pi_high", "pi_high": "pi_low"}
        band = band.rename(columns=swapped)
    band.insert(0, "x", x)
    return band[["x", "estimate", "ci_low", "ci_high", "pi_low", "pi_high"]]


def bubble(
    rows: pd.DataFrame,
    covariate: str,
    line: pd.DataFrame | None = None,
    *,
    quantity: str = "survival",
    title: str | None = None,
    colours: Mapping[str, str] | None = None,
    dark: bool = False,
) -> go.Figure:
    """Draw `Summary.rows` against one numeric column, area by weight, with `regression_line` where there is one.

    The line spans the studies only; it is never drawn beyond them. `customdata` is [arm_key, study_id].
    """
    tone = ink(dark)
    factor = 100.0 if quantity == "survival" else 1.0
    x = pd.to_numeric(rows[covariate], errors="coerce").astype(float)
    shown = rows[x.notna() & rows["weight"].notna()]
    x = x[shown.index]
    precision = 1 / shown["vi"].to_numpy(dtype=float)
    size = _SMALLEST + (_LARGEST - _SMALLEST) * np.sqrt(precision / precision.max()) if len(shown) else []
    traces: list[dict[str, Any]] = []
    if line is not None:
        traces.append(
            scatter(
                x=[*line["x"], *line["x"][::-1]],
                y=[*(factor * line["ci_high"]), *(factor * line["ci_low"][::-1])],
                mode="lines",
                fill="toself",
                fillcolor=tone.band,
                line={"width": 0, "color": tone.muted},
                name="95% confidence band of the line",
                hoverinfo="skip",
            )
        )
        traces.append(
            scatter(
                x=line["x"],
                y=factor * line["estimate"],
                mode="lines",
                line={"color": tone.pooled, "width": 2},
                name="Meta-regression",
                hoverinfo="skip",
            )
        )
    traces.append(
        scatter(
            x=x,
            y=factor * shown["estimate"].astype(float),
            mode="markers",
            marker={
                "size": size,
                "symbol": np.where(shown["status"] == "derived", "circle-open", "circle"),
                "color": one_or_all(((colours or {}).get(str(g), tone.point) for g in shown["group"]), tone.point),
                "opacity": 0.75,
                "line": {"width": 1, "color": tone.text},
            },
            customdata=shown[["arm_key", "study_id"]].to_numpy(dtype=np.str_),
            hovertext=texts(
                f"{key}<br>{covariate} {value:g}: {factor * estimate:.0f}"
                for key, value, estimate in zip(shown["arm_key"], x, shown["estimate"].astype(float), strict=True)
            ),
            hoverinfo="text",
            cliponaxis=False,
            name="Arms",
        )
    )
    y_axis = axis(dark, title=axis_title(TITLES[quantity], dark))
    if quantity == "survival":
        y_axis |= {"range": [0, 100]}
    else:
        y_axis |= {"type": "log"}
    return base_figure(
        dark,
        440,
        traces,
        margin={"l": 60, "r": 20, "t": 20, "b": 56},
        hovermode="closest",
        xaxis=axis(dark, title=axis_title(title or covariate, dark)),
        yaxis=y_axis,
    )
