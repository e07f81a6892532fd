"""Stories: worth presenting, with numbers read from the study table and links that drive the chart."""

from __future__ import annotations

import streamlit as st

from dashboard.ui.compare_view import BY
from dashboard.ui.context import page_context
from dashboard.ui.state import bound
from dashboard.ui.story_view import choose_story, story_view

context = page_context()
st.title("Stories")
story = choose_story()
with st.container(key="bound_story"):
    by = st.selectbox("Compare by", list(BY), **bound("by"))
    studies = sorted(context.table["study_id"].dropna().unique())
    study = st.selectbox("Within one study", studies, index=None, **bound("study"))
story_view(context, story, by, study)
