"""The words of a forest plot's rows. They do not depend on which studies are taken out, so they can be kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.figures.forest_units import UNITS
from dashboard.figures.pooling_marks import records
from dashboard.figures.theme import safe

NAME_COLUMNS = ("study_id", "first_author", "year")
"""What `row_name` reads."""
_LABEL_LENGTH = 22
_USED = (*NAME_COLUMNS, "label", "n", "estimate", "shown_low", "shown_high", "interval", "status", "group",
         "era_start", "era_end", "era_basis")  # fmt: skip
_INTERVALS = {
    "reported": "interval as printed",
    "computed": "interval computed",
    "assumed": "interval assumes follow-up",
}


@dataclass(frozen=True)
class RowTexts:
    """One list a column, in the order of the rows. A hover text is `who`, whether the arm is taken out, `basis`."""

    names: list[str]
    years: list[str]
    sizes: list[str]
    numbers: list[str]
    who: list[str]
    basis: list[str]


def row_texts(rows: pd.DataFrame, quantity: str = "survival", links: Mapping[str, str] | None = None) -> RowTexts:
    """The words of `Summary.rows`; with `links` (study -> address) a study's name leads to it."""
    unit = UNITS[quantity]
    found = records(rows, _USED)
    arms = Counter((row["group"], row["study_id"]) for row in found)
    texts = RowTexts([], [], [], [], [], [])
    for row in found:
        low, value, high = (unit.factor * row[name] for name in ("shown_low", "estimate", "shown_high"))
        name = row_name(row)
        shown = name + (f", {_short(row.get('label'))}" if arms[row["group"], row["study_id"]] > 1 else "")
        address = (links or {}).get(row["study_id"])
        texts.names.append(f'<a href="{address}" target="_blank">{shown}</a>' if address else shown)
        texts.years.append(_years(row))
        texts.sizes.append("" if _missing(row["n"]) else f"{int(row['n']):,}")
        texts.numbers.append(f"{unit.printed(value)} {unit.interval(low, high)}")
        texts.who.append(f"<b>{name}</b>: {safe(row.get('label') or '')}<br>{unit.numbers(value, low, high)}<br>")
        texts.basis.append(f"{row['status']}, {_INTERVALS[row['interval']]}")
    return texts


def row_name(row: Mapping[str, Any]) -> str:
    """`Fong 1999`, or the study's identity where the author is not known. Safe for plotly."""
    author: Any = row.get("first_author")
    year: Any = row.get("year")
    return safe(row["study_id"] if _missing(author) or not author or _missing(year) else f"{author} {int(year)}")


def _short(label: object) -> str:
    text = "" if _missing(label) else str(label)
    return safe(text if len(text) <= _LABEL_LENGTH else text[: _LABEL_LENGTH - 1].rstrip() + "…")


def _years(row: Mapping[str, Any]) -> str:
    """`1985–98`, or `pub. 1999` where enrolment is not stated."""
    start: Any = row.get("era_start")
    end: Any = row.get("era_end")
    if _missing(start):
        return ""
    if row.get("era_basis") == "publication":
        return f"pub. {int(start)}"
    return f"{int(start)}" if _missing(end) or start == end else f"{int(start)}–{int(end) % 100:02d}"


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value != value
