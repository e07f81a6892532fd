"""The pages, one line each. A page whose file is not there yet is not offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.paths import PAGES_DIR


@dataclass(frozen=True)
class Entry:
    """One page: its address, its name, its file under pages/."""

    slug: str
    title: str
    file: str


PAGES: Final = (
    Entry("compare", "Compare", "compare.py"),
    Entry("pooled", "Pooled survival", "pooled.py"),
    Entry("map", "Evidence map", "evidence_map.py"),
    Entry("eras", "Eras", "eras.py"),
    Entry("studies", "Studies", "studies.py"),
    Entry("your-data", "Your data", "your_data.py"),
    Entry("stories", "Stories", "stories.py"),
    Entry("methods", "Methods", "methods.py"),
    Entry("about", "About", "about.py"),
)


def pages() -> dict[str, StreamlitPage]:
    """Slug -> page, in the order of `PAGES`; the first one is the page without a path."""
    there = [entry for entry in PAGES if (PAGES_DIR / entry.file).is_file()]
    return {
        entry.slug: st.Page(
            PAGES_DIR / entry.file,
            title=entry.title,
            url_path=None if entry is there[0] else entry.slug,
            default=entry is there[0],
        )
        for entry in there
    }
