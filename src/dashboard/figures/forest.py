"""Forest plot: one row an arm, a diamond and a prediction interval a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan, nan, sqrt
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.pooling_style import Ink, axis, axis_title, base_figure, ink

ROW_PIXELS = 22
_TOP, _BOTTOM = 44, 56
_PLOT_END = 0.66
_COLUMNS = {"n": 0.06, "estimate": 0.44, "weight": 0.92}
_HEADS = ("n", "Estimate [95% CI]", "Weight")
_SORTS = ("year", "estimate", "n", "era_start")
_SHOWN = (
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
        Seven traces at most, whatever the number of rows: intervals that were reported (solid) and those that were not
        (dotted), points, diamonds, prediction intervals, numbers, group names. `customdata` of a point is
        [arm_key, study_id]. The height grows with the rows, so labels never overlap.
    """
    if sort is not None and sort not in _SORTS:
        raise ValueError(f"sort must be one of {', '.join(_SORTS)}, but was {sort!r}.")
    unit, tone = UNITS[quantity], ink(dark)
    solid, dotted, prediction, diamonds = _Lines(), _Lines(), _Lines(), _Lines()
    points: dict[str, list[Any]] = {key: [] for key in ("x", "y", "size", "symbol", "colour", "ids", "hover")}
    cells: dict[str, list[Any]] = {key: [] for key in ("x", "y", "text")}
    ticks: list[tuple[float, str]] = []
    y = 0.0
    shown = [name for name in _SHOWN if name in rows.columns]
    names = list(dict.fromkeys([*groups["group"], *rows["group"].astype(str)]))
    for name in names:
        members = rows[rows["group"].astype(str) == name]
        if sort:
            members = members.sort_values(sort, ascending=not descending, kind="stable", na_position="last")
        colour = (colours or {}).get(name, tone.point)
        ticks.append((y, f"<b>{_escape((labels or {}).get(name, name))}</b>"))
        y -= 1
        for row in members[shown].to_dict("records"):
            _add_row(row, y, unit, colour, solid if row["interval"] == "reported" else dotted, points, cells)
            ticks.append((y, _row_label(row)))
            y -= 1
        for group in groups[groups["group"] == name].to_dict("records"):
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
            ticktext=np.array([text for _, text in ticks], dtype=object),
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
    y: float,
    unit: Unit,
    colour: str,
    interval: _Lines,
    points: dict[str, list[Any]],
    cells: dict[str, list[Any]],
) -> None:
    low, value, high = (unit.factor * row[name] for name in ("shown_low", "estimate", "shown_high"))
    interval.add([low, high], [y, y])
    weight = row["weight"]
    out = bool(row["excluded"]) or weight != weight
    points["x"].append(value)
    points["y"].append(y)
    points["size"].append(6 if out else 6 + 12 * sqrt(weight))
    points["symbol"].append("x-thin-open" if out else "square" if row["status"] == "reported" else "square-open")
    points["colour"].append(colour)
    points["ids"].append([row["arm_key"], row["study_id"]])
    kind = {"reported": "interval as printed", "computed": "interval computed", "assumed": "interval assumes follow-up"}
    points["hover"].append(
        f"<b>{_row_label(row)}</b><br>{_numbers(value, low, high, unit)}<br>{row['status']}; {kind[row['interval']]}"
    )
    size = "" if row["n"] is None or row["n"] != row["n"] else f"{int(row['n']):,}"
    texts = (size, _numbers(value, low, high, unit), "out" if out else "" if weight == 1 else f"{100 * weight:.1f}%")
    for place, text in zip(_COLUMNS.values(), texts, strict=True):
        cells["x"].append(place)
        cells["y"].append(y)
        cells["text"].append(text)


def _add_diamond(
    group: dict[str, Any], y: float, unit: Unit, diamonds: _Lines, prediction: _Lines, cells: dict[str, list[Any]]
) -> None:
    low, value, high = (unit.factor * group[name] for name in ("ci_low", "estimate", "ci_high"))
    if group["k"] > 1:
        diamonds.add([low, value, high, value, low], [y, y + _HALF_DIAMOND, y, y - _HALF_DIAMOND, y])
        cells["x"] += list(_COLUMNS.values())
        cells["y"] += [y] * len(_COLUMNS)
        cells["text"] += [f"<b>{group['patients']:,}</b>", f"<b>{_numbers(value, low, high, unit)}</b>", "<b>100%</b>"]
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
    points: dict[str, list[Any]],
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
    colours = set(points["colour"])
    colour = np.array(points["colour"], dtype=object) if len(colours) > 1 else next(iter(colours), tone.point)
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": np.array(points["x"]),
            "y": np.array(points["y"]),
            "marker": {
                "size": np.array(points["size"]),
                "symbol": np.array(points["symbol"], dtype=object),
                "color": colour,
                "line": {"width": 1.5},
                "opacity": 1,
            },
            "customdata": np.array(points["ids"], dtype=object),
            "hovertext": np.array(points["hover"], dtype=object),
            "hoverinfo": "text",
            "cliponaxis": False,
            "name": "Arms",
        }
    )
    traces.append(
        {
            "type": "scatter",
            "mode": "text",
            "x": np.array(cells["x"]),
            "y": np.array(cells["y"]),
            "text": np.array(cells["text"], dtype=object),
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


def _numbers(value: float, low: float, high: float, unit: Unit) -> str:
    return f"{_number(value, unit)} [{_number(low, unit)} to {_number(high, unit)}]"


def _number(value: float, unit: Unit) -> str:
    return f"{value:.{unit.decimals}f}{unit.suffix}"


def _escape(text: str) -> str:
    """Plotly reads a little HTML in labels; names are text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
