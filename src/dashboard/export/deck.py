"""What is presented, as data: a deck of steps, each with its words, figure, table, notes and sources.

Slides, presenter, report and bundle all draw the same deck, so a number is worked out once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import pandas as pd

from dashboard.comparison.curves import Curves
from dashboard.comparison.groups import Group
from dashboard.figures.curves import default_horizon
from dashboard.figures.lines import line_of

ForestScale = Literal["ratio", "survival"]
RowKind = Literal["reported", "derived", "highlight", "pooled", "prediction"]
TABLE_ROWS: Final = 9


@dataclass(frozen=True)
class Line:
    """One curve of a plot: `x` months and `y` survival of the derived line; printed points; whether each lies on it."""

    label: str
    colour: str
    dash: str
    x: np.ndarray
    y: np.ndarray
    printed_x: np.ndarray
    printed_y: np.ndarray
    on_curve: np.ndarray


@dataclass(frozen=True, eq=False)
class CurvePlot:
    """Survival curves of groups, up to a horizon in months."""

    curves: Curves
    groups: Sequence[Group]
    endpoint: str

    @property
    def horizon_months(self) -> int:
        """Round horizon that shows every printed figure."""
        members = np.concatenate([group.members for group in self.groups])
        return default_horizon(self.curves, members)

    def lines(self) -> list[Line]:
        """One line a group: its single curve, or its descriptive summary; printed points of all its arms."""
        return [self._line(group) for group in self.groups]

    def _line(self, group: Group) -> Line:
        horizon = self.horizon_months
        x, y = np.zeros(0), np.zeros(0)
        if group.summary is not None:
            keep = group.summary.months <= horizon
            x, y = group.summary.months[keep], group.summary.survival[keep]
        elif len(group.members) == 1 and self.curves.figures[group.members[0]] >= 2:
            x, y = line_of(self.curves.knots[group.members[0]], horizon)
        points = self.curves.points_of(group.members.tolist())
        at = self.curves.points["x"][points]
        # A figure that was worked out carries no mark: here every mark is a printed one.
        points = points[np.isfinite(at) & (at <= horizon) & self.curves.points["reported"][points]]
        n = "" if group.patients is None else f" (n = {group.patients:,})"
        return Line(
            label=f"{group.label}{n}",
            colour=group.colour,
            dash=group.dash,
            x=x,
            y=y,
            printed_x=self.curves.points["x"][points],
            printed_y=self.curves.points["y"][points],
            on_curve=self.curves.points["used"][points].astype(bool),
        )


@dataclass(frozen=True)
class ForestRow:
    """One row of a forest plot; `low` and `high` are NaN where no interval is known. `text`: the figures in words."""

    label: str
    estimate: float
    low: float
    high: float
    text: str
    kind: RowKind = "reported"


@dataclass(frozen=True)
class ForestPlot:
    """Rows from top to bottom, on a scale of ratios (logarithmic) or of survival (0..1)."""

    rows: tuple[ForestRow, ...]
    scale: ForestScale
    x_title: str

    def limits(self) -> tuple[float, float]:
        """Range of the axis: 0..1 for survival, a symmetric power of two or more for ratios, at most 1/32 to 32."""
        if self.scale == "survival":
            return 0.0, 1.0
        values = np.array([v for row in self.rows for v in (row.estimate, row.low, row.high)], dtype=float)
        values = values[np.isfinite(values) & (values > 0)]
        reach = float(np.abs(np.log2(values)).max()) if len(values) else 1.0
        top = 2.0 ** min(5, max(1, int(np.ceil(reach))))
        return 1 / top, top

    def ticks(self) -> list[float]:
        """Values to mark on the axis."""
        if self.scale == "survival":
            return [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
        reach = round(float(np.log2(self.limits()[1])))
        return [2.0**p for p in range(-reach, reach + 1, 1 if reach <= 3 else 2 if reach == 4 else reach)]


Figure = CurvePlot | ForestPlot


@dataclass(frozen=True, eq=False)
class Step:
    """One idea. `key` is stable; `notes` is what a speaker says or must know; `sources` where the numbers were read."""

    key: str
    title: str
    lines: tuple[str, ...] = ()
    figure: Figure | None = None
    table: pd.DataFrame | None = None
    caption: str = ""
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing to say."""
        return not self.lines and self.figure is None and (self.table is None or self.table.empty)


@dataclass(frozen=True, eq=False)
class Deck:
    """A presentation: its title, its steps and the studies it draws on."""

    title: str
    subtitle: str
    steps: tuple[Step, ...]
    study_ids: tuple[str, ...]
    data_version: str = ""
    link: str = ""
    methods: tuple[str, ...] = field(default=())
    left_out: tuple[str, ...] = field(default=())


def pages_of(step: Step, rows: int = TABLE_ROWS) -> list[Step]:
    """The step, or one step for every `rows` rows of a table that is too long to be read from the back row."""
    if step.table is None or len(step.table) <= rows:
        return [step]
    parts = -(-len(step.table) // rows)
    size = -(-len(step.table) // parts)
    return [
        Step(
            key=f"{step.key}-{part + 1}" if part else step.key,
            title=f"{step.title} ({part + 1} of {parts})",
            lines=step.lines if part == 0 else (),
            figure=step.figure if part == 0 else None,
            table=step.table.iloc[part * size : (part + 1) * size],
            caption=step.caption,
            notes=step.notes,
            sources=step.sources,
        )
        for part in range(parts)
    ]
