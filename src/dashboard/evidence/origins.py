"""From when does time count? Finds figures that stand side by side but count from different starts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

import pandas as pd

from dashboard.evidence.tables import records
from dashboard.evidence.words import figure_words
from dashboard.vocabulary import TIME_ORIGINS, label

CURVE_MEASURES: Final = ("survival", "median_months", "mean_months", "n_at_risk")
ArmEndpoint = tuple[str, str]


def origin_conflicts(rows: pd.DataFrame) -> Iterator[tuple[int, str]]:
    """(index label, sentence) of every figure of an arm with several stated origins, or of arms that are compared.

    Arms are compared when a printed figure compares them, or when both are disjoint arms of one study with the same
    endpoint. An origin that is not stated is not known to differ: it has a flag of its own.
    """
    timed: dict[ArmEndpoint, list[Any]] = defaultdict(list)
    links: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    parallel: dict[ArmEndpoint, set[str]] = defaultdict(set)
    for row in records(rows[rows["row_kind"].eq("figure")]):
        if row.measure in CURVE_MEASURES:
            timed[row.arm_key, row.endpoint].append(row)
            if not row.is_subgroup:
                parallel[row.study_id, row.endpoint].add(row.arm_key)
        if pd.notna(row.comparator_arm_id):
            left, right = sorted((row.arm_key, f"{row.study_id}/{row.comparator_arm_id}"))
            links[left, right, row.endpoint].append(row.Index)
    for (_, endpoint), arms in parallel.items():
        for left, right in combinations(sorted(arms), 2):
            links.setdefault((left, right, endpoint), [])

    starts = {key: _stated(figures) for key, figures in timed.items()}
    for key, figures in timed.items():
        if len(starts[key]) > 1:
            examples = "; ".join(_example(figures, start) for start in starts[key])
            for figure in figures:
                yield (
                    figure.Index,
                    f"Figures of this arm count time from different starts ({examples}); they are never one curve.",
                )
    for (left, right, endpoint), comparisons in links.items():
        a, b = starts.get((left, endpoint), ()), starts.get((right, endpoint), ())
        if a and b and not set(a) & set(b):
            sentence = (
                f"Compared arms count time from different starts: {left.split('/')[1]} {label(TIME_ORIGINS, a[0])}, "
                f"{right.split('/')[1]} {label(TIME_ORIGINS, b[0])}."
            )
            for figure in (*timed[left, endpoint], *timed[right, endpoint]):
                yield figure.Index, sentence
            for index in comparisons:
                yield index, sentence


def _stated(figures: list[Any]) -> tuple[str, ...]:
    origins = (figure.time_origin for figure in figures)
    return tuple(dict.fromkeys(o for o in origins if pd.notna(o) and o != "not-stated"))


def _example(figures: list[Any], start: str) -> str:
    """The figures of one origin in words: its median, else its first figure."""
    own = [figure for figure in figures if pd.notna(figure.time_origin) and figure.time_origin == start]
    one = next((figure for figure in own if figure.measure == "median_months"), own[0])
    return f"{figure_words(one.measure, one.value, one.time_months)} {label(TIME_ORIGINS, start)}"
