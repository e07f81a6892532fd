"""Many curves as three flat arrays: what is asked of hundreds or thousands of them is asked of all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

Knots = tuple[tuple[float, float], ...]
BLOCK = 20_000  # curves laid on a grid at once: some tens of megabytes


def within(span: np.ndarray, members: Sequence[int] | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions `span[k] : span[k + 1]` of each member k, one after the other, and the span of the result."""
    chosen = np.asarray(members, dtype=int)
    size = span[chosen + 1] - span[chosen]
    new = np.append(0, np.cumsum(size))
    return np.arange(new[-1]) + np.repeat(span[chosen] - new[:-1], size), new


@dataclass(frozen=True, eq=False)
class Polylines:
    """K curves of constant hazard between knots, each from (0, 1) on.

    x, y : months and survival of all knots; those of curve k are `span[k] : span[k + 1]`, span (K + 1,).
    log : log survival; from survival 0 on that of the knot before, as the hazard there has no finite value.
    """

    x: np.ndarray
    y: np.ndarray
    log: np.ndarray
    span: np.ndarray

    @staticmethod
    def of(curves: Sequence[Knots]) -> Polylines:
        """Curves that are given knot by knot."""
        span = np.cumsum([0, *(len(knots) for knots in curves)])
        flat = np.fromiter(chain.from_iterable(chain.from_iterable(curves)), dtype=float, count=2 * int(span[-1]))
        x, y = flat[::2].copy(), flat[1::2].copy()
        # Each curve starts at 1, so the last positive value before a 0 is one of its own.
        positive = np.maximum.accumulate(np.where(y > 0, np.arange(len(y)), 0))
        return Polylines(x, y, np.log(y[positive]) if len(y) else y, span)

    def __len__(self) -> int:
        return len(self.span) - 1

    def take(self, members: Sequence[int] | np.ndarray) -> Polylines:
        """These curves, in this order."""
        at, span = within(self.span, members)
        return Polylines(self.x[at], self.y[at], self.log[at], span)

    def and_those(self, others: Polylines) -> Polylines:
        """These curves and then the others."""
        x, y, log = (
            np.concatenate(parts) for parts in ((self.x, others.x), (self.y, others.y), (self.log, others.log))
        )
        return Polylines(x, y, log, np.append(self.span, others.span[1:] + self.span[-1]))

    @property
    def last(self) -> np.ndarray:
        """Months (K,) of the last knot."""
        return self.x[self.span[1:] - 1]

    def at(self, curve: np.ndarray, right: np.ndarray, months: np.ndarray) -> np.ndarray:
        """Survival of these curves at these months, each at or before its knot `right` and after the one before it.

        Before a survival of zero the curve stays at the level of the knot before it, and falls to zero at the time.
        """
        left = np.maximum(right - 1, self.span[curve])
        length = self.x[right] - self.x[left]
        share = (months - self.x[left]) / np.where(length > 0, length, 1.0)
        survival = np.exp(self.log[left] + share * (self.log[right] - self.log[left]))
        survival[(self.y[left] <= 0) | ((self.y[right] <= 0) & (months >= self.x[right]))] = 0.0
        return survival

    def survival_on(self, times: np.ndarray) -> np.ndarray:
        """Survival of every curve at these ascending months (K, T), NaN beyond the last knot."""
        blocks = [
            self._block(slice(start, min(start + BLOCK, len(self))), times) for start in range(0, len(self), BLOCK)
        ]
        return np.vstack(blocks) if blocks else np.zeros((0, len(times)))

    def _block(self, those: slice, times: np.ndarray) -> np.ndarray:
        span = self.span[those.start : those.stop + 1]
        size = np.diff(span)
        # Knots of its curve before each time: the first of the times after each knot, counted and summed up.
        width = len(times) + 1
        after = np.searchsorted(times, self.x[span[0] : span[-1]], side="right")
        after += np.repeat(np.arange(len(size)) * width, size)
        before = np.cumsum(np.bincount(after, minlength=len(size) * width).reshape(-1, width)[:, :-1], axis=1)
        grid = np.full(before.shape, np.nan)
        row, column = np.nonzero(before < size[:, None])
        grid[row, column] = self.at(those.start + row, span[row] + before[row, column], times[column])
        return grid
