"""Evidence map: what is known of each primary site and treatment, and what is not."""

from __future__ import annotations

import streamlit as st

from dashboard.ui.context import page_context
from dashboard.ui.map_view import controls, draw_cell, draw_map

context = page_context()
st.title("What is known, and what is not")
level, shade = controls()
draw_map(context, level, shade)
draw_cell(context, level)
