"""One pandera schema for each curated table: types, what must be stated, vocabularies, patterns, ranges, rules.

The error of a check reads `rule:column`: `messages.py` explains the rule, the column holds the cell to mend.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd
import pandera.pandas as pa

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
Bad = Callable[[pd.DataFrame], "pd.Series[Any]"]
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


def _rules(table: str, keys: bool) -> dict[str, Bad]:
    """The table's rules over several cells, by `rule:column`."""
    found = {f"{rule}:{column}": bad for rule, column, bad in ROW_RULES[table]}
    if keys and table in KEYS:
        key = KEYS[table]
        found[f"unique-key:{key[-1]}"] = lambda frame: frame.duplicated(key) & frame[key].notna().all(axis=1)
    return found


def _check(name: str, bad: Bad) -> pa.Check:
    # One verdict a table: pandera takes seconds to unfold a verdict a row, and `broken` finds the rows itself.
    return pa.Check(lambda frame: not _flagged(bad, frame).any(), error=name)


def _flagged(bad: Bad, frame: pd.DataFrame) -> np.ndarray:
    return bad(frame).fillna(False).to_numpy(dtype=bool)


def _column(table: str, name: str) -> pa.Column:
    checks: list[pa.Check] = []
    if name in ALLOWED:
        checks.append(pa.Check.isin(sorted(ALLOWED[name]), error=f"vocabulary:{name}"))
    if name in PATTERNS:
        # \Z and not $: a cell that ends in a line break is no identifier.
        checks.append(pa.Check.str_matches(rf"^(?:{PATTERNS[name]})\Z", error=f"pattern:{name}"))
    if name in RANGES:
        low, high = RANGES[name]
        checks.append(pa.Check.in_range(low, high, error=f"range:{name}"))
    number = name in NUMBER_COLUMNS or name in INTEGER_COLUMNS
    return pa.Column("float64" if number else "string", checks, nullable=name not in REQUIRED[table])


@lru_cache
def table_schema(table: str, *, keys: bool = True) -> pa.DataFrameSchema:
    """The schema of "studies", "arms" or "outcomes"; `keys=False` leaves out the uniqueness of its key."""
    checks = [_check(name, bad) for name, bad in _rules(table, keys).items()]
    return pa.DataFrameSchema({name: _column(table, name) for name in TABLE_COLUMNS[table]}, checks=checks)


def broken(table: str, frame: pd.DataFrame, *, keys: bool = True) -> list[tuple[int, str, str]]:
    """Every broken rule of a table's frame, its index 0..rows-1: (position, rule, column), each once."""
    try:
        table_schema(table, keys=keys).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return []
    rules_of = _rules(table, keys)
    found: dict[tuple[int, str, str], None] = {}
    for name, column, index in zip(cases["check"], cases["column"], cases["index"], strict=True):
        rule, _, where = str(name).partition(":")
        if name in rules_of:
            for position in np.flatnonzero(_flagged(rules_of[name], frame)).tolist():
                found[position, rule, where] = None
        elif rule == "not_nullable":
            found[int(index), "required", str(column)] = None
        else:
            found[int(index), rule, where] = None
    return list(found)
