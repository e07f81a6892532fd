"""A patient-level table and a confirmed plan -> one tidy row a patient. Columns the plan does not name are dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from dashboard.evidence.tables import cells_of
from dashboard.intake.cells import DAYS_A_MONTH, Reading
from dashboard.intake.cohort_checks import cohort_warnings
from dashboard.intake.cohort_plan import ROLES, CohortPlan, TimeUnit
from dashboard.intake.columns import Distinct, read_column
from dashboard.intake.dates import read_dates
from dashboard.intake.limits import IntakeError, only_intake_errors
from dashboard.intake.problems import Problem
from dashboard.vocabulary import MODALITIES, PRIMARY_SITES, Term

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


def _times(frame: pd.DataFrame, plan: CohortPlan) -> tuple[np.ndarray, list[Reading], list[Problem]]:
    if not plan.uses_dates:
        if plan.time is None or plan.time_unit is None:
            raise IntakeError("The column and unit of time are not known.", remedy="Choose them.")
        # A cell's own unit would be converted to months behind the back of the column's: only bare numbers are taken.
        read = read_column(frame[plan.time], "number")
        return read.values * MONTHS_IN[plan.time_unit], read.readings, read.problems
    if plan.start is None or plan.last_contact is None or plan.date_order is None:
        raise IntakeError("The columns and order of dates are not known.", remedy="Choose them.")
    problems: list[Problem] = []
    ends: list[np.ndarray] = []
    for name in (plan.start, plan.last_contact):
        dates = read_dates(frame[name], plan.date_order).to_numpy()
        odd = np.flatnonzero(np.isnat(dates))
        problems += [
            Problem("", row, name, text, "date", "Not a date in the stated order.", "Write it as 2003-05-31.")
            for row, text in zip(frame.index[odd].tolist(), cells_of(frame[name].iloc[odd]), strict=True)
            if text is not None
        ]
        ends.append(dates)
    return (ends[1] - ends[0]) / np.timedelta64(1, "D") * MONTHS_IN["days"], [], problems


def _events(column: pd.Series, plan: CohortPlan) -> tuple[np.ndarray, list[Problem]]:
    coding = dict.fromkeys(plan.censored_values, 0.0) | dict.fromkeys(plan.event_values, 1.0)
    distinct = Distinct.of(column)
    event = distinct.numbers(coding.get(text, np.nan) for text in distinct.texts)
    unknown = np.flatnonzero(np.isnan(event) & (distinct.codes >= 0))
    problems = [
        Problem(
            "", row, str(column.name), distinct.texts[code], "event coding",
            "This value was given no meaning.", "Say whether it means the event or censored.",
        )
        for row, code in zip(column.index[unknown].tolist(), distinct.codes[unknown].tolist(), strict=True)
    ]  # fmt: skip
    return event, problems


def _known(terms: Mapping[str, Term]) -> dict[str, str]:
    return {
        text.casefold(): slug for slug, term in terms.items() for text in (slug, term.label, slug.replace("-", " "))
    }


_SITES: Final = _known(PRIMARY_SITES)
_MODALITIES: Final = _known(MODALITIES)


def _text(frame: pd.DataFrame, name: str | None, known: Mapping[str, str]) -> pd.arrays.ArrowStringArray:
    """Slugs where a value is a slug or a label of the vocabulary, whatever its case; other text as it is."""
    if name is None:
        return pd.arrays.ArrowStringArray(pa.nulls(len(frame), pa.large_string()))
    return Distinct.of(frame[name]).rewritten(lambda text: known.get(text.strip().casefold(), text.strip()))


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
    rows = frame.index.to_numpy()
    negative = time < 0
    problems += [
        Problem("", row, time_column, f"{value:.2f} months", "time >= 0", "Time is negative.", "Check the dates.")
        for row, value in zip(rows[negative].tolist(), time[negative].tolist(), strict=True)
    ]
    for missing, column in ((np.isnan(time), time_column), (np.isnan(event), str(plan.event))):
        problems += [
            Problem("", row, column, "", "not empty", "There is no value.", "Fill it, or leave the patient out.")
            for row in rows[missing].tolist()
            if row not in told
        ]
    years = np.full(len(frame), np.nan)
    if plan.year is not None:
        read = read_column(frame[plan.year], "year")
        years = np.where((read.values >= 1900) & (read.values <= 2100), read.values, np.nan)
        readings, problems = readings + read.readings, problems + read.problems
    good = (time >= 0) & np.isfinite(time) & np.isfinite(event)
    patients = pd.DataFrame(
        {
            "time_months": time[good],
            "event": event[good] == 1.0,
            "group": _text(frame, plan.group, {})[good],
            "site": _text(frame, plan.site, _SITES)[good],
            "modality": _text(frame, plan.modality, _MODALITIES)[good],
            "year": pd.array(np.round(years[good]), dtype="Int64"),
        },
        index=frame.index[good],
        copy=False,
    )
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
        read = read_cohort(head, replace(plan, confirmed=True)).patients
    except IntakeError:
        return head[used]
    read = read[["time_months", "event"]].set_axis(["read: months", "read: event"], axis=1)
    return pd.concat([head[used], read.reindex(head.index)], axis=1)
