"""The table component: sortable, keyboard-reachable, every number marked as reported or derived."""

from __future__ import annotations

from typing import Any

from dashboard.ui.component import component


def evidence_table(grid: dict[str, Any], *, title: str, key: str) -> None:
    """Draw a table of `comparison.table.grid` form: columns and rows of cells {t, v, s, h, c, d}, and the total of rows."""
    component("evidence_table")(data={**grid, "title": title}, key=key)
