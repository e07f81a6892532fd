"""Evidence of your own: template, upload, what was read, problems, and what to do with it."""

from __future__ import annotations

import streamlit as st

from dashboard.ui.context import PageContext


def your_evidence(context: PageContext) -> None:
    """Draw the section."""
    st.caption("An extraction sheet of your own beside the shipped evidence.")
