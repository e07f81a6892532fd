"""Forest plot: one row an arm, a diamond and a prediction interval a group, the numbers beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite, nan, sqrt
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.evidence.words import count
from dashboard.figures.pooling_marks import figure, one_or_all, point_ink, prediction_ink, records, texts
from dashboard.figures.theme import axis, ink, layout, safe

ROW_PIXELS = 22
SMALLEST_WIDTH = 700
_TOP, _BOTTOM = 30, 50
_PLOT_END = 0.5
# Column -> its place between the end of the plot (0) and the right margin (1).
_COLUMNS = {"years": 0.10, "n": 0.29, "estimate": 0.56, "weight": 0.83, "marks": 0.96}
_HEADS = {"years": "Years", "n": "n", "weight": "Weight", "marks": "Flags"}
_SORTS = ("year", "estimate", "n", "era_start")
_HALF_DIAMOND = 0.32
_LABEL_LENGTH = 22
_POINT_PARTS = ("x", "y", "size", "symbol", "colour", "ids", "hover")


@dataclass(frozen=True)
class Unit:
    """How the numbers of a forest plot are shown. `factor` goes from the frame's unit to the axis."""

    title: str
    head: str
    factor: float
    log: bool
    range: tuple[float, float] | None
    suffix: str
    decimals: int
    noun: str = "arm"


UNITS = {
    "survival": Unit("Survival", "Survival [95% CI]", 100.0, False, (-1.5, 101.5), "%", 0),
    "median": Unit("Median survival, months (log scale)", "Months [95% CI]", 1.0, True, None, "", 0),
    "hazard_ratio": Unit("Hazard ratio (log scale)", "HR [95% CI]", 1.0, True, None, "", 2, "contrast"),
}
_LOG_TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20, 30, 50, 100, 200)
_INTERVALS = {
    "reported": "interval as printed",
    "computed": "interval computed",
    "assumed": "interval assumes follow-up",
}


@dataclass
class _Drawing:
    """What has been drawn so far, trace by trace; `y` is the next free row."""

    unit: Unit
    y: float = 0.0
    lines: dict[str, tuple[list[float], list[float]]] = field(default_factory=dict)
    points: dict[str, list[Any]] = field(default_factory=lambda: {k: [] for k in _POINT_PARTS})
    cells: dict[str, list[Any]] = field(default_factory=lambda: {k: [] for k in ("x", "y", "text")})
    ticks: list[tuple[float, str]] = field(default_factory=list)

    def line(self, kind: str, xs: Sequence[float], ys: Sequence[float]) -> None:
        """A segment of the trace `kind`, parted from the others by a gap."""
        x, y = self.lines.setdefault(kind, ([], []))
        x += [*xs, nan]
        y += [*ys, nan]

    def cell(self, column: str, text: str, bold: bool = False) -> None:
        """A number beside the current row."""
        if text:
            self.cells["x"].append(_COLUMNS[column])
            self.cells["y"].append(self.y)
            self.cells["text"].append(f"<b>{text}</b>" if bold else text)


def forest(
    rows: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    quantity: str = "survival",
    labels: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
    marks: Mapping[str, str] | None = None,
    sort: str | None = None,
    descending: bool = False,
    every_arm: bool = True,
    sides: tuple[str, str] | None = None,
    dark: bool = False,
) -> go.Figure:
    """Draw `Summary.rows` and `Summary.groups`.

    Parameters
    ----------
    rows, groups : DataFrame
        See `dashboard.synthesis.summarise`; survival 0..1 is drawn in per cent.
    quantity : {"survival", "median", "hazard_ratio"}
    labels, colours : mapping of group to label and colour, optional
    marks : mapping of arm key to the letters of its flags, optional
    sort : {"year", "estimate", "n", "era_start"}, optional
        Order inside each group; the order of the rows without it.
    every_arm : bool
        False draws the groups only.
    sides : (str, str), optional
        What a hazard ratio below and above 1 favours.
    dark : bool
        Colours of the dark theme.

    Returns
    -------
    Figure
        Six traces at most, whatever the number of rows: intervals that were printed (solid) and those that were not
        (dotted), prediction intervals, diamonds, arms, numbers. `customdata` of an arm is [arm_key, study_id]. The
        height grows with the rows, so labels never overlap. Readable from `SMALLEST_WIDTH` pixels on.
    """
    if sort is not None and sort not in _SORTS:
        raise ValueError(f"sort must be one of {', '.join(_SORTS)}, but was {sort!r}.")
    unit = UNITS[quantity]
    drawing = _Drawing(unit)
    frame = rows.sort_values(sort, ascending=not descending, kind="stable", na_position="last") if sort else rows
    several: list[bool] = (
        frame.groupby(["group", "study_id"])["arm_key"].transform("size").gt(1).tolist() if len(frame) else []
    )
    members: dict[str, list[dict[str, Any]]] = {}
    for row, one_of_several in zip(_records(frame), several, strict=True):
        members.setdefault(str(row["group"]), []).append(row | {"one_of_several": one_of_several})
    summaries = {str(group["group"]): group for group in records(groups)}
    for name in dict.fromkeys([*rows["group"].astype(str)]):
        label = safe((labels or {}).get(name, name))
        group = summaries.get(name)
        if every_arm:
            drawing.ticks.append((drawing.y, f"<b>{label}</b>"))
            drawing.y -= 1
            for row in members[name]:
                _add_arm(
                    drawing, row, (colours or {}).get(name, point_ink(dark)), (marks or {}).get(row["arm_key"], "")
                )
        if group is not None:
            _add_group(drawing, group, label, every_arm)
        drawing.y -= 0.4 if every_arm else 0.15
    return figure(_traces(drawing, dark), _layout(drawing, dark, sides))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    names = ("arm_key", "study_id", "first_author", "year", "label", "n", "estimate", "shown_low", "shown_high",
             "interval", "weight", "excluded", "status", "group", "era_start", "era_end", "era_basis")  # fmt: skip
    return records(frame[[name for name in names if name in frame]])


def _add_arm(drawing: _Drawing, row: dict[str, Any], colour: str, marks: str) -> None:
    unit = drawing.unit
    low, value, high = (unit.factor * row[name] for name in ("shown_low", "estimate", "shown_high"))
    out = bool(row["excluded"])
    name = row_name(row)
    drawing.line("printed" if row["interval"] == "reported" else "computed", [low, high], [drawing.y, drawing.y])
    weight = row["weight"]
    points = drawing.points
    points["x"].append(value)
    points["y"].append(drawing.y)
    points["size"].append(8 if out else 6 + 11 * sqrt(weight))
    points["symbol"].append("x-thin-open" if out else "square" if row["status"] == "reported" else "square-open")
    points["colour"].append(colour)
    points["ids"].append([row["arm_key"], row["study_id"]])
    points["hover"].append(
        f"<b>{name}</b>: {safe(row.get('label') or '')}<br>{_numbers(value, low, high, unit)}<br>"
        f"{'taken out; ' if out else ''}{row['status']}, {_INTERVALS[row['interval']]}"
    )
    drawing.cell("years", _years(row))
    drawing.cell("n", "" if _missing(row["n"]) else f"{int(row['n']):,}")
    drawing.cell("estimate", f"{_printed(value, unit)} {_interval(low, high, unit)}")
    drawing.cell("weight", "out" if out else f"{100 * weight:.1f}%" if weight < 1 else "alone")
    drawing.cell("marks", marks)
    drawing.ticks.append((drawing.y, name + (f", {_short(row.get('label'))}" if row["one_of_several"] else "")))
    drawing.y -= 1


def _add_group(drawing: _Drawing, group: dict[str, Any], label: str, under_arms: bool) -> None:
    """A diamond for a pooled group, a bare interval for a single arm, and the prediction interval under it."""
    unit, y = drawing.unit, drawing.y
    low, value, high = (unit.factor * group[name] for name in ("ci_low", "estimate", "ci_high"))
    k = int(group["k"])
    if k == 1 and under_arms:
        return
    if k > 1:
        drawing.line("pooled", [low, value, high, value, low], [y, y + _HALF_DIAMOND, y, y - _HALF_DIAMOND, y])
    else:
        drawing.line("computed", [low, high], [y, y])
        drawing.line("printed", [value, value], [y - _HALF_DIAMOND, y + _HALF_DIAMOND])
    arms = count(k, unit.noun)
    drawing.ticks.append((y, f"<b>Pooled, {arms}</b>" if under_arms else f"{label}, {arms}"))
    drawing.cell("n", f"{group['patients']:,}" if group["patients"] else "", bold=k > 1)
    drawing.cell("estimate", _numbers(value, low, high, unit), bold=k > 1)
    if k > 1 and under_arms:
        drawing.cell("weight", "100%", bold=True)
    drawing.y -= 1
    if isfinite(group["pi_low"]):
        ends = unit.factor * group["pi_low"], unit.factor * group["pi_high"]
        y = drawing.y if under_arms else y - 0.42
        drawing.line("prediction", ends, [y, y])
        for end in ends:
            drawing.line("prediction", [end, end], [y - 0.2, y + 0.2] if under_arms else [y - 0.1, y + 0.1])
        if under_arms:
            drawing.ticks.append((y, "Prediction interval"))
            drawing.cell("estimate", f"[{_number(ends[0], unit)} to {_number(ends[1], unit)}]")
            drawing.y -= 1


def _layout(drawing: _Drawing, dark: bool, sides: tuple[str, str] | None) -> dict[str, Any]:
    unit, tone = drawing.unit, ink(dark)
    top, bottom = 0.8, drawing.y + 0.4
    across: dict[str, Any] = {"domain": [0, _PLOT_END], "title": unit.title, "side": "bottom"}
    if unit.log:
        across |= _log_axis(drawing)
    else:
        across |= {"range": list(unit.range or ()), "ticksuffix": unit.suffix}
    heads = _HEADS | {"estimate": unit.head}
    used = set(drawing.cells["x"])
    notes = [_head(heads[column], place, tone.muted) for column, place in _COLUMNS.items() if place in used]
    if sides:
        for text, anchor, at in ((f"← favours {sides[0]}", "left", 0.0), (f"favours {sides[1]} →", "right", _PLOT_END)):
            notes.append(_head(safe(text), 0, tone.muted) | {"x": at, "xanchor": anchor})
    shapes = []
    if unit is UNITS["hazard_ratio"]:
        line = {"color": tone.axis, "width": 1}
        shapes = [{"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper", "line": line, "layer": "below"}]
    return layout(
        dark,
        height=round(_TOP + _BOTTOM + ROW_PIXELS * (top - bottom)),
        margin={"l": 8, "r": 8, "t": _TOP, "b": _BOTTOM},
        xaxis=axis(dark, **across),
        xaxis2={"domain": [_PLOT_END + 0.01, 1], "range": [0, 1], "visible": False, "fixedrange": True},
        yaxis=axis(
            dark,
            range=[bottom, top],
            tickvals=np.array([at for at, _ in drawing.ticks]),
            ticktext=texts(text for _, text in drawing.ticks),
            showgrid=False,
            showline=False,
            ticks="",
            tickfont={"size": 12.5, "color": tone.text},
        ),
        annotations=notes,
        shapes=shapes,
    )


def _log_axis(drawing: _Drawing) -> dict[str, Any]:
    """A log axis with round ticks; a plotly range on such an axis is in powers of ten."""
    drawn = [x for xs, _ in drawing.lines.values() for x in xs if isfinite(x) and x > 0] + [
        x for x in drawing.points["x"] if x > 0
    ]
    low, high = (min(drawn), max(drawn)) if drawn else (0.5, 2.0)
    if drawing.unit is UNITS["hazard_ratio"]:
        low, high = max(0.05, min(low, 0.5)), min(20.0, max(high, 2.0))
    ticks = [t for t in _LOG_TICKS if low * 0.8 <= t <= high * 1.25]
    ends = [float(np.log10(low * 0.85)), float(np.log10(high * 1.18))]
    return {"type": "log", "range": ends, "tickvals": ticks, "ticktext": [f"{t:g}" for t in ticks]}


def _head(text: str, place: float, colour: str) -> dict[str, Any]:
    left = _PLOT_END + 0.01
    return {
        "text": text, "x": left + (1 - left) * place, "xref": "paper", "y": 1, "yref": "paper", "yanchor": "bottom",
        "xanchor": "center", "showarrow": False, "font": {"size": 12.5, "color": colour},
    }  # fmt: skip


def _traces(drawing: _Drawing, dark: bool) -> list[dict[str, Any]]:
    tone = ink(dark)
    kinds: tuple[tuple[str, str, dict[str, Any], bool], ...] = (
        ("printed", "Interval as printed", {"color": tone.text, "dash": "solid", "width": 1.4}, False),
        ("computed", "Interval computed or assumed", {"color": tone.muted, "dash": "dot", "width": 1.4}, False),
        ("prediction", "Prediction interval", {"color": prediction_ink(dark), "dash": "solid", "width": 2.4}, False),
        ("pooled", "Pooled", {"color": tone.text, "width": 1}, True),
    )
    traces: list[dict[str, Any]] = []
    for kind, name, line, filled in kinds:
        if kind in drawing.lines:
            x, y = map(np.array, drawing.lines[kind])
            traces.append(
                {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "name": name, "hoverinfo": "skip"}
                | ({"fill": "toself", "fillcolor": tone.text} if filled else {})
            )
    points, cells = drawing.points, drawing.cells
    if points["x"]:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": np.array(points["x"]),
                "y": np.array(points["y"]),
                "marker": {
                    "size": np.array(points["size"]),
                    "symbol": texts(points["symbol"]),
                    "color": one_or_all(points["colour"], point_ink(dark)),
                    "line": {"width": 1.5, "color": one_or_all(points["colour"], point_ink(dark))},
                    "opacity": 1,
                },
                "customdata": np.array(points["ids"], dtype=np.str_),
                "hovertext": texts(points["hover"]),
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
            "text": texts(cells["text"]),
            "textfont": {"size": 12.5, "color": tone.text},
            "cliponaxis": False,
            "xaxis": "x2",
            "hoverinfo": "skip",
            "name": "Numbers",
        }
    )
    return traces


def row_name(row: Mapping[str, Any]) -> str:
    """`Fong 1999`, or the study's identity where the author is not known. Safe for plotly."""
    author: Any = row.get("first_author")
    year: Any = row.get("year")
    return safe(f"{author} {int(year)}" if author and not _missing(author) and not _missing(year) else row["study_id"])


def _short(label: object) -> str:
    text = "" if _missing(label) else str(label)
    return safe(text if len(text) <= _LABEL_LENGTH else text[: _LABEL_LENGTH - 1].rstrip() + "…")


def _years(row: Mapping[str, Any]) -> str:
    """`1985–98`, or `pub. 1999` where enrolment is not stated."""
    start: Any = row.get("era_start")
    end: Any = row.get("era_end")
    if _missing(start):
        return ""
    if row.get("era_basis") == "publication":
        return f"pub. {int(start)}"
    return f"{int(start)}" if _missing(end) or start == end else f"{int(start)}–{int(end) % 100:02d}"


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value != value


def _printed(value: float, unit: Unit) -> str:
    """A single arm's value, with a decimal where its source has one."""
    return f"{round(value, max(unit.decimals, 1)):g}{unit.suffix}"


def _numbers(value: float, low: float, high: float, unit: Unit) -> str:
    return f"{_number(value, unit)} {_interval(low, high, unit)}"


def _interval(low: float, high: float, unit: Unit) -> str:
    return f"[{_number(low, unit)}, {_number(high, unit)}]"


def _number(value: float, unit: Unit) -> str:
    return f"{value:.{unit.decimals}f}{unit.suffix}"
