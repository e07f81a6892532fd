"""Which slugs a column of the curated tables may hold."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from dashboard.vocabulary import (
    CENTERS,
    DESIGNS,
    ENDPOINTS,
    MEASURES,
    MODALITIES,
    PRIMARY_SITES,
    QUALIFIERS,
    TIME_ORIGINS,
)

YES_NO: Final = {"yes": None, "no": None}.keys()
ALLOWED: Final[dict[str, Set[str]]] = {
    "centers": CENTERS.keys(),
    "design": DESIGNS.keys(),
    "citation": {"confirmed": None, "inferred": None}.keys(),
    "primary_site": PRIMARY_SITES.keys(),
    "modality": MODALITIES.keys(),
    "is_subgroup": YES_NO,
    "endpoint": ENDPOINTS.keys(),
    "measure": MEASURES.keys(),
    "qualifier": QUALIFIERS.keys(),
    "adjusted": YES_NO,
    "time_origin": TIME_ORIGINS.keys(),
}
