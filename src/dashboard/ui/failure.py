"""What a reader sees when something goes wrong: what happened and what to do, never a traceback."""

from __future__ import annotations

import logging

import streamlit as st

from dashboard.evidence import EvidenceError

log = logging.getLogger("dashboard")


def calm(error: Exception) -> bool:
    """Draw the message for an error and keep the details in the server's log. True: nothing more is to be shown."""
    log.error("a page failed", exc_info=error)
    if isinstance(error, EvidenceError):
        st.header("The study table cannot be read")
        st.write(str(error))
        st.write("Nothing is shown until it can be read: a survival figure from a damaged table could be wrong.")
        return True
    st.header("This view could not be drawn")
    st.write(
        "The fault is in the program, not in what you chose; the study table is unharmed. "
        "Reset the filters or reload the page. If it happens again, send the link of this page to whoever "
        "runs the atlas: it holds everything needed to repeat the fault."
    )
    return True
