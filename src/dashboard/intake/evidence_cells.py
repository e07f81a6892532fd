"""The cells of a draft, cleaned: numbers in the wild become plain ones, labels become slugs, all of it reported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import pandas as pd

from dashboard import vocabulary
from dashboard.intake.cells import DATE, Kind, Reading, Unit, number_text, split_interval, tidy
from dashboard.intake.columns import ColumnValues, map_distinct, read_column
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
_ERRORS: Final = ("#FORMULA!", "#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")


class _Cleaner:
    """Reads the columns of one table of a draft, keeping the places of what it finds."""

    def __init__(self, draft: Draft, table: str) -> None:
        self.draft = draft
        self.table = table
        self.frame = draft.tables[table]
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
        self, column: str, kind: Kind, *, unit: Unit | None = "proportion", rows: pd.Series | None = None,
        limit: bool = False, qualified: bool = False,
    ) -> ColumnValues:  # fmt: skip
        """Replace the cells by plain numbers; unclear ones stay as typed, so that the user sees them."""
        cells = (self.frame[column] if rows is None else self.frame.loc[rows, column]).dropna()
        if cells.empty:
            return ColumnValues(cells.astype("float64"))
        read = read_column(cells, kind, unit=unit, limit=limit, qualified=qualified)
        for problem in read.problems:
            self.problem(problem.row, column, problem.value, problem.rule, problem.message, problem.remedy)
        clean = {
            text: number_text(number.value) or None
            for text, number in read.numbers.items()
            if number.how or not _ASCII_NUMBER.fullmatch(text)
        }
        for position, raw in cells[cells.isin([text for text, number in read.numbers.items() if number.how])].items():
            number = read.numbers[str(raw)]
            shown = "not reached" if number.not_reached else number.qualifier + number_text(number.value)
            self.reading(int(str(position)), column, str(raw), shown or "no figure", number.how)
        touched = cells.isin(list(clean))
        self.frame.loc[cells.index[touched], column] = cells[touched].map(clean).astype("string")
        return read

    def terms(self, column: str, known: Mapping[str, str]) -> None:
        cells = self.frame[column]
        slugs = map_distinct(cells, lambda text: known.get(tidy(text).casefold(), text), "string")
        for position in cells.index[(cells != slugs).fillna(False).to_numpy(dtype=bool)]:
            raw, slug = str(cells[position]), str(slugs[position])
            if raw.strip().casefold() != slug:
                self.reading(int(position), column, raw, slug, "label of the vocabulary")
        self.frame[column] = slugs

    def damaged(self, columns: list[str]) -> None:
        """Formulas without a value, error values, and identities that a spreadsheet turned into dates."""
        for column in columns:
            cells = self.frame[column].dropna()
            for position, raw in cells[cells.isin(_ERRORS)].items():
                self.problem(
                    int(str(position)), column, str(raw), "formula", "A formula without a usable result.",
                    "Replace it by its value.",
                )  # fmt: skip
            if column in _NO_DATES:
                for position, raw in cells[cells.str.fullmatch(DATE).astype(bool)].items():
                    self.problem(
                        int(str(position)), column, str(raw), "date",
                        "A date: the spreadsheet turned what was typed into one.",
                        "Format the column as text, then type it again.",
                    )  # fmt: skip


def clean(draft: Draft) -> dict[str, set[tuple[int, str]]]:
    """Clean the three tables in place; returns, by table, (position, column) of the cells that could not be read.

    `draft.typed` keeps the cells as they were typed.
    """
    draft.typed = {table: frame.copy() for table, frame in draft.tables.items()}
    unclear: dict[str, set[tuple[int, str]]] = {}
    for table, frame in draft.tables.items():
        cleaner = _Cleaner(draft, table)
        stated = [column for column in frame.columns if frame[column].notna().any()]
        for column in stated:
            frame[column] = map_distinct(frame[column], lambda text: as_typed(text.strip()).strip() or None, "string")
        cleaner.damaged(stated)
        for column in stated:
            if column in TERMS:
                cleaner.terms(column, TERMS[column])
            elif column in _KINDS:
                cleaner.numbers(column, _KINDS[column])
        if table == "studies":
            _identifiers(cleaner)
        if table == "outcomes":
            _figures(cleaner, pd.Series(draft.units, index=frame.index, dtype="object"))
        unclear[table] = cleaner.unclear
    return unclear


def _identifiers(cleaner: _Cleaner) -> None:
    frame = cleaner.frame
    for column, prefix in (("doi", r"(?i)^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)"), ("pmid", r"(?i)^(?:pmid:?\s*)")):
        frame[column] = frame[column].str.replace(prefix, "", regex=True)
    frame["pmcid"] = frame["pmcid"].str.upper()


def _figures(cleaner: _Cleaner, units: pd.Series) -> None:
    frame = cleaner.frame
    _split_intervals(cleaner)
    frame["p_value"] = _p_values(frame["p_value"])
    for measure, kind in _VALUE_KINDS.items():
        of_measure = frame["measure"].eq(measure).fillna(False).astype(bool)
        for unit in units[of_measure].unique():
            rows = of_measure & units.eq(unit)
            stated: Unit | None = unit if unit in ("percent", "proportion") else None  # type: ignore[assignment]
            raw = frame.loc[rows, "value"]
            read = cleaner.numbers("value", kind, unit=stated, rows=rows, qualified=True)
            _tell(cleaner, raw, read)
            limit_kind: Kind = "months" if kind == "median" else kind
            # Limits beside `69 %` are per cent too, with or without a sign of their own.
            signed = rows & frame.index.isin(raw.index[raw.str.endswith("%").fillna(False).astype(bool)])
            for column in ("ci_low", "ci_high"):
                cleaner.numbers(column, limit_kind, unit="percent", rows=signed, limit=True)
                cleaner.numbers(column, limit_kind, unit=stated, rows=rows & ~signed, limit=True)
    plain = frame["qualifier"].isna() & frame["measure"].notna()
    frame.loc[plain, "qualifier"] = "="
    open_limit = frame["ci_low"].notna() & frame["ci_high"].isna() & frame["note"].isna()
    medians = frame["measure"].isin(["median_months", "mean_months"]).fillna(False).astype(bool)
    frame.loc[open_limit & medians, "note"] = "upper limit not reached or not stated"


def _split_intervals(cleaner: _Cleaner) -> None:
    """`26 (18–40)` in a value whose own limits are empty."""
    frame = cleaner.frame
    bare = frame["ci_low"].isna() & frame["ci_high"].isna() & frame["value"].str.contains(r"[(\[]", regex=True)
    for position, raw in frame.loc[bare.fillna(False).astype(bool), "value"].items():
        parts = split_interval(raw)
        if parts is not None:
            value, low, high = parts
            sign = " %" if value.endswith("%") and not high.endswith("%") else ""
            at = int(str(position))
            frame.loc[at, ["value", "ci_low", "ci_high"]] = [value, low + sign, high + sign]
            cleaner.reading(at, "value", str(raw), f"{value}, {low} to {high}", "value with its interval")


def _p_values(column: pd.Series) -> pd.Series:
    text = column.map(lambda cell: tidy(cell), na_action="ignore").astype("string")
    text = text.str.replace(r"^[pP]\s*(?:[- ]?value)?\s*=?\s*(?=[<>=.0-9])", "", regex=True)
    return text.str.replace(r"^([<>=]?\s?[01]),(\d+)$", r"\1.\2", regex=True)


def _tell(cleaner: _Cleaner, raw: pd.Series, read: ColumnValues) -> None:
    """Write bounds, unreached medians and converted units into `qualifier` and `note`, where they belong."""
    frame = cleaner.frame
    telling = {t: n for t, n in read.numbers.items() if n.qualifier or n.not_reached or n.converted}
    for position, text in raw[raw.isin(list(telling))].items():
        at, number = int(str(position)), telling[str(text)]
        stated, note = _text(frame, at, "qualifier"), _text(frame, at, "note")
        if number.qualifier:
            if stated and stated != number.qualifier:
                cleaner.problem(
                    at, "qualifier", stated, "qualifier", f"The value says {str(text)[:40]}, this says {stated[:10]}.",
                    "Make them agree.",
                )  # fmt: skip
            else:
                frame.at[at, "qualifier"] = number.qualifier
        added = "not reached" if number.not_reached else f"unit converted from {text}" if number.converted else ""
        if added and added not in note.casefold():
            frame.at[at, "note"] = f"{note}; {added}" if note else added


def _text(frame: pd.DataFrame, position: int, column: str) -> str:
    cell = frame.at[position, column]
    return "" if cell is pd.NA or cell is None else str(cell)
