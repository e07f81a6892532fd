"""Specification curve: every estimate under every choice, and below it which choice each one is."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.pooling_style import axis, axis_title, base_figure, ink, scatter

_ROW_PIXELS = 20
_CURVE_PIXELS = 300
_MARGINS = 20 + 44


def specification_figure(specifications: pd.DataFrame, *, quantity: str = "survival", dark: bool = False) -> go.Figure:
    """Draw `dashboard.synthesis.specification`.

    Above: estimates in rising order with their intervals, the default choice as a large diamond. Below: one line a
    rule, scale and estimator, a mark under each estimate that uses it. Four traces; `customdata` of a point is
    [rule, transform, method].
    """
    tone = ink(dark)
    factor = 100.0 if quantity == "survival" else 1.0
    frame = specifications.reset_index(drop=True)
    traces: list[dict[str, Any]] = []
    lines_x: list[float | None] = []
    lines_y: list[float | None] = []
    for i, (low, high) in enumerate(zip(frame["ci_low"], frame["ci_high"], strict=True)):
        lines_x += [i, i, None]
        lines_y += [factor * low, factor * high, None]
    traces.append(
        scatter(
            x=lines_x,
            y=lines_y,
            mode="lines",
            line={"color": tone.muted, "width": 1},
            name="95% CI",
            hoverinfo="skip",
        )
    )
    default = frame["is_default"].to_numpy(dtype=bool)
    for chosen, name, colour, size, symbol in (
        (~default, "Other choices", tone.point, 5, "circle"),
        (default, "As asked", tone.prediction, 13, "diamond"),
    ):
        part = frame[chosen]
        traces.append(
            scatter(
                x=part.index,
                y=factor * part["estimate"],
                mode="markers",
                marker={"color": colour, "size": size, "symbol": symbol},
                customdata=part[["rule", "transform", "method"]].to_numpy(),
                hovertext=[
                    f"{row['rule_label']}, {row['transform']}, {row['method']}, {row['k']} arms<br>"
                    f"{factor * row['estimate']:.1f} [{factor * row['ci_low']:.1f} to {factor * row['ci_high']:.1f}]"
                    for row in part.to_dict("records")
                ],
                hoverinfo="text",
                name=name,
            )
        )
    choices: list[tuple[str, str, str]] = []
    labels = frame.drop_duplicates("rule").set_index("rule")["rule_label"]
    for column in ("rule", "transform", "method"):
        for value in dict.fromkeys(frame[column]):
            choices.append((column, value, labels[value] if column == "rule" else value))
    marks_x: list[int] = []
    marks_y: list[int] = []
    for place, (column, value, _) in enumerate(choices):
        used = frame.index[frame[column] == value]
        marks_x += list(used)
        marks_y += [place] * len(used)
    traces.append(
        scatter(
            x=marks_x,
            y=marks_y,
            yaxis="y2",
            mode="markers",
            marker={"color": tone.text, "size": 4, "symbol": "line-ns-open"},
            name="Choices",
            hoverinfo="skip",
        )
    )
    below = _ROW_PIXELS * (len(choices) + 1)
    height = _CURVE_PIXELS + below + _MARGINS
    split = below / (below + _CURVE_PIXELS)
    title = "Survival (%)" if quantity == "survival" else "Median survival (months)"
    return base_figure(
        dark,
        height,
        traces,
        margin={"l": 10, "r": 20, "t": 20, "b": 44},
        hovermode="closest",
        xaxis=axis(
            dark,
            anchor="y2",
            range=[-1, len(frame)],
            showgrid=False,
            title=axis_title(f"{len(frame)} specifications, by estimate", dark),
        ),
        yaxis=axis(dark, domain=[split + 0.02, 1], title=axis_title(title, dark)),
        yaxis2=axis(
            dark,
            domain=[0, split],
            range=[len(choices) - 0.3, -0.7],
            tickvals=list(range(len(choices))),
            ticktext=[text for _, _, text in choices],
            tickfont={"size": 12, "color": tone.text},
            showgrid=False,
        ),
    )
