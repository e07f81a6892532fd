"""A cohort's Kaplan-Meier curves over the published arms and their pooled curve, with numbers at risk beneath."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from dashboard.cohort.fits import Analysis, GroupFit
from dashboard.cohort.published import Published
from dashboard.cohort.tables import at_risk_table
from dashboard.cohort.thinning import drawn_marks, drawn_times
from dashboard.comparison.curves import Curves
from dashboard.comparison.groups import DASHES, SITE_COLOURS, arm_name
from dashboard.figures.curves import largest, nice_horizon
from dashboard.figures.lines import lines_of
from dashboard.figures.theme import axis, faded, figure, ink, layout, survival_axis
from dashboard.intake.safe_text import plotly_text
from dashboard.survival.curve import ConstantHazardCurve
from dashboard.vocabulary import MODALITIES

PLOT_HEIGHT: Final = 400
ROW: Final = 17
MAX_BANDS: Final = 3
MAX_MARKS: Final = 250
MAX_ARM_LINES: Final = 150
STEPS_MONTHS: Final = (3, 6, 12, 24, 36, 48, 60, 120)
MOST_TICKS: Final = 6
LONGEST_NAME: Final = 40


def horizon_of(analysis: Analysis) -> float:
    """Round horizon in months that shows the whole cohort."""
    last = analysis.last_months
    nice = nice_horizon(last)
    return float(nice if last <= nice else 120 * math.ceil(last / 120))


def tick_months(horizon: float) -> list[int]:
    """Months at which time is ticked and patients at risk are counted: few enough for a narrow screen."""
    step = next((s for s in STEPS_MONTHS if horizon / s <= MOST_TICKS), int(horizon // MOST_TICKS) or 1)
    return list(range(0, int(horizon) + 1, step))


def group_styles(count: int, behind: Published | None, dark: bool) -> list[tuple[str, str]]:
    """Colour and dash of each of the cohort's curves: ink first, never the colour of the published arms."""
    taken = published_colour(behind, dark)
    palette = [c for c in SITE_COLOURS["dark" if dark else "light"] if c != taken]
    colours = [ink(dark).text, *palette]
    return [(colours[i % len(colours)], DASHES[i % len(DASHES)]) for i in range(count)]


def published_colour(behind: Published | None, dark: bool) -> str:
    """The treatment's colour, as everywhere; grey where the arms had several treatments."""
    chosen = () if behind is None else behind.selection.modalities
    if len(chosen) != 1:
        return ink(dark).muted
    term = MODALITIES[chosen[0]]
    return term.colour_dark if dark else term.colour


def cohort_figure(
    analysis: Analysis,
    behind: Published | None = None,
    curves: Curves | None = None,
    *,
    unit: str = "months",
    dark: bool = False,
) -> go.Figure:
    """Draw a cohort: steps with 95% bands and numbers at risk, over thin published arms and their pooled curve.

    Parameters
    ----------
    analysis : the cohort's curves
    behind, curves : the published arms, both or neither
    unit : "months" or "years"

    Notes
    -----
    Own curves are steps reduced to what a screen can show (`cohort.thinning`), thin where few are at risk. Every name
    is shown as typed.
    """
    horizon = horizon_of(analysis)
    scale = 12.0 if unit == "years" else 1.0
    styles = group_styles(len(analysis.groups), behind, dark)
    data: list[dict[str, Any]] = []
    if behind is not None and curves is not None:
        data += _published(behind, curves, horizon, scale, dark)
    alone = len(analysis.groups) == 1
    alpha = 0.14 if alone else 0.09 if len(analysis.groups) <= MAX_BANDS else 0.0
    for group, (colour, dash) in zip(analysis.groups, styles, strict=True):
        data += _own(group, colour, dash, horizon, scale, band=alpha)
    ticks = tick_months(horizon)
    risk = _numbers_at_risk(analysis, ticks, [colour for colour, _ in styles], scale, dark)
    beneath = 52 + 2 * ROW * len(analysis.groups)
    half = {
        "type": "line", "x0": 0, "x1": horizon / scale, "y0": 0.5, "y1": 0.5, "layer": "below",
        "line": {"color": ink(dark).axis, "width": 1, "dash": "dot"},
    }  # fmt: skip
    return figure(
        data,
        layout(
            dark,
            height=PLOT_HEIGHT + beneath,
            margin={"l": 60, "r": 24, "t": 8, "b": beneath},
            xaxis=axis(
                dark,
                title=f"Time ({unit})",
                range=[0, horizon / scale],
                tickvals=[m / scale for m in ticks],
                showgrid=False,
                automargin=False,
            ),
            yaxis=survival_axis(dark),
            annotations=risk,
            shapes=[half],
            showlegend=True,
            legend={
                "orientation": "h", "x": 0, "y": 1.01, "xanchor": "left", "yanchor": "bottom",
                "font": {"size": 13, "color": ink(dark).text}, "itemclick": False, "itemdoubleclick": False,
                "traceorder": "normal",
            },
        ),
    )  # fmt: skip


def short_name(name: str) -> str:
    """A group's name as plotly shows it: as typed, cut where it is long."""
    return plotly_text(name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…")


def _own(group: GroupFit, colour: str, dash: str, horizon: float, scale: float, *, band: float) -> list[dict[str, Any]]:
    """Band (opacity, 0 for none), steps, tail and marks of one of the cohort's curves."""
    times = drawn_times(group.fit, horizon)
    survival = group.fit.survival_at(times)
    low, high = group.fit.limits_at(times)
    at_risk = group.fit.at_risk_at(times)
    name = short_name(group.name)
    known = np.flatnonzero(np.isfinite(low) & (survival < 1))
    traces: list[dict[str, Any]] = []
    if band and len(known):
        upto = slice(known[0], known[-1] + 1)
        edge = {"type": "scatter", "mode": "lines", "x": times[upto] / scale, "showlegend": False, "hoverinfo": "skip"}
        edge["line"] = {"width": 0, "shape": "hv", "color": colour}
        traces.append({**edge, "y": low[upto], "name": f"{name}: lower limit"})
        traces.append(
            {**edge, "y": high[upto], "fill": "tonexty", "fillcolor": faded(colour, band), "name": f"{name}: 95% CI"}
        )
    columns = (survival.tolist(), low.tolist(), high.tolist(), at_risk.tolist())
    text = [
        f"{100 * s:.1f}%{'' if math.isnan(a) else f' (95% CI {100 * a:.0f}% to {100 * b:.0f}%)'}<br>{r:,.0f} at risk"
        for s, a, b, r in zip(*columns, strict=True)
    ]
    few = int(np.searchsorted(times, group.few_from, side="left"))
    for part, width, shown in ((slice(0, few + 1), 2.8, True), (slice(few, None), 1.2, False)):
        if len(times[part]) > 1:
            traces.append(
                {
                    "type": "scatter", "mode": "lines", "x": times[part] / scale, "y": survival[part],
                    "line": {"color": colour, "width": width, "dash": dash, "shape": "hv"},
                    "name": f"{name} (n = {group.n:,})", "showlegend": shown or few == 0, "text": text[part],
                    "hovertemplate": f"<b>{name}</b><br>%{{x:.3g}}: %{{text}}<extra></extra>", "legendrank": 1,
                }
            )  # fmt: skip
    marks = drawn_marks(group.censored, horizon, MAX_MARKS)
    if len(marks):
        traces.append(
            {
                "type": "scatter", "mode": "markers", "x": marks / scale, "y": group.fit.survival_at(marks),
                "marker": {"symbol": "line-ns-open", "size": 7, "color": colour, "line": {"width": 1, "color": colour}},
                "name": f"{name}: censored", "showlegend": False, "hoverinfo": "skip",
            }
        )  # fmt: skip
    return traces


def _published(behind: Published, curves: Curves, horizon: float, scale: float, dark: bool) -> list[dict[str, Any]]:
    """Prediction and confidence band, the single arms, and the pooled curve over them."""
    colour = published_colour(behind, dark)
    traces: list[dict[str, Any]] = []
    pooled = behind.pooled
    if pooled is not None:
        bands = (
            (pooled.pi_low, pooled.pi_high, 0.10, "95% prediction"),
            (pooled.ci_low, pooled.ci_high, 0.2, "95% CI"),
        )
        for low, high, alpha, what in bands:
            months, lower = _line(pooled.months, low, horizon)
            _, upper = _line(pooled.months, high, horizon)
            traces.append(
                {
                    "type": "scatter", "mode": "lines", "fill": "toself", "fillcolor": faded(colour, alpha),
                    "x": np.concatenate([months, months[::-1]]) / scale, "y": np.concatenate([upper, lower[::-1]]),
                    "line": {"width": 0, "color": colour}, "hoverinfo": "skip", "name": what, "legendrank": 4,
                }
            )  # fmt: skip
    drawn = largest(curves, behind.members, MAX_ARM_LINES)
    if drawn:
        traces += _arms(drawn, curves, horizon, scale, colour)
    if pooled is not None:
        months, survival = _line(pooled.months, pooled.survival, horizon)
        traces.append(
            {
                "type": "scatter", "mode": "lines", "x": months / scale, "y": survival,
                "line": {"color": colour, "width": 2.6}, "legendrank": 2,
                "name": f"Pooled, {pooled.arms} arms (n = {pooled.patients:,})",
                "hovertemplate": "<b>Pooled</b><br>%{x:.3g}: %{y:.0%}<br>derived, random effects<extra></extra>",
            }
        )  # fmt: skip
    return traces


def _arms(members: Sequence[int], curves: Curves, horizon: float, scale: float, colour: str) -> list[dict[str, Any]]:
    """The single arms as one trace of thin lines, and their printed figures as small marks.

    An arm with one figure has no line: its mark stands alone.
    """
    drawn = [k for k in members if curves.figures[k] >= 2]
    lines = lines_of(curves.lines.take(drawn), horizon)
    names = [plotly_text(f"{arm_name(curves, k, with_study=True)}, n = {curves.arms['n'][k]:.0f}") for k in drawn]
    text = [name for name, size in zip(names, np.diff(lines.span).tolist(), strict=True) for _ in range(size)]
    line = {
        "type": "scatter", "mode": "lines", "text": text,
        "x": lines.months / scale, "y": lines.survival,
        "line": {"color": faded(colour, 0.45), "width": 1}, "connectgaps": False, "legendrank": 3,
        "name": f"{len(members)} published arm{'' if len(members) == 1 else 's'}",
        "hovertemplate": "<b>%{text}</b><br>%{x:.3g}: %{y:.0%}<br>derived between printed figures<extra></extra>",
    }  # fmt: skip
    at = curves.points_of(list(members))
    points = curves.points
    at = at[(points["measure"][at] == "survival") & points["used"][at] & points["reported"][at]]
    at = at[points["x"][at] <= horizon]
    marks = {
        "type": "scatter", "mode": "markers", "x": points["x"][at] / scale, "y": points["y"][at],
        "marker": {"size": 4, "color": faded(colour, 0.6)}, "name": "printed", "showlegend": False,
        "text": [plotly_text(f"{a or 'author not known'} {b:.0f}: {c}") for a, b, c in
                 zip(points["first_author"][at], points["year"][at], points["label"][at], strict=True)],
        "hovertemplate": "<b>%{text}</b><br>%{x:.3g}: %{y:.0%}, printed<extra></extra>",
    }  # fmt: skip
    return [line, marks] if len(at) else [line]


def _line(months: np.ndarray, values: np.ndarray, horizon: float) -> tuple[np.ndarray, np.ndarray]:
    """One line of the pooled curve, log-linear between its points, up to the horizon."""
    end = min(horizon, float(months[-1]))
    at = np.unique(np.concatenate([np.linspace(0, end, 61), months[months <= end]]))
    return at, ConstantHazardCurve(months, values).survival(at)


def _numbers_at_risk(
    analysis: Analysis, ticks: Sequence[int], colours: Sequence[str], scale: float, dark: bool
) -> list[dict[str, Any]]:
    """Patients at risk under the ticks: a line with the name of each curve, and a line of numbers."""
    notes: list[dict[str, Any]] = []
    base = {"yref": "paper", "y": 0, "yanchor": "top", "showarrow": False}
    for i, (name, numbers) in enumerate(at_risk_table(analysis, ticks)):
        shift = -50 - 2 * ROW * i
        title = "Number at risk" if len(analysis.groups) == 1 else f"At risk: {short_name(name)}"
        font = {"size": 13, "color": colours[i] if len(analysis.groups) > 1 else ink(dark).muted}
        place = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -14}
        notes.append({**base, **place, "yshift": shift, "text": title, "font": font})
        for month, number in zip(ticks, numbers, strict=True):
            place = {"xref": "x", "x": month / scale, "xanchor": "center"}
            font = {"size": 13, "color": ink(dark).text}
            notes.append({**base, **place, "yshift": shift - ROW + 2, "text": number, "font": font})
    return notes
