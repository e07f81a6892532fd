"""The lines through curves: their knots and enough points between them to look log-linear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.comparison.polylines import Knots, Polylines

Line = tuple[np.ndarray, np.ndarray]
STEPS = np.linspace(0, 1, 25)


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines to draw: months and survival of all, each followed by a gap (NaN); line i is `span[i] : span[i + 1]`."""

    months: np.ndarray
    survival: np.ndarray
    span: np.ndarray

    def strung(self, first: int, last: int) -> Line:
        """The lines `first` to `last - 1` for one trace, parted by gaps."""
        part = slice(self.span[first], self.span[last] - 1)
        return self.months[part], self.survival[part]

    def line(self, i: int) -> Line:
        """One line."""
        return self.strung(i, i + 1)


def line_of(knots: Knots, horizon: float) -> Line:
    """Months and survival to draw one curve."""
    return lines_of(Polylines.of([knots]), horizon).line(0)


def lines_of(curves: Polylines, horizon: float) -> Lines:
    """The lines of these curves up to `horizon` (months) or their own ends, all at once."""
    size = np.diff(curves.span)
    inside = np.arange(size.max(initial=1)) < size[:, None]
    knots = np.full(inside.shape, np.inf)
    knots[inside] = curves.x
    end = np.minimum(curves.last, horizon)[:, None]
    months = np.concatenate([STEPS * end, knots], axis=1)
    # A step comes before a knot of its time, so the knots before it are those on its left.
    order = np.argsort(months, axis=1, kind="stable")
    months = np.take_along_axis(months, order, axis=1)
    is_knot = order >= len(STEPS)
    # Start and end are steps already.
    drawn = ~is_knot | ((months > 0) & (months < end))
    curve = np.nonzero(drawn)[0]
    right = curves.span[curve] + (np.cumsum(is_knot, axis=1) - is_knot)[drawn]
    place = np.arange(len(curve)) + curve
    span = np.append(0, np.cumsum(np.count_nonzero(drawn, axis=1) + 1))
    out = np.full((2, span[-1]), np.nan)
    out[0, place] = months[drawn]
    out[1, place] = curves.at(curve, right, months[drawn])
    return Lines(out[0], out[1], span)
