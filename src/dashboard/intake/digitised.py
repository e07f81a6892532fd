"""Points of a published curve as a digitiser writes them, and numbers at risk, pasted or uploaded -> arrays."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from dashboard.intake.cells import Reading, Unclear, number_text, read_number, tidy
from dashboard.intake.cohort import MONTHS_IN
from dashboard.intake.cohort_plan import TimeUnit
from dashboard.intake.files import kind_of, read_tables
from dashboard.intake.limits import LIMITS, IntakeError, check_bytes, only_intake_errors
from dashboard.intake.text_table import decode

SurvivalUnit = Literal["percent", "proportion"]

MAX_POINTS: Final = 20_000
# A rise of up to two points of survival is the digitiser's hand; more is another curve or swapped columns.
MAX_RISE: Final = 0.02
MAX_OVERSHOOT: Final = 0.03
_NUMBER: Final = r"[+-]?(?:\d+(?:[.,]\d+)?|\d+\.|[.,]\d+)(?:[eE][+-]?\d+)?(?: ?%)?"
_LINE: Final = re.compile(rf"({_NUMBER})(?:\s*[;\t|]\s*|\s*,\s+|\s+)({_NUMBER})[;,\s]*\Z")
_COMMA_LINE: Final = re.compile(r"([+-]?[\d.]+(?:[eE][+-]?\d+)?),([+-]?[\d.]+(?:[eE][+-]?\d+)?(?: ?%)?)[;,\s]*\Z")


@dataclass(frozen=True)
class DigitisedCurve:
    """Points ready for reconstruction.

    Attributes
    ----------
    times_months, survival : ndarray, shape (P,)
        Ascending; survival a proportion from (0, 1) on, as clicked: how it rises tells the reconstruction how it was
        digitised.
    risk_times_months, n_at_risk : ndarray, shape (R,)
        Empty when no numbers at risk were given.
    notes : list of str
        What was changed, in words: sorted, clipped, converted.
    readings : list of Reading
    """

    times_months: np.ndarray
    survival: np.ndarray
    risk_times_months: np.ndarray
    n_at_risk: np.ndarray
    notes: list[str] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)


def as_text(source: str | bytes) -> str:
    """Pasted text, or the first sheet of an uploaded file, one line a row with semicolons. Raises IntakeError."""
    if isinstance(source, str):
        check_bytes(source.encode("utf-8", "replace"))
        return source
    check_bytes(source)
    if kind_of(source) == "csv":
        return decode(source)[0]
    frame = next(iter(read_tables(source).sheets.values()))
    lines = [";".join(map(str, frame.columns[:2]))]
    return "\n".join(lines + [";".join(cells) for cells in frame.iloc[:, :2].fillna("").itertuples(index=False)])


def _split(line: str) -> tuple[str, str] | None:
    found = _LINE.match(line) or _COMMA_LINE.match(line)
    if found:
        return found[1], found[2]
    parts = re.split(r"[;,]", line.replace('"', ""))
    if len(parts) == 4 and all(part.strip().isdigit() for part in parts[1:3]):
        # `1,5,0,93`: two decimal commas and a comma between them.
        return f"{parts[0]},{parts[1]}", f"{parts[2]},{parts[3]}"
    return None


def _pairs(text: str) -> tuple[list[int], list[tuple[str, str]]]:
    """Lines of two numbers; a header and empty lines are passed over, anything else is refused with its line."""
    rows: list[int] = []
    pairs: list[tuple[str, str]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = tidy(raw.replace("\t", ";")).strip('"')
        if not line.strip(";, "):
            continue
        pair = _split(line.replace('";"', ";"))
        if pair is not None:
            rows.append(number)
            pairs.append(pair)
            if len(pairs) > MAX_POINTS:
                raise IntakeError(f"There are more than {MAX_POINTS:,} points, which is the limit.")
        elif pairs:
            raise IntakeError(
                "This is not a pair of numbers.",
                f"line {number:,}",
                "Write time and value, separated by a semicolon, a tab or a comma; one curve at a time.",
            )
        elif number > 10:
            break
    if not pairs:
        raise IntakeError("No line holds two numbers.", remedy="Paste time and survival, one pair a line.")
    return rows, pairs


def _numbers(rows: list[int], texts: list[str], column: str) -> tuple[np.ndarray, bool, list[Reading]]:
    """Numbers, whether any had a per cent sign, and what was read."""
    values: list[float] = []
    readings: list[Reading] = []
    signs = {"%" in text for text in texts}
    if len(signs) > 1:
        raise IntakeError(
            "Some values have a per cent sign and some have none.",
            f"column {column}",
            "Write all of them the same way.",
        )
    per_cent = True in signs
    for row, text in zip(rows, texts, strict=True):
        bare = text.replace("%", "").strip()
        try:
            # `1,234` among decimal commas is no thousand; digitisers write no thousands.
            number = read_number(bare.replace(",", ".") if bare.count(",") == 1 and "." not in bare else bare)
        except Unclear as unclear:
            raise IntakeError(unclear.sentence, f"line {row:,}", unclear.remedy) from None
        if number.value is None:
            raise IntakeError("A number is missing.", f"line {row:,}", "Fill it, or delete the line.")
        values.append(number.value)
        if "," in bare and len(readings) < 5:
            readings.append(Reading(row, column, text, number_text(number.value), "decimal comma"))
    return np.array(values), per_cent, readings


def propose_survival_unit(survival: np.ndarray) -> SurvivalUnit | None:
    """Per cent when the curve goes over 2, a proportion when it starts near 1; None when neither can be told."""
    top = float(np.max(survival))
    if top > 2:
        return "percent"
    return "proportion" if top > 0.3 else None


def _tidy_curve(times: np.ndarray, survival: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[str]]:
    notes: list[str] = []
    if (times < -0.01 * max(times.max(), 1.0)).any():
        raise IntakeError("A time is negative.", remedy="Check the axis: time comes first, survival second.")
    if survival.max() > 1 + MAX_OVERSHOOT or survival.min() < -MAX_OVERSHOOT:
        raise IntakeError(
            f"Survival goes from {survival.min():.0%} to {survival.max():.0%}.",
            remedy="Check the unit (per cent or proportion) and the order of the columns.",
        )
    order = np.lexsort((-survival, times))
    if (order != np.arange(len(times))).any():
        notes.append("Points were sorted by time.")
    times, survival = np.maximum(times[order], 0.0), survival[order]
    clipped = np.clip(survival, 0.0, 1.0)
    if (clipped != survival).any():
        notes.append("Points slightly over 100% or under 0% were moved to it.")
    rise = float(np.max(clipped - np.minimum.accumulate(clipped)))
    if rise > MAX_RISE:
        raise IntakeError(
            f"Survival rises by {rise:.1%}, more than a digitiser's error.",
            remedy="Bring one curve at a time, time first, and check the points.",
        )
    if rise > 0:
        notes.append(f"Small rises (at most {rise:.2%}) are a hand's: the reconstruction levels them.")
    if times[0] > 0 or clipped[0] < 1:
        notes.append("The point (0, 100%) was added: every curve starts there.")
        times, clipped = np.concatenate([[0.0], times]), np.concatenate([[1.0], clipped])
    return times, clipped, notes


@only_intake_errors("The points cannot be read.", "Paste time and survival, one pair a line.")
def read_digitised(
    points: str | bytes,
    at_risk: str | bytes | None = None,
    *,
    time_unit: TimeUnit = "months",
    survival_unit: SurvivalUnit | None = None,
) -> DigitisedCurve:
    """Points of one curve and, when given, its numbers at risk.

    Parameters
    ----------
    points : str or bytes
        Lines `time, survival` with or without header, as WebPlotDigitizer writes them; or a file.
    at_risk : str, bytes or None
        Lines `time, number at risk` in the same unit of time.
    time_unit : {"days", "weeks", "months", "years"}
    survival_unit : {"percent", "proportion"} or None
        None: told by the per cent sign or by the highest point, and noted.

    Raises
    ------
    IntakeError
        Nothing else leaves this function for any input.
    """
    if time_unit not in MONTHS_IN:
        raise IntakeError("The unit of time is not known.", remedy="Choose days, weeks, months or years.")
    rows, pairs = _pairs(as_text(points))
    if len(pairs) < 2:
        raise IntakeError("One point makes no curve.", remedy="Paste at least two points.")
    times, _, time_readings = _numbers(rows, [pair[0] for pair in pairs], "time")
    survival, signed, survival_readings = _numbers(rows, [pair[1] for pair in pairs], "survival")
    notes: list[str] = []
    unit = survival_unit or ("percent" if signed else propose_survival_unit(survival))
    if unit is None:
        raise IntakeError(
            f"The highest survival is {survival.max():g}: per cent and proportion are both possible.",
            remedy="Say which it is.",
        )
    if survival_unit is None:
        notes.append(f"Survival was taken as {'per cent' if unit == 'percent' else 'a proportion'}.")
    if unit == "percent":
        survival = survival / 100
    if time_unit != "months":
        notes.append(f"Times were converted from {time_unit} to months.")
    times, survival, changes = _tidy_curve(times * MONTHS_IN[time_unit], survival)
    if not times[-1] > 0:
        raise IntakeError("All points are at time 0.", remedy="Check the order of the columns.")
    risk_times, n_at_risk = _risk_table(at_risk, time_unit) if at_risk else (np.array([]), np.array([], dtype=int))
    if len(risk_times) and risk_times[0] > 0:
        notes.append("The number at risk at time 0 was not given.")
    if len(risk_times) and risk_times[-1] > times[-1]:
        notes.append("Numbers at risk go beyond the last point of the curve.")
    return DigitisedCurve(times, survival, risk_times, n_at_risk, notes + changes, time_readings + survival_readings)


def _risk_table(source: str | bytes, time_unit: TimeUnit) -> tuple[np.ndarray, np.ndarray]:
    """Times in months and numbers at risk, shape (R,) each; a table on its side (two long lines) is turned."""
    text = as_text(source)
    lines = [tidy(line.replace("\t", " ")) for line in text.splitlines() if line.strip()]
    lying = [re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", line) for line in lines[:2]]
    if len(lines) == 2 and len(lying[0]) == len(lying[1]) > 2:
        rows, pairs = [1] * len(lying[0]), list(zip(*lying, strict=True))
    else:
        rows, pairs = _pairs(text)
    times, _, _ = _numbers(rows, [pair[0] for pair in pairs], "time")
    numbers, _, _ = _numbers(rows, [pair[1] for pair in pairs], "number at risk")
    if (numbers != np.round(numbers)).any() or (numbers < 0).any() or numbers.max() > LIMITS.rows:
        raise IntakeError("A number at risk is not a whole number of patients.", remedy="Check the second column.")
    order = np.argsort(times, kind="stable")
    times, numbers = times[order], numbers[order]
    if times[0] < 0 or (np.diff(times) <= 0).any():
        raise IntakeError("Times of the numbers at risk repeat or are negative.", remedy="Give each time once.")
    if (np.diff(numbers) > 0).any():
        raise IntakeError("The number at risk rises with time.", remedy="Check the order of the columns.")
    return times * MONTHS_IN[time_unit], numbers.astype(int)
