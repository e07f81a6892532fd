"""Specification curve: every estimate under every choice, and below it which choice each one is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.pooling_marks import point_ink, prediction_ink, records, scatter, texts
from dashboard.figures.theme import axis, figure, ink, layout, safe

_ROW_PIXELS = 20
_CURVE_PIXELS = 280
_MARGINS = 20 + 50


def specification_figure(
    specifications: pd.DataFrame,
    *,
    quantity: str = "survival",
    names: dict[str, str] | None = None,
    dark: bool = False,
) -> go.Figure:
    """Draw `dashboard.synthesis.specification`.

    Above: estimates in rising order with their intervals, the default choice as a large diamond. Below: one line a
    rule, scale and estimator, a mark under each estimate that uses it. Four traces; `customdata` of a point is
    [rule, transform, method]. `names` puts estimators and scales in words.
    """
    tone, words = ink(dark), names or {}
    factor = 100.0 if quantity == "survival" else 1.0
    frame = specifications.reset_index(drop=True)
    place = np.arange(len(frame), dtype=float)
    gap = np.full(len(frame), np.nan)
    low, high = (factor * frame[end].to_numpy(dtype=float) for end in ("ci_low", "ci_high"))
    bars = {"x": np.column_stack([place, place, gap]).ravel(), "y": np.column_stack([low, high, gap]).ravel()}
    quiet = {"color": tone.axis, "width": 1}
    traces = [scatter(**bars, mode="lines", line=quiet, name="95% CI", hoverinfo="skip")]
    default = frame["is_default"].to_numpy(dtype=bool)
    for chosen, name, colour, size, symbol in (
        (~default, "Other choices", point_ink(dark), 5, "circle"),
        (default, "As asked", prediction_ink(dark), 13, "diamond"),
    ):
        part = frame[chosen]
        traces.append(
            scatter(
                x=place[chosen],
                y=factor * part["estimate"].to_numpy(dtype=float),
                mode="markers",
                marker={"color": colour, "size": size, "symbol": symbol},
                customdata=part[["rule", "transform", "method"]].to_numpy(dtype=np.str_),
                hovertext=texts(_hover(row, factor, words) for row in records(part)),
                hoverinfo="text",
                name=name,
            )
        )
    labels = frame.drop_duplicates("rule").set_index("rule")["rule_label"]
    choices = [
        (column, value, labels[value] if column == "rule" else words.get(value, value))
        for column in ("rule", "transform", "method")
        for value in dict.fromkeys(frame[column])
    ]
    used = [(place[frame[column] == value], row) for row, (column, value, _) in enumerate(choices)]
    marks = {
        "x": np.concatenate([x for x, _ in used]) if used else np.array([]),
        "y": np.concatenate([np.full(len(x), row) for x, row in used]) if used else np.array([]),
    }
    stroke = {"color": tone.text, "size": 5, "symbol": "line-ns-open", "line": {"width": 1}}
    traces.append(scatter(**marks, yaxis="y2", mode="markers", marker=stroke, name="Choices", hoverinfo="skip"))
    below = _ROW_PIXELS * (len(choices) + 1)
    split = below / (below + _CURVE_PIXELS)
    title = "Survival" if quantity == "survival" else "Median survival (months)"
    suffix = "%" if quantity == "survival" else ""
    across = axis(
        dark,
        anchor="y2",
        range=[-1, len(frame)],
        showgrid=False,
        showticklabels=False,
        ticks="",
        title=f"{len(frame)} ways to pool, by estimate",
    )
    rules = axis(
        dark,
        domain=[0, split],
        range=[len(choices) - 0.3, -0.7],
        tickvals=list(range(len(choices))),
        ticktext=[safe(text) for _, _, text in choices],
        tickfont={"size": 12, "color": tone.text},
        showgrid=False,
        showline=False,
        ticks="",
    )
    up = axis(dark, domain=[split + 0.02, 1], title=title, ticksuffix=suffix)
    plan = {"height": _CURVE_PIXELS + below + _MARGINS, "margin": {"l": 10, "r": 20, "t": 20, "b": 50}}
    return figure(traces, layout(dark, xaxis=across, yaxis=up, yaxis2=rules, **plan))


def _hover(row: dict[str, Any], factor: float, words: dict[str, str]) -> str:
    how = ", ".join([row["rule_label"], *(words.get(row[name], row[name]) for name in ("transform", "method"))])
    low, value, high = (factor * row[name] for name in ("ci_low", "estimate", "ci_high"))
    return f"{safe(how)}<br>{row['k']} arms: {value:.1f} [{low:.1f}, {high:.1f}]"
