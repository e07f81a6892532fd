"""The schema of each curated table: what must be stated, vocabularies, patterns, ranges, and rules over several cells.

Declared once. `broken` finds every cell that breaks it, in a file of one row as in one of many thousands;
`pandera_schema.py` makes of the same declarations the schema that the build holds its tables against.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Final

import numpy as np

from dashboard.evidence import rules
from dashboard.evidence.tables import INTEGER_COLUMNS, NUMBER_COLUMNS, TABLE_COLUMNS
from dashboard.evidence.vocabularies import ALLOWED
from dashboard.vocabulary import YEAR_FROM, YEAR_TO

ID: Final = r"[A-Za-z0-9][A-Za-z0-9._+-]*"
REQUIRED: Final = {
    "studies": {"study_id", "year", "title", "citation"},
    "arms": {"study_id", "arm_id", "label", "primary_site", "modality", "is_subgroup"},
    "outcomes": {"study_id", "arm_id", "endpoint", "measure", "qualifier", "locator"},
}
KEYS: Final = {"studies": ["study_id"], "arms": ["study_id", "arm_id"]}
PATTERNS: Final = {
    "study_id": ID,
    "arm_id": ID,
    "comparator_arm_id": ID,
    "doi": r"10\.\d{4,9}/\S+",
    "pmid": r"\d{1,8}",
    "pmcid": r"PMC\d{1,9}",
    "url": r"https?://\S+",
}
RANGES: Final[dict[str, tuple[float, float]]] = {
    "year": (YEAR_FROM, YEAR_TO),
    "enrol_start": (YEAR_FROM, YEAR_TO),
    "enrol_end": (YEAR_FROM, YEAR_TO),
    "n_total": (1, 10_000_000),
    "n": (1, 10_000_000),
    "follow_up_median_months": (0, rules.LONGEST_MONTHS),
}
Bad = Callable[[rules.Arrays], rules.Rows]
ROW_RULES: Final[dict[str, tuple[tuple[str, str, Bad], ...]]] = {
    "studies": (
        ("years-in-order", "enrol_end", rules.enrolment_reversed),
        ("enrolled-before-publication", "year", rules.enrolled_after_publication),
    ),
    "arms": (("years-in-order", "enrol_end", rules.enrolment_reversed),),
    "outcomes": (
        ("value-required", "value", rules.value_missing),
        ("value-empty", "value", rules.value_with_p),
        ("proportion", "value", rules.no_proportion),
        ("positive", "value", rules.not_positive),
        ("count", "value", rules.no_count),
        ("time-required", "time_months", rules.time_missing),
        ("time-empty", "time_months", rules.time_needless),
        ("time-range", "time_months", rules.time_out_of_range),
        ("comparator-required", "comparator_arm_id", rules.comparator_missing),
        ("comparator-itself", "comparator_arm_id", rules.compared_with_itself),
        ("factor-required", "factor", rules.factor_missing),
        ("p-required", "p_value", rules.p_missing),
        ("p-text", "p_value", rules.p_not_text_of_p),
        ("ci-misplaced", "ci_low", rules.ci_misplaced),
        ("ci-complete", "ci_high", rules.ci_half),
        ("ci-range", "ci_low", rules.ci_low_out_of_range),
        ("ci-range", "ci_high", rules.ci_high_out_of_range),
        ("ci-holds-value", "ci_low", rules.ci_low_above),
        ("ci-holds-value", "ci_high", rules.ci_high_below),
        ("survival-never-rises", "value", rules.survival_rises),
        ("figure-once", "measure", rules.figure_twice),
    ),
}


_VOCABULARIES: Final[dict[str, Collection[str]]] = {name: frozenset(slugs) for name, slugs in ALLOWED.items()}
# \Z and not $: a cell that ends in a line break is no identifier.
_COMPILED: Final = {name: re.compile(rf"(?:{pattern})\Z") for name, pattern in PATTERNS.items()}


def is_number(name: str) -> bool:
    """Whether a column of the curated tables holds numbers."""
    return name in NUMBER_COLUMNS or name in INTEGER_COLUMNS


def rules_of(table: str, *, keys: bool = True) -> Iterator[tuple[str, str, Bad]]:
    """(rule, column of the cell to mend, function) of a table's rules over several cells."""
    yield from ROW_RULES[table]
    if keys and table in KEYS:
        yield "unique-key", KEYS[table][-1], _key_twice(KEYS[table])


def _key_twice(key: list[str]) -> Bad:
    return lambda table: np.logical_and.reduce([rules.repeated(table, key), *(rules.stated(table[n]) for n in key)])


def _of_one_cell(table: str, name: str, column: np.ndarray) -> Iterator[tuple[str, rules.Rows]]:
    if name in REQUIRED[table]:
        yield "required", ~rules.stated(column)
    if name in _VOCABULARIES:
        yield "vocabulary", rules.stated(column) & ~rules.among(column, _VOCABULARIES[name])
    if name in _COMPILED:
        match = _COMPILED[name].match
        cells = column.tolist()
        yield "pattern", np.array([cell is not None and match(cell) is None for cell in cells], dtype=bool)
    if name in RANGES:
        low, high = RANGES[name]
        yield "range", (column < low) | (column > high)


def broken(table: str, columns: rules.Arrays, *, keys: bool = True) -> list[tuple[int, str, str]]:
    """Every broken rule of a table: (position, rule, column).

    Parameters
    ----------
    table : {"studies", "arms", "outcomes"}
    columns : mapping of column to array, shape (rows,)
        Every column of the table; numbers float64, text as objects, None where empty.
    keys : bool
        Whether the table's key must be unique.
    """
    found: list[tuple[int, str, str]] = []
    if not len(columns[TABLE_COLUMNS[table][0]]):
        return found
    for name in TABLE_COLUMNS[table]:
        for rule, bad in _of_one_cell(table, name, columns[name]):
            if bad.any():
                found += [(position, rule, name) for position in np.flatnonzero(bad).tolist()]
    for rule, name, verdict in rules_of(table, keys=keys):
        bad = verdict(columns)
        if bad.any():
            found += [(position, rule, name) for position in np.flatnonzero(bad).tolist()]
    return found
