"""Groups of arms on the Pooled survival page: key, label and colour, the same as on every other page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.comparison.groups import ERA_COLOURS, SITE_COLOURS, decades
from dashboard.vocabulary import DESIGNS, FAMILIES, MODALITIES, PRIMARY_SITES, Term

COLUMNS = {"treatment": "modality", "family": "family", "site": "primary_site", "design": "design"}
TERMS: Mapping[str, Mapping[str, Term]] = {
    "treatment": MODALITIES,
    "family": FAMILIES,
    "site": PRIMARY_SITES,
    "design": DESIGNS,
}


@dataclass(frozen=True)
class Style:
    """How groups are named and coloured, by key, in the order in which they are shown."""

    labels: dict[str, str]
    colours: dict[str, str]

    @property
    def order(self) -> list[str]:
        """Keys, first to last."""
        return list(self.labels)


def group_keys(rows: pd.DataFrame, by: str) -> np.ndarray:
    """The group of each row: a slug, or a decade (by the middle of the enrolment, so that every arm lies in one)."""
    if by == "era":
        years = (pd.to_numeric(rows[name], errors="coerce").to_numpy(dtype=float) for name in ("era_start", "era_end"))
        return np.array(decades(*years), dtype=object)
    return rows[COLUMNS[by]].fillna("not-stated").astype(str).to_numpy(dtype=object)


def style(keys: Iterable[str], by: str, *, dark: bool = False) -> Style:
    """Names and colours of the groups that occur in `keys`: eras in time, others with most arms first."""
    counts = Counter(keys)
    if by == "era":
        order = sorted(counts)
    else:
        rank = {slug: place for place, slug in enumerate(TERMS[by])}
        order = sorted(counts, key=lambda key: (-counts[key], rank.get(key, len(rank)), key))
    palette = (ERA_COLOURS if by == "era" else SITE_COLOURS)["dark" if dark else "light"]
    labels, colours = {}, {}
    for place, key in enumerate(order):
        term = TERMS.get(by, {}).get(key)
        labels[key] = getattr(term, "short", None) or (term.label if term else key)
        colour = getattr(term, "colour_dark" if dark else "colour", None)
        colours[key] = colour or palette[place % len(palette)]
    return Style(labels, colours)
