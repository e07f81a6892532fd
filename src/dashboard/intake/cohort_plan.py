"""Which column of a patient-level table is what, in which unit and coding: proposed here, confirmed by the user."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from dashboard.intake.cells import tidy
from dashboard.intake.columns import Distinct, plain_number
from dashboard.intake.dates import DateOrder, propose_order
from dashboard.intake.limits import IntakeError

TimeUnit = Literal["days", "weeks", "months", "years"]

_ACT: Final = "(surgery|operation|op|resection|treatment|ablation|diagnosis)"
_IN_UNIT: Final = "(_?(time|in|days?|weeks?|months?|mos?|years?|yrs?|d|m|y))*"
_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "event": (
        r"(os_?)?event.*",
        r"(vital_?|survival_?|os_?)?status(_.*)?",
        r"(is_)?(death|dead|died|deceased)(?!.*date).*",
        r"(is_)?cens(or(ed|ing)?)?",
        r"alive",
        r"outcome",
    ),
    "start": (
        r"start(_?date)?|date_?(of_?)?start",
        rf"date_?(of_?)?(the_?)?{_ACT}",
        rf"({_ACT}|index|first)_?date",
    ),
    "last_contact": (
        r"(date_?(of_?)?)?last_?(contact|follow_?up|fu|seen|visit)(_?date)?",
        r"(end|death|follow_?up|fu|exit)_?date",
        r"date_?(of_?)?(death|end|follow_?up|fu|last.*|exit)",
        r"end",
    ),
    "time": (
        rf"time{_IN_UNIT}",
        rf"(os|overall_?survival|survival|surv){_IN_UNIT}",
        rf"(follow_?up|fu|futime|duration|t){_IN_UNIT}",
        r"(days|weeks|months|years)",
    ),
    "year": (r"year", rf"year_?(of_?)?{_ACT}", rf"{_ACT}_?year"),
    "site": (r"primary_?site", r"(primary|primary_?tumou?r|site|tumou?r(_?type|_?site)?|histology)"),
    "modality": (r"modality", r"(treatment|therapy|procedure|intervention)(_?type)?"),
    "group": (r"(treatment_?)?(group|arm|strata|stratum|cohort)",),
}
ROLES: Final = tuple(_NAMES)
_UNIT_IN_NAME: Final[tuple[tuple[str, TimeUnit], ...]] = (
    (r"(^|_)(days?|d)$", "days"),
    (r"(^|_)(weeks?|wks?|w)$", "weeks"),
    (r"(^|_)(months?|mos?|mths?|m)$", "months"),
    (r"(^|_)(years?|yrs?|y)$", "years"),
)
_DIED: Final = frozenset({"1", "dead", "died", "death", "deceased", "yes", "y", "true", "t", "event", "dod", "exitus"})
_ALIVE: Final = frozenset(
    {"0", "alive", "no", "n", "false", "f", "censored", "cens", "living", "no event", "ned", "awd"}
)

_YES_NO: Final = frozenset({"0", "1", "yes", "no", "true", "false", "y", "n", "t", "f"})


@dataclass(frozen=True)
class CohortPlan:
    """How a patient-level table is to be read.

    Attributes
    ----------
    time, event, start, last_contact, group, site, modality, year : str or None
        Names of columns; either `time` or both of `start` and `last_contact`.
    time_unit : {"days", "weeks", "months", "years"} or None
    event_values, censored_values : tuple of str
        Texts of the event column, as typed, that mean the event and that mean censored.
    date_order : {"iso", "dmy", "mdy", "excel"} or None
    time_origin : str or None
        Slug of the vocabulary: from when time counts.
    reasons : tuple of str
        One sentence a proposal, for the user to agree with or not.
    confirmed : bool
        Set by `confirm`, and only there.
    """

    time: str | None = None
    event: str | None = None
    start: str | None = None
    last_contact: str | None = None
    group: str | None = None
    site: str | None = None
    modality: str | None = None
    year: str | None = None
    time_unit: TimeUnit | None = None
    event_values: tuple[str, ...] = ()
    censored_values: tuple[str, ...] = ()
    date_order: DateOrder | None = None
    time_origin: str | None = None
    reasons: tuple[str, ...] = ()
    confirmed: bool = False

    @property
    def uses_dates(self) -> bool:
        """Time is the difference of two dates."""
        return self.time is None and self.start is not None and self.last_contact is not None

    @property
    def questions(self) -> tuple[str, ...]:
        """What the user must still answer before the table can be read."""
        open_: list[str] = []
        if self.time is None and not self.uses_dates:
            open_.append("Which column holds the time, or which two hold the dates of start and last contact?")
        if self.time is not None and self.time_unit is None:
            open_.append("In which unit is the time?")
        if self.uses_dates and self.date_order is None:
            open_.append("Are the dates written day-month-year or month-day-year?")
        if self.event is None:
            open_.append("Which column says whether the patient died?")
        elif not (self.event_values or self.censored_values):
            open_.append(f'Which values of "{self.event}" mean that the patient died?')
        return tuple(open_)

    def confirm(self, **answers: Any) -> CohortPlan:
        """The plan with the user's answers, confirmed. Raises IntakeError while a question is open."""
        plan = replace(self, **answers, confirmed=True)
        if plan.questions:
            raise IntakeError("The table is not understood yet.", remedy=" ".join(plan.questions))
        if set(plan.event_values) & set(plan.censored_values):
            raise IntakeError("A value cannot mean both the event and censored.", f"column {plan.event}")
        return plan


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()).strip("_")[:80]


def _columns(frame: pd.DataFrame) -> dict[str, str]:
    found: dict[str, str] = {}
    keys = {name: _key(str(name)) for name in frame.columns}
    for role, patterns in _NAMES.items():
        for pattern in patterns:
            name = next((n for n, key in keys.items() if re.fullmatch(pattern, key) and n not in found.values()), None)
            if name is not None:
                found[role] = name
                break
    return found


def propose_unit(column: pd.Series) -> tuple[TimeUnit | None, str]:
    """Unit of a column of times, and why: its name decides, else its size suggests."""
    key = _key(str(column.name))
    for pattern, unit in _UNIT_IN_NAME:
        if re.search(pattern, key):
            return unit, f'Time is in {unit}: so says the name "{column.name}".'
    values = [value for value in map(plain_number, Distinct.of(column).texts) if value is not None]
    if not values:
        return None, "The column of times holds no plain numbers."
    largest = max(values)
    if largest > 480:
        return "days", f"Time seems to be in days: the longest is {largest:,.0f}."
    if largest > 25:
        return "months", f"Time seems to be in months: the longest is {largest:,.0f}."
    return None, f"Time may be in months or years: the longest is {largest:g}."


def propose_events(column: pd.Series) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Values that mean the event, values that mean censored, and why; both empty when it cannot be told."""
    distinct = Distinct.of(column)
    numbers = np.bincount(distinct.codes[distinct.codes >= 0], minlength=len(distinct.texts))
    counts = dict(sorted(zip(distinct.texts, numbers.tolist(), strict=True), key=lambda pair: -pair[1]))
    values = list(counts)
    if len(values) > 12:
        return (), (), f'"{column.name}" has {len(values):,} different values, too many for a status.'
    keys = {value: re.sub(r"\.0+$", "", tidy(value).lower()) for value in values}
    if set(keys.values()) == {"1", "2"}:
        died = tuple(v for v, key in keys.items() if key == "2")
        return died, tuple(v for v in values if v not in died), f'"{column.name}": 2 taken as died, 1 as alive.'
    died = tuple(v for v, key in keys.items() if key in _DIED or key.startswith(("dead", "died", "death")))
    alive = tuple(v for v, key in keys.items() if key in _ALIVE or key.startswith(("alive", "censored", "lost")))
    if re.match(r"(is_)?(cens|alive)", _key(str(column.name))) and set(keys.values()) <= _YES_NO:
        died, alive = alive, died
    if len(died) + len(alive) < len(values):
        # Without a word for the event nothing is proposed: what is left over may be it.
        return (died, alive if died else (), f'"{column.name}": not every value is understood.')
    if not died:
        return died, alive, f'"{column.name}": every value taken as alive.'
    share = sum(counts[value] for value in died) / sum(counts.values())
    return died, alive, f'"{column.name}": {", ".join(died)} taken as died ({share:.0%} of patients).'


def propose_plan(frame: pd.DataFrame) -> CohortPlan:
    """What the table seems to hold; nothing is read by it until the caller confirms. `frame`: text cells by row."""
    if frame.empty:
        raise IntakeError("The table has no patients.", remedy="Bring one row a patient under a header row.")
    columns = _columns(frame)
    reasons = [f'"{name}" is taken as {role.replace("_", " ")}.' for role, name in columns.items()]
    unit: TimeUnit | None = None
    order: DateOrder | None = None
    died: tuple[str, ...] = ()
    alive: tuple[str, ...] = ()
    if "time" in columns:
        unit, why = propose_unit(frame[columns["time"]])
        reasons.append(why)
    elif "start" in columns and "last_contact" in columns:
        both = pd.concat([frame[columns["start"]], frame[columns["last_contact"]]])
        order, why = propose_order(both)
        reasons.append(why)
    if "event" in columns:
        died, alive, why = propose_events(frame[columns["event"]])
        reasons.append(why)
    return replace(
        CohortPlan(),
        **columns,  # type: ignore[arg-type]
        time_unit=unit,
        date_order=order,
        event_values=died,
        censored_values=alive,
        reasons=tuple(reasons),
    )
