"""The pages, one line each. A page whose file is not there yet is not offered."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.paths import PAGES_DIR


@dataclass(frozen=True)
class Entry:
    """One page: its address, its name, its file under pages/, and whether it is empty without selected figures."""

    slug: str
    title: str
    file: str
    needs_figures: bool = False


PAGES: Final = (
    Entry("compare", "Compare", "compare.py", needs_figures=True),
    Entry("pooled", "Pooled survival", "pooled.py", needs_figures=True),
    Entry("map", "Evidence map", "evidence_map.py", needs_figures=True),
    Entry("eras", "Eras", "eras.py", needs_figures=True),
    Entry("studies", "Studies", "studies.py"),
    Entry("your-data", "Your data", "your_data.py"),
    Entry("stories", "Stories", "stories.py"),
    Entry("methods", "Methods", "methods.py"),
    Entry("about", "About", "about.py"),
)


def navigation(*, hidden: bool = False) -> tuple[StreamlitPage, Entry]:
    """Draw the navigation, unless hidden; the page asked for and its entry. The first page has the bare address."""
    there = _there(PAGES_DIR)
    pages = [copy(page) for page in there.values()]  # Streamlit notes on a page that it ran
    chosen = st.navigation(pages, position="hidden" if hidden else "top")
    return chosen, next(entry for page, entry in zip(pages, there, strict=True) if page is chosen)


@cache
def _there(folder: Path) -> dict[Entry, StreamlitPage]:
    """The pages whose file is there, made once a process: to look for the files took a twentieth of a rerun."""
    there = [entry for entry in PAGES if (folder / entry.file).is_file()]
    return {
        entry: st.Page(folder / entry.file, title=entry.title, url_path=entry.slug, default=entry is there[0])
        for entry in there
    }
