"""What the Compare page computes, kept by table, selection and options."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.comparison.curves import Curves, build
from dashboard.comparison.table import comparison_table, grid
from dashboard.comparison.view import Comparison, compare
from dashboard.figures.curves import drawn_arms, survival_figure
from dashboard.selection import Selection, selected_positions
from dashboard.survival.accuracy import typical_error
from dashboard.ui.cache import Source, per_table
from dashboard.ui.choices import Choice
from dashboard.ui.context import OpenTable, PageContext
from dashboard.ui.evidence_table import packed
from dashboard.ui.study_choice import name_of, names_now, studies_of

BY = {"Treatment": "treatment", "Family of treatment": "family", "Primary site": "site", "Era": "era", "Arms": "arm"}
UNITS = {"Months": "months", "Years": "years"}
SILENT_COLUMNS = ("study_id", "label", "primary_site", "modality", "n")
HORIZONS = {"All": None, "2 years": 24, "3 years": 36, "5 years": 60, "10 years": 120, "20 years": 240}

KEY = """Solid mark: printed. Hollow mark: printed but off the curve (a bound, approximate or contradicted).
Line: derived, constant hazard between printed figures, never beyond the last. In tables ● reported, ○ derived."""


def key_line() -> str:
    """What the marks mean, and how far derived survival was from the truth where the truth is known."""
    error = typical_error("survival")
    if error is None:
        return KEY
    return (
        f"{KEY} On trials with known patients derived survival was off by {100 * error['value']:.1f} points on average."
    )


def asked_of(source: Source) -> tuple[Choice, ...]:
    """What Compare asks: by, study, unit, horizon."""
    return (
        Choice("by", "Compare by", list(BY)),
        Choice("study", "Within one study", studies_of(source), "find", "All studies", names_now),
        Choice("unit", "Time in", list(UNITS), "segments"),
        Choice("horizon", "Up to", list(HORIZONS)),
    )


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
    return compare(table, curves, selected_positions(table, selection), selection, by=by, study=study, dark=dark)


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
) -> tuple[go.Figure, str, str]:
    """The figure, what of its arms it leaves undrawn in words, and the table on the screen, kept."""
    source = OpenTable(table, table_key)
    comparison = comparison_of(source, table_key, selection, by, study, dark)
    curves = curves_of(source)
    figure = survival_figure(curves, comparison.groups, unit=unit, horizon_months=horizon, dark=dark)
    shown, of = len(drawn_arms(curves, comparison.groups)), sum(len(group.members) for group in comparison.groups)
    most = f"Of {of:,} arms only the {shown} with most patients are drawn; the summaries are of all."
    undrawn = most if shown < of else ""
    return figure, undrawn, packed(grid(curves, comparison.groups))


def download_of(context: PageContext, comparison: Comparison) -> pd.DataFrame:
    """The table of a comparison with its raw values; made when it is asked for."""
    return comparison_table(curves_of(context), comparison.groups)


def question(context: PageContext, by: str, study: str | None) -> tuple[str, Selection, str, str | None, bool]:
    """The key of one comparison, in the order that the kept functions take it."""
    return context.table_key, context.selection, BY[by], study, context.theme == "dark"


def silent_arms(context: PageContext, comparison: Comparison) -> None:
    """The arms that match but print nothing to draw: listed, not lost. The list is made when it is unfolded."""
    rows = comparison.silent
    if not len(rows):
        return
    said = f"{len(rows)} arms match but print no figure of this endpoint"
    with st.expander(said, key="silent_arms", on_change="rerun") as fold:
        if fold.open:
            listed = context.table.iloc[rows][list(SILENT_COLUMNS)]
            named = listed.assign(study_id=[name_of(context, study) for study in listed["study_id"]])
            st.dataframe(named, hide_index=True)
