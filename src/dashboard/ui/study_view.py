"""The page of one study, part by part; `study_actions` is the place for what can be done with a study."""

from __future__ import annotations

from itertools import groupby
from typing import Final
from urllib.parse import quote

import streamlit as st

from dashboard.explore.study_page import StudyPage
from dashboard.export.citations import bibtex, bibtex_key, ris
from dashboard.intake.safe_text import markdown_text
from dashboard.ui.chart import table_file
from dashboard.ui.context import PageContext
from dashboard.ui.evidence_table import evidence_table, plain_grid
from dashboard.ui.export_menu import export_row
from dashboard.ui.open_study import STUDY, open_study
from dashboard.ui.pick_list import PickRow, PickTable, pick_list
from dashboard.ui.quality_view import study_quality
from dashboard.ui.state import write
from dashboard.ui.study_figures import draw_curves, draw_factors, draw_place
from dashboard.ui.study_parts import page_of

_ADDRESS: Final = "/:?=&;%#@,()~"  # of an address, what stays as it is inside a Markdown link


def study_actions(page: StudyPage) -> None:
    """One row: where the paper is, and its citation for a reference manager."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="study_actions"):
        if page.links:
            st.markdown(
                " · ".join(f"[{name}](<{quote(address, safe=_ADDRESS)}>)" for name, address in page.links),
                width="content",
            )
        stem = bibtex_key(page.record)
        for name, written, kind in (("BibTeX", bibtex(page.record), "bib"), ("RIS", ris(page.record), "ris")):
            st.download_button(
                f"Cite: {name}",
                written.encode(),
                f"{stem}.{kind}",
                "text/plain",
                on_click="ignore",
                type="tertiary",
                key=f"cite_{kind}",
            )


def study_view(context: PageContext, study_id: str) -> None:
    """One study from its citation to its neighbours."""
    page = page_of(context, study_id)
    st.button(
        "All studies",
        icon=":material/arrow_back:",
        type="tertiary",
        key="all_studies",
        on_click=write,
        args=({STUDY: None},),
    )
    st.title(markdown_text(page.title))
    st.write(markdown_text(page.reference))
    if page.inferred:
        st.caption(
            "Citation partly inferred: author, title, journal or year was completed unseen; the figures were seen."
        )
    study_actions(page)
    export_row(context, study_id=study_id)
    _facts(page)
    draw_curves(context, page)
    draw_place(context, page)
    draw_factors(context, page)
    _tables(page)
    study_quality(context, page)
    _neighbours(page)


def _facts(page: StudyPage) -> None:
    facts = "  \n".join(f"**{name}**: {markdown_text(value)}" for name, value in page.facts)
    notes = f"\n\n**Notes of the atlas**: {markdown_text(page.notes)}" if page.notes else ""
    st.markdown(facts + notes)
    heading = "### What to distrust, and why\n\n"
    for several, flags in groupby(page.flags, lambda flag: len(flag[1]) > 1):
        if several:
            if heading:
                st.markdown(heading)
            for title, sentences in flags:
                with st.expander(f"{title}: {len(sentences)} figures or arms"):
                    st.markdown("\n".join(f"- {markdown_text(text)}" for text in sentences))
        else:
            said = "\n".join(f"- **{title}.** {markdown_text(text)}" for title, (text,) in flags)
            st.markdown(heading + said)
        heading = ""


def _tables(page: StudyPage) -> None:
    st.subheader("Arms")
    arms, printed = f"Arms of {page.name}", f"Printed figures of {page.name}"
    evidence_table(plain_grid(page.arms, numbers=("n",)), title=arms, key="study_arms")
    table_file(lambda: page.arms, name=arms, key="study_arms_csv")
    st.subheader("Every printed figure")
    wide = ("Compared with, or factor", "Read in", "Note", "Cautions")
    evidence_table(plain_grid(page.figures, wide=wide), title=printed, key="study_printed")
    table_file(lambda: page.figures, name=printed, key="study_printed_csv")


def _neighbours(page: StudyPage) -> None:
    found = [
        *((study, words, "shares patients: only one may be counted or pooled") for study, words in page.overlapping),
        *((study, words, "same primary site and treatment, nearest in years first") for study, words in page.related),
    ]
    if found:
        st.subheader("Overlapping and related studies")
        rows = [PickRow(study, [{"t": words}, {"t": why}]) for study, words, why in found]
        pick_list(
            PickTable([{"t": "Study", "d": "Opens the study's page."}, {"t": "Relation"}], rows, len(rows)),
            title="Overlapping and related studies",
            key="neighbours",
            on_pick=open_study,
        )
