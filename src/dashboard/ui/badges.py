"""How a number says where it comes from: reported, derived or imputed. Text and shape, not colour alone."""

from __future__ import annotations

from typing import Final, Literal

import streamlit as st

Provenance = Literal["reported", "derived", "imputed"]

MARKS: Final[dict[Provenance, str]] = {"reported": "●", "derived": "○", "imputed": "◌"}
MEANINGS: Final[dict[Provenance, str]] = {
    "reported": "printed by the source",
    "derived": "worked out here from printed figures",
    "imputed": "filled in by an assumption; the assumption is named",
}


def badge(provenance: Provenance) -> str:
    """`● reported`: for a cell, a hover text or a legend."""
    return f"{MARKS[provenance]} {provenance}"


def legend(*provenances: Provenance) -> None:
    """One quiet line that explains the marks used on this page."""
    st.caption("  ·  ".join(f"{badge(each)}: {MEANINGS[each]}" for each in provenances or tuple(MARKS)))
