"""What a link asked for that this atlas does not know: said once, and the rest of the view is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import streamlit as st

from dashboard.ui.state import (
    CENTER_OPTIONS,
    DESIGN_OPTIONS,
    ENDPOINT_OPTIONS,
    MODALITY_OPTIONS,
    SITE_OPTIONS,
)
from dashboard.vocabulary import YEAR_FROM, YEAR_TO

NOTICE: Final = "_link_notice"
FIRST_PARAMS: Final = "_first_params"
OTHER_DATA: Final = "_link_of_other_data"
VERSION_PARAM: Final = "data"
OWN_VERSION: Final = "own"  # what a link says instead of a version when its sender saw a table of their own
CHOICES: Final = {
    "site": SITE_OPTIONS,
    "modality": MODALITY_OPTIONS,
    "endpoint": ENDPOINT_OPTIONS,
    "design": DESIGN_OPTIONS,
    "centers": CENTER_OPTIONS,
}


def unknown_values(params: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """(name, value) of every filter value in a link that no filter has."""
    found = [
        (name, value)
        for name, options in CHOICES.items()
        for value in params.get(name, [])
        if value and value not in options
    ]
    for name in ("subgroups", "ambiguous"):
        found += [(name, value) for value in params.get(name, []) if value.lower() not in ("true", "false")]
    found += [("min_n", value) for value in params.get("min_n", []) if not value.isdecimal()]
    era = params.get("era", [])
    years = [int(value) for value in era if value.isdecimal()]
    if era and not (len(years) == len(era) == 2 and YEAR_FROM <= years[0] <= years[1] <= YEAR_TO):
        found.append(("era", " to ".join(era)))
    return found


def read_link() -> None:
    """First thing in a run: remember what the link held before the widgets clean it."""
    if FIRST_PARAMS not in st.session_state:
        params = {name: st.query_params.get_all(name) for name in st.query_params}
        st.session_state[FIRST_PARAMS] = params
        _note(unknown_values(params))


def check_choice(name: str, options: Iterable[str]) -> None:
    """For a page's own bound widget: note a value of the link that is no option. Call it before the widget."""
    asked = st.session_state[FIRST_PARAMS].pop(name, None)
    if not asked:
        return
    known = set(options)
    wrong = [(name, value) for value in asked if value and value not in known]
    if wrong:
        _note(wrong)
        st.rerun()  # the notice stands above the page, which is drawn already


def check_version(version: str) -> None:
    """Note a link that was made on other data than `version`; a link without a version is not asked."""
    asked = st.session_state[FIRST_PARAMS].pop(VERSION_PARAM, [])
    if asked and asked[0] and asked[0] != version:
        st.session_state[OTHER_DATA] = asked[0]


def link_notice() -> str:
    """What the link asked for in vain, as a sentence; empty when nothing."""
    problems: list[tuple[str, str]] = st.session_state.get(NOTICE, [])
    made_on = st.session_state.get(OTHER_DATA, "")
    other_data = ""
    if made_on == OWN_VERSION:
        other_data = (
            "This link was made on a table of its sender's own, which stayed with them: here you see the shipped "
            "evidence, and numbers may differ."
        )
    elif made_on:
        other_data = (
            "This link was made on another version of the study table: numbers may differ from those its sender saw."
        )
    if not problems:
        return other_data
    asked = ", ".join(f"“{value}” ({name})" for name, value in problems)
    unknown = f"This atlas does not know what the link asks for here: {asked}. It was left out; the rest is as linked."
    return f"{unknown} {other_data}".strip()


def dismiss_notice() -> None:
    """The reader has seen it."""
    st.session_state[NOTICE] = []
    st.session_state[OTHER_DATA] = ""


def _note(problems: list[tuple[str, str]]) -> None:
    st.session_state[NOTICE] = [*st.session_state.get(NOTICE, []), *problems]
