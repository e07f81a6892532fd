"""The pages, one line each. A page whose file is not there yet is not offered."""

from __future__ import annotations

from dataclasses import dataclass
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
    """Draw the navigation, unless hidden; the page asked for and its entry. The first has the bare address."""
    there = [entry for entry in PAGES if (PAGES_DIR / entry.file).is_file()]
    pages = [
        st.Page(PAGES_DIR / entry.file, title=entry.title, url_path=entry.slug, default=entry is there[0])
        for entry in there
    ]
    chosen = st.navigation(pages, position="hidden" if hidden else "top")
    return chosen, next(entry for page, entry in zip(pages, there, strict=True) if page is chosen)
