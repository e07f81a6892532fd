"""Rows of one study as plain Python: so few that pandas would cost a hundred times the work."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pandas as pd


def plain_rows(frame: pd.DataFrame, columns: Iterable[str]) -> list[Any]:
    """The rows as objects with these columns as attributes; missing cells stay what pandas has for them."""
    names = list(columns)
    cells = zip(*(frame[name].tolist() for name in names), strict=True)
    return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in cells]
