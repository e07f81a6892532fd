"""Your patients in three steps: bring a table, confirm how it is read, see their curve beside the published arms.

Everything stays in the session: the table under a key that forgetting drops, results beside it, nothing in a cache of
the process.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard.intake.cohort import Cohort
from dashboard.intake.cohort_plan import CohortPlan
from dashboard.intake.files import read_tables
from dashboard.intake.limits import LIMITS, IntakeError
from dashboard.intake.safe_text import markdown_text, printable
from dashboard.ui.context import PageContext
from dashboard.ui.own_data import keep_cohort, widget_key
from dashboard.ui.your_cohort_confirm import confirm
from dashboard.ui.your_cohort_result import result

TASK: Final = "cohort_task"
STEPS: Final = ("Bring a table", "Confirm how it is read", "Result")
EXAMPLE: Final = "time_months;status\n14.2;dead\n36.0;alive\n22.5;dead"


@dataclass
class Task:
    """One table on its way to a curve.

    Attributes
    ----------
    token : random, part of every key of the task's widgets and results
    name, sheets : the file as read; once confirmed, only the columns in use
    plan : as confirmed; None until then
    cohort, endpoint : what was read by it
    kept : results by what they were asked with, few
    """

    name: str
    sheets: dict[str, pd.DataFrame]
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    plan: CohortPlan | None = None
    cohort: Cohort | None = None
    endpoint: str = "os"
    kept: dict[Any, Any] = field(default_factory=dict)


def your_cohort(context: PageContext) -> None:
    """Draw the section."""
    task: Task | None = st.session_state.get(widget_key(TASK))
    step = 0 if task is None else 1 if task.cohort is None else 2
    steps_line(STEPS, step)
    if task is None:
        _bring()
    elif task.cohort is None:
        answer = confirm(task.name, task.sheets, task.token, task.plan)
        if task.plan is not None:
            st.caption("Columns that you did not choose before were dropped; bring the table again to use them.")
        if answer is not None:
            task.plan, task.cohort, task.endpoint = answer.plan, answer.cohort, answer.endpoint
            task.sheets = {answer.sheet: task.sheets[answer.sheet][list(answer.columns)]}
            task.kept = {}
            keep_cohort(task.cohort)
            st.rerun()
        _another()
    else:
        result(context, task.cohort, task.plan, task.endpoint, task.token, task.kept)
        with st.container(horizontal=True, gap="small", key="cohort_again"):
            st.button("Read it another way", key=widget_key("cohort_reread"), type="tertiary", on_click=_reread)
            _another()


def steps_line(steps: tuple[str, ...], now: int) -> None:
    """The steps of a section on one line, the present one bold."""
    st.markdown(" · ".join(f"**{i + 1} {s}**" if i == now else f"{i + 1} {s}" for i, s in enumerate(steps)))


def complain(error: IntakeError) -> None:
    """Say what cannot be read, where, and what to do: text of the file is shown as text."""
    where = f"{error.where[:1].upper()}{error.where[1:]}: " if error.where else ""
    st.error(markdown_text(f"{where}{error.what} {error.remedy}".strip()))


def _bring() -> None:
    st.markdown(
        "One row a patient: a time and whether the patient died (or dates of start and last contact), and where you "
        "have them group, primary site, treatment and year. Names and record numbers are not needed; columns "
        "that you do not choose are dropped when you confirm."
    )
    size = f"CSV, xlsx or Parquet, up to {LIMITS.file_bytes // 1024**2} MB and {LIMITS.rows:,} rows"
    # Any kind of file is taken, and told by its content: a filter by name would answer with an error of its own.
    upload = st.file_uploader(size, key=widget_key("cohort_file"))
    if upload is not None:
        _read(upload.getvalue(), upload.name)
    with st.expander("Or paste a table"):
        pasted = st.text_area(
            "With a header row; columns parted by tabs, semicolons or commas",
            key=widget_key("cohort_paste"),
            height=180,
            placeholder=EXAMPLE,
            max_chars=LIMITS.file_bytes // 4,
        )
        if st.button("Read the table", key=widget_key("cohort_read")):
            _read((pasted or "").encode("utf-8", "replace"), "pasted table")


def _read(data: bytes, name: str) -> None:
    """Read a table and go on to the next step, or say why not."""
    try:
        with st.spinner("Reading"):
            tables = read_tables(data, name)
        filled = {title: frame for title, frame in tables.sheets.items() if len(frame)}
        if not filled:
            raise IntakeError("The table has no patients.", remedy="Bring one row a patient under a header row.")
    except IntakeError as error:
        complain(error)
        return
    st.session_state[widget_key(TASK)] = Task(printable(tables.name), filled)
    st.rerun()


def _another() -> None:
    st.button("Another table", key=widget_key("cohort_other"), type="tertiary", on_click=_drop)


def _drop() -> None:
    st.session_state.pop(widget_key(TASK), None)
    keep_cohort(None)


def _reread() -> None:
    task: Task | None = st.session_state.get(widget_key(TASK))
    if task is not None:
        task.cohort, task.kept = None, {}
        keep_cohort(None)
