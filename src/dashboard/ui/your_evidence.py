"""Evidence of your own in three steps: fill in a table, bring it, use it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard.evidence import shared
from dashboard.intake.cells import Reading
from dashboard.intake.evidence_template import template_workbook, wide_template_workbook
from dashboard.intake.evidence_workbook import EvidenceUpload, SurvivalUnit, read_evidence
from dashboard.intake.limits import IntakeError
from dashboard.intake.marked_copy import marked_copy
from dashboard.intake.own_table import Mode, added_in_words
from dashboard.intake.problems import problem_frame
from dashboard.intake.safe_text import markdown_text, to_csv
from dashboard.paths import PAGES_DIR
from dashboard.ui.context import PageContext
from dashboard.ui.evidence_table import evidence_table
from dashboard.ui.open_study import ask_page
from dashboard.ui.own_data import keep_evidence, own_evidence, set_mode, widget_key
from dashboard.ui.state import write
from dashboard.ui.words import count
from dashboard.vocabulary import PRIMARY_SITES

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES: Final = 3
UNITS: Final[dict[str, SurvivalUnit | None]] = {
    "not stated: they wait": None,
    "per cent": "percent",
    "a proportion (0 to 1)": "proportion",
}
MODES: Final[dict[str, Mode]] = {"Add mine to the shipped evidence": "add", "Work on mine alone": "replace"}
SHOWN_ROWS: Final = 200


def your_evidence(context: PageContext) -> None:
    """Draw the section."""
    st.subheader("1. Fill in a table")
    _templates()
    st.subheader("2. Bring it")
    upload = _brought()
    if upload is not None:
        _what_was_read(upload)
    if upload is not None or own_evidence() is not None:
        st.subheader("3. Use it")
        _use(upload)


def _templates() -> None:
    st.markdown(
        "Studies, arms and printed figures on three sheets, or one wide sheet with a row an arm. "
        "A table that you downloaded here, or CSV and Parquet with the same columns, will do as well."
    )
    with st.container(horizontal=True, gap="small", key="templates"):
        for label, name, build, about in (
            ("Template", "atlas-template.xlsx", template_workbook, "Three sheets, lists to choose from, a legend."),
            ("Wide template", "atlas-template-wide.xlsx", wide_template_workbook, "A row an arm: n, median, survival."),
        ):
            st.download_button(label, build, name, XLSX, on_click="ignore", key=f"template_{name}", help=about)


def _brought() -> EvidenceUpload | None:
    files = st.file_uploader(
        "One xlsx, CSV or Parquet file, or three CSV files for the three tables; up to 10 MB each",
        accept_multiple_files=True,
        key=widget_key("evidence_files"),
    )
    if not files:
        return None
    unit = UNITS[st.session_state.get(widget_key("evidence_unit"), next(iter(UNITS)))]
    outcome = _read(files, unit)
    if isinstance(outcome, IntakeError):
        where = f"{outcome.where}: " if outcome.where else ""
        st.error(markdown_text(f"{where}{outcome.what}") + " " + markdown_text(outcome.remedy))
        return None
    if unit is not None or any("per cent or a proportion" in problem.message for problem in outcome.problems):
        st.selectbox("Survival without a per cent sign is", list(UNITS), key=widget_key("evidence_unit"), width=320)
    return outcome


def _read(files: Sequence[UploadedFile], unit: SurvivalUnit | None) -> EvidenceUpload | IntakeError:
    """The files as read, kept until they or the unit change."""
    asked = (*(file.file_id for file in files), unit)
    before, outcome = _kept()
    if outcome is None or before != asked:
        with st.spinner("Reading and checking"):
            outcome = _outcome(files, unit)
        st.session_state[widget_key("evidence_read")] = asked, outcome
    return outcome


def _kept() -> tuple[object, EvidenceUpload | IntakeError | None]:
    """What was asked for last, and what came of it."""
    kept: tuple[object, EvidenceUpload | IntakeError | None] = st.session_state.get(
        widget_key("evidence_read"), (None, None)
    )
    return kept


def _outcome(files: Sequence[UploadedFile], unit: SurvivalUnit | None) -> EvidenceUpload | IntakeError:
    if len(files) > FILES:
        return IntakeError(f"There are {len(files)} files.", remedy="Bring one, or three for the three tables.")
    try:
        return read_evidence(*((file.getvalue(), file.name) for file in files), survival_unit=unit)
    except IntakeError as error:
        return error


def _what_was_read(upload: EvidenceUpload) -> None:
    st.markdown(markdown_text(upload.summary()))
    if upload.problems:
        with st.expander(f"{count(len(upload.problems), 'problem')}: what to mend", expanded=True):
            frame = problem_frame(upload.problems)
            _listed(frame, "Problems", wrapped=("message", "remedy"), marked=partial(_marked, upload))
    if upload.readings:
        cells = sum(reading.count for reading in upload.readings)
        with st.expander(f"{count(cells, 'cell')} read as something other than typed: please check"):
            _listed(readings_frame(upload.readings), "Readings")


def _marked(upload: EvidenceUpload) -> bytes:
    return marked_copy(upload.source, upload.problems)


def readings_frame(readings: Sequence[Reading]) -> pd.DataFrame:
    """One row a reading: where, what was typed, what it was read as, and why."""
    return pd.DataFrame(
        {
            "sheet": [reading.sheet for reading in readings],
            "row": [reading.row for reading in readings],
            "column": [reading.column for reading in readings],
            "typed": [reading.raw for reading in readings],
            "read as": [reading.value for reading in readings],
            "because": [reading.how for reading in readings],
            "cells": [reading.count for reading in readings],
        }
    )


def _listed(
    frame: pd.DataFrame, title: str, wrapped: Sequence[str] = (), marked: Callable[[], bytes] | None = None
) -> None:
    """A table that wraps its text, and its downloads."""
    numbers = [name for name in frame.columns if pd.api.types.is_numeric_dtype(frame[name])]
    columns = [{"t": name, "num": name in numbers, "wrap": name in wrapped} for name in frame.columns]
    shown = frame.head(SHOWN_ROWS).itertuples(index=False)
    rows = [[{"t": str(cell), "v": cell if isinstance(cell, int) else str(cell)} for cell in row] for row in shown]
    name = title.lower()
    evidence_table(
        {"columns": columns, "rows": rows, "total": len(frame), "blocks": True},
        title=title,
        key=widget_key(f"evidence_{name}"),
    )
    with st.container(horizontal=True, gap="small"):
        if marked is not None:
            st.download_button(
                "Marked copy",
                marked,
                "marked-copy.xlsx",
                XLSX,
                on_click="ignore",
                key=widget_key("evidence_marked"),
                help="Your table with every problem coloured and commented.",
            )
        st.download_button(
            "CSV",
            partial(to_csv, frame),
            f"{name}.csv",
            "text/csv",
            on_click="ignore",
            type="tertiary",
            key=widget_key(f"evidence_{name}_csv"),
        )


# Callbacks look data up when they are called: Streamlit keeps a callback, and what it closes over, beyond `forget`.
def _mode() -> Mode:
    return MODES[st.session_state.get(widget_key("evidence_mode"), next(iter(MODES)))]


def _mode_changed() -> None:
    set_mode(_mode())


def _keep() -> None:
    asked, upload = _kept()
    if isinstance(upload, EvidenceUpload):
        keep_evidence(upload.studies, upload.arms, upload.outcomes, _mode())
        st.session_state[widget_key("evidence_used")] = asked


def _beside() -> None:
    """Compare comes next, on the primary sites of the reader's own arms: among all sites they would not be found."""
    evidence = own_evidence()
    if evidence is None:
        return
    own = set(evidence.arms["primary_site"].dropna()) if evidence.mode == "add" else set()
    sites = [term.label for slug, term in PRIMARY_SITES.items() if slug in own]
    write({"site": sites, "study": None})
    ask_page("compare.py")


def _use(upload: EvidenceUpload | None) -> None:
    evidence = own_evidence()
    modes = list(MODES)
    st.radio(
        "With the shipped evidence",
        modes,
        index=next(i for i, label in enumerate(modes) if evidence is None or MODES[label] == evidence.mode),
        horizontal=True,
        label_visibility="collapsed",
        key=widget_key("evidence_mode"),
        on_change=_mode_changed,
    )
    if upload is not None and _kept()[0] != st.session_state.get(widget_key("evidence_used")):
        _offer(upload)
    elif evidence is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="own_in_use"):
            st.markdown("In use on every page; your studies are called *(yours)*.", width="content")
            st.page_link(PAGES_DIR / "studies.py", label="See the studies")
            st.button("Compare", key=widget_key("evidence_compare"), type="tertiary", on_click=_beside)


def _offer(upload: EvidenceUpload) -> None:
    """The button that puts what was read to use, and what that changes."""
    studies = len(upload.studies)
    if not studies:
        st.write("No study can be used yet: mend the problems above and bring the file again.")
    elif _mode() == "add":
        for sentence in added_in_words(upload.studies, shared()):
            st.caption(sentence)
    st.button(
        f"Use {count(studies, 'study', 'studies')}",
        key=widget_key("evidence_use"),
        type="primary",
        on_click=_keep,
        disabled=not studies,
    )
