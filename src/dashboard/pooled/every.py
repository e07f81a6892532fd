"""Every comparison of two treatments that some study prints, each pooled within its own studies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from dashboard.pooled.across import candidates
from dashboard.pooled.groups import Style
from dashboard.pooled.within import FIRST, SECOND, find_contrasts, with_sides
from dashboard.selection import Selection
from dashboard.synthesis.notices import contrast_notices
from dashboard.synthesis.within import LEFT_OUT_COLUMNS, ROW_COLUMNS, Contrasts
from dashboard.vocabulary import MODALITIES

Pair = tuple[str, str]
_BETWEEN = " v "


def key_of(pair: Pair) -> str:
    """The group of a pair: `rfa v resection`, in slugs."""
    return _BETWEEN.join(pair)


def pair_label(key: str) -> str:
    """`RFA v resection` for the group of that pair."""
    first, second = (getattr(MODALITIES[slug], "short", None) or MODALITIES[slug].label for slug in key.split(_BETWEEN))
    return f"{first} v {second if second[:2].isupper() else second[:1].lower() + second[1:]}"


def printed_pairs(rows: pd.DataFrame, endpoint: str) -> list[Pair]:
    """Pairs of treatments between whose arms some study prints a hazard ratio, most figures first.

    Each runs in the direction that is printed most often; the ratio of the first over the second is pooled.
    """
    treatment = rows.drop_duplicates("arm_key").set_index("arm_key")["modality"].to_dict()
    ratios = rows[
        rows["measure"].eq("hazard_ratio").fillna(False)
        & rows["endpoint"].eq(endpoint).fillna(False)
        & rows["comparator_arm_id"].notna()
    ]
    found = Counter(
        (treatment[arm], treatment[f"{study}/{other}"])
        for arm, study, other in zip(ratios["arm_key"], ratios["study_id"], ratios["comparator_arm_id"], strict=True)
        if f"{study}/{other}" in treatment
    )
    turn = {slug: place for place, slug in enumerate(MODALITIES)}
    pairs: dict[frozenset[str], Pair] = {}
    for pair in sorted(found, key=lambda p: (-found[p], turn[p[0]], turn[p[1]])):
        if pair[0] != pair[1]:
            pairs.setdefault(frozenset(pair), pair)
    both = {pair: found[pair] + found[pair[::-1]] for pair in pairs.values()}
    return sorted(both, key=lambda p: (-both[p], turn[p[0]], turn[p[1]]))


def every_contrast(table: pd.DataFrame, selection: Selection, *, derived: bool = False) -> Contrasts:
    """The contrasts of every printed pair, with a `group` each; the largest group first.

    Chosen treatments keep the pairs that have one of them. With `derived`, see `within.find_contrasts`. A study may
    stand in several groups, never twice in one.
    """
    rows = candidates(table, replace(selection, modalities=()))
    chosen = set(selection.modalities)
    groups: list[list[dict[Any, Any]]] = []
    left: list[dict[Any, Any]] = []
    for pair in printed_pairs(rows, selection.endpoint):
        if not chosen or chosen & set(pair):
            found = find_contrasts(with_sides(rows, (pair[0],), (pair[1],)), selection.endpoint, derived=derived)
            groups.append([row | {"group": key_of(pair)} for row in found.rows.to_dict("records")])
            left += found.left_out.to_dict("records")
    groups.sort(key=len, reverse=True)
    contrasts = pd.DataFrame([row for group in groups for row in group], columns=[*ROW_COLUMNS, "group"])
    left_out = pd.DataFrame(left, columns=list(LEFT_OUT_COLUMNS)).drop_duplicates(ignore_index=True)
    return Contrasts(FIRST, SECOND, contrasts, left_out, contrast_notices(contrasts))


def pair_style(keys: Iterable[str], *, dark: bool = False) -> Style:
    """Name of each pair and the colour of its first treatment."""
    names = list(dict.fromkeys(keys))
    treated = {key: MODALITIES[key.split(_BETWEEN)[0]] for key in names}
    return Style(
        {key: pair_label(key) for key in names},
        {key: term.colour_dark if dark else term.colour for key, term in treated.items()},
    )
