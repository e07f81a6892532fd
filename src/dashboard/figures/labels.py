"""Labels at the ends of curves, moved apart so that none covers another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def spread(values: Sequence[float], gap: float, low: float, high: float) -> np.ndarray:
    """Positions near `values`, at least `gap` apart and inside low..high, in the order of the values.

    Pool-adjacent-violators on the values less their stacked offsets: the least-squares nearest positions with that gap.
    Where they do not all fit, the gap shrinks evenly.
    """
    wanted = np.asarray(values, dtype=float)
    count = len(wanted)
    if count < 2:
        return np.clip(wanted, low, high)
    gap = min(gap, (high - low) / (count - 1))
    order = np.argsort(wanted, kind="stable")
    offsets = gap * np.arange(count)
    blocks: list[list[float]] = []
    for value in wanted[order] - offsets:
        blocks.append([value, 1.0])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            mean, size = blocks.pop()
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + mean * size) / (blocks[-1][1] + size), blocks[-1][1] + size]
    level = np.concatenate([np.full(int(size), mean) for mean, size in blocks])
    placed = np.clip(level, low, high - offsets[-1]) + offsets
    out = np.empty(count)
    out[order] = placed
    return out
