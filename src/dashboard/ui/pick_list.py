"""A table whose rows open something: sortable, reachable by keyboard, a list of short blocks where it is narrow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dashboard.ui.component import component


@dataclass(frozen=True)
class PickRow:
    """One row: what a click on it opens, its cells {t: text, v: sort value, s: mark, c: colour, d: detail}."""

    value: str
    cells: list[dict[str, Any]]
    chosen: bool = False


@dataclass(frozen=True)
class PickTable:
    """Columns {t: heading, num: right-aligned, d: explanation} and rows; `total` rows exist, these are drawn."""

    columns: list[dict[str, Any]]
    rows: Sequence[PickRow] = field(default_factory=list)
    total: int = 0


def pick_list(table: PickTable, *, title: str, key: str, on_pick: Callable[[str], None]) -> None:
    """Draw the table; `on_pick(value)` runs as a callback, before the next run's widgets."""

    def opened() -> None:
        click = st.session_state[key]["open"]
        if click:
            on_pick(str(click["value"]))

    rows = [{"value": row.value, "cells": row.cells, "chosen": row.chosen} for row in table.rows]
    component("pick_list", "table")(
        data={
            "title": title,
            "columns": table.columns,
            "rows": rows,
            "total": table.total,
            "more": "narrow the filters or search to see them",
        },
        key=key,
        on_open_change=opened,
    )
