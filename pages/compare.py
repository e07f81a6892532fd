"""Compare: survival of treatment groups on one plot and in one table."""

from __future__ import annotations

import streamlit as st

from dashboard.intake.safe_text import markdown_text
from dashboard.ui.chart import chart
from dashboard.ui.choices import choices
from dashboard.ui.compare_view import (
    BY,
    HORIZONS,
    UNITS,
    asked_of,
    comparison_of,
    download_of,
    drawn,
    key_line,
    question,
    silent_arms,
)
from dashboard.ui.context import page_context
from dashboard.ui.difference_panel import difference_panel
from dashboard.ui.evidence_table import evidence_table
from dashboard.ui.export_menu import export_row
from dashboard.ui.starting_points import starting_points
from dashboard.ui.study_choice import name_of

context = page_context()
starting_points()
heading = st.container(gap="xsmall", key="compare_heading")
by, study, unit, horizon = choices(asked_of(context), key="compare_controls")
asked = question(context, by, study)
comparison = comparison_of(context, *asked)
figure, undrawn, grid = drawn(context, *asked, UNITS[unit], HORIZONS[horizon])
with heading:
    st.title(markdown_text(comparison.title))
    st.markdown(markdown_text(comparison.sentence))
    if comparison.caution:
        st.caption(markdown_text(comparison.caution))
    if study and comparison.study_id is None:
        missing = "has no figure in this selection; all studies are shown. Remove a filter to see it."
        st.info(markdown_text(f"{name_of(context, study)} {missing}"))

chart(
    figure,
    lambda: download_of(context, comparison),
    name=comparison.title,
    alt=comparison.sentence,
    key="survival",
    caption=f"{key_line()} {undrawn}",
)
evidence_table(grid, title=f"{comparison.title}: every arm", key="arms")
export_row(context, by=BY[by], study=comparison.study_id)
difference_panel(context, comparison)
if comparison.left_out:
    st.caption(markdown_text("Left out of the bold summaries: " + "; ".join(comparison.left_out) + "."))
silent_arms(context, comparison)
