"""A patient-level table and a confirmed plan -> one tidy row a patient. Columns the plan does not name are dropped."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dashboard.intake.cells import DAYS_A_MONTH, Reading
from dashboard.intake.cohort_checks import cohort_warnings
from dashboard.intake.cohort_plan import ROLES, CohortPlan, TimeUnit
from dashboard.intake.columns import map_distinct, read_column
from dashboard.intake.dates import read_dates
from dashboard.intake.limits import IntakeError, only_intake_errors
from dashboard.intake.plain_csv import TEXT
from dashboard.intake.problems import Problem, row_number
from dashboard.vocabulary import MODALITIES, PRIMARY_SITES

MONTHS_IN: dict[TimeUnit, float] = {
    "days": float(1 / DAYS_A_MONTH),
    "weeks": float(7 / DAYS_A_MONTH),
    "months": 1.0,
    "years": 12.0,
}


@dataclass(frozen=True)
class Cohort:
    """A cohort as read.

    Attributes
    ----------
    patients : DataFrame
        time_months (float64, >= 0), event (bool), group, site, modality (string, null when not given), year (Int64);
        index `row`: row of the file. Only rows without a problem in time or event.
    readings : list of Reading
        Cells read as something other than they say.
    problems : list of Problem
        One an unusable cell; the rows of time and event problems are not in `patients`.
    warnings : list of str
        Sentences to show beside every result.
    """

    patients: pd.DataFrame
    readings: list[Reading]
    problems: list[Problem]
    warnings: list[str]


def _times(frame: pd.DataFrame, plan: CohortPlan) -> tuple[pd.Series, list[Reading], list[Problem]]:
    if not plan.uses_dates:
        if plan.time is None or plan.time_unit is None:
            raise IntakeError("The column and unit of time are not known.", remedy="Choose them.")
        # A cell's own unit would be converted to months behind the back of the column's: only bare numbers are taken.
        read = read_column(frame[plan.time], "number")
        return read.values * MONTHS_IN[plan.time_unit], read.readings, read.problems
    if plan.start is None or plan.last_contact is None or plan.date_order is None:
        raise IntakeError("The columns and order of dates are not known.", remedy="Choose them.")
    start, end = read_dates(frame[plan.start], plan.date_order), read_dates(frame[plan.last_contact], plan.date_order)
    problems = [
        Problem(
            "", row_number(row), name, str(text), "date", "Not a date in the stated order.", "Write it as 2003-05-31."
        )
        for name, dates in ((plan.start, start), (plan.last_contact, end))
        for row, text in frame.loc[dates.isna() & frame[name].notna(), name].items()
    ]
    return (end - start).dt.total_seconds() / 86_400 * MONTHS_IN["days"], [], problems


def _events(column: pd.Series, plan: CohortPlan) -> tuple[pd.Series, list[Problem]]:
    coding = dict.fromkeys(plan.censored_values, 0.0) | dict.fromkeys(plan.event_values, 1.0)
    event = map_distinct(column, coding.get, "Float64").astype("float64")
    unknown = column[event.isna() & column.notna()]
    problems = [
        Problem(
            "", row_number(row), str(column.name), str(text), "event coding",
            "This value was given no meaning.", "Say whether it means the event or censored.",
        )
        for row, text in unknown.items()
    ]  # fmt: skip
    return event, problems


def _terms(column: pd.Series, terms: dict[str, str]) -> pd.Series:
    """Slugs where a value is a slug or a label of the vocabulary, whatever its case; other text as it is."""
    known = {text.casefold(): slug for slug, label in terms.items() for text in (slug, label, slug.replace("-", " "))}
    return map_distinct(column, lambda text: known.get(text.casefold(), text), TEXT)


def _text(frame: pd.DataFrame, name: str | None) -> pd.Series:
    if name is None:
        return pd.Series(pd.NA, index=frame.index, dtype=TEXT)
    return map_distinct(frame[name], str.strip, TEXT)


def _check_plan(frame: pd.DataFrame, plan: CohortPlan) -> None:
    if not plan.confirmed:
        raise IntakeError("Units and event coding are not confirmed.", remedy="Look at the preview and confirm them.")
    for role in ROLES:
        name = getattr(plan, role)
        if name is not None and name not in frame.columns:
            raise IntakeError(f'The table has no column "{str(name)[:60]}".', remedy="Choose the columns again.")


@only_intake_errors("The cohort cannot be read.", "Bring one row a patient, with a time and a status.")
def read_cohort(frame: pd.DataFrame, plan: CohortPlan) -> Cohort:
    """Read a patient-level table by a confirmed plan.

    Parameters
    ----------
    frame : DataFrame
        Text cells, index `row` (see `files.Tables`).
    plan : CohortPlan
        From `propose_plan(frame).confirm(...)`.

    Raises
    ------
    IntakeError
        The plan is not confirmed or names missing columns, or no patient can be used.
    """
    _check_plan(frame, plan)
    if plan.event is None:
        raise IntakeError("The column of events is not known.", remedy="Choose it.")
    time, readings, problems = _times(frame, plan)
    event, event_problems = _events(frame[plan.event], plan)
    problems = problems + event_problems
    time_column = plan.time or f"{plan.start} to {plan.last_contact}"
    told = {problem.row for problem in problems}
    negative = time[time < 0]
    problems += [
        Problem(
            "",
            row_number(row),
            time_column,
            f"{value:.2f} months",
            "time >= 0",
            "Time is negative.",
            "Check the dates.",
        )
        for row, value in negative.items()
    ]
    for missing, column in ((time.isna(), time_column), (event.isna(), str(plan.event))):
        problems += [
            Problem(
                "", row_number(row), column, "", "not empty", "There is no value.", "Fill it, or leave the patient out."
            )
            for row in frame.index[missing]
            if row not in told
        ]
    year = pd.Series(pd.NA, index=frame.index, dtype="Int64")
    if plan.year is not None:
        read = read_column(frame[plan.year], "year")
        sensible = read.values.where(read.values.between(1900, 2100))
        year = sensible.round().astype("Int64")
        readings, problems = readings + read.readings, problems + read.problems
    good = (time >= 0) & np.isfinite(time) & event.notna()
    patients = pd.DataFrame(
        {
            "time_months": time.astype("float64"),
            "event": event.eq(1.0),
            "group": _text(frame, plan.group),
            "site": _terms(_text(frame, plan.site), {slug: term.label for slug, term in PRIMARY_SITES.items()}),
            "modality": _terms(_text(frame, plan.modality), {slug: term.label for slug, term in MODALITIES.items()}),
            "year": year,
        }
    )[good]
    if patients.empty:
        raise IntakeError(
            "No patient has both a time and a known status.",
            f"columns {time_column} and {plan.event}",
            problems[0].message if problems else "Check the columns.",
        )
    warnings = cohort_warnings(patients, plan.time_origin)
    left_out = len(frame) - len(patients)
    if left_out:
        warnings.insert(0, f"{left_out:,} of {len(frame):,} patients are left out: see the list of problems.")
    return Cohort(patients, readings, sorted(problems, key=lambda p: (p.row, p.column)), warnings)


def preview(frame: pd.DataFrame, plan: CohortPlan, rows: int = 8) -> pd.DataFrame:
    """The first rows of the columns in use beside what they would be read as; empty while a question is open."""
    if plan.questions:
        return pd.DataFrame()
    head = frame.head(rows)
    used = [n for n in (plan.time, plan.start, plan.last_contact, plan.event) if n is not None and n in head.columns]
    try:
        read = read_cohort(head, replace(plan, confirmed=True)).patients[["time_months", "event"]]
    except IntakeError:
        return head[used]
    return head[used].join(read.rename(columns={"time_months": "read: months", "event": "read: event"}))
