"""Eras: survival against the years in which patients were treated."""

from __future__ import annotations

import streamlit as st

from dashboard.ui.context import page_context
from dashboard.ui.eras_view import controls, draw_eras

context = page_context()
st.title("Survival by years of treatment")
quantity, by = controls()
draw_eras(context, quantity, by)
