"""The cells of a draft, cleaned: numbers in the wild become plain ones, labels become slugs, all of it reported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from dashboard import vocabulary
from dashboard.evidence.tables import Cells
from dashboard.intake.cells import DATE, Kind, Number, Reading, Unclear, Unit, number_text, split_interval, tidy
from dashboard.intake.columns import PLAIN_KINDS, plain_number, read_or_unclear, reading_value
from dashboard.intake.evidence_draft import Draft
from dashboard.intake.problems import Problem
from dashboard.intake.safe_text import as_typed

_YES_NO: Final = {
    **dict.fromkeys(("yes", "y", "true", "1", "1.0"), "yes"),
    **dict.fromkeys(("no", "n", "false", "0", "0.0"), "no"),
}


def _vocabulary(terms: Mapping[str, vocabulary.Term]) -> dict[str, str]:
    known = {
        text.casefold(): slug for slug, term in terms.items() for text in (slug, term.label, slug.replace("-", " "))
    }
    return known | {
        term.short.casefold(): slug for slug, term in terms.items() if isinstance(term, vocabulary.Modality)
    }


TERMS: Final[Mapping[str, Mapping[str, str]]] = {
    "primary_site": _vocabulary(vocabulary.PRIMARY_SITES),
    "modality": _vocabulary(vocabulary.MODALITIES),
    "design": _vocabulary(vocabulary.DESIGNS),
    "centers": _vocabulary(vocabulary.CENTERS),
    "endpoint": _vocabulary(vocabulary.ENDPOINTS),
    "measure": _vocabulary(vocabulary.MEASURES),
    "time_origin": _vocabulary(vocabulary.TIME_ORIGINS),
    "is_subgroup": _YES_NO,
    "adjusted": _YES_NO,
    "citation": {"confirmed": "confirmed", "inferred": "inferred"},
}
_KINDS: Final[Mapping[str, Kind]] = {
    "year": "year", "enrol_start": "year", "enrol_end": "year", "n_total": "integer", "n": "integer",
    "follow_up_median_months": "months", "time_months": "months",
}  # fmt: skip
_VALUE_KINDS: Final[Mapping[str, Kind]] = {
    "survival": "survival", "median_months": "median", "mean_months": "months", "hazard_ratio": "number",
    "n_at_risk": "integer", "deaths": "integer",
}  # fmt: skip
_NO_DATES: Final = frozenset({"study_id", "arm_id", "comparator_arm_id", "label", "p_value", "pmid"})
_ASCII_NUMBER: Final = re.compile(r"[0-9.eE+-]+")
_ERRORS: Final = frozenset(
    {"#FORMULA!", "#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
)
_PREFIXES: Final = {
    "doi": re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE),
    "pmid": re.compile(r"^(?:pmid:?\s*)", re.IGNORECASE),
}
_P_EQUALS: Final = re.compile(r"^[pP]\s*(?:[- ]?value)?\s*=?\s*(?=[<>=.0-9])")
_P_COMMA: Final = re.compile(r"^([<>=]?\s?[01]),(\d+)$")


class _Cleaner:
    """Reads the columns of one table of a draft, keeping the places of what it finds."""

    def __init__(self, draft: Draft, table: str) -> None:
        self.draft = draft
        self.cells = draft.tables[table]
        self.places = draft.places[table]
        self.unclear: set[tuple[int, str]] = set()

    def problem(self, position: int, column: str, value: str, rule: str, message: str, remedy: str) -> None:
        place = self.places[position]
        self.unclear.add((position, column))
        self.draft.problems.append(Problem(place.sheet, place.row, place.column(column), value, rule, message, remedy))

    def reading(self, position: int, column: str, raw: str, value: str, how: str) -> None:
        place = self.places[position]
        self.draft.readings.append(Reading(place.row, place.column(column), raw, value, how, sheet=place.sheet))

    def numbers(
        self, column: str, kind: Kind, *, unit: Unit | None = "proportion", rows: Iterable[int] | None = None,
        limit: bool = False, qualified: bool = False,
    ) -> dict[str, Number]:  # fmt: skip
        """Replace the cells by plain numbers; unclear ones stay as typed, so that the user sees them.

        Returns what each distinct text that is more than a plain number was read as.
        """
        cells, found = self.cells[column], {}  # type: list[str | None], dict[str, Number | Unclear]
        for position in range(len(cells)) if rows is None else rows:
            text = cells[position]
            if text is None or (kind in PLAIN_KINDS and plain_number(text) is not None):
                continue
            if text not in found:
                found[text] = read_or_unclear(text, kind, unit=unit, limit=limit, qualified=qualified)
            number = found[text]
            if isinstance(number, Unclear):
                self.problem(position, column, text, "number", number.sentence, number.remedy)
                continue
            if number.how:
                self.reading(position, column, text, reading_value(number), number.how)
            if number.how or not _ASCII_NUMBER.fullmatch(text):
                cells[position] = number_text(number.value) or None
        return {text: number for text, number in found.items() if isinstance(number, Number)}

    def terms(self, column: str, known: Mapping[str, str]) -> None:
        cells = self.cells[column]
        for position, raw in enumerate(cells):
            slug = None if raw is None else known.get(tidy(raw).casefold())
            if raw is not None and slug is not None and slug != raw:
                cells[position] = slug
                if raw.strip().casefold() != slug:
                    self.reading(position, column, raw, slug, "label of the vocabulary")

    def damaged(self, column: str) -> None:
        """Formulas without a value, error values, and identities that a spreadsheet turned into dates."""
        for position, raw in enumerate(self.cells[column]):
            if raw is None:
                continue
            if raw in _ERRORS:
                self.problem(
                    position, column, raw, "formula", "A formula without a usable result.", "Replace it by its value."
                )
            if column in _NO_DATES and DATE.fullmatch(raw):
                self.problem(
                    position, column, raw, "date", "A date: the spreadsheet turned what was typed into one.",
                    "Format the column as text, then type it again.",
                )  # fmt: skip


def clean(draft: Draft) -> dict[str, set[tuple[int, str]]]:
    """Clean the three tables in place; returns, by table, (position, column) of the cells that could not be read.

    `draft.typed` keeps the cells as they were typed.
    """
    draft.typed = {table: dict(cells) for table, cells in draft.tables.items()}
    unclear: dict[str, set[tuple[int, str]]] = {}
    for table, cells in draft.tables.items():
        draft.tables[table] = {name: _bare(column) for name, column in cells.items()}
        cleaner = _Cleaner(draft, table)
        stated = [name for name, column in cleaner.cells.items() if any(column)]
        for name in stated:
            cleaner.damaged(name)
        for name in stated:
            if name in TERMS:
                cleaner.terms(name, TERMS[name])
            elif name in _KINDS:
                cleaner.numbers(name, _KINDS[name])
        if table == "studies":
            _identifiers(cleaner.cells)
        if table == "outcomes":
            _figures(cleaner, draft.units)
        unclear[table] = cleaner.unclear
    return unclear


def _bare(column: Sequence[str | None]) -> list[str | None]:
    """Cells without outer blanks and without the apostrophe that an export puts before formulas."""
    distinct = {text: as_typed(text.strip()).strip() or None for text in set(column) if text is not None}
    return [None if text is None else distinct[text] for text in column]


def _identifiers(cells: Cells) -> None:
    for name, prefix in _PREFIXES.items():
        cells[name] = [None if text is None else prefix.sub("", text) for text in cells[name]]
    cells["pmcid"] = [None if text is None else text.upper() for text in cells["pmcid"]]


def _figures(cleaner: _Cleaner, units: Sequence[str]) -> None:
    cells = cleaner.cells
    _split_intervals(cleaner)
    cells["p_value"] = [None if text is None else _p_value(text) for text in cells["p_value"]]
    groups: dict[tuple[str, str], list[int]] = {}
    for position, (measure, unit) in enumerate(zip(cells["measure"], units, strict=True)):
        if measure is not None and measure in _VALUE_KINDS:
            groups.setdefault((measure, unit), []).append(position)
    for (measure, unit), rows in groups.items():
        kind = _VALUE_KINDS[measure]
        stated: Unit | None = unit if unit in ("percent", "proportion") else None  # type: ignore[assignment]
        raw = [(position, cells["value"][position]) for position in rows]
        read = cleaner.numbers("value", kind, unit=stated, rows=rows, qualified=True)
        _tell(cleaner, raw, read)
        limit_kind: Kind = "months" if kind == "median" else kind
        # Limits beside `69 %` are per cent too, with or without a sign of their own.
        signed = [position for position, text in raw if text and text.endswith("%")]
        others = [position for position, text in raw if not (text and text.endswith("%"))]
        for column in ("ci_low", "ci_high"):
            cleaner.numbers(column, limit_kind, unit="percent", rows=signed, limit=True)
            cleaner.numbers(column, limit_kind, unit=stated, rows=others, limit=True)
    for position, measure in enumerate(cells["measure"]):
        if measure is not None and cells["qualifier"][position] is None:
            cells["qualifier"][position] = "="
        open_limit = cells["ci_low"][position] is not None and cells["ci_high"][position] is None
        if open_limit and measure in ("median_months", "mean_months") and cells["note"][position] is None:
            cells["note"][position] = "upper limit not reached or not stated"


def _split_intervals(cleaner: _Cleaner) -> None:
    """`26 (18–40)` in a value whose own limits are empty."""
    values, lows, highs = (cleaner.cells[name] for name in ("value", "ci_low", "ci_high"))
    for position, raw in enumerate(values):
        if raw is None or not ("(" in raw or "[" in raw) or lows[position] or highs[position]:
            continue
        parts = split_interval(raw)
        if parts is not None:
            value, low, high = parts
            sign = " %" if value.endswith("%") and not high.endswith("%") else ""
            values[position], lows[position], highs[position] = value, low + sign, high + sign
            cleaner.reading(position, "value", raw, f"{value}, {low} to {high}", "value with its interval")


def _p_value(text: str) -> str:
    return _P_COMMA.sub(r"\1.\2", _P_EQUALS.sub("", tidy(text)))


def _tell(cleaner: _Cleaner, raw: Iterable[tuple[int, str | None]], read: Mapping[str, Number]) -> None:
    """Write bounds, unreached medians and converted units into `qualifier` and `note`, where they belong."""
    qualifiers, notes = cleaner.cells["qualifier"], cleaner.cells["note"]
    for position, text in raw:
        number = read.get(text) if text is not None else None
        if number is None or text is None:
            continue
        stated, note = qualifiers[position], notes[position] or ""
        if number.qualifier:
            if stated and stated != number.qualifier:
                cleaner.problem(
                    position, "qualifier", stated, "qualifier", f"The value says {text[:40]}, this says {stated[:10]}.",
                    "Make them agree.",
                )  # fmt: skip
            else:
                qualifiers[position] = number.qualifier
        added = "not reached" if number.not_reached else f"unit converted from {text}" if number.converted else ""
        if added and added not in note.casefold():
            notes[position] = f"{note}; {added}" if note else added
