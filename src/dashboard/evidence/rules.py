"""Rules that look at more than one cell of a table: each returns the rows that break it.

The frames have every column of their table; number columns are float64 (a cell that was no number is already NaN, and
reported), the others text. A rule is silent where a cell it needs is empty: that is another rule's business.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dashboard.vocabulary import MEASURES

P_VALUE: Final = r"[<>=]?\s?(0?\.\d+|0|1|1\.0+)"
PROPORTION: Final = ("survival",)
MONTHS: Final = ("median_months", "mean_months")
POSITIVE: Final = (*MONTHS, "hazard_ratio")
COUNTS: Final = ("n_at_risk", "deaths")
TIMED: Final = ("survival", "n_at_risk")
PRINTS_P: Final = ("logrank_p", "factor_p")
MEASURES_WITH_CI: Final = (*PROPORTION, *POSITIVE)
CURVE: Final = ["study_id", "arm_id", "endpoint", "time_origin"]
LONGEST_MONTHS: Final = 600.0


def _is(frame: pd.DataFrame, *measures: str) -> pd.Series:
    return frame["measure"].isin(measures)


def _known(frame: pd.DataFrame) -> pd.Series:
    """Rows with a measure of the vocabulary; another measure is reported as such, and only as such."""
    return frame["measure"].isin(list(MEASURES))


def enrolment_reversed(frame: pd.DataFrame) -> pd.Series:
    """Enrolment that ends before it starts."""
    return frame["enrol_start"] > frame["enrol_end"]


def enrolled_after_publication(frame: pd.DataFrame) -> pd.Series:
    """Studies that enrolled after their publication."""
    return frame[["enrol_start", "enrol_end"]].max(axis=1) > frame["year"]


def value_missing(frame: pd.DataFrame) -> pd.Series:
    """Measures without their value; a median may be empty when its note says why (not reached)."""
    unreached = _is(frame, "median_months") & frame["note"].notna()
    return _known(frame) & ~_is(frame, *PRINTS_P) & frame["value"].isna() & ~unreached


def value_with_p(frame: pd.DataFrame) -> pd.Series:
    """P-values with something in the column of values."""
    return _is(frame, *PRINTS_P) & frame["value"].notna()


def no_proportion(frame: pd.DataFrame) -> pd.Series:
    """Survival outside 0..1."""
    return _is(frame, *PROPORTION) & ~frame["value"].between(0, 1) & frame["value"].notna()


def not_positive(frame: pd.DataFrame) -> pd.Series:
    """Medians, means and hazard ratios that are not above 0, months beyond any follow-up."""
    too_long = _is(frame, *MONTHS) & (frame["value"] > LONGEST_MONTHS)
    return (_is(frame, *POSITIVE) & (frame["value"] <= 0)) | too_long


def no_count(frame: pd.DataFrame) -> pd.Series:
    """Counts that are negative or not whole."""
    value = frame["value"]
    return _is(frame, *COUNTS) & ((value < 0) | (value != np.floor(value))) & value.notna()


def time_missing(frame: pd.DataFrame) -> pd.Series:
    """Survival and numbers at risk without their time."""
    return _is(frame, *TIMED) & frame["time_months"].isna()


def time_needless(frame: pd.DataFrame) -> pd.Series:
    """Times on figures that have none."""
    return _known(frame) & ~_is(frame, *TIMED) & frame["time_months"].notna()


def time_out_of_range(frame: pd.DataFrame) -> pd.Series:
    """Times that are not between 0 (excluded) and the longest follow-up."""
    time = frame["time_months"]
    return ((time <= 0) | (time > LONGEST_MONTHS)) & time.notna()


def comparator_missing(frame: pd.DataFrame) -> pd.Series:
    """Comparisons that do not say with what: arms for a p-value, arms or a factor for a hazard ratio."""
    without = frame["comparator_arm_id"].isna()
    return without & (_is(frame, "logrank_p") | (_is(frame, "hazard_ratio") & frame["factor"].isna()))


def compared_with_itself(frame: pd.DataFrame) -> pd.Series:
    """Arms compared with themselves."""
    return frame["comparator_arm_id"].eq(frame["arm_id"])


def factor_missing(frame: pd.DataFrame) -> pd.Series:
    """P-values of a factor that is not named."""
    return _is(frame, "factor_p") & frame["factor"].isna()


def p_missing(frame: pd.DataFrame) -> pd.Series:
    """P-value rows without a p-value."""
    return _is(frame, *PRINTS_P) & frame["p_value"].isna()


def p_not_text_of_p(frame: pd.DataFrame) -> pd.Series:
    """P-values that are not `0.04`, `<0.001` or `>0.2`."""
    return frame["p_value"].notna() & ~frame["p_value"].fillna("").str.fullmatch(P_VALUE).astype(bool)


def ci_misplaced(frame: pd.DataFrame) -> pd.Series:
    """Confidence limits on a figure that has none: a count, a p-value, an empty value."""
    has = frame["ci_low"].notna() | frame["ci_high"].notna()
    return has & _known(frame) & (~_is(frame, *MEASURES_WITH_CI) | frame["value"].isna())


def ci_half(frame: pd.DataFrame) -> pd.Series:
    """One limit alone; the upper limit of a median may be unreached, and the note says so."""
    unreached = _is(frame, *MONTHS) & frame["ci_low"].notna() & frame["note"].notna()
    return (frame["ci_low"].isna() != frame["ci_high"].isna()) & ~unreached


def ci_low_out_of_range(frame: pd.DataFrame) -> pd.Series:
    """Lower limits below what the measure can be."""
    return (frame["ci_low"] < 0) | (_is(frame, "hazard_ratio") & (frame["ci_low"] <= 0))


def ci_high_out_of_range(frame: pd.DataFrame) -> pd.Series:
    """Upper limits above what the measure can be."""
    return _is(frame, *PROPORTION) & (frame["ci_high"] > 1)


def ci_low_above(frame: pd.DataFrame) -> pd.Series:
    """Lower limits above the value or the upper limit."""
    return (frame["ci_low"] > frame["value"]) | (frame["ci_low"] > frame["ci_high"])


def ci_high_below(frame: pd.DataFrame) -> pd.Series:
    """Upper limits below the value."""
    return frame["ci_high"] < frame["value"]


def survival_rises(frame: pd.DataFrame) -> pd.Series:
    """Rates above an earlier one of the same curve; only exact figures (`=`) are held against one another."""
    bad = pd.Series(False, index=frame.index)
    possible = frame["value"].between(0, 1) & frame["time_months"].between(0, LONGEST_MONTHS, inclusive="right")
    exact = _is(frame, "survival") & frame["qualifier"].eq("=") & possible
    rates = frame[exact.fillna(False).astype(bool)].sort_values("time_months", kind="stable")
    curve = [rates[name].fillna("") for name in CURVE]  # pandas fails on two groups that differ by an empty cell alone
    before = rates["value"].groupby(curve).cummin().groupby(curve).shift()
    bad[rates.index[(rates["value"] > before).to_numpy(dtype=bool)]] = True
    return bad


def figure_twice(frame: pd.DataFrame) -> pd.Series:
    """A second row for one printed figure. Hazard ratios and p-values may come from several models: equal only."""
    key = [*CURVE, "measure", "time_months", "comparator_arm_id", "factor"]
    one_value = _is(frame, "survival", "n_at_risk", "deaths", *MONTHS)
    same_figure = one_value & frame.duplicated(key)
    equal = frame.duplicated([*key, "value", "qualifier", "ci_low", "ci_high", "p_value", "adjusted", "note"])
    return (same_figure | equal) & frame["measure"].notna()
