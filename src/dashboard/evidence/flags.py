"""What a reader must know before trusting a figure: one code and one plain sentence each.

`annotate` computes every flag once, when the table is built; the app only shows them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from dashboard.evidence.consistency import HAZARD_RATIO_LIMIT, OddInterval, contradictions, curves, odd_intervals
from dashboard.evidence.origins import CURVE_MEASURES, origin_conflicts
from dashboard.evidence.tables import records
from dashboard.evidence.words import figure_words, number, percent
from dashboard.vocabulary import OWN_ID

Scope = Literal["figure", "arm", "study", "comparison"]


@dataclass(frozen=True)
class Flag:
    """One kind of caution. `scope` is what it speaks of: a figure, its arm, its study or a comparison of arms."""

    code: str
    title: str
    scope: Scope
    meaning: str


FLAGS: Final[dict[str, Flag]] = {
    flag.code: flag
    for flag in (
        Flag(
            "median-contradicts-rate",
            "Median contradicts a survival rate",
            "figure",
            "The paper prints a median and a survival rate that cannot both hold; curves follow the rates.",
        ),
        Flag(
            "flat-interval",
            "Implausibly flat between two points",
            "figure",
            f"The hazard is less than 1/{HAZARD_RATIO_LIMIT:g} of that of the interval before, beyond rounding and "
            "chance (overall and cancer-specific survival).",
        ),
        Flag(
            "steep-interval",
            "Implausibly steep between two points",
            "figure",
            f"The hazard is more than {HAZARD_RATIO_LIMIT:g} times that of the interval before, beyond rounding and "
            "chance.",
        ),
        Flag("ambiguous", "Ambiguous in the source", "figure", "The source can be read in more than one way."),
        Flag("bounded", "Only a bound", "figure", "The source prints only more than, or less than, a value."),
        Flag("approximate", "Approximate", "figure", "The source prints about a value."),
        Flag("n-missing", "Number of patients not stated", "arm", "An arm without n cannot be weighted."),
        Flag(
            "origin-not-stated",
            "Time origin not stated",
            "figure",
            "The source does not say from when survival counts; later starts give shorter survival.",
        ),
        Flag(
            "origin-differs",
            "Different time origins",
            "comparison",
            "Figures that stand side by side count time from different starts.",
        ),
        Flag(
            "overlapping-cohort",
            "Overlapping cohort",
            "study",
            "Another study reports some of the same patients; only one of them may be counted or pooled.",
        ),
        Flag(
            "subgroup",
            "Subgroup",
            "arm",
            "A subset of, or the same patients as, other arms of the study; never pooled beside them.",
        ),
        Flag("unnamed-test", "Test not named", "comparison", "A p-value whose test the paper does not name."),
        Flag(
            "citation-inferred",
            "Citation partly inferred",
            "study",
            "Author, title, journal or year was partly completed without seeing it; the figures were seen.",
        ),
    )
}

Found = dict[str, dict[int, list[str]]]


def annotate(table: pd.DataFrame) -> pd.DataFrame:
    """The table with `flags` (codes joined by `;`) and `flag_text` (their sentences, one a line, same order).

    Both are empty text where nothing is to be said. Codes come in the order of `FLAGS`; a code holds once a row, so the
    sentences of several contradictions of one figure are joined into one line.
    """
    found: Found = {code: defaultdict(list) for code in FLAGS}
    rows = table.reset_index(drop=True)
    _plain(rows, found)
    _curve_flags(rows, found)
    for row, sentence in origin_conflicts(rows):
        found["origin-differs"][row].append(sentence)
    codes, texts = [], []
    for row in range(len(rows)):
        held = [(code, " ".join(dict.fromkeys(at[row]))) for code, at in found.items() if row in at]
        codes.append(";".join(code for code, _ in held))
        texts.append("\n".join(text for _, text in held))
    return table.assign(
        flags=pd.Series(codes, index=table.index, dtype="string"),
        flag_text=pd.Series(texts, index=table.index, dtype="string"),
    )


def has_flag(rows: pd.DataFrame, code: str) -> pd.Series:
    """Which rows carry the code. Raises KeyError on a code that does not exist."""
    FLAGS[code]
    return (";" + rows["flags"].fillna("") + ";").str.contains(f";{code};", regex=False).astype(bool)


def _one_line(text: str) -> str:
    return " ".join(str(text).split())


def _study(row: Any) -> str:
    """What a study is called in a sentence: its identity, which says author and year, or these where it does not."""
    if not row.study_id.startswith(OWN_ID):
        return str(row.study_id)
    year = "" if pd.isna(row.year) else f" {row.year}"
    return f"{row.first_author}{year}"


def _plain(rows: pd.DataFrame, found: Found) -> None:
    """Flags that one row can tell by itself, and the overlap of cohorts."""
    words = {">": ("bounded", "more than"), "<": ("bounded", "less than"), "~": ("approximate", "about")}
    members = rows[rows["cohort"].notna()].drop_duplicates("study_id").groupby("cohort")
    cohorts = {name: [(_study(row), row.study_id, row.n_total) for row in records(group)] for name, group in members}
    for row in records(rows):
        i, figure = row.Index, row.row_kind == "figure"
        qualifier = row.qualifier if figure and pd.notna(row.qualifier) else "="
        if qualifier == "?":
            why = f": {_one_line(row.note)}" if pd.notna(row.note) else ""
            found["ambiguous"][i].append(f"The source can be read in more than one way{why}. Never pooled.")
        elif qualifier in words:
            code, phrase = words[qualifier]
            amount = percent(row.value) if row.measure == "survival" else number(row.value)
            found[code][i].append(f"Printed only as {phrase} {amount}, not as an exact figure.")
        if pd.notna(row.arm_id) and pd.isna(row.n):
            whole = f" (the whole study: n = {row.n_total})" if pd.notna(row.n_total) else ""
            found["n-missing"][i].append(f"The number of patients in this arm is not stated{whole}.")
        if figure and row.measure in CURVE_MEASURES and row.time_origin == "not-stated":
            found["origin-not-stated"][i].append(_unstated_origin(row.measure, row.value, row.time_months))
        if pd.notna(row.cohort) and len(cohorts[row.cohort]) > 1:
            others = ", ".join(
                name if pd.isna(n) else f"{name} (n = {n})"
                for name, study, n in cohorts[row.cohort]
                if study != row.study_id
            )
            found["overlapping-cohort"][i].append(f"Shares patients with {others}; count only one of them.")
        if row.is_subgroup:
            size = f" (n = {row.n})" if pd.notna(row.n) else ""
            found["subgroup"][i].append(
                f"A subset{size} of, or the same patients as, other arms of this study; never pooled beside them."
            )
        if figure and pd.notna(row.p_value) and pd.notna(row.note) and "test not named" in row.note.lower():
            p = row.p_value if row.p_value[0] in "<>=" else f"= {row.p_value}"
            found["unnamed-test"][i].append(f"The paper prints p {p} without naming the test.")
        if row.citation == "inferred":
            found["citation-inferred"][i].append(FLAGS["citation-inferred"].meaning)


def _unstated_origin(measure: str, value: float, time_months: float) -> str:
    if measure in ("survival", "n_at_risk"):
        return f"The source does not say from when these {number(time_months)} months count."
    if pd.isna(value):
        return "The source does not say from when this median counts."
    return f"The source does not say from when this {figure_words(measure, value, time_months)} counts."


def _curve_flags(rows: pd.DataFrame, found: Found) -> None:
    for curve in curves(rows):
        for clash in contradictions(curve):
            printed = "not reached" if clash.median is None else f"{number(clash.median)} months"
            half = "more" if clash.s > 0.5 else "fewer"
            sentence = (
                f"The printed median ({printed}) contradicts the printed survival of {percent(clash.s)} at "
                f"{number(clash.t)} months, when {half} than half of the patients were free of the event."
            )
            found["median-contradicts-rate"][clash.median_row].append(sentence)
            found["median-contradicts-rate"][clash.rate_row].append(sentence)
        for odd in odd_intervals(curve):
            sentence = _interval_sentence(odd)
            for point in (odd.start, odd.end):
                found[f"{odd.kind}-interval"][point.row].append(sentence)


def _interval_sentence(odd: OddInterval) -> str:
    when = f"between {number(odd.start.t)} and {number(odd.end.t)} months"
    if odd.start.s == odd.end.s:
        return f"Survival stays at {percent(odd.start.s)} {when}, although it fell in the interval before."
    verb = "falls only" if odd.kind == "flat" else "falls"
    fall = f"Survival {verb} from {percent(odd.start.s)} to {percent(odd.end.s)} {when}"
    return f"{fall}, a hazard {odd.ratio:.2g} times that of the interval before."
