"""Forest plot: one row an arm, a diamond and a prediction interval a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan, nan, sqrt
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.pooling_style import Ink, axis, axis_title, base_figure, ink, one_or_all, scatter, texts

ROW_PIXELS = 22
_TOP, _BOTTOM = 44, 56
_PLOT_END = 0.66
_COLUMNS = {"n": 0.06, "estimate": 0.44, "weight": 0.92}
_HEADS = ("n", "Estimate [95% CI]", "Weight")
_SORTS = ("year", "estimate", "n", "era_start")
_SHOWN = (
    "group",
    "arm_key",
    "study_id",
    "first_author",
    "year",
    "label",
    "n",
    "estimate",
    "shown_low",
    "shown_high",
    "interval",
    "weight",
    "excluded",
    "status",
)
_SYMBOLS = {"reported": "square", "derived": "square-open", "out": "x-thin-open"}
_NAMES = {"reported": "Arms", "derived": "Derived arms", "out": "Arms taken out"}
_INTERVALS = {
    "reported": "interval as printed",
    "computed": "interval computed",
    "assumed": "interval assumes complete follow-up or even censoring",
}
_HALF_DIAMOND = 0.32
_LABEL_LENGTH = 28


@dataclass(frozen=True)
class Unit:
    """How the numbers of a forest plot are shown. `factor` goes from the frame's unit to the axis."""

    title: str
    factor: float
    log: bool
    range: tuple[float, float] | None
    suffix: str
    decimals: int


UNITS = {
    "survival": Unit("Survival (%)", 100.0, False, (0.0, 100.0), "%", 0),
    "median": Unit("Median survival (months, log scale)", 1.0, True, None, "", 0),
    "hazard_ratio": Unit("Hazard ratio (log scale); below 1 favours the first treatment", 1.0, True, None, "", 2),
}


@dataclass
class _Lines:
    """Segments of one trace, separated by nan."""

    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)

    def add(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        self.x += [*xs, nan]
        self.y += [*ys, nan]


@dataclass
class _Points:
    """Markers of one trace."""

    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    size: list[float] = field(default_factory=list)
    colour: list[str] = field(default_factory=list)
    ids: list[tuple[str, str]] = field(default_factory=list)
    hover: list[str] = field(default_factory=list)


def forest(
    rows: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    quantity: str = "survival",
    labels: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
    sort: str | None = None,
    descending: bool = False,
    dark: bool = False,
) -> go.Figure:
    """Draw `Summary.rows` and `Summary.groups`.

    Parameters
    ----------
    rows, groups : DataFrame
        See `dashboard.synthesis.summarise`; survival 0..1 is drawn in per cent.
    quantity : {"survival", "median", "hazard_ratio"}
    labels, colours : mapping of group to label and colour, optional
    sort : {"year", "estimate", "n", "era_start"}, optional
        Order inside each group; the order of the rows without it.
    dark : bool
        Colours of the dark theme.

    Returns
    -------
    Figure
        Eight traces at most, whatever the number of rows: intervals that were reported (solid) and those that were not
        (dotted), prediction intervals, diamonds, points of reported arms, of derived ones (hollow) and of those taken
        out (crosses), numbers. `customdata` of a point is [arm_key, study_id]. The height grows with the rows, so
        labels never overlap.
    """
    if sort is not None and sort not in _SORTS:
        raise ValueError(f"sort must be one of {', '.join(_SORTS)}, but was {sort!r}.")
    unit, tone = UNITS[quantity], ink(dark)
    solid, dotted, prediction, diamonds = _Lines(), _Lines(), _Lines(), _Lines()
    points = {kind: _Points() for kind in _SYMBOLS}
    cells: dict[str, list[Any]] = {key: [] for key in ("x", "y", "text")}
    ticks: list[tuple[float, str]] = []
    y = 0.0
    ordered = rows if sort is None else rows.sort_values(sort, ascending=not descending, kind="stable")
    shown = [name for name in _SHOWN if name in rows.columns]
    members: dict[str, list[dict[str, Any]]] = {str(name): [] for name in [*groups["group"], *rows["group"]]}
    for values in zip(*(ordered[name].tolist() for name in shown), strict=True):
        member = dict(zip(shown, values, strict=True))
        members[str(member["group"])].append(member)
    totals: dict[str, dict[Any, Any]] = {str(g["group"]): g for g in groups.to_dict("records")}
    for name, drawn in members.items():
        colour = (colours or {}).get(name, tone.point)
        ticks.append((y, f"<b>{_escape((labels or {}).get(name, name))}</b>"))
        y -= 1
        for row in drawn:
            label = _row_label(row)
            _add_row(row, label, y, unit, colour, solid if row["interval"] == "reported" else dotted, points, cells)
            ticks.append((y, label))
            y -= 1
        if name in totals:
            group = totals[name]
            _add_diamond(group, y, unit, diamonds, prediction, cells)
            if group["k"] > 1:
                ticks.append((y, f"<b>Pooled, {group['k']} arms</b>"))
            if not isnan(group["pi_low"]):
                y -= 1
                ticks.append((y, "Prediction interval"))
            y -= 1 if group["k"] > 1 else 0
        y -= 0.4
    height = round(_TOP + _BOTTOM + ROW_PIXELS * (-y + 0.6))
    layout = {
        "margin": {"l": 10, "r": 10, "t": _TOP, "b": _BOTTOM},
        "hovermode": "closest",
        "xaxis": axis(
            dark,
            domain=[0, _PLOT_END],
            type="log" if unit.log else "linear",
            range=list(unit.range) if unit.range else None,
            title=axis_title(unit.title, dark),
        ),
        "xaxis2": axis(dark, domain=[_PLOT_END + 0.02, 1], range=[0, 1], visible=False, fixedrange=True),
        "yaxis": axis(
            dark,
            range=[y + 0.2, 0.8],
            tickvals=np.array([at for at, _ in ticks]),
            ticktext=texts(text for _, text in ticks),
            showgrid=False,
            tickfont={"size": 12, "color": tone.text},
        ),
        "annotations": [_column_head(text, place, tone) for text, place in zip(_HEADS, _COLUMNS.values(), strict=True)],
    }
    if quantity == "hazard_ratio":
        line = {"color": tone.muted, "width": 1}
        layout["shapes"] = [{"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper", "line": line}]
    return base_figure(dark, height, _traces(tone, solid, dotted, prediction, diamonds, points, cells), **layout)


def _column_head(text: str, place: float, tone: Ink) -> dict[str, Any]:
    left = _PLOT_END + 0.02
    return {
        "text": f"<b>{text}</b>",
        "x": left + (1 - left) * place,
        "xref": "paper",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "xanchor": "center",
        "showarrow": False,
        "font": {"size": 12, "color": tone.text},
    }


def _add_row(
    row: dict[str, Any],
    label: str,
    y: float,
    unit: Unit,
    colour: str,
    interval: _Lines,
    points: dict[str, _Points],
    cells: dict[str, list[Any]],
) -> None:
    low, value, high = (unit.factor * row[name] for name in ("shown_low", "estimate", "shown_high"))
    interval.add([low, high], [y, y])
    weight = row["weight"]
    out = bool(row["excluded"]) or weight != weight
    mark = points["out" if out else row["status"]]
    mark.x.append(value)
    mark.y.append(y)
    mark.size.append(7 if out else 6 + 12 * sqrt(weight))
    mark.colour.append(colour)
    mark.ids.append((row["arm_key"], row["study_id"]))
    numbers = f"{_number(value, unit)} [{_number(low, unit)} to {_number(high, unit)}]"
    mark.hover.append(f"<b>{label}</b><br>{numbers}<br>{row['status']}; {_INTERVALS[row['interval']]}")
    size = "" if row["n"] is None or row["n"] != row["n"] else f"{int(row['n']):,}"
    cells["x"] += _COLUMNS.values()
    cells["y"] += [y, y, y]
    cells["text"] += [size, numbers, "out" if out else "" if weight == 1 else f"{100 * weight:.1f}%"]


def _add_diamond(
    group: dict[Any, Any], y: float, unit: Unit, diamonds: _Lines, prediction: _Lines, cells: dict[str, list[Any]]
) -> None:
    low, value, high = (unit.factor * group[name] for name in ("ci_low", "estimate", "ci_high"))
    if group["k"] > 1:
        diamonds.add([low, value, high, value, low], [y, y + _HALF_DIAMOND, y, y - _HALF_DIAMOND, y])
        cells["x"] += list(_COLUMNS.values())
        cells["y"] += [y] * len(_COLUMNS)
        numbers = f"{_number(value, unit)} [{_number(low, unit)} to {_number(high, unit)}]"
        cells["text"] += [f"<b>{group['patients']:,}</b>", f"<b>{numbers}</b>", "<b>100%</b>"]
    if not isnan(group["pi_low"]):
        ends = unit.factor * group["pi_low"], unit.factor * group["pi_high"]
        tick = 0.22
        prediction.add(ends, [y - 1, y - 1])
        for end in ends:
            prediction.add([end, end], [y - 1 - tick, y - 1 + tick])
        cells["x"].append(_COLUMNS["estimate"])
        cells["y"].append(y - 1)
        cells["text"].append(f"[{_number(ends[0], unit)} to {_number(ends[1], unit)}]")


def _traces(
    tone: Ink,
    solid: _Lines,
    dotted: _Lines,
    prediction: _Lines,
    diamonds: _Lines,
    points: dict[str, _Points],
    cells: dict[str, list[Any]],
) -> list[dict[str, Any]]:
    traces: list[dict[str, Any]] = []
    for name, lines, style, fill in (
        ("Interval as printed", solid, {"color": tone.text, "dash": "solid", "width": 1.2}, None),
        ("Interval computed or assumed", dotted, {"color": tone.muted, "dash": "dot", "width": 1.2}, None),
        ("Prediction interval", prediction, {"color": tone.prediction, "dash": "solid", "width": 2.5}, None),
        ("Pooled", diamonds, {"color": tone.pooled, "width": 1}, "toself"),
    ):
        if lines.x:
            x, y = np.array(lines.x), np.array(lines.y)
            drawn = {
                "type": "scatter",
                "mode": "lines",
                "x": x,
                "y": y,
                "line": style,
                "name": name,
                "hoverinfo": "skip",
            }
            traces.append(drawn | ({"fill": fill, "fillcolor": tone.pooled} if fill else {}))
    for kind, mark in points.items():
        if mark.x:
            traces.append(
                scatter(
                    mode="markers",
                    x=np.array(mark.x),
                    y=np.array(mark.y),
                    marker={
                        "size": np.array(mark.size),
                        "symbol": _SYMBOLS[kind],
                        "color": one_or_all(mark.colour, tone.point),
                        "line": {"width": 1.2, "color": tone.text},
                        "opacity": 1,
                    },
                    customdata=np.array(mark.ids, dtype=np.str_),
                    hovertext=texts(mark.hover),
                    hoverinfo="text",
                    cliponaxis=False,
                    name=_NAMES[kind],
                )
            )
    traces.append(
        {
            "type": "scatter",
            "mode": "text",
            "x": np.array(cells["x"]),
            "y": np.array(cells["y"]),
            "text": texts(cells["text"]),
            "textfont": {"size": 12, "color": tone.text},
            "cliponaxis": False,
            "xaxis": "x2",
            "hoverinfo": "skip",
            "name": "Numbers",
        }
    )
    return traces


def _row_label(row: dict[str, Any]) -> str:
    year: Any = row.get("year")
    author = row.get("first_author")
    named = isinstance(author, str) and author and year is not None and year == year
    name = _escape(f"{author} {int(year)}" if named else str(row["study_id"]))
    label = str(row.get("label") or "")
    shortened = label if len(label) <= _LABEL_LENGTH else label[: _LABEL_LENGTH - 1].rstrip() + "…"
    return f"{name}, {_escape(shortened)}" if shortened else name


def _number(value: float, unit: Unit) -> str:
    return f"{value:.{unit.decimals}f}{unit.suffix}"


def _escape(text: str) -> str:
    """Plotly reads a little HTML in labels; names are text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
