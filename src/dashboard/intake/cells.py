"""What a number looks like in the wild, read when only one reading is possible and reported as read.

`69 %`, `0,69`, `NR`, `>60`, `26 mo`, `1 234` and their like have one meaning or several, depending on the column. One
meaning: a `Number` that says how it was read. Several: `Unclear`, with the remedy, and the cell waits.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

Kind = Literal["number", "integer", "year", "months", "median", "survival"]
Unit = Literal["percent", "proportion"]

DAYS_A_MONTH: Final = Decimal("30.4375")
MAX_LENGTH: Final = 60

_SPACES: Final = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\u2060]+")
_DASHES: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe58\ufe63\uff0d", "-"))
_MISSING: Final = frozenset(
    {"", "-", "--", ".", "na", "n/a", "n.a.", "n. a.", "nan", "nd", "n.d.", "n/d", "null", "not reported", "not stated",
     "not available", "not given", "unknown", "missing"}
)  # fmt: skip
_NOT_REACHED: Final = frozenset({"not reached", "not yet reached", "not attained", "unreached", "nyr"})
_ABBREVIATED: Final = frozenset({"nr", "n.r.", "n/r", "ne", "n.e.", "not estimable", "not evaluable"})
_BOUNDS: Final = (
    (re.compile(r"(>=|≥|⩾|at least |more than or equal to )"), ">", "at least"),
    (re.compile(r"(<=|≤|⩽|at most )"), "<", "at most"),
    (re.compile(r"(>|more than |over |better than )"), ">", "more than"),
    (re.compile(r"(<|less than |under )"), "<", "less than"),
    (re.compile(r"(~|≈|∼|approximately |approx\.? ?|about |around |circa |ca\.? ?|c\. ?)"), "~", "about"),
)
_UNITS: Final[dict[str, tuple[str, Decimal]]] = {
    **dict.fromkeys(("m", "mo", "mo.", "mos", "mos.", "mth", "mths", "month", "months"), ("months", Decimal(1))),
    **dict.fromkeys(("y", "yr", "yr.", "yrs", "yrs.", "year", "years"), ("years", Decimal(12))),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), ("weeks", 7 / DAYS_A_MONTH)),
    **dict.fromkeys(("d", "day", "days"), ("days", 1 / DAYS_A_MONTH)),
}
_PLAIN: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\Z")
_COMMA: Final = re.compile(r"[+-]?[0-9]+,[0-9]+\Z")
_MAYBE_THOUSANDS: Final = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}\Z")
_GROUPED: Final = (
    (re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+\Z"), ",", "."),
    (re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+\Z"), ".", ","),
    (re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3}){2,}\Z"), ",", "."),
    (re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3}){2,}\Z"), ".", ","),
    (re.compile(r"[+-]?[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?\Z"), " ", ","),
    (re.compile(r"[+-]?[0-9]{1,3}(?:'[0-9]{3})+(?:[.,][0-9]+)?\Z"), "'", ","),
)
DATE: Final = re.compile(r"([0-9]{4})-[0-9]{2}-[0-9]{2}(?:[ T][0-9:.]+)?\Z")
_MONTH_NAME: Final = re.compile(
    r"(?:[0-9]{1,2}[- ](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:[- ][0-9]{2,4})?"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[- ][0-9]{2,4})\Z"
)
_TIME_OF_DAY: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?\Z")
_RANGE: Final = re.compile(r"(?P<low>[^\s-].*?) ?(?:-| to |;|, ) ?(?P<high>[^\s-].*)\Z")
_WITH_INTERVAL: Final = re.compile(
    r"(?P<value>[^()\[\]]+?) ?[(\[](?:95 ?% ?(?:ci|c\.i\.)?[:,=]? ?)?(?P<inside>[^()\[\]]+)[)\]]\Z", re.I
)


class Unclear(ValueError):
    """A cell with no meaning or more than one. `sentence` says why; `remedy` says what to type instead."""

    def __init__(self, why: str, remedy: str) -> None:
        self.remedy = remedy
        self.sentence = f"{why[:1].upper()}{why[1:]}."
        super().__init__(why)


@dataclass(frozen=True)
class Number:
    """One cell as read. `value` is None for "no figure"; `how` is empty when the cell was a plain number."""

    value: float | None
    qualifier: str = ""
    how: str = ""
    not_reached: bool = False
    converted: bool = False


@dataclass(frozen=True)
class Reading:
    """A cell that was read as something other than it says, for the user to check. `count` cells read the same way."""

    row: int
    column: str
    raw: str
    value: str
    how: str
    count: int = 1
    sheet: str = ""


def tidy(raw: object) -> str:
    """Spaces of every kind as one blank, dashes and minus signs as a hyphen, none at the ends."""
    return _SPACES.sub(" ", str(raw)).strip().translate(_DASHES)


def number_text(value: float | None) -> str:
    """The shortest text that reads back as the same number; whole numbers without a point; None is empty."""
    if value is None:
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def _decimal(text: str, kind: Kind) -> tuple[Decimal, str]:
    """The digits of a cell and how they were read. Raises Unclear."""
    if _PLAIN.match(text):
        return Decimal(text), ""
    if _COMMA.match(text):
        if _MAYBE_THOUSANDS.match(text):
            if kind == "integer":
                return Decimal(text.replace(",", "")), "comma between thousands"
            raise Unclear(
                "the comma may be a decimal comma or separate thousands",
                "Write it with a decimal point or no separator.",
            )
        return Decimal(text.replace(",", ".")), "decimal comma"
    for pattern, separator, point in _GROUPED:
        if pattern.match(text):
            return Decimal(text.replace(separator, "").replace(point, ".")), "separator between thousands"
    raise Unclear("this is not a number", "Write the number alone; put words into the note column.")


def _refuse_dates(text: str, lowered: str) -> None:
    if DATE.match(text) or _MONTH_NAME.match(lowered) or _TIME_OF_DAY.match(text):
        raise Unclear(
            "a date where a number belongs: the spreadsheet turned what was typed into a date",
            "Format the column as text, then type the number again.",
        )


def _words(lowered: str, kind: Kind, limit: bool) -> Number | None:
    """Cells that say in words that there is no number. `limit` is true for a limit of a confidence interval."""
    if lowered in _MISSING:
        return Number(None, how="no figure" if lowered else "")
    reached = lowered in _NOT_REACHED
    if not reached and lowered not in _ABBREVIATED:
        return None
    if limit:
        return Number(None, how="limit not reached or not reported")
    if kind == "median":
        if reached:
            return Number(None, how="median not reached", not_reached=True)
        raise Unclear(
            "it may mean that the median was not reached, or that it was not reported",
            'Write "not reached", or leave the cell empty.',
        )
    if reached:
        raise Unclear("only a median can be not reached", "Leave the cell empty, or write the number.")
    return Number(None, how="no figure")


def _bound(text: str) -> tuple[str, str, str]:
    lowered = text.lower()
    for pattern, qualifier, how in _BOUNDS:
        found = pattern.match(lowered)
        if found:
            return text[found.end() :].strip(), qualifier, how
    return text, "", ""


def _unit(text: str) -> tuple[str, str]:
    """The cell without its unit, and the unit in lower case ("" when there is none)."""
    found = re.match(r"(.*?[0-9.]) ?([a-z]+\.?|%|per ?cent|pct)\Z", text, re.I)
    if not found or found[2] == ".":
        return text, ""
    unit = found[2].lower()
    return found[1].strip(), "%" if unit in ("%", "percent", "per cent", "pct") else unit


def _in_months(value: Decimal, unit: str, kind: Kind) -> tuple[Decimal, str, bool]:
    name, factor = _UNITS[unit]
    if kind not in ("months", "median"):
        raise Unclear(f"a time in {name} where no time belongs", "Move it to the column it belongs to.")
    how = "unit in the cell" if name == "months" else f"{name}, converted to months"
    return value * factor, how, name != "months"


def _proportion(value: Decimal, per_cent: bool, unit: Unit | None) -> tuple[Decimal, str]:
    if per_cent:
        return value / 100, "per cent"
    if unit == "percent":
        if 0 < value <= 1:
            raise Unclear(
                "1 or less in a sheet of per cent: it may be a proportion", "Write the sign (0.5 %), or the per cent."
            )
        return value / 100, "per cent, as stated for the sheet"
    if unit is None and value != 0:
        raise Unclear(
            "neither the cell nor the sheet says whether this is per cent or a proportion",
            'State it for the sheet (survival_unit: "percent" or "proportion"), or write 69 %.',
        )
    if value > 1:
        raise Unclear(
            "over 1 in a column of proportions", "Write 0.69 or 69 %, or state that the sheet is in per cent."
        )
    return value, ""


def read_number(raw: object, kind: Kind = "number", *, unit: Unit | None = "proportion", limit: bool = False) -> Number:
    """One cell as a number of its kind.

    Parameters
    ----------
    raw : object
        The text of the cell.
    kind : {"number", "integer", "year", "months", "median", "survival"}
        What the column holds; `months` and `median` accept a unit of time, `survival` a per cent sign.
    unit : {"percent", "proportion"} or None
        What survival without a per cent sign means in this sheet; None: not stated.
    limit : bool
        The cell is a limit of a confidence interval, which may be missing because it was not reached.

    Returns
    -------
    Number
        Survival as a proportion 0..1, times in months, everything else as it is.

    Raises
    ------
    Unclear
        The cell has no meaning or several.
    """
    text = tidy(raw)
    if _PLAIN.match(text) and len(text) <= MAX_LENGTH and kind not in ("survival", "integer", "year"):
        return _finite(Decimal(text), Number(0.0))
    if len(text) > MAX_LENGTH:
        raise Unclear("too long for a number", "Write the number alone; put words into the note column.")
    lowered = text.lower()
    worded = _words(lowered, kind, limit)
    if worded is not None:
        return worded
    if kind == "year" and (date := DATE.match(text)):
        return Number(float(date[1]), how="year of a date")
    _refuse_dates(text, lowered)
    rest, qualifier, bound = _bound(text)
    rest, suffix = _unit(rest)
    value, digits = _decimal(rest, kind)
    steps, converted = [bound, digits], False
    if suffix == "%" and kind != "survival":
        raise Unclear("a per cent sign where no percentage belongs", "Write the number without it.")
    if kind == "survival":
        if suffix not in ("", "%"):
            raise Unclear(f'"{suffix}" is no unit of survival', "Write 0.69 or 69 %.")
        value, how = _proportion(value, suffix == "%", unit)
        steps.append(how)
    elif suffix in _UNITS:
        value, how, converted = _in_months(value, suffix, kind)
        steps.append(how)
    elif suffix:
        raise Unclear(f'"{suffix}" is no unit this column can have', "Write the number alone.")
    if kind in ("integer", "year") and value != value.to_integral_value():
        raise Unclear("not a whole number", "Write a whole number without separators.")
    return _finite(value, Number(0.0, qualifier, ", ".join(step for step in steps if step), converted=converted))


def says_nothing(raw: object, kind: Kind) -> bool:
    """The cell says in words that there is no figure (`n/a`, a dash, `NR` where nothing can be unreached)."""
    try:
        words = _words(tidy(raw).lower(), kind, limit=False)
    except Unclear:
        return False
    return words is not None and not words.not_reached


def _finite(value: Decimal, number: Number) -> Number:
    result = float(value)
    if not math.isfinite(result):
        raise Unclear("too large for a number", "Check the digits.")
    return replace(number, value=result)


def split_interval(raw: object) -> tuple[str, str, str] | None:
    """`26 (18–40)` or `26 [95% CI 18 to 40]` as the texts of value, lower and upper limit; None when it is neither."""
    found = _WITH_INTERVAL.match(tidy(raw)[:MAX_LENGTH])
    limits = split_range(found["inside"]) if found else None
    return (found["value"], *limits) if found and limits else None


def split_range(raw: object) -> tuple[str, str] | None:
    """`18–40`, `18-40`, `18 to 40` as the texts of its ends; None when it is no range."""
    found = _RANGE.match(tidy(raw)[:MAX_LENGTH])
    if not found or not (found["low"][-1:].isdigit() or found["low"].endswith("%")):
        return None
    return found["low"].strip(), found["high"].strip()
