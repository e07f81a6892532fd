"""Rules that look at more than one cell of a table: each returns the rows that break it.

A table is its columns as arrays: number columns float64 (a cell that was no number is already NaN, and reported), the
others text, None where empty. A rule is silent where a cell it needs is empty: that is another rule's business.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import numpy as np

from dashboard.vocabulary import MEASURES

Arrays = Mapping[str, np.ndarray]
"""Columns of one table, each shape (rows,)."""
Rows = np.ndarray
"""bool, shape (rows,): true where the rule is broken."""

P_VALUE: Final = r"[<>=]?\s?(0?\.\d+|0|1|1\.0+)"
PROPORTION: Final = ("survival",)
MONTHS: Final = ("median_months", "mean_months")
POSITIVE: Final = (*MONTHS, "hazard_ratio")
COUNTS: Final = ("n_at_risk", "deaths")
TIMED: Final = ("survival", "n_at_risk")
PRINTS_P: Final = ("logrank_p", "factor_p")
MEASURES_WITH_CI: Final = (*PROPORTION, *POSITIVE)
CURVE: Final = ("study_id", "arm_id", "endpoint", "time_origin")
LONGEST_MONTHS: Final = 600.0
_P_VALUE: Final = re.compile(P_VALUE)


def stated(column: np.ndarray) -> Rows:
    """Cells that hold something."""
    return (
        ~np.isnan(column)
        if column.dtype.kind == "f"
        else np.array([cell is not None for cell in column.tolist()], dtype=bool)
    )


def among(column: np.ndarray, values: Collection[str]) -> Rows:
    """Text cells that are one of these."""
    return np.fromiter((cell in values for cell in column.tolist()), dtype=bool, count=len(column))


def repeated(table: Arrays, key: Sequence[str]) -> Rows:
    """Rows equal to an earlier one in these columns; two empty cells are equal."""
    columns = [table[name].tolist() for name in key]
    # A number that is missing differs from itself; what stands for it here does not.
    lists = [[None if cell != cell else cell for cell in column] for column in columns]
    seen: set[tuple[Any, ...]] = set()
    found = np.zeros(len(columns[0]), dtype=bool)
    for position, row in enumerate(zip(*lists, strict=True)):
        if row in seen:
            found[position] = True
        else:
            seen.add(row)
    return found


def _is(table: Arrays, *measures: str) -> Rows:
    return among(table["measure"], measures)


def _known(table: Arrays) -> Rows:
    """Rows with a measure of the vocabulary; another measure is reported as such, and only as such."""
    return among(table["measure"], MEASURES.keys())


def enrolment_reversed(table: Arrays) -> Rows:
    """Enrolment that ends before it starts."""
    return table["enrol_start"] > table["enrol_end"]


def enrolled_after_publication(table: Arrays) -> Rows:
    """Studies that enrolled after their publication."""
    return np.fmax(table["enrol_start"], table["enrol_end"]) > table["year"]


def value_missing(table: Arrays) -> Rows:
    """Measures without their value; a median may be empty when its note says why (not reached)."""
    unreached = _is(table, "median_months") & stated(table["note"])
    return _known(table) & ~_is(table, *PRINTS_P) & ~stated(table["value"]) & ~unreached


def value_with_p(table: Arrays) -> Rows:
    """P-values with something in the column of values."""
    return _is(table, *PRINTS_P) & stated(table["value"])


def no_proportion(table: Arrays) -> Rows:
    """Survival outside 0..1."""
    return _is(table, *PROPORTION) & ((table["value"] < 0) | (table["value"] > 1))


def not_positive(table: Arrays) -> Rows:
    """Medians, means and hazard ratios that are not above 0, months beyond any follow-up."""
    too_long = _is(table, *MONTHS) & (table["value"] > LONGEST_MONTHS)
    return (_is(table, *POSITIVE) & (table["value"] <= 0)) | too_long


def no_count(table: Arrays) -> Rows:
    """Counts that are negative or not whole."""
    value = table["value"]
    return _is(table, *COUNTS) & ((value < 0) | (value != np.floor(value))) & stated(value)


def time_missing(table: Arrays) -> Rows:
    """Survival and numbers at risk without their time."""
    return _is(table, *TIMED) & ~stated(table["time_months"])


def time_needless(table: Arrays) -> Rows:
    """Times on figures that have none."""
    return _known(table) & ~_is(table, *TIMED) & stated(table["time_months"])


def time_out_of_range(table: Arrays) -> Rows:
    """Times that are not between 0 (excluded) and the longest follow-up."""
    time = table["time_months"]
    return (time <= 0) | (time > LONGEST_MONTHS)


def comparator_missing(table: Arrays) -> Rows:
    """Comparisons that do not say with what: arms for a p-value, arms or a factor for a hazard ratio."""
    without = ~stated(table["comparator_arm_id"])
    return without & (_is(table, "logrank_p") | (_is(table, "hazard_ratio") & ~stated(table["factor"])))


def compared_with_itself(table: Arrays) -> Rows:
    """Arms compared with themselves."""
    comparator = table["comparator_arm_id"]
    return (comparator == table["arm_id"]) & stated(comparator)


def factor_missing(table: Arrays) -> Rows:
    """P-values of a factor that is not named."""
    return _is(table, "factor_p") & ~stated(table["factor"])


def p_missing(table: Arrays) -> Rows:
    """P-value rows without a p-value."""
    return _is(table, *PRINTS_P) & ~stated(table["p_value"])


def p_not_text_of_p(table: Arrays) -> Rows:
    """P-values that are not `0.04`, `<0.001` or `>0.2`."""
    cells = table["p_value"].tolist()
    return np.array([cell is not None and not _P_VALUE.fullmatch(cell) for cell in cells], dtype=bool)


def ci_misplaced(table: Arrays) -> Rows:
    """Confidence limits on a figure that has none: a count, a p-value, an empty value."""
    has = stated(table["ci_low"]) | stated(table["ci_high"])
    return has & _known(table) & (~_is(table, *MEASURES_WITH_CI) | ~stated(table["value"]))


def ci_half(table: Arrays) -> Rows:
    """One limit alone; the upper limit of a median may be unreached, and the note says so."""
    low = stated(table["ci_low"])
    unreached = _is(table, *MONTHS) & low & stated(table["note"])
    return (low != stated(table["ci_high"])) & ~unreached


def ci_low_out_of_range(table: Arrays) -> Rows:
    """Lower limits below what the measure can be."""
    return (table["ci_low"] < 0) | (_is(table, "hazard_ratio") & (table["ci_low"] <= 0))


def ci_high_out_of_range(table: Arrays) -> Rows:
    """Upper limits above what the measure can be."""
    return _is(table, *PROPORTION) & (table["ci_high"] > 1)


def ci_low_above(table: Arrays) -> Rows:
    """Lower limits above the value or the upper limit."""
    return (table["ci_low"] > table["value"]) | (table["ci_low"] > table["ci_high"])


def ci_high_below(table: Arrays) -> Rows:
    """Upper limits below the value."""
    return table["ci_high"] < table["value"]


def survival_rises(table: Arrays) -> Rows:
    """Rates above an earlier one of the same curve; only exact figures (`=`) are held against one another."""
    value, time = table["value"], table["time_months"]
    exact = _is(table, "survival") & (table["qualifier"] == "=")
    possible = exact & (value >= 0) & (value <= 1) & (time > 0) & (time <= LONGEST_MONTHS)
    positions = np.flatnonzero(possible)
    curves = [table[name] for name in CURVE]
    lowest: dict[tuple[Any, ...], float] = {}
    bad = np.zeros(len(value), dtype=bool)
    for position in positions[np.argsort(time[positions], kind="stable")].tolist():
        curve, rate = tuple(column[position] for column in curves), float(value[position])
        before = lowest.get(curve, rate)
        bad[position] = rate > before
        lowest[curve] = min(rate, before)
    return bad


def figure_twice(table: Arrays) -> Rows:
    """A second row for one printed figure. Hazard ratios and p-values may come from several models: equal only."""
    key = (*CURVE, "measure", "time_months", "comparator_arm_id", "factor")
    one_value = _is(table, "survival", "n_at_risk", "deaths", *MONTHS)
    same_figure = one_value & repeated(table, key)
    equal = repeated(table, (*key, "value", "qualifier", "ci_low", "ci_high", "p_value", "adjusted", "note"))
    return (same_figure | equal) & stated(table["measure"])
