"""Small components of our own: plain HTML, CSS and JavaScript from ui/assets, registered once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

ASSETS = Path(__file__).parent / "assets"
CONSTANTS: Final[dict[str, Callable[[], Mapping[str, Any]]]] = {}
"""Component -> what its script knows from the start, by name: labels that need not be sent with every run."""
SHARED: Final = ("exchange", "copyLink")
"""Functions that several scripts call, each in a file of its name."""


@cache
def asset(name: str) -> str:
    """Text of one file of ui/assets; empty when a component has no such part."""
    path = ASSETS / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@cache
def _source(name: str, base: str) -> tuple[str, str, str]:
    own, other = ([asset(f"{part}.{kind}") for kind in ("html", "css", "js")] for part in (name, base))
    constants = CONSTANTS.get(name, dict)()
    known = [f"const {key} = {json.dumps(value, ensure_ascii=False)}" for key, value in constants.items()]
    script = own[2] or other[2]
    known += [asset(f"{shared}.js") for shared in SHARED if f"{shared}(" in script]
    return own[0] or other[0], other[1] + own[1], "\n".join([*known, script])


def component(name: str, base: str = "") -> ComponentRenderer:
    """The component made of `name`.html, .css and .js; what is missing, and the first of its style, is that of `base`.

    Registered at every call: the registry belongs to Streamlit's runtime, and tests start several in one process.
    """
    html, css, js = _source(name, base)
    return st.components.v2.component(f"atlas_{name}", html=html, css=css, js=js)


def ask(
    name: str, data: Mapping[str, Any], answer: Callable[[dict[str, Any]], None], *, key: str, **layout: Any
) -> None:
    """Draw a component without state of its own; `answer(changes)` runs as a callback when the reader clicks in it.

    Each click names every change that is not yet answered, under a token that goes up (ui/assets/exchange.js). A
    server that started under an open tab gets the first click before there is a callback: the component is asked to
    say it again.
    """
    kept = f"_{key}_clicks"

    def clicks() -> tuple[int, int | None]:
        """The token of the last click that was answered, and of the last that had no callback yet."""
        found: tuple[int, int | None] = st.session_state.get(kept, (0, None))
        return found

    def clicked() -> None:
        click = st.session_state[key]["choose"]
        st.session_state[kept] = click["token"], clicks()[1]
        answer(click["values"])

    token, again = clicks()
    found = component(name)(
        data={**data, "token": token, "again": again},
        key=key,
        on_choose_change=clicked,
        **layout,
    )
    click = found.get("choose")
    if click and click["token"] != token:
        st.session_state[kept] = token, click["token"]
        st.rerun()
