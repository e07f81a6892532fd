"""Your data: a table, a cohort or a curve of your own beside the published evidence."""

from __future__ import annotations

import streamlit as st

from dashboard.ui.closed_tabs import watch_session
from dashboard.ui.context import page_context
from dashboard.ui.your_data import choose_part

watch_session()
context = page_context()
st.title("Your data")
st.caption(
    "What you bring stays in the memory of this session: not on disk, not in the link, seen by nobody else. "
    "It is gone when you forget it here, reload the page or close the tab."
)
choose_part()(context)
