"""From a mark in a figure, or a name in a list, to the page of its study; Back returns to the view before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from dashboard.paths import PAGES_DIR
from dashboard.ui.arrival import HERE
from dashboard.ui.state import write

ASKED: Final = "_asked_page"
STUDY: Final = "paper"


def open_study(study_id: str) -> None:
    """Callback of any page: the page of this study comes next."""
    if st.session_state.get(HERE) == "studies":
        write({STUDY: study_id})
    else:
        ask_page("studies.py", {STUDY: study_id})


def ask_page(file: str, params: Mapping[str, str] | None = None) -> None:
    """Callback of any page: this page comes next, with these parameters of its own; the filters go with it."""
    st.session_state[ASKED] = file, params


def follow_asked() -> None:
    """Called by the frame before anything is drawn: go where a click asked to go."""
    asked = st.session_state.pop(ASKED, None)
    if asked:
        st.switch_page(PAGES_DIR / asked[0], query_params=asked[1])


def clicked_study(key: str) -> str:
    """The study whose mark was clicked in the figure `key`; empty where the mark belongs to none.

    The figure's `customdata` holds a study_id a mark, alone or as the first of a list.
    """
    for point in st.session_state[key].selection.points:
        data = point.get("customdata")
        found = data[0] if isinstance(data, list | tuple) and data else data
        if found:
            return str(found)
    return ""


def opens_study(key: str) -> Callable[[], None]:
    """For a figure whose marks open their study: `chart(figure, ..., key=key, on_select=opens_study(key))`."""

    def clicked() -> None:
        study_id = clicked_study(key)
        if study_id:
            open_study(study_id)

    return clicked
