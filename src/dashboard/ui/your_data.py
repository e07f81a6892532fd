"""The parts of the page Your data, one line each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard.ui.context import PageContext
from dashboard.ui.links import check_choice
from dashboard.ui.state import bound
from dashboard.ui.your_cohort import your_cohort
from dashboard.ui.your_curve import your_curve
from dashboard.ui.your_evidence import your_evidence

PARTS: Final[dict[str, Callable[[PageContext], None]]] = {
    "Evidence table": your_evidence,
    "Patient cohort": your_cohort,
    "Digitised curve": your_curve,
}


def choose_part() -> Callable[[PageContext], None]:
    """The part that the reader or the URL asks for."""
    check_choice("part", PARTS)
    part = st.segmented_control(
        "What do you bring?", list(PARTS), default=next(iter(PARTS)), required=True, **bound("part")
    )
    return PARTS[part]
