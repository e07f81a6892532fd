"""A heading and what stands under it."""

from __future__ import annotations

import streamlit as st


def section(title: str, said: str) -> None:
    """A heading and its Markdown as one element: in the browser an element costs more than its text."""
    st.markdown(f"### {title}\n\n{said}")
