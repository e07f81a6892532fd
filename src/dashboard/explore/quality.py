"""What the table itself says of a study's quality: facts only. Whether they matter is for the reader to judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

import pandas as pd

from dashboard.evidence.flags import FLAGS
from dashboard.evidence.tables import records
from dashboard.explore.rows import plain_rows
from dashboard.explore.words import author_year, known, text
from dashboard.vocabulary import CENTERS, DESIGNS, label

CONTRADICTIONS = ("median-contradicts-rate", "flat-interval", "steep-interval", "ambiguous")
_CURVE = ("survival", "median_months")
_COLUMNS = [
    "study_id", "first_author", "year", "design", "centers", "n_total", "follow_up_median_months", "row_kind",
    "arm_key", "is_subgroup", "n", "measure", "time_months", "time_origin", "ci_low", "ci_high", "flags",
]  # fmt: skip


def computed(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """(aspect, finding) of one study from its rows, from its design to its contradictions."""
    return _aspects(plain_rows(rows, _COLUMNS))


def _aspects(rows: Sequence[Any]) -> list[tuple[str, str]]:
    first = rows[0]
    figures = [row for row in rows if row.row_kind == "figure"]
    curve = [row for row in figures if text(row.measure) in _CURVE]
    arms = list({row.arm_key: row for row in reversed(rows) if known(row.arm_key)}.values())
    return [
        ("Design", f"{label(DESIGNS, first.design)}; {label(CENTERS, first.centers).lower()}"),
        ("Size", _size(first, arms)),
        ("Follow-up against the horizon", _follow_up(first, figures)),
        ("Time origin", _origins(curve)),
        ("Completeness", _completeness(curve, arms)),
        ("Contradictions in the paper", _contradictions(figures)),
    ]


def _size(first: Any, arms: Sequence[Any]) -> str:
    sizes = [arm.n for arm in arms if not arm.is_subgroup and known(arm.n)]
    total = f"n = {first.n_total:,}" if known(first.n_total) else "number of patients not stated"
    if not sizes:
        return f"{total}; no disjoint arm states its n"
    return f"{total}; disjoint arms of {min(sizes)} to {max(sizes)}" if len(sizes) > 1 else f"{total}; one disjoint arm"


def _follow_up(first: Any, figures: Sequence[Any]) -> str:
    times = [row.time_months for row in figures if text(row.measure) == "survival" and known(row.time_months)]
    printed = f"figures printed to {max(times):g} months" if times else "no survival rate printed"
    follow_up = first.follow_up_median_months
    if not known(follow_up):
        return f"median follow-up not stated; {printed}"
    if times and max(times) > follow_up:
        return f"median follow-up {follow_up:g} months; {printed}, where fewer than half were followed as long"
    return f"median follow-up {follow_up:g} months; {printed}"


def _origins(curve: Sequence[Any]) -> str:
    if not curve:
        return "no survival figure"
    origins = [row.time_origin for row in curve]
    stated = len({origin for origin in origins if origin != "not-stated"})
    said = f"not stated for {origins.count('not-stated')} of {len(curve)} survival figures"
    return f"{said}; {stated} different origins" if stated > 1 else said


def _completeness(curve: Sequence[Any], arms: Sequence[Any]) -> str:
    if not curve:
        return f"no survival figure; {len(arms)} arms"
    with_ci = sum(known(row.ci_low) or known(row.ci_high) for row in curve)
    return (
        f"confidence interval printed for {with_ci} of {len(curve)} survival figures; "
        f"n stated for {sum(known(arm.n) for arm in arms)} of {len(arms)} arms"
    )


def _contradictions(figures: Sequence[Any]) -> str:
    codes = Counter(code for row in figures for code in text(row.flags).split(";"))
    found = [f"{FLAGS[code].title.lower()}: {codes[code]} figures" for code in CONTRADICTIONS if codes[code]]
    return "; ".join(found) or "none found by the checks of this atlas"


def quality_table(rows: pd.DataFrame) -> pd.DataFrame:
    """`computed` for every study among the rows, one row a study."""
    ordered = sorted(plain_rows(rows, _COLUMNS), key=attrgetter("study_id"))
    made = []
    for study_id, group in groupby(ordered, key=attrgetter("study_id")):
        own = list(group)
        name = author_year(own[0].first_author, own[0].year)
        made.append({"Study": name, **dict(_aspects(own)), "study_id": study_id})
    return pd.DataFrame(made)


def study_names(table: pd.DataFrame, study_ids: list[str]) -> dict[str, str]:
    """study_id -> `Fong 1999` for those of the table; others keep their id."""
    own = table[table["study_id"].isin(study_ids)].drop_duplicates("study_id")
    names = {str(row.study_id): author_year(row.first_author, row.year) for row in records(own)}
    return {study_id: names.get(study_id, study_id) for study_id in study_ids}
