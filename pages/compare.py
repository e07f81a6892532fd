"""Compare: survival of treatment groups on one plot and in one table."""

from __future__ import annotations

import streamlit as st

from dashboard.intake.safe_text import markdown_text
from dashboard.ui.chart import chart
from dashboard.ui.compare_view import BY, HORIZONS, UNITS, comparison_of, download_of, drawn, key_line, question
from dashboard.ui.context import page_context
from dashboard.ui.difference_panel import difference_panel
from dashboard.ui.evidence_table import evidence_table
from dashboard.ui.export_menu import export_row
from dashboard.ui.links import check_choice
from dashboard.ui.starting_points import starting_points
from dashboard.ui.state import bound

context = page_context()
starting_points()
heading = st.container(gap="xsmall", key="compare_heading")
with st.container(horizontal=True, vertical_alignment="bottom", key="compare_controls", gap="medium"):
    by = st.selectbox("Compare by", list(BY), width=170, **bound("by"))
    studies = sorted(context.table["study_id"].dropna().unique())
    check_choice("study", studies)
    study = st.selectbox(
        "Within one study", studies, index=None, placeholder="All studies", width=210, **bound("study")
    )
    unit = st.segmented_control("Time in", list(UNITS), default="Months", required=True, **bound("unit"))
    horizon = st.selectbox("Up to", list(HORIZONS), width=120, **bound("horizon"))

asked = question(context, by, study)
comparison = comparison_of(context, *asked)
figure, grid = drawn(context, *asked, UNITS[unit], HORIZONS[horizon])
with heading:
    st.title(markdown_text(comparison.title))
    st.markdown(markdown_text(comparison.sentence))
    if comparison.caution:
        st.caption(markdown_text(comparison.caution))
    if study and comparison.study_id is None:
        missing = f"{study} has no figure in this selection; all studies are shown. Remove a filter to see it."
        st.info(markdown_text(missing))

chart(
    figure,
    lambda: download_of(context, comparison),
    name=comparison.title,
    alt=comparison.sentence,
    key="survival",
    caption=key_line(),
)
evidence_table(grid, title=f"{comparison.title}: every arm", key="arms")
export_row(context, by=BY[by], study=comparison.study_id)
difference_panel(context, comparison)
if comparison.left_out:
    st.caption(markdown_text("Left out of the bold summaries: " + "; ".join(comparison.left_out) + "."))
if len(comparison.silent):
    with st.expander(f"{len(comparison.silent)} arms match but print no figure of this endpoint"):
        st.dataframe(comparison.silent[["study_id", "label", "primary_site", "modality", "n"]], hide_index=True)
