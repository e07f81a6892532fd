"""Survival curves: printed figures as solid markers, what is derived between them as lines.

Traces are few, as each costs the browser as much as a hundred marks: one for a group's arms, one for its summary, one
for its printed figures that have an interval, and one for all other printed figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, count, pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard.comparison.curves import Curves
from dashboard.comparison.groups import Group, Summary
from dashboard.comparison.polylines import Knots, Polylines, within
from dashboard.figures.hover import hovers
from dashboard.figures.labels import spread
from dashboard.figures.lines import Line, lines_of
from dashboard.figures.theme import axis, faded, figure, ink, layout, safe, survival_axis

MAX_LABELS = 18
MAX_ARM_LINES = 150  # more are a fog, of which this many are drawn:
ARM_LINES = 80
MAX_BANDS = 4
LABEL_GAP = 0.053
TWO_LINES = 7
HEIGHT = 375
RISK_ROW = 20
HORIZONS = (24, 36, 60, 84, 120, 180, 240)
ALONE, AMONG = 1.0, 0.35
# What the marks are made of.
MARKED = ("measure", "x", "y", "arm_key", "used", "value", "ci_low", "ci_high")
Points = dict[str, np.ndarray]


def nice_horizon(months: float) -> int:
    """The smallest round horizon (months) that shows everything up to `months`."""
    return next((h for h in HORIZONS if months <= h), HORIZONS[-1])


def survival_figure(
    curves: Curves,
    groups: Sequence[Group],
    *,
    unit: str = "months",
    horizon_months: int | None = None,
    dark: bool = False,
    two_lines: bool = True,
) -> go.Figure:
    """Kaplan-Meier style plot of the groups: survival 0 to 100% against time since the origin.

    A group of one curve is that curve; a group of several shows each as a thin line and its summary in bold. `unit` is
    months or years. Nothing is drawn beyond an arm's last published figure or beyond `horizon_months`. `two_lines` puts
    the n of a few groups under their names.
    """
    members = np.concatenate([group.members for group in groups]) if groups else np.zeros(0, dtype=int)
    if horizon_months is None:
        horizon_months = default_horizon(curves, members)
    scale = 12.0 if unit == "years" else 1.0
    thin = np.zeros(len(curves), dtype=bool)
    thin[list(drawn_arms(curves, groups))] = True
    drawn = [group.members[thin[group.members]] for group in groups]
    bands = len(groups) <= MAX_BANDS
    strung, summaries = _all_lines(curves, groups, drawn, horizon_months, bands)
    printed = _all_points(curves, drawn, horizon_months)
    data: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    ends: list[tuple[Group, float, float]] = []
    for group, arms, summary, points in zip(groups, strung, summaries, printed, strict=True):
        lines, end = _lines(group, arms, summary, scale)
        data += lines
        marks += _printed(group, points, scale)
        if end is None and len(points["x"]):
            last = np.argmax(points["x"])
            end = (float(points["x"][last]), float(points["y"][last]))
        if end is not None:
            ends.append((group, *end))
    names, leaders = _end_labels(_named(ends), horizon_months, scale, two_lines)
    if len(ends) > MAX_LABELS:
        names.append(_unnamed(len(ends) - MAX_LABELS, dark))
    half = {
        "type": "line", "x0": 0, "x1": horizon_months / scale, "y0": 0.5, "y1": 0.5,
        "line": {"color": ink(dark).axis, "width": 1, "dash": "dot"}, "layer": "below",
    }  # fmt: skip
    right = (
        24
        if not names
        else min(240, 26 + max(round(7.3 * len(line)) for name in names for line in name["text"].split("<br>")))
    )
    risk = _numbers_at_risk(curves, groups, horizon_months, scale, dark)
    return figure(
        [*data, *_joined(marks)],
        layout(
            dark,
            height=HEIGHT + RISK_ROW * len(risk),
            margin={"l": 60, "r": right, "t": 8, "b": 46 + RISK_ROW * len(risk)},
            xaxis=axis(
                dark,
                title=f"Time ({unit})",
                range=[0, horizon_months / scale],
                dtick=_tick_step(horizon_months, unit),
                tickangle=0,
                showgrid=False,
                automargin=False,
            ),
            yaxis=survival_axis(dark),
            annotations=names + risk,
            shapes=[half, *leaders],
        ),
    )


def _numbers_at_risk(
    curves: Curves, groups: Sequence[Group], horizon: float, scale: float, dark: bool
) -> list[dict[str, Any]]:
    """One line under the plot for each single arm that printed numbers at risk after the start."""
    lines: list[dict[str, Any]] = []
    for group in groups:
        printed = curves.at_risk.get(curves.arms["arm_key"][group.members[0]], ()) if len(group.members) == 1 else ()
        shown = [f"{number:g} at {time / scale:g}" for time, number in printed if time <= horizon]
        if shown:
            lines.append(
                {
                    "x": 0, "xref": "paper", "xanchor": "left", "y": 0, "yref": "paper", "yanchor": "top",
                    "yshift": -46 - RISK_ROW * len(lines), "showarrow": False, "align": "left",
                    "text": f"Number at risk, {safe(group.label)}: {', '.join(shown)} (printed)",
                    "font": {"size": 13, "color": ink(dark).muted},
                }
            )  # fmt: skip
    return lines


def default_horizon(curves: Curves, members: np.ndarray) -> int:
    """Round horizon (months) that shows every printed figure of these curves."""
    months = float(curves.reach[members].max(initial=0.0))
    return nice_horizon(months) if months else 60


def _tick_step(horizon_months: float, unit: str) -> float:
    if unit == "years":
        return 1 if horizon_months <= 120 else 2
    # seven at most, so that they stand upright in the column of a story and on a telephone
    return next((step for end, step in ((36, 6), (84, 12), (120, 24), (180, 36)) if horizon_months <= end), 48)


def drawn_arms(curves: Curves, groups: Sequence[Group]) -> set[int]:
    """The curves that are drawn: all; where they are too many to tell apart, the largest and those alone in a group."""
    members = np.concatenate([group.members for group in groups]) if groups else np.zeros(0, dtype=int)
    if len(members) <= MAX_ARM_LINES:
        return set(members.tolist())
    alone = [int(group.members[0]) for group in groups if len(group.members) == 1]
    return {*largest(curves, members, ARM_LINES), *(alone if len(alone) <= ARM_LINES else ())}


def largest(curves: Curves, members: np.ndarray, most: int) -> list[int]:
    """Those of most patients, the largest first."""
    n = np.nan_to_num(curves.arms["n"][members])
    found: list[int] = members[np.argsort(-n, kind="stable")[:most]].tolist()
    return found


def _all_lines(
    curves: Curves, groups: Sequence[Group], drawn: Sequence[np.ndarray], horizon: float, bands: bool
) -> tuple[list[Line | None], list[list[Line]]]:
    """Of each group the lines of its drawn arms as one, parted by gaps, and its summary with the ends of its band.

    An arm of one figure has no line; a summary is log-linear between its times. All are made at once.
    """
    members = [those[curves.figures[those] >= 2] for those in drawn]
    ends = np.cumsum([0, *(len(those) for those in members)]).tolist()
    summaries = [_summary_knots(group.summary, bands) for group in groups]
    arms = curves.lines.take(np.concatenate([*members, np.zeros(0, dtype=int)]))
    lines = lines_of(arms.and_those(Polylines.of([*chain.from_iterable(summaries)])), horizon)
    number = count(ends[-1])
    return (
        [lines.strung(a, b) if a < b else None for a, b in pairwise(ends)],
        [[lines.line(next(number)) for _ in each] for each in summaries],
    )


def _summary_knots(summary: Summary | None, bands: bool) -> list[Knots]:
    if summary is None:
        return []
    values = [summary.survival, *(end for end in (summary.low, summary.high) if bands and end is not None)]
    return [tuple(zip(summary.months.tolist(), value.tolist(), strict=True)) for value in values]


def _lines(
    group: Group, arms: Line | None, summary: Sequence[Line], scale: float
) -> tuple[list[dict[str, Any]], tuple[float, float] | None]:
    """The arms' lines and the summary of a group, and the end of the line that carries its name."""
    alone = len(group.members) == 1
    traces: list[dict[str, Any]] = []
    end: tuple[float, float] | None = None
    if arms is not None:
        months, survival = arms
        end = (float(months[-1]), float(survival[-1]))
        line = {
            "color": faded(group.colour, ALONE if alone else AMONG),
            "width": 2.6 if alone else 1.0,
            "dash": group.dash if alone else "solid",
        }
        name = group.label if alone else f"{group.label}: single arms"
        traces.append(_line(months / scale, survival, line, name, "derived between printed figures"))
    if group.summary is not None:
        months, survival = summary[0]
        end = (float(months[-1]), float(survival[-1]))
        line = {"color": group.colour, "width": 3.8, "dash": group.dash}
        kind = "pooled, random effects" if group.summary.pooled else "descriptive, weighted by patients"
        what = f"derived, {kind}: {group.summary.arms} arms, n = {group.summary.patients:,}"
        if len(summary) == 3:
            traces.append(_band(group, summary[1], summary[2], scale))
        traces.append(_line(months / scale, survival, line, f"{group.label}: summary", what))
    return traces, end


def _band(group: Group, low: Line, high: Line, scale: float) -> dict[str, Any]:
    """The 95% confidence band of a pooled curve."""
    months, lower = low
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate([months, months[::-1]]) / scale,
        "y": np.concatenate([high[1], lower[::-1]]),
        "fill": "toself",
        "fillcolor": faded(group.colour, 0.13),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "name": safe(f"{group.label}: 95% confidence band"),
    }


def _line(x: np.ndarray, y: np.ndarray, line: dict[str, Any], name: str, what: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": line,
        "name": safe(name),
        "connectgaps": False,
        "hovertemplate": f"<b>{safe(name)}</b><br>%{{x:.3g}}: %{{y:.0%}}<br>{safe(what)}<extra></extra>",
    }


def _all_points(curves: Curves, drawn: Sequence[np.ndarray], horizon: float) -> list[Points]:
    """The printed points of each group's drawn arms up to the horizon, and the words at them."""
    index, span = within(curves.span, np.concatenate([*drawn, np.zeros(0, dtype=int)]))
    # A figure worked out from a digitised curve is part of the line: every marker is a printed figure.
    shown = (curves.points["x"][index] <= horizon) & curves.points["reported"][index]
    ends = np.cumsum([0, *(len(those) for those in drawn)])
    bounds = np.append(0, np.cumsum(shown))[span[ends]].tolist()
    index = index[shown]
    columns = {name: curves.points[name][index] for name in MARKED}
    columns["text"] = np.array([*hovers(curves, index), None], dtype=object)[:-1]
    return [{name: column[a:b] for name, column in columns.items()} for a, b in pairwise(bounds)]


def _printed(group: Group, points: Points, scale: float) -> list[dict[str, Any]]:
    """Printed survival rates, and printed medians on the 50% line, of one group."""
    is_median = points["measure"] == "median_months"
    alone = len(group.members) == 1
    return [
        _markers(group, {name: column[those] for name, column in points.items()}, scale, axis_name, alone)
        for those, axis_name in ((~is_median, "error_y"), (is_median, "error_x"))
        if those.any()
    ]


def _joined(marks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The marks without an interval in one trace; an interval's colour is that of its whole trace."""
    with_interval = [trace for trace in marks if "error_x" in trace or "error_y" in trace]
    bare = [trace for trace in marks if "error_x" not in trace and "error_y" not in trace]
    if len(bare) < 2:
        return [*bare, *with_interval]
    together = bare[0] | {"name": "Printed figures"}
    for name in ("x", "y", "customdata"):
        together[name] = np.concatenate([trace[name] for trace in bare])
    together["text"] = [text for trace in bare for text in trace["text"]]
    together["marker"] = {
        "opacity": 1,  # not the transparency of bubbles
        "symbol": [symbol for trace in bare for symbol in trace["marker"]["symbol"]],
        "color": _each(bare, lambda marker: marker["color"]),
        "size": _each(bare, lambda marker: marker["size"]),
        "line": {
            "width": _each(bare, lambda marker: marker["line"]["width"]),
            "color": _each(bare, lambda marker: marker["line"]["color"]),
        },
    }
    return [together, *with_interval]


def _each(traces: Sequence[dict[str, Any]], look: Callable[[dict[str, Any]], Any]) -> list[Any]:
    """One value of a trace's marker, once for each of its marks."""
    return [value for trace in traces for value in [look(trace["marker"])] * len(trace["text"])]


def _markers(group: Group, points: Points, scale: float, error_axis: str, alone: bool) -> dict[str, Any]:
    """Solid where the figure lies on the curve; hollow where it is a bound, approximate, ambiguous or contradicted.

    In a group of several arms the medians shrink to strokes on the 50% line, which they would otherwise cover.
    """
    strokes = error_axis == "error_x" and not alone
    solid = "line-ns-open" if strokes else group.symbol.replace("-open", "").replace("-dot", "")
    hollow = solid if solid in ("x", "cross") or strokes else f"{solid}-open"
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "cliponaxis": False,  # the last printed figure often lies on the edge
        "x": points["x"] / scale,
        "y": points["y"],
        "marker": {
            "color": faded(group.colour, ALONE if alone else 0.6),
            "symbol": [solid if used else hollow for used in points["used"].tolist()],
            "size": 10 if alone or strokes else 6,
            "line": {"width": 1.5 if alone or strokes else 0, "color": group.colour},
        },
        "name": safe(f"{group.label}: printed"),
        "customdata": points["arm_key"],
        "text": points["text"].tolist(),
        "hovertemplate": "%{text}<extra></extra>",
    }
    if np.isfinite(points["ci_low"]).any() and (alone or error_axis == "error_y"):
        unit = scale if error_axis == "error_x" else 1.0
        trace[error_axis] = {
            "type": "data",
            "symmetric": False,
            "thickness": 1.2,
            "width": 4 if alone else 2,
            "color": faded(group.colour, 0.75 if alone else 0.25),
            "array": np.nan_to_num(points["ci_high"] - points["value"]) / unit,
            "arrayminus": np.nan_to_num(points["value"] - points["ci_low"]) / unit,
        }
    return trace


def _named(ends: list[tuple[Group, float, float]]) -> list[tuple[Group, float, float]]:
    """The curves that are named: all, or the groups of most patients where the margin has no room for all."""
    if len(ends) <= MAX_LABELS:
        return ends
    largest = sorted(range(len(ends)), key=lambda i: -(ends[i][0].patients or 0))[:MAX_LABELS]
    return [ends[i] for i in sorted(largest)]


def _unnamed(groups: int, dark: bool) -> dict[str, Any]:
    """How many groups stand without a name."""
    return {
        "x": 1.01, "xref": "paper", "xanchor": "left", "y": 0, "yref": "paper", "yanchor": "top", "yshift": -24,
        "text": f"and {groups} more, see table", "showarrow": False, "font": {"color": ink(dark).muted, "size": 13},
    }  # fmt: skip


def _end_labels(
    ends: list[tuple[Group, float, float]], horizon: float, scale: float, two_lines: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Names in the right margin near the height of each curve's end, and thin leaders back to the ends."""
    broken = two_lines and len(ends) <= TWO_LINES
    heights = spread([y for _, _, y in ends], LABEL_GAP * (2 if broken else 1), 0.0, 1.0)
    names, leaders = [], []
    for (group, x, y), height in zip(ends, heights, strict=True):
        n = "" if group.patients is None else f"n = {group.patients:,}"
        joined = "<br>".join((safe(group.label), n)) if broken else safe(group.label) + (n and f" ({n})")
        names.append(
            {
                "x": 1.01, "xref": "paper", "xanchor": "left", "y": float(height), "yref": "y", "yanchor": "middle",
                "text": joined.removesuffix("<br>"), "showarrow": False, "align": "left",
                "font": {"color": group.colour, "size": 13},
            }
        )  # fmt: skip
        leaders.append(
            {
                "type": "line", "x0": x / scale, "y0": y, "x1": 1.007 * horizon / scale, "y1": float(height),
                "line": {"color": faded(group.colour, 0.35), "width": 1}, "layer": "below",
            }
        )  # fmt: skip
    return names, leaders
