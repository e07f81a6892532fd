"""One run of the app: page frame, navigation, filter bar, then the chosen page."""

from __future__ import annotations

import sys
from pathlib import Path

SRC = str(Path(__file__).resolve().parents[1])
if SRC not in sys.path:
    sys.path.insert(0, SRC)

import streamlit as st  # noqa: E402

from dashboard.ui.arrival import arrive  # noqa: E402
from dashboard.ui.cache import freeze_loaded  # noqa: E402
from dashboard.ui.context import open_table, set_page_context  # noqa: E402
from dashboard.ui.empty import empty_selection  # noqa: E402
from dashboard.ui.failure import calm  # noqa: E402
from dashboard.ui.filter_bar import filter_bar  # noqa: E402
from dashboard.ui.frame import above_page, styles  # noqa: E402
from dashboard.ui.links import read_link  # noqa: E402
from dashboard.ui.navigation import navigation  # noqa: E402
from dashboard.ui.open_study import follow_asked  # noqa: E402
from dashboard.ui.presenter import presenter, presenting  # noqa: E402
from dashboard.ui.sign_in import sign_out, signed_in  # noqa: E402
from dashboard.ui.turns import turns  # noqa: E402


@turns.take()
def run() -> None:
    """Draw everything. A fault becomes a calm message: control flow of Streamlit is no `Exception` and passes."""
    st.set_page_config(page_title="Liver Metastases Survival Atlas", layout="wide", initial_sidebar_state=320)
    if (reader := signed_in()) is False:
        return
    read_link()
    styles()
    what = presenting()
    page, entry = navigation(hidden=bool(what))
    follow_asked()
    if not what:
        arrive(entry.slug)
    try:
        opened = open_table()
        context = set_page_context(opened, filter_bar(opened))
        if what:
            presenter(context, what)
        else:
            sign_out(reader)
            above_page(context)
            if entry.needs_figures and not context.totals.figures:
                empty_selection(context)
            else:
                page.run()
    except Exception as error:
        calm(error)
    freeze_loaded()


run()
