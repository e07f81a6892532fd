"""Traffic-light and summary plots of a reader's judgements of risk of bias."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import plotly.graph_objects as go

from dashboard.explore.judgement import NOT_JUDGED, OVERALL, Judgement, Tool, shares
from dashboard.figures.theme import axis, figure, ink, layout, safe

# Level -> colour of the disc and the sign on it: the colours people know, and a sign for who does not see them.
LIGHTS: Final = {
    "Low": ("#2E8B57", "+"),
    "Moderate": ("#E2B93B", "−"),
    "Some concerns": ("#E2B93B", "−"),
    "Serious": ("#D9722E", "×"),
    "High": ("#C0392B", "×"),
    "Critical": ("#9E1B1B", "!"),
    "No information": ("#7F8C9A", "?"),
    NOT_JUDGED: ("rgba(127,140,154,0.18)", ""),
}
DARK_SIGN: Final = ("Moderate", "Some concerns", NOT_JUDGED)


def _short(domain: str, position: int) -> str:
    return domain if domain == OVERALL else f"D{position + 1}"


def traffic_light_figure(
    judgements: Sequence[Judgement], tool: Tool, names: Mapping[str, str], *, dark: bool = False
) -> go.Figure:
    """Studies by domains, a disc each: colour and sign say the level; what is not judged stays pale and empty."""
    colours, domains = ink(dark), [*tool.domains, OVERALL]
    data: list[dict[str, Any]] = []
    for level in (*tool.levels, NOT_JUDGED):
        at = [(i, r) for r, j in enumerate(judgements) for i, d in enumerate(domains) if j.level(d) == level]
        if not at:
            continue
        colour, sign = LIGHTS[level]
        data.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": level,
                "x": [i for i, _ in at],
                "y": [len(judgements) - r for _, r in at],
                "marker": {"size": 24, "color": colour, "line": {"width": 1, "color": colours.muted}},
                "text": [sign] * len(at),
                "textfont": {"size": 15, "color": "#17212B" if level in DARK_SIGN else "#FFFFFF"},
                "hovertext": [f"{safe(names[judgements[r].study_id])}, {domains[i]}: {level}" for i, r in at],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    return figure(
        data,
        layout(
            dark,
            height=120 + 34 * len(judgements),
            margin={"l": 12, "r": 12, "t": 8, "b": 8},
            xaxis=axis(
                dark,
                side="top",
                tickvals=list(range(len(domains))),
                ticktext=[_short(d, i) for i, d in enumerate(domains)],
                range=[-0.6, len(domains) - 0.4],
                showgrid=False,
                showline=False,
                ticks="",
            ),
            yaxis=axis(
                dark,
                tickvals=list(range(len(judgements), 0, -1)),
                ticktext=[safe(names[j.study_id]) for j in judgements],
                range=[0.4, len(judgements) + 0.6],
                showgrid=False,
                showline=False,
                ticks="",
                tickfont={"color": colours.text, "size": 13},
            ),
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": 0, "yanchor": "top", "itemsizing": "constant"},
        ),
    )


def summary_figure(judgements: Sequence[Judgement], tool: Tool, *, dark: bool = False) -> go.Figure:
    """Share of studies at each level by domain; every study counts the same, whatever its size."""
    colours, domains = ink(dark), [*tool.domains, OVERALL]
    found = shares(list(judgements), tool)
    data: list[dict[str, Any]] = []
    for level in (*tool.levels, NOT_JUDGED):
        rows = found[found["level"] == level]
        if not rows["share"].any():
            continue
        colour, sign = LIGHTS[level]
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": f"{level} ({sign})" if sign else level,
                "x": rows["share"].tolist(),
                "y": list(range(len(domains), 0, -1)),
                "marker": {"color": colour, "line": {"width": 0}},
                "text": [sign if share else "" for share in rows["share"]],
                "insidetextanchor": "middle",
                "textangle": 0,
                "textfont": {"color": "#17212B" if level in DARK_SIGN else "#FFFFFF", "size": 13},
                "hovertemplate": f"{level}: %{{x:.0%}} of studies<extra></extra>",
            }
        )
    return figure(
        data,
        layout(
            dark,
            barmode="stack",
            bargap=0.35,
            height=130 + 28 * len(domains),
            margin={"l": 12, "r": 12, "t": 8, "b": 8},
            xaxis=axis(dark, range=[0, 1], tickformat=".0%", title="Studies, each counted once"),
            yaxis=axis(
                dark,
                tickvals=list(range(len(domains), 0, -1)),
                ticktext=[_short(d, i) for i, d in enumerate(domains)],
                showgrid=False,
                ticks="",
                tickfont={"color": colours.text, "size": 13},
            ),
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": -0.28, "yanchor": "top", "traceorder": "normal"},
        ),
    )
