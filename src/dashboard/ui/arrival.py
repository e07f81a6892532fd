"""What happens once, when a page is opened: by a link, by the navigation or by a click on a study."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from dashboard.ui.link_values import link_texts
from dashboard.ui.links import FIRST_PARAMS
from dashboard.ui.state import FILTER_DEFAULTS, write
from dashboard.ui.story_state import PASSAGE, PLOT_DEFAULTS, STORY, opening, own_filters_after, put_aside

HERE: Final = "_page_slug"
# Names that a page's links had once, by page. Two pages must not share the name of a widget of their own: Streamlit
# takes a parameter out of the link when it belonged to another page last, and Back then loses it.
OLD_NAMES: Final = {"studies": {"study": "paper"}}


def arrive(slug: str) -> None:
    """Called by the frame before any filter is drawn. `slug` is the address of the page."""
    before = st.session_state.get(HERE)
    if before == slug:
        return
    st.session_state[HERE] = slug
    params = {name: st.query_params.get_all(name) for name in st.query_params}
    values: dict[str, Any] = {}
    for old, name in OLD_NAMES.get(slug, {}).items():
        if old in params and name not in params:
            values[name] = params.pop(old)[-1]
    if slug == "stories":
        # within a session only Back comes with a view, and then the link wins over what is written here
        kept = {name: st.session_state.get(name) for name in (STORY, PASSAGE)}
        values |= opening(params if before is None else {}, kept)
    if before is not None:
        mine = _filters_now()
        if slug == "stories":
            put_aside(mine, values)
        values = {**mine, **(own_filters_after(mine) if before == "stories" else {}), **values}
    elif values:
        _into_link({name: value for name, value in params.items() if name not in PLOT_DEFAULTS}, values)
    write(values)


def _filters_now() -> dict[str, Any]:
    """The navigation opens a page without parameters; the filters stay as they are, so the link must say them."""
    return {
        name: st.session_state[name]
        for name, default in FILTER_DEFAULTS.items()
        if st.session_state.get(name, default) != default
    }


def _into_link(params: dict[str, list[str]], values: dict[str, Any]) -> None:
    """The first run of a session: no widget is bound yet that would bring its value into the link."""
    empty: tuple[Any, ...] = (None, [], "", 0, False, FILTER_DEFAULTS["endpoint"], FILTER_DEFAULTS["era"])
    named = {name: link_texts(value) for name, value in values.items() if value not in empty}
    st.session_state[FIRST_PARAMS] |= named
    st.query_params.from_dict({**params, **named})
