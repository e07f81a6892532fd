"""Axes, column heads and size of a forest plot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import unescape
from typing import Any

import numpy as np

from dashboard.figures.forest_units import UNITS, Unit
from dashboard.figures.pooling_marks import texts
from dashboard.figures.theme import axis, ink, layout, room, safe

ROW_PIXELS = 22
SMALLEST_WIDTH = 700
# Column -> its place between the end of the plot (0) and the right margin (1); first what a narrow window must show.
COLUMNS = {"estimate": 0.19, "n": 0.46, "years": 0.64, "weight": 0.82, "marks": 0.95}
_HEADS = {"years": "Years", "n": "n", "weight": "Weight", "marks": "Flags"}
_TOP, _BOTTOM = 30, 50
_NAME_SIZE = 12.5
_MOST_FOR_NAMES = 330
_PLOT_END = 0.45
_LOG_TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20, 30, 50, 100, 200)
_FEW_LOG_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)
_MOST_TICKS = 7


def forest_layout(
    unit: Unit,
    ticks: Sequence[tuple[float, str]],
    end: float,
    columns: Iterable[str],
    drawn: np.ndarray,
    *,
    dark: bool,
    sides: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """Layout for rows from 0 down to `end`, labelled by `ticks`.

    `columns` are those of COLUMNS that hold numbers, `drawn` every value on the axis; `sides` is what a hazard ratio
    below and above 1 favours.
    """
    tone = ink(dark)
    top, bottom = 0.8, end + 0.4
    across: dict[str, Any] = {"domain": [0, _PLOT_END], "title": unit.title, "side": "bottom"}
    if unit.log:
        across |= _log_axis(unit, drawn)
    else:
        across |= {"range": list(unit.range or ()), "ticksuffix": unit.suffix}
    heads = _HEADS | {"estimate": unit.head}
    used = set(columns)
    notes = [_head(heads[column], place, tone.muted) for column, place in COLUMNS.items() if column in used]
    if sides:
        # the left one may run over the names, which begin a row lower: the two meet in no window
        ends = ((f"← favours {sides[0]}", "right", 0.44 * _PLOT_END), (f"favours {sides[1]} →", "right", _PLOT_END))
        for text, anchor, at in ends:
            notes.append(_head(safe(text), 0, tone.muted) | {"x": at, "xanchor": anchor})
    shapes = []
    if unit is UNITS["hazard_ratio"]:
        line = {"color": tone.axis, "width": 1}
        shapes = [{"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper", "line": line, "layer": "below"}]
    return layout(
        dark,
        height=round(_TOP + _BOTTOM + ROW_PIXELS * (top - bottom)),
        margin={"l": _room_for(text for _, text in ticks), "r": 8, "t": _TOP, "b": _BOTTOM},
        xaxis=axis(dark, **across, automargin=False),
        xaxis2={"domain": [_PLOT_END + 0.01, 1], "range": [0, 1], "visible": False, "fixedrange": True},
        yaxis=axis(
            dark,
            range=[bottom, top],
            tickvals=np.array([at for at, _ in ticks]),
            ticktext=texts(text for _, text in ticks),
            showgrid=False,
            showline=False,
            ticks="",
            tickfont={"size": _NAME_SIZE, "color": tone.text},
            automargin=False,
        ),
        annotations=notes,
        shapes=shapes,
    )


def _room_for(names: Iterable[str]) -> int:
    """Pixels for the names of the rows, without their markup."""
    shown = (unescape(re.sub("<[^>]*>", "", name)) for name in names)
    return min(room(shown, _NAME_SIZE), _MOST_FOR_NAMES)


def _log_axis(unit: Unit, drawn: np.ndarray) -> dict[str, Any]:
    """A log axis with round ticks; a plotly range on such an axis is in powers of ten."""
    shown = drawn[np.isfinite(drawn) & (drawn > 0)]
    low, high = (float(shown.min()), float(shown.max())) if len(shown) else (0.5, 2.0)
    if unit is UNITS["hazard_ratio"]:
        low, high = max(0.05, min(low, 0.5)), min(20.0, max(high, 2.0))
    ticks, few = ([t for t in every if low * 0.8 <= t <= high * 1.25] for every in (_LOG_TICKS, _FEW_LOG_TICKS))
    ticks = few if len(ticks) > _MOST_TICKS else ticks
    ends = [float(np.log10(low * 0.85)), float(np.log10(high * 1.18))]
    return {"type": "log", "range": ends, "tickvals": ticks, "ticktext": [f"{t:g}" for t in ticks], "tickangle": 0}


def _head(text: str, place: float, colour: str) -> dict[str, Any]:
    left = _PLOT_END + 0.01
    return {
        "text": text, "x": left + (1 - left) * place, "xref": "paper", "y": 1, "yref": "paper", "yanchor": "bottom",
        "xanchor": "center", "showarrow": False, "font": {"size": 12.5, "color": colour},
    }  # fmt: skip
