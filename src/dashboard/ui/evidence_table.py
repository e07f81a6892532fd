"""The table component: sortable, keyboard-reachable, every number marked as reported or derived."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
import pandas as pd

from dashboard.ui.component import component


def packed(grid: dict[str, Any]) -> str:
    """A grid as the text that goes to the browser: kept, it costs no run a second time."""
    return orjson.dumps(grid).decode()


def evidence_table(grid: dict[str, Any] | str, *, title: str, key: str) -> None:
    """Draw a table of the form that `comparison.table.grid` makes (columns, rows of cells, total of rows), or `packed`.

    The title stands beside it.
    """
    text = grid if isinstance(grid, str) else packed(grid)
    component("evidence_table", "table")(data={"packed": text, "title": title}, key=key)


def plain_grid(frame: pd.DataFrame, *, numbers: Collection[str] = (), wide: Collection[str] = ()) -> dict[str, Any]:
    """A short table of words for `evidence_table`: columns without any text are left out, `wide` ones may wrap."""
    texts = {str(name): ["" if pd.isna(v) else str(v) for v in frame[name].tolist()] for name in frame}
    shown = [name for name, cells in texts.items() if any(cells)]
    columns = [{"t": name, "num": name in numbers, "wrap": name in wide} for name in shown]
    cells = [
        [{"t": text, "v": float(text) if text else None} if name in numbers else {"t": text} for text in texts[name]]
        for name in shown
    ]
    return {"columns": columns, "rows": [list(row) for row in zip(*cells, strict=True)], "total": len(frame)}
