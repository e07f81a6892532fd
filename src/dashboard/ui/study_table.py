"""The list of studies: a click opens the page of one."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.explore.study_list import SCREEN, cells
from dashboard.ui.chart import table_file
from dashboard.ui.context import PageContext
from dashboard.ui.links import check_choice
from dashboard.ui.open_study import open_study
from dashboard.ui.pick_list import PickRow, PickTable, pick_list
from dashboard.ui.quality_view import QUALITY, quality_overview
from dashboard.ui.state import bound
from dashboard.ui.study_parts import listed_studies
from dashboard.ui.words import count


def study_table(context: PageContext) -> None:
    """Studies of the selection; on request all of the table, also those without such a figure."""
    everything = st.toggle(
        "All studies of the table",
        help="Also studies that the filters leave out, and reviews without a survival figure of their own.",
        **bound("all_studies_listed"),
    )
    studies = listed_studies(context, context.selection, everything)
    what = "in the table" if everything else "with a figure that answers the filters"
    st.write(f"{count(len(studies), 'study', 'studies')} {what}, newest first. A name opens the study's page.")
    draw_studies(context, everything)


def list_or_quality(context: PageContext) -> None:
    """The list of studies, or what is known and judged of their quality; which of them is part of the link."""
    views = ["Studies", QUALITY]
    check_choice("studies_view", views)
    view = st.segmented_control("View", views, default=views[0], required=True, **bound("studies_view"))
    if view == QUALITY:
        quality_overview(context)
    else:
        study_table(context)


def draw_studies(context: PageContext, everything: bool = False, on_pick: Callable[[str], None] = open_study) -> None:
    """The list alone."""
    studies = listed_studies(context, context.selection, everything)
    rows = [PickRow(study_id, row) for study_id, row in cells(studies)]
    pick_list(PickTable(SCREEN, rows, len(studies)), title="Studies", key="studies_list", on_pick=on_pick)
    table_file(lambda: studies, name="Studies", key="studies_csv")
