"""Stories: worth presenting, with numbers read from the study table and links that drive the chart."""

from __future__ import annotations

import streamlit as st

from dashboard.ui.context import page_context
from dashboard.ui.story_view import choose_story, story_view

context = page_context()
st.title("Stories")
story_view(context, *choose_story())
