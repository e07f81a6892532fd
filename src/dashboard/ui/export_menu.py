"""One row under a study or a comparison: present it, or take it away as slides, handout or ZIP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.export.request import Request, make_deck
from dashboard.ui.cache import SHIPPED
from dashboard.ui.chart import file_stem
from dashboard.ui.compare_view import BY
from dashboard.ui.context import PageContext
from dashboard.ui.deck_view import data_version
from dashboard.ui.link_values import query_of
from dashboard.ui.open_study import STUDY
from dashboard.ui.presenter import COMPARISON, start_presenting


def export_row(
    context: PageContext,
    *,
    study_id: str | None = None,
    by: str = "treatment",
    study: str | None = None,
    present: str = COMPARISON,
    own: Mapping[str, Any] | None = None,
) -> None:
    """Draw the row for one study (`study_id`), or for the comparison of the context's selection.

    `by` is a slug of the Compare page (treatment, family, site, era, arm), `present` what the presenter is asked for
    when it is no study, `own` the page's parameters in the link of the view. Files are built on the click, not before.
    """
    request = Request(
        study_id=study_id,
        selection=context.selection,
        by=by,
        study=study,
        version=data_version(context.table_key),
        link=_link(context, own if own is not None else _own(study_id, by, study)),
    )
    stem = file_stem(study_id or study or "comparison")
    key = study_id or "comparison"
    table = context.table
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"export_{file_stem(key)}"):
        st.button("Present", key=f"present_{key}", on_click=start_presenting, args=(study_id or present,))
        for name, extension, kind, build in (
            ("Slides", "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", _slides),
            ("Handout", "html", "text/html", _report),
            ("ZIP", "zip", "application/zip", _bundle),
        ):
            st.download_button(
                name,
                _later(build, table, request),
                f"{stem}.{extension}",
                kind,
                on_click="ignore",
                key=f"{name.lower()}_{key}",
                help=HELP[name] + ("" if study_id is None else " The whole study, whatever the filters."),
            )


def _own(study_id: str | None, by: str, study: str | None) -> dict[str, Any]:
    """The parameters of a study's page, or of Compare."""
    if study_id is not None:
        return {STUDY: study_id}
    label = next((label for label, slug in BY.items() if slug == by), None)
    return {"by": None if by == "treatment" else label, "study": study}


def _link(context: PageContext, own: Mapping[str, Any]) -> str:
    """The address of the view with the version of its data; empty where the browser did not say where it is."""
    address = str(st.context.url or "").partition("?")[0]
    version = {"data": context.table_key.removeprefix(SHIPPED)} if context.table_key.startswith(SHIPPED) else {}
    query = query_of(context.selection, {**own, **version})
    return f"{address}?{query}" if address and query else address


HELP = {
    "Slides": "PowerPoint with charts that can be edited, tables, and notes with sources.",
    "Handout": "One HTML file that works offline and prints to A4.",
    "ZIP": "Data, figures, report, citations and a script that makes every number again.",
}


def _later(build: Callable[..., bytes], *args: object) -> Callable[[], bytes]:
    return lambda: build(*args)


def _slides(table: pd.DataFrame, request: Request) -> bytes:
    from dashboard.export.slides import slides

    return slides(make_deck(table, request))


def _report(table: pd.DataFrame, request: Request) -> bytes:
    from dashboard.export.report import report

    return report(make_deck(table, request))


def _bundle(table: pd.DataFrame, request: Request) -> bytes:
    from dashboard.export.bundle import bundle

    return bundle(table, request)
