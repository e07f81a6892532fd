"""What stands above every page: totals, active filters as chips, the link of the view, notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import streamlit as st

from dashboard.intake.safe_text import markdown_text
from dashboard.paths import PAGES_DIR
from dashboard.selection import Selection
from dashboard.ui.cache import SHIPPED
from dashboard.ui.component import ask, asset
from dashboard.ui.context import PageContext
from dashboard.ui.links import OWN_VERSION, check_version, dismiss_notice, link_notice
from dashboard.ui.own_data import forget, held_by_tab, own_in_words
from dashboard.ui.state import FILTER_DEFAULTS, clear, remove, values_from
from dashboard.ui.words import count, totals_sentence

NAMES: Final = {"site": "Primary site", "modality": "Treatment", "design": "Design", "centers": "Centres"}


@dataclass(frozen=True)
class Chip:
    """One active filter in words, and what a click on it does."""

    key: str
    text: str
    remove: Callable[[], None]


def chips(selection: Selection) -> Iterator[Chip]:
    """The active filters, one chip a value."""
    values = values_from(selection)
    for name, title in NAMES.items():
        for value in values[name]:
            yield Chip(f"{name}_{value}", f"{title}: {value}", partial(remove, name, value))
    words: dict[str, Callable[[Any], str]] = {
        "endpoint": str,
        "era": lambda years: f"Treated {years[0]} to {years[1]}",
        "min_n": lambda n: f"Arms of {count(n, 'patient')} or more",
        "subgroups": lambda _: "Subgroups included",
        "ambiguous": lambda _: "Ambiguous figures included",
        "q": lambda text: f"Text: {text}",
    }
    for name, say in words.items():
        if values[name] != FILTER_DEFAULTS[name]:
            yield Chip(name, say(values[name]), partial(clear, name))


def styles() -> None:
    """The few rules that the theme cannot express."""
    st.html(f"<style>{asset('app.css')}</style>")


def own_banner() -> None:
    """On every page: that there is data of the reader's own, where to see it, and how to be rid of it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="own_banner"):
        st.markdown(own_in_words(), width="content")
        st.page_link(PAGES_DIR / "your_data.py", label="Your data")
        st.button("Forget my data", key="forget_own", type="tertiary", on_click=forget)


def above_page(context: PageContext) -> None:
    """Totals where the sidebar is closed, the active filters, and the link of the view."""
    shown = {chip.key: chip for chip in chips(context.selection)}

    def clicked(changes: dict[str, Any]) -> None:
        if "reset" in changes:
            clear()
        elif changes.get("remove") in shown:
            shown[changes["remove"]].remove()

    held, let_go = held_by_tab()
    data = {
        "totals": totals_sentence(context.totals),
        "chips": tuple({"key": chip.key, "text": chip.text} for chip in shown.values()),
        "version": version_of(context.table_key),
        "held": held,
        "let_go": let_go,
    }
    ask("view_bar", data, clicked, key="view_bar")
    if held:
        own_banner()
    notices(context)


def version_of(table_key: str) -> str:
    """The version of the data as a link names it."""
    return table_key.removeprefix(SHIPPED) if table_key.startswith(SHIPPED) else OWN_VERSION


def notices(context: PageContext) -> None:
    """What the link asked for in vain, and that it was made on other data."""
    if context.table_key.startswith(SHIPPED):
        check_version(version_of(context.table_key))
    notice = link_notice()
    if notice:
        with st.container(horizontal=True, vertical_alignment="center", key="link_notice"):
            st.warning(markdown_text(notice))
            st.button("Dismiss", on_click=dismiss_notice, type="tertiary")
