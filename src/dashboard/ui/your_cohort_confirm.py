"""How a patient-level table is read: proposed, looked at, confirmed. No unit and no coding is guessed in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, get_args

import pandas as pd
import streamlit as st

from dashboard.intake.cohort import Cohort, preview, read_cohort
from dashboard.intake.cohort_plan import ROLES, CohortPlan, TimeUnit, propose_events, propose_plan, propose_unit
from dashboard.intake.dates import DateOrder, propose_order
from dashboard.intake.limits import IntakeError
from dashboard.intake.safe_text import markdown_text
from dashboard.ui.own_data import widget_key
from dashboard.ui.words import count
from dashboard.vocabulary import ENDPOINTS, TIME_ORIGINS

TIMES: Final = ("One column of times", "Dates of start and last contact")
UNITS: Final = get_args(TimeUnit)
ORDERS: Final[dict[DateOrder, str]] = {
    "iso": "year-month-day",
    "dmy": "day-month-year",
    "mdy": "month-day-year",
    "excel": "Excel day numbers",
}
MOST_VALUES: Final = 60
FIELD: Final = 225
"""Pixels of a field that stands beside another where there is room for both."""
EXTRAS: Final = {"group": "Group", "site": "Primary site", "modality": "Treatment", "year": "Year"}


@dataclass(frozen=True)
class Answer:
    """What was confirmed: the sheet, its columns in use, how they are read, the patients, and the endpoint."""

    sheet: str
    columns: tuple[str, ...]
    plan: CohortPlan
    cohort: Cohort
    endpoint: str


def confirm(name: str, sheets: dict[str, pd.DataFrame], token: str, before: CohortPlan | None) -> Answer | None:
    """Draw the choices and the preview; the answer once the button is pressed.

    Parameters
    ----------
    name, sheets : the file as read; sheets are not empty
    token : part of the widgets' keys, so that nothing chosen for one table is kept for another
    before : the plan of an earlier reading of the same table, whose answers stand as proposals
    """

    def key(what: str) -> str:
        return widget_key(f"cohort_{token}_{what}")

    title = next(iter(sheets))
    if len(sheets) > 1:
        title = st.selectbox("Sheet", list(sheets), key=key("sheet"), width=320)
    frame = sheets[title]
    where = f"{name}, {title}" if len(sheets) > 1 else name
    st.caption(markdown_text(f"{where}: {count(len(frame), 'row')}, {count(len(frame.columns), 'column')}."))
    proposals: dict[str, CohortPlan] = st.session_state.setdefault(key("proposed"), {})
    if title not in proposals:
        proposals[title] = propose_plan(frame)
    proposed = proposals[title]
    if before is not None and all(getattr(before, role) in (None, *frame.columns) for role in ("time", "event")):
        proposed = replace(before, confirmed=False)
    # The preview is the wider: four columns of it stand beside the choices in a window of 1024 pixels.
    left, right = st.columns([9, 10], gap="medium")
    with left:
        plan, endpoint = _choices(frame, proposed, lambda what: key(f"{title}_{what}"))
    with right:
        _preview(frame, plan)
        pressed = st.button("Draw the curve", key=key("confirm"), type="primary", disabled=bool(plan.questions))
        if not pressed:
            return None
        try:
            with st.spinner("Reading every patient"):
                confirmed = plan.confirm()
                used = dict.fromkeys(getattr(confirmed, role) for role in ROLES)
                columns = tuple(name for name in used if name is not None)
                return Answer(title, columns, confirmed, read_cohort(frame, confirmed), endpoint)
        except IntakeError as error:
            st.error(markdown_text(str(error)))
    return None


def _choices(frame: pd.DataFrame, proposed: CohortPlan, key: Any) -> tuple[CohortPlan, str]:
    """What the reader says of the columns, units and codes, prefilled with what the table proposes."""
    columns = [str(column) for column in frame.columns]

    def column(label: str, role: str, **more: Any) -> str | None:
        found = getattr(proposed, role)
        index = columns.index(str(found)) if found in columns else None
        more.setdefault("placeholder", "Choose a column")
        return st.selectbox(label, columns, index=index, key=key(role), **more)

    dates = 1 if proposed.uses_dates else 0
    how = st.radio("Time", TIMES, index=dates, horizontal=True, key=key("how"), label_visibility="collapsed")
    answers: dict[str, Any] = {"time": None, "start": None, "last_contact": None}
    if how == TIMES[0]:
        first, second = st.columns(2)
        with first:
            answers["time"] = column("Time is in", "time")
        unit = None if answers["time"] is None else _unit(frame, proposed, answers["time"])
        with second:
            answers["time_unit"] = _one_of("Its unit", UNITS, unit, key(f"unit_{answers['time']}"))
    else:
        first, second, third = st.columns(3)
        with first:
            answers["start"] = column("Start", "start")
        with second:
            answers["last_contact"] = column("Death or last contact", "last_contact")
        with third:
            order = _order(frame, answers["start"], answers["last_contact"])
            label = _one_of("Written as", tuple(ORDERS.values()), order, key(f"order_{order}"))
            answers["date_order"] = next((slug for slug, words in ORDERS.items() if words == label), None)
    answers["event"] = column("Who had the event is in", "event")
    if answers["event"] is not None:
        answers["event_values"], answers["censored_values"] = _coding(frame, proposed, answers["event"], key)
    else:
        answers["event_values"] = answers["censored_values"] = ()
    with st.container(horizontal=True, gap="small"):
        endpoint = st.selectbox(
            "The curve is of", list(ENDPOINTS), format_func=lambda slug: ENDPOINTS[slug].label, key=key("endpoint"),
            help="Which published figures it is held against.", width=FIELD,
        )  # fmt: skip
        origins = list(TIME_ORIGINS)
        answers["time_origin"] = st.selectbox(
            "Time counts",
            origins,
            index=origins.index(proposed.time_origin or "not-stated"),
            format_func=lambda slug: TIME_ORIGINS[slug].label,
            key=key("origin"),
            help="Curves that start at different moments are not alike: from diagnosis is longer than from treatment.",
            width=FIELD,
        )
    with st.expander("Group, primary site, treatment, year (where you have them)", expanded=_has_extras(proposed)):
        places = st.columns(2)
        for i, (role, label) in enumerate(EXTRAS.items()):
            with places[i % 2]:
                answers[role] = column(label, role, placeholder="None")
    return replace(proposed, **answers), endpoint


def _has_extras(plan: CohortPlan) -> bool:
    return any(getattr(plan, role) is not None for role in EXTRAS)


def _one_of(label: str, options: Sequence[str], found: str | None, key: str) -> Any:
    index = options.index(found) if found is not None and found in options else None
    return st.selectbox(label, options, index=index, placeholder="Choose", key=key)


def _unit(frame: pd.DataFrame, proposed: CohortPlan, column: str) -> str | None:
    return proposed.time_unit if column == proposed.time else propose_unit(frame[column])[0]


def _order(frame: pd.DataFrame, start: str | None, end: str | None) -> str | None:
    """How the dates are written, in words; None where it cannot be told."""
    if start is None or end is None:
        return None
    order = propose_order(pd.concat([frame[start], frame[end]]))[0]
    return ORDERS[order] if order is not None else None


def _coding(
    frame: pd.DataFrame, proposed: CohortPlan, column: str, key: Any
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Values that mean the event and values that mean censored, as typed in the table."""
    counts = frame[column].value_counts()
    values = [str(value) for value in counts.index[:MOST_VALUES]]
    if column == proposed.event:
        died, alive = proposed.event_values, proposed.censored_values
    else:
        died, alive, _ = propose_events(frame[column])

    def several(label: str, found: Sequence[str], what: str) -> tuple[str, ...]:
        chosen = st.multiselect(
            label,
            values,
            default=[value for value in found if value in values],
            format_func=lambda value: f"{value} ({counts[value]:,})",
            key=key(f"{what}_{column}"),
            placeholder="Choose values",
            width=FIELD,
        )
        return tuple(str(value) for value in chosen)

    with st.container(horizontal=True, gap="small"):
        event = several("These values mean the event", died, "died")
        censored = several("These mean alive or censored", alive, "alive")
    if len(counts) > MOST_VALUES:
        st.caption(f"The column has {len(counts):,} different values; the {MOST_VALUES} most frequent are offered.")
    return event, censored


def _preview(frame: pd.DataFrame, plan: CohortPlan) -> None:
    """The first rows as typed beside what they would be read as; or what is still to be answered."""
    st.markdown("**First rows, as they will be read**")
    if plan.questions:
        for question in plan.questions:
            st.markdown(markdown_text(question))
        return
    overlap = set(plan.event_values) & set(plan.censored_values)
    if overlap:
        st.markdown(markdown_text(f"{', '.join(sorted(overlap))}: a value cannot mean both."))
        return
    shown = preview(frame, plan)
    if "read: months" in shown:
        shown = shown.assign(**{"read: months": shown["read: months"].round(2)})
    st.dataframe(shown, hide_index=True, alt="First rows of the table beside what they are read as")
    silent = frame[plan.event].notna() & ~frame[plan.event].isin([*plan.event_values, *plan.censored_values])
    if silent.any():
        st.caption(f"{count(int(silent.sum()), 'patient')} with another value would be left out.")
    if plan.reasons:
        st.caption(markdown_text(" ".join(plan.reasons)))
