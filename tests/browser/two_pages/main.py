"""Two pages with the atlas's own bound state and link, to see what survives a page switch and Back."""

from __future__ import annotations

import streamlit as st

from dashboard.ui.component import component
from dashboard.ui.state import bound, write


def first() -> None:
    """A page with widgets of its own."""
    st.title("First")
    st.selectbox("By", ["Treatment", "Era"], **bound("by"))
    st.slider("Horizon", 1, 10, 5, **bound("horizon"))
    st.button("Set both", on_click=write, args=({"by": "Era", "horizon": 9},))


def second() -> None:
    """A page without them."""
    st.title("Second")


page = st.navigation([st.Page(first), st.Page(second)], position="top")
component("view_bar")(data={}, key="view_bar")
page.run()
