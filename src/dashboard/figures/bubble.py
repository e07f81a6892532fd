"""Bubble plot: the effect along a covariate, with the regression line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.forest_rows import NAME_COLUMNS, row_name
from dashboard.figures.pooling_marks import point_ink, records, scatter, texts
from dashboard.figures.theme import axis, faded, figure, ink, layout
from dashboard.synthesis.regression import Regression
from dashboard.synthesis.scales import scale_of

_POINTS = 60
_LARGEST = 34.0
_SMALLEST = 6.0
TITLES = {"survival": "Survival", "median": "Median survival (months)", "hazard_ratio": "Hazard ratio"}


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
    colour: str | None = None,
    dark: bool = False,
) -> go.Figure:
    """Draw `Summary.rows` against one numeric column, area by precision, with `regression_line` where there is one.

    The line spans the studies only; it is never drawn beyond them. `customdata` is [arm_key, study_id].
    """
    tone = ink(dark)
    factor = 100.0 if quantity == "survival" else 1.0
    x = pd.to_numeric(rows[covariate], errors="coerce").astype(float)
    shown = rows[x.notna() & rows["weight"].notna()]
    x = x[shown.index]
    y = factor * shown["estimate"].astype(float)
    precision = 1 / shown["vi"].to_numpy(dtype=float)
    size = _SMALLEST + (_LARGEST - _SMALLEST) * np.sqrt(precision / precision.max()) if len(shown) else np.array([])
    traces = []
    if line is not None:
        ends = {
            "x": np.concatenate([line["x"], line["x"][::-1]]),
            "y": factor * np.concatenate([line["ci_high"], line["ci_low"][::-1]]),
        }
        fill = {"fill": "toself", "fillcolor": faded(tone.text, 0.12), "line": {"width": 0, "color": tone.muted}}
        traces.append(scatter(**ends, **fill, mode="lines", name="95% confidence band", hoverinfo="skip"))
        drawn = {"x": line["x"].to_numpy(), "y": factor * line["estimate"].to_numpy()}
        style = {"color": tone.text, "width": 2}
        traces.append(scatter(**drawn, line=style, mode="lines", name="Meta-regression", hoverinfo="skip"))
    traces.append(
        scatter(
            x=x.to_numpy(),
            y=y.to_numpy(),
            mode="markers",
            marker={
                "size": size,
                "symbol": np.where(shown["status"] == "derived", "circle-open", "circle"),
                "color": colour or point_ink(dark),
                "opacity": 0.75,
                "line": {"width": 1, "color": tone.text},
            },
            customdata=shown[["arm_key", "study_id"]].to_numpy(dtype=np.str_),
            hovertext=texts(
                f"<b>{row_name(row)}</b><br>{at:.0f}: {value:.3g}{'%' if quantity == 'survival' else ''}"
                for row, at, value in zip(records(shown, NAME_COLUMNS), x, y, strict=True)
            ),
            hoverinfo="text",
            cliponaxis=False,
            name="Arms",
        )
    )
    up = {"range": [0, 100], "ticksuffix": "%"} if quantity == "survival" else {"type": "log"}
    across, margins = axis(dark, title=title or covariate), {"l": 60, "r": 20, "t": 16, "b": 52}
    return figure(
        traces, layout(dark, height=400, margin=margins, xaxis=across, yaxis=axis(dark, title=TITLES[quantity], **up))
    )
