"""The checkbox trees of the sidebar: a component without state over the bound multiselects.

The multiselects are the only state. The component draws counts and answers a click with one trigger that carries the
whole choice and a token; the callback writes the multiselect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import streamlit as st

from dashboard.ui.component import component
from dashboard.ui.state import modality_labels, modality_slugs
from dashboard.vocabulary import FAMILIES, MODALITIES, PRIMARY_SITES, Term, family_members

FacetRows = dict[str, dict[str, Any]]
PENDING: Final = "_facet_pending"


def _site_labels(slugs: Iterable[str]) -> list[str]:
    chosen = set(slugs)
    return [term.label for slug, term in PRIMARY_SITES.items() if slug in chosen]


LABELS: Final[dict[str, Callable[[Iterable[str]], list[str]]]] = {"site": _site_labels, "modality": modality_labels}


def apply_pending() -> None:
    """Apply a click that arrived before its callback existed (the server restarted under an open tab)."""
    for name, values in st.session_state.pop(PENDING, {}).items():
        st.session_state[name] = LABELS[name](values)


def site_facet(counts: FacetRows) -> None:
    """Primary sites, each with the studies and patients it would give under all other filters."""
    chosen = set(st.session_state["site"])
    tree = [_item(slug, term, counts.get(slug), checked=term.label in chosen) for slug, term in PRIMARY_SITES.items()]
    _draw("site", "Primary site", tree)


def modality_facet(families: FacetRows, singles: FacetRows) -> None:
    """Families of treatment with their single modalities folded under them."""
    chosen = set(modality_slugs(st.session_state["modality"]))
    tree = []
    for family, term in FAMILIES.items():
        members = family_members(family)
        item = _item(f"family:{family}", term, families.get(family), checked=chosen.issuperset(members))
        children = [_item(slug, MODALITIES[slug], singles.get(slug), checked=slug in chosen) for slug in members]
        # a family of one is its member
        tree.append({**item, "value": members[0]} if len(members) == 1 else {**item, "children": children})
    _draw("modality", "Treatment", tree)


def _item(value: str, term: Term, count: dict[str, Any] | None, *, checked: bool) -> dict[str, Any]:
    return {
        "value": value,
        "label": term.label,
        "title": term.definition,
        "studies": count["studies"] if count else 0,
        "patients": count["patients"] if count else 0,
        "checked": checked,
    }


def _draw(name: str, title: str, tree: list[dict[str, Any]]) -> None:
    key = f"facet_{name}"
    last = f"_{key}_token"

    def chosen() -> None:
        click = st.session_state[key]["choose"]
        st.session_state[last] = click["token"]
        st.session_state[name] = LABELS[name](click["values"])

    result = component("facets")(
        data={"title": title, "tree": tree, "token": st.session_state.get(last, 0)},
        key=key,
        on_choose_change=chosen,
    )
    click = result.get("choose")
    if click and click["token"] != st.session_state.get(last):
        st.session_state[last] = click["token"]
        st.session_state[PENDING] = {name: click["values"]}
        st.rerun()
