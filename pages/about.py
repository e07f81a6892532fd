"""About: what this is, who made it, its limits, licence and how to cite it."""

from __future__ import annotations

import streamlit as st

from dashboard.evidence import evidence_date, evidence_version
from dashboard.ui.context import page_context

context = page_context()
table = context.table
date, version = evidence_date(), evidence_version()
figures = int(table["row_kind"].eq("figure").sum())

st.title("About this atlas")
st.markdown(
    "The Liver Metastases Survival Atlas redraws, compares and pools the survival of patients with liver metastases "
    f"from the figures that papers print: {table['study_id'].nunique()} studies, {table['arm_key'].nunique()} arms, "
    f"{figures:,} figures in the table now open. It is made for surgeons, oncologists, interventional radiologists "
    "and reviewers who must judge or present a paper, and every number can be followed to the place where it was "
    "read."
)
st.subheader("Who made the table")
st.markdown(
    "The figures were read from abstracts and article texts and curated by the makers of this atlas; the table is "
    "edited and reviewed as text, and each build checks every row. It is a curated collection and **not a systematic "
    "review**: studies are missing, and which ones is not random. Where authors, title or year were completed "
    "without seeing them, a flag says so."
)
st.subheader("Limits")
st.markdown(
    "- Most studies are series of chosen patients. Groups differ before they are treated, and no page turns a "
    "comparison across studies into one of treatments.\n"
    "- Abstracts print few figures. A curve between them is derived, and the interval of most pooled arms rests on "
    "their number of patients alone.\n"
    "- Time counts from treatment in some papers and from a diagnosis in others; many do not say.\n"
    "- Errors of the papers and of reading them remain. Contradictions inside a paper are flagged, not mended."
)
st.markdown(
    "**Not medical advice.** The atlas describes what was published; it does not predict the survival of a patient "
    "and does not replace the judgement of a team that knows the patient."
)
st.subheader("Privacy")
st.markdown("What you upload stays in your session and is gone when you close it. The app calls no other service.")
st.subheader("Licence and citation")
st.markdown(
    "The program is under the MIT licence. The figures are facts of the cited papers: cite the papers for them, and "
    "the atlas for the collection and what is derived from it:"
)
st.code(
    f"Liver Metastases Survival Atlas. Study table {version}, {date}. Link of the view and date of access.",
    language=None,
    wrap_lines=True,
)
