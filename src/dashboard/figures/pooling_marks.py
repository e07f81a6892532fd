"""Small parts that the figures of pooled survival share: colours of results, and arrays that plotly takes fast."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


def prediction_ink(dark: bool) -> str:
    """Colour of prediction intervals: an ochre that no treatment has."""
    return "#E6B35A" if dark else "#8A5A00"


def point_ink(dark: bool) -> str:
    """Colour of marks without a group."""
    return "#4BA3DB" if dark else "#0072B2"


def texts(values: Iterable[str]) -> npt.NDArray[np.str_]:
    """Strings as an array of fixed width: plotly copies lists and object arrays element by element."""
    return np.array([*values], dtype=np.str_)


def one_or_all(colours: Iterable[str], empty: str) -> str | npt.NDArray[np.str_]:
    """One colour where all are the same, which plotly checks once."""
    every = texts(colours)
    if not len(every):
        return empty
    return str(every[0]) if (every == every[0]).all() else every


def records(frame: pd.DataFrame, columns: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Rows as dictionaries by column name: of all columns, or of those of `columns` that the frame has."""
    names = [*frame.columns] if columns is None else [name for name in columns if name in frame]
    return [dict(zip(names, row, strict=True)) for row in zip(*(frame[name].tolist() for name in names), strict=True)]


def scatter(**settings: Any) -> dict[str, Any]:
    """A scatter trace as a plain dictionary."""
    return {"type": "scatter", **settings}
