"""Files of patients, made of one number each."""

from __future__ import annotations

import datetime as dt

from made import Made

_TIMES = ("time", "os_months", "Survival (days)", "follow-up", "time_years")
_EVENTS = ("event", "status", "Vital status", "dead", "censored")
_STARTS = ("start date", "date of surgery", "index_date")
_ENDS = ("last contact", "date of death", "end date")
_OTHERS = ("group", "primary site", "modality", "year of surgery", "name", "MRN")
_WORDS = (("dead", "alive"), ("1", "0"), ("yes", "no"), ("Died of disease", "NED"), ("2", "1"), ("exitus", "lost"))
_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d 00:00", "excel")


def cohort_file(seed: int, rows: int | None = None) -> bytes:
    """A row a patient: times or dates, a status, at times more."""
    made = Made(seed)
    dated = made.random.random() < 0.5
    time, event, start, end = made.of(_TIMES), made.of(_EVENTS), made.of(_STARTS), made.of(_ENDS)
    names = made.columns((start, end, event) if dated else (time, event), _OTHERS)
    words, style = made.of(_WORDS), made.of(_DATES)
    longest = made.of((3.0, 20.0, 90.0, 4_000.0))
    body = []
    for _ in range(made.rows() + 1 if rows is None else rows):
        first = dt.date(1990, 1, 1) + dt.timedelta(days=made.random.randrange(9_000))
        last = first + dt.timedelta(days=made.random.randint(-3 if made.slips > 0.1 else 0, 3_000))
        years = made.random.uniform(0, longest)
        body.append(
            {
                time: made.mostly((f"{years:.1f}", f"{years:.0f}"), "", "-1", "0", "3 mo", "1,5"),
                event: made.mostly((*words, words[1]), "", "?", "unknown"),
                start: made.mostly((_written(first, style),), "", "31/31/2010", "1850-01-01"),
                end: made.mostly((_written(last, style),), "", "9999-12-31", "5-Mar"),
                "group": made.of(("a", "b", "", "=x", "<b>c</b>")), "name": "Jane Doe", "MRN": "77",
                "primary site": made.mostly(("renal", "Colorectal"), "liver"),
                "modality": made.mostly(("RFA", "resection"), "surgery"),
                "year of surgery": made.mostly((str(first.year),), "99", "2010-01-01"),
            }
        )  # fmt: skip
    return made.csv(names, body)


def _written(day: dt.date, style: str) -> str:
    return str((day - dt.date(1899, 12, 30)).days) if style == "excel" else day.strftime(style)
