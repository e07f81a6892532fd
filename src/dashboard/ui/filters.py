"""Every filter of the sidebar as one component: what is chosen, and what each value would give.

The state is in the bound widgets of `ui.state`; the component only draws it and says what was clicked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dashboard.selection import Selection
from dashboard.ui.component import CONSTANTS, ask
from dashboard.ui.state import MORE, values_from, write
from dashboard.vocabulary import (
    CENTERS,
    DECADES,
    DESIGNS,
    ENDPOINTS,
    FAMILIES,
    MODALITIES,
    PRIMARY_SITES,
    YEAR_FROM,
    YEAR_TO,
    Term,
    family_members,
)

Facets = Mapping[str, Mapping[str, Mapping[str, Any]]]
# What the component calls a filter -> the field of Selection that it sets.
FIELD: Final = {
    "site": "sites",
    "modality": "modalities",
    "endpoint": "endpoint",
    "design": "designs",
    "centers": "centers",
    "min_n": "min_n",
    "subgroups": "subgroups",
    "ambiguous": "ambiguous",
    "q": "text",
}


def _item(term: Term) -> dict[str, Any]:
    return {"value": term.slug, "label": term.label, "title": term.definition}


def _families() -> list[dict[str, Any]]:
    tree = []
    for family, term in FAMILIES.items():
        members = [_item(MODALITIES[slug]) for slug in family_members(family)]
        item = {**_item(term), "value": f"family:{family}"}
        # a family of one is its member
        tree.append({**item, "value": members[0]["value"]} if len(members) == 1 else {**item, "children": members})
    return tree


def _vocabulary() -> dict[str, Any]:
    def tree(name: str, title: str, items: list[dict[str, Any]]) -> dict[str, Any]:
        return {"name": name, "title": title, "items": items}

    trees = [
        tree("site", "Primary site", [_item(term) for term in PRIMARY_SITES.values()]),
        tree("modality", "Treatment", _families()),
        tree("design", "Study design", [_item(term) for term in DESIGNS.values()]),
        tree("centers", "Centres", [_item(term) for term in CENTERS.values()]),
    ]
    endpoints = [_item(term) for term in ENDPOINTS.values()]
    decades = [int(decade[:4]) for decade in DECADES]
    return {"VOCABULARY": {"trees": trees, "endpoints": endpoints, "years": [YEAR_FROM, YEAR_TO], "decades": decades}}


CONSTANTS["filters"] = _vocabulary


def filters(selection: Selection, counts: Facets) -> None:
    """Draw the filters as `selection` has them, each value with its studies and patients under all other filters."""
    chosen = {name: getattr(selection, field) for name, field in FIELD.items()}
    pairs = {
        facet: {slug: (each["studies"], each.get("patients")) for slug, each in found.items()}
        for facet, found in counts.items()
    }
    families = {f"family:{family}": pair for family, pair in pairs.pop("family").items()}
    pairs["modality"] = {**pairs["modality"], **families}
    values = values_from(selection)
    data = {
        "chosen": {**chosen, "era": (selection.year_from, selection.year_to)},
        "counts": pairs,
        "more": any(values[name] != default for name, default in MORE.items()),
    }

    def changed(changes: dict[str, Any]) -> None:
        fields = {FIELD[name]: _frozen(value) for name, value in changes.items() if name != "era"}
        if "era" in changes:
            fields["year_from"], fields["year_to"] = changes["era"]
        asked = values_from(Selection(**fields))
        write({name: asked[name] for name in changes})

    ask("filters", data, changed, key="filters")


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
