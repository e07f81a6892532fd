"""Methods: how each number comes about, how accurate it is, and what every column and flag means."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.evidence import evidence_date, evidence_version
from dashboard.evidence.parquet import SCHEMA_VERSION
from dashboard.methods.steps import STEPS
from dashboard.methods.tables import accuracy_sentence, accuracy_table, coverage_sentence, dictionary_table, flags_table
from dashboard.survival.accuracy import accuracy
from dashboard.ui.badges import legend
from dashboard.ui.context import page_context

context = page_context()


def table(frame: pd.DataFrame, title: str) -> None:  # short enough to read or to scroll
    st.dataframe(frame, hide_index=True, height=min(35 * len(frame) + 38, 460), alt=title)


st.title("Methods")
st.markdown("How each number on these pages comes about, in words; equations and papers are folded away.")
legend()
for step in STEPS:
    st.subheader(step.title)
    st.markdown(step.words)
    if step.equations or step.sources:
        with st.expander("Equations and papers" if step.equations else "Papers"):
            for what, equation in step.equations:
                st.markdown(what)
                st.latex(equation)
            if step.sources:
                st.caption("  \n".join(step.sources))

st.header("Measured accuracy of derived numbers")
measured = accuracy()
if measured:
    st.markdown(accuracy_sentence(measured))
    st.markdown(
        "Published two-arm trials whose patients are known were reduced to the figures an abstract prints (patients, "
        "median, survival at 12, 24, 36 and 60 months, median follow-up), rebuilt from these alone, and compared "
        "with the full data.\n\n" + coverage_sentence(measured)
    )
    table(accuracy_table(measured), "Measured accuracy of derived numbers")
    with st.expander("Coverage of the intervals, on simulated populations with known truth"):
        table(accuracy_table(measured, detail=True), "Coverage of the intervals")
else:
    st.info("The accuracy has not been measured in this installation: run `make bench-accuracy`.")

st.header("Flags")
table(flags_table(context.table), "Flags and what they mean")
st.header("Data dictionary")
table(dictionary_table(), "Columns of the study table")
st.header("Versions")
st.markdown(
    f"Study table {evidence_version()} of {evidence_date()}, schema version {SCHEMA_VERSION}; "
    f"{context.table['study_id'].nunique()} studies and {len(context.table):,} rows in the table now open."
)
