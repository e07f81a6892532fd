"""Small components of our own: plain HTML, CSS and JavaScript from ui/assets, registered once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

ASSETS = Path(__file__).parent / "assets"


def asset(name: str) -> str:
    """Text of one file of ui/assets; empty when a component has no such part."""
    path = ASSETS / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@cache
def _source(name: str, base: str) -> tuple[str, str, str]:
    own, shared = ([asset(f"{part}.{kind}") for kind in ("html", "css", "js")] for part in (name, base))
    return own[0] or shared[0], shared[1] + own[1], own[2] or shared[2]


def component(name: str, base: str = "") -> ComponentRenderer:
    """The component made of `name`.html, .css and .js; what is missing, and the first of its style, is that of `base`.

    Registered at every call: the registry belongs to Streamlit's runtime, and tests start several in one process.
    """
    html, css, js = _source(name, base)
    return st.components.v2.component(f"atlas_{name}", html=html, css=css, js=js)
