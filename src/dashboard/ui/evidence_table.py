"""The table component: sortable, keyboard-reachable, every number marked as reported or derived."""

from __future__ import annotations

from typing import Any

from dashboard.ui.component import component


def evidence_table(grid: dict[str, Any], *, title: str, key: str) -> None:
    """Draw a table of the form that `comparison.table.grid` makes: columns, rows of cells, total of rows."""
    component("evidence_table")(data={**grid, "title": title}, key=key)
