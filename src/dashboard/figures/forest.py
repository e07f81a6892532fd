"""Forest plot: one row an arm, a diamond and a prediction interval a group, the numbers beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite, nan
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.evidence.words import count
from dashboard.figures.forest_layout import COLUMNS, forest_layout
from dashboard.figures.forest_rows import RowTexts, row_texts
from dashboard.figures.forest_units import UNITS, Unit
from dashboard.figures.pooling_marks import one_or_all, point_ink, prediction_ink, records, texts
from dashboard.figures.theme import figure, ink, safe

_SORTS = ("year", "estimate", "n", "era_start")
_HALF_DIAMOND = 0.32


@dataclass
class _Drawing:
    """What has been drawn so far; `y` is the next free row, `turn` the positions of the arms and `places` their y."""

    unit: Unit
    y: float = 0.0
    lines: dict[str, tuple[list[float], list[float]]] = field(default_factory=dict)
    cells: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    ticks: list[tuple[float, str]] = field(default_factory=list)
    turn: list[int] = field(default_factory=list)
    places: list[float] = field(default_factory=list)

    def line(self, kind: str, xs: Sequence[float], ys: Sequence[float]) -> None:
        """A segment of the trace `kind`, parted from the others by a gap."""
        x, y = self.lines.setdefault(kind, ([], []))
        x += [*xs, nan]
        y += [*ys, nan]

    def cell(self, column: str, text: str, bold: bool = False) -> None:
        """A number beside the current row."""
        if text:
            self.cells[column].append((self.y, f"<b>{text}</b>" if bold else text))


def forest(
    rows: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    quantity: str = "survival",
    labels: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
    marks: Mapping[str, str] | None = None,
    words: RowTexts | None = None,
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
    words : RowTexts, optional
        `row_texts(rows, quantity)`, where it is at hand.
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
        height grows with the rows, so labels never overlap. Readable from `forest_layout.SMALLEST_WIDTH` pixels on.
    """
    if sort is not None and sort not in _SORTS:
        raise ValueError(f"sort must be one of {', '.join(_SORTS)}, but was {sort!r}.")
    drawing = _Drawing(UNITS[quantity])
    keys = rows["group"].astype(str).tolist()
    codes, names = pd.factorize(np.array(keys, dtype=object))
    turn = _order(rows, sort, descending)
    summaries = {str(group["group"]): group for group in records(groups)}
    for place, name in enumerate(names):
        label = safe((labels or {}).get(name, name))
        if every_arm:
            members = turn[codes[turn] == place]
            drawing.ticks.append((drawing.y, f"<b>{label}</b>"))
            drawing.turn += members.tolist()
            drawing.places += (drawing.y - 1 - np.arange(len(members))).tolist()
            drawing.y -= 1 + len(members)
        if name in summaries:
            _add_group(drawing, summaries[name], label, every_arm)
        drawing.y -= 0.4 if every_arm else 0.15
    traces = _arm_traces(
        drawing,
        rows,
        words or row_texts(rows, quantity),
        marks or {},
        [(colours or {}).get(key, point_ink(dark)) for key in keys],
        dark,
    )
    drawn = np.concatenate([trace["x"] for trace in traces if trace["name"] != "Numbers"] or [np.empty(0)])
    columns = [name for name, cells in drawing.cells.items() if cells]
    ticks = sorted(drawing.ticks, key=lambda tick: -tick[0])
    plan = forest_layout(drawing.unit, ticks, drawing.y, columns, drawn, dark=dark, sides=sides)
    return figure(traces, plan)


def _order(rows: pd.DataFrame, sort: str | None, descending: bool) -> np.ndarray:
    """Positions of the rows in the order asked for."""
    if sort is None:
        return np.arange(len(rows))
    column = rows[sort].reset_index(drop=True)
    return column.sort_values(ascending=not descending, kind="stable", na_position="last").index.to_numpy()


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
    drawing.cell("estimate", unit.numbers(value, low, high), bold=k > 1)
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
            drawing.cell("estimate", f"[{unit.number(ends[0])} to {unit.number(ends[1])}]")
            drawing.y -= 1


def _arm_traces(
    drawing: _Drawing, rows: pd.DataFrame, words: RowTexts, marks: Mapping[str, str], hues: list[str], dark: bool
) -> list[dict[str, Any]]:
    """Every trace: the groups' lines that are drawn already, and the arms with their lines and numbers."""
    turn, y = np.array(drawing.turn, dtype=int), np.array(drawing.places)
    low, value, high, weight = (
        rows[name].to_numpy(dtype=float)[turn] for name in ("shown_low", "estimate", "shown_high", "weight")
    )
    low, value, high = (drawing.unit.factor * x for x in (low, value, high))
    out = rows["excluded"].to_numpy(dtype=bool)[turn]
    printed = rows["interval"].eq("reported").to_numpy(dtype=bool)[turn]
    reported = rows["status"].eq("reported").to_numpy(dtype=bool, na_value=False)[turn]
    ids = rows[["arm_key", "study_id"]].to_numpy(dtype=np.str_)[turn]
    shares = ["out" if o else f"{100 * w:.1f}%" if w < 1 else "alone" for o, w in zip(out, weight, strict=True)]
    beside = {
        "years": [words.years[i] for i in turn],
        "n": [words.sizes[i] for i in turn],
        "estimate": [words.numbers[i] for i in turn],
        "weight": shares,
        "marks": [marks.get(key, "") for key in ids[:, 0].tolist()],
    }
    for column, values in beside.items():
        drawing.cells[column] += [(at, text) for at, text in zip(drawing.places, values, strict=True) if text]
    drawing.ticks += [(at, words.names[i]) for at, i in zip(drawing.places, turn, strict=True)]
    for kind, those in (("printed", printed), ("computed", ~printed)):
        if those.any():
            gap = np.full(those.sum(), nan)
            xs, ys = drawing.lines.setdefault(kind, ([], []))
            xs += np.column_stack([low[those], high[those], gap]).ravel().tolist()
            ys += np.column_stack([y[those], y[those], gap]).ravel().tolist()
    traces = _lines(drawing, dark)
    if len(turn):
        colour = one_or_all([hues[i] for i in turn], point_ink(dark))
        hover = [f"{words.who[i]}{'taken out; ' if o else ''}{words.basis[i]}" for i, o in zip(turn, out, strict=True)]
        symbols = np.where(out, "x-thin-open", np.where(reported, "square", "square-open"))
        size = np.where(out, 8.0, 6 + 11 * np.sqrt(np.where(out, 0.0, weight)))
        marker = {"size": size, "symbol": symbols, "color": colour, "line": {"width": 1.5, "color": colour}}
        traces.append(
            {"type": "scatter", "mode": "markers", "x": value, "y": y, "marker": marker | {"opacity": 1},
             "customdata": ids, "hovertext": texts(hover), "hoverinfo": "text", "cliponaxis": False, "name": "Arms"}
        )  # fmt: skip
    traces.append(_numbers(drawing, dark))
    return traces


def _lines(drawing: _Drawing, dark: bool) -> list[dict[str, Any]]:
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
    return traces


def _numbers(drawing: _Drawing, dark: bool) -> dict[str, Any]:
    """The numbers beside the rows as one trace of texts."""
    found = [(COLUMNS[column], *cell) for column, cells in drawing.cells.items() for cell in cells]
    return {
        "type": "scatter",
        "mode": "text",
        "x": np.array([x for x, _, _ in found]),
        "y": np.array([y for _, y, _ in found]),
        "text": texts(text for _, _, text in found),
        "textfont": {"size": 12.5, "color": ink(dark).text},
        "cliponaxis": False,
        "xaxis": "x2",
        "hoverinfo": "skip",
        "name": "Numbers",
    }
