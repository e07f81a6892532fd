"""What the Compare page computes, kept by table, selection and options."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.comparison.curves import Curves, build
from dashboard.comparison.table import comparison_table, grid
from dashboard.comparison.view import Comparison, compare
from dashboard.figures.curves import survival_figure
from dashboard.selection import Selection, selected_index
from dashboard.ui.cache import per_table
from dashboard.ui.context import OpenTable, PageContext

BY = {"Treatment": "treatment", "Family of treatment": "family", "Primary site": "site", "Era": "era", "Arms": "arm"}
UNITS = {"Months": "months", "Years": "years"}
HORIZONS = {"All": None, "2 years": 24, "3 years": 36, "5 years": 60, "10 years": 120, "20 years": 240}


@per_table(max_entries=4)
def curves_of(table: pd.DataFrame) -> Curves:
    """All curves of the table, kept."""
    return build(table)


@per_table()
def comparison_of(
    table: pd.DataFrame, table_key: str, selection: Selection, by: str, study: str | None, dark: bool
) -> Comparison:
    """`comparison.view.compare`, kept."""
    curves = curves_of(OpenTable(table, table_key))
    return compare(table, curves, selected_index(table, selection), selection, by=by, study=study, dark=dark)


@per_table()
def drawn(
    table: pd.DataFrame,
    table_key: str,
    selection: Selection,
    by: str,
    study: str | None,
    dark: bool,
    unit: str,
    horizon: int | None,
) -> tuple[go.Figure, dict[str, Any], pd.DataFrame]:
    """The figure, the table on the screen and the table to download, kept."""
    source = OpenTable(table, table_key)
    comparison = comparison_of(source, table_key, selection, by, study, dark)
    curves = curves_of(source)
    figure = survival_figure(curves, comparison.groups, unit=unit, horizon_months=horizon, dark=dark)
    return figure, grid(curves, comparison.groups), comparison_table(curves, comparison.groups)


def question(context: PageContext, by: str, study: str | None) -> tuple[str, Selection, str, str | None, bool]:
    """The key of one comparison, in the order that the kept functions take it."""
    return context.table_key, context.selection, BY[by], study, context.theme == "dark"
