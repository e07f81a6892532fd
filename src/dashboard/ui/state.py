"""The state of a view: names in the URL, values of the bound widgets, and the Selection they make.

A bound widget's value is what stands in the link, so it is a label of the vocabulary. Families and single modalities
share one list: a family chosen stands for all its members.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

import streamlit as st
from streamlit.errors import StreamlitAPIException

from dashboard.selection import Selection
from dashboard.vocabulary import (
    CENTERS,
    DESIGNS,
    ENDPOINTS,
    FAMILIES,
    FIRST_ENDPOINT,
    MODALITIES,
    PRIMARY_SITES,
    YEAR_FROM,
    YEAR_TO,
    Term,
    family_members,
)

SITE_OPTIONS: Final = [term.label for term in PRIMARY_SITES.values()]
MODALITY_OPTIONS: Final = [term.label for term in (*FAMILIES.values(), *MODALITIES.values())]
ENDPOINT_OPTIONS: Final = [term.label for term in ENDPOINTS.values()]
DESIGN_OPTIONS: Final = [term.label for term in DESIGNS.values()]
CENTER_OPTIONS: Final = [term.label for term in CENTERS.values()]

# URL name of every filter -> its value when nothing is chosen. A public contract: people keep links.
FILTER_DEFAULTS: Final[dict[str, Any]] = {
    "site": [],
    "modality": [],
    "era": (YEAR_FROM, YEAR_TO),
    "endpoint": ENDPOINTS[FIRST_ENDPOINT].label,
    "design": [],
    "centers": [],
    "min_n": 0,
    "subgroups": False,
    "ambiguous": False,
    "q": "",
}
# URL name -> the fields of Selection that it sets.
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "site": ("sites",),
    "modality": ("modalities",),
    "era": ("year_from", "year_to"),
    "endpoint": ("endpoint",),
    "design": ("designs",),
    "centers": ("centers",),
    "min_n": ("min_n",),
    "subgroups": ("subgroups",),
    "ambiguous": ("ambiguous",),
    "q": ("text",),
}
# Filters that are seldom set: folded away while they hold their defaults.
MORE: Final = {name: FILTER_DEFAULTS[name] for name in ("design", "centers", "min_n", "subgroups", "ambiguous", "q")}
# State that has its widget, and so its place in the URL, only while it differs from its default: URL name -> default.
# A widget costs every run; most views differ from the defaults in one or two of these.
ON_DEMAND: Final[dict[str, Any]] = {
    **{name: FILTER_DEFAULTS[name] for name in ("era", "endpoint", *MORE)},
    "present": "",
    "by": "Treatment",
    "study": None,
    "paper": None,
    "unit": "Months",
    "horizon": "All",
    "milestone": "5 years",
    "group": "Treatment",
    "sort": "Year",
    "rows": "Every arm",
    "treatment": "Surgery",
    "comparator": "Ablation",
}


def _slugs(terms: Mapping[str, Term], labels: Iterable[str]) -> tuple[str, ...]:
    chosen = set(labels)
    return tuple(slug for slug, term in terms.items() if term.label in chosen)


def modality_slugs(labels: Iterable[str]) -> tuple[str, ...]:
    """Single modalities that the chosen labels (families and singles) stand for, in the order of the vocabulary."""
    chosen = set(labels)
    return tuple(
        slug for slug, term in MODALITIES.items() if term.label in chosen or FAMILIES[term.family].label in chosen
    )


def modality_labels(slugs: Iterable[str]) -> list[str]:
    """The shortest list of labels for these modalities: a family whose members are all chosen is named once."""
    chosen = set(slugs)
    labels: list[str] = []
    for family, term in FAMILIES.items():
        members = family_members(family)
        if chosen.issuperset(members):
            labels.append(term.label)
        else:
            labels.extend(MODALITIES[slug].label for slug in members if slug in chosen)
    return labels


def selection_from(values: Mapping[str, Any]) -> Selection:
    """The Selection of a set of widget values; a missing value is its default."""
    value = {name: values.get(name, default) for name, default in FILTER_DEFAULTS.items()}
    year_from, year_to = value["era"]
    return Selection(
        sites=_slugs(PRIMARY_SITES, value["site"]),
        modalities=modality_slugs(value["modality"]),
        year_from=int(year_from),
        year_to=int(year_to),
        endpoint=(_slugs(ENDPOINTS, [value["endpoint"]]) or (FIRST_ENDPOINT,))[0],
        designs=_slugs(DESIGNS, value["design"]),
        centers=_slugs(CENTERS, value["centers"]),
        min_n=int(value["min_n"] or 0),
        subgroups=bool(value["subgroups"]),
        ambiguous=bool(value["ambiguous"]),
        text=value["q"] or "",
    )


def values_from(selection: Selection) -> dict[str, Any]:
    """The widget values of a Selection: the inverse of `selection_from`."""
    return {
        "site": [PRIMARY_SITES[slug].label for slug in selection.sites],
        "modality": modality_labels(selection.modalities),
        "era": (selection.year_from, selection.year_to),
        "endpoint": ENDPOINTS[selection.endpoint].label,
        "design": [DESIGNS[slug].label for slug in selection.designs],
        "centers": [CENTERS[slug].label for slug in selection.centers],
        "min_n": selection.min_n,
        "subgroups": selection.subgroups,
        "ambiguous": selection.ambiguous,
        "q": selection.text,
    }


def write(values: Mapping[str, Any]) -> None:
    """Set widgets from a callback; the URL follows, and Back returns to the view before."""
    for name, value in values.items():
        # a widget that is not drawn yet takes its first value from the link
        if name in ON_DEMAND and value != ON_DEMAND[name] and not needed(name):
            with suppress(StreamlitAPIException):  # one that is drawn already keeps its own place in the link
                st.query_params[name] = link_texts(value)
        st.session_state[name] = value


def needed(name: str) -> bool:
    """Whether state drawn on demand has to be drawn in this run: it has a value, or the link names it."""
    # a list of the names: to look one up that is not there costs several times as much
    return name in list(st.query_params) or value_of(name) != ON_DEMAND[name]


def value_of(name: str) -> Any:
    """The value of state drawn on demand."""
    return st.session_state.get(name, ON_DEMAND[name])


def link_texts(value: Any) -> list[str]:
    """The value of a widget as texts of a link."""
    if isinstance(value, list | tuple):
        return [str(each) for each in value]
    return [str(value).lower() if isinstance(value, bool) else str(value)]


def clear(*names: str) -> None:
    """Put these filters back to their defaults; without names, all of them."""
    write({name: FILTER_DEFAULTS[name] for name in names or FILTER_DEFAULTS})


def remove(name: str, label: str) -> None:
    """Take one value out of a filter that holds several."""
    write({name: [value for value in st.session_state[name] if value != label]})


def bound(name: str) -> dict[str, Any]:
    """Keyword arguments that tie a page's widget to the URL under `name`: `st.selectbox("By", options, **bound("by"))`.

    The value survives page switches, reload and Back.
    """
    return {"key": name, "bind": "query-params"}
