"""One pandera schema for each curated table: types, what must be stated, vocabularies, patterns, ranges, rules.

The error of a check reads `rule:column`: `messages.py` explains the rule, the column holds the cell to mend.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

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


def _check(rule: str, column: str, bad: Bad) -> pa.Check:
    def good(frame: pd.DataFrame) -> pd.Series:
        return ~bad(frame).fillna(False).astype(bool)

    return pa.Check(good, error=f"{rule}:{column}", ignore_na=False)


def _duplicate_key(key: list[str]) -> Bad:
    return lambda frame: frame.duplicated(key) & frame[key].notna().all(axis=1)


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
    checks = [_check(*rule) for rule in ROW_RULES[table]]
    if keys and table in KEYS:
        checks.append(_check("unique-key", KEYS[table][-1], _duplicate_key(KEYS[table])))
    return pa.DataFrameSchema({name: _column(table, name) for name in TABLE_COLUMNS[table]}, checks=checks)


def broken(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> list[tuple[int, str, str]]:
    """Every broken rule of a prepared frame, its index 0..rows-1: (position, rule, column), each once."""
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return []
    found: dict[tuple[int, str, str], None] = {}
    for case in cases.itertuples():
        rule, _, column = str(case.check).partition(":")
        if rule == "not_nullable":
            rule, column = "required", str(case.column)
        found[int(case.index), rule, column] = None
    return list(found)
