"""Widget values and Selections: two forms of the same question."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.selection import Selection
from dashboard.ui.links import unknown_values
from dashboard.ui.starting_points import STARTING_POINTS
from dashboard.ui.state import (
    FIELDS,
    FILTER_DEFAULTS,
    MODALITY_OPTIONS,
    modality_labels,
    modality_slugs,
    selection_from,
    values_from,
)
from dashboard.vocabulary import CENTERS, DESIGNS, ENDPOINTS, MODALITIES, PRIMARY_SITES, YEAR_FROM, YEAR_TO


def subset(terms: dict) -> st.SearchStrategy[tuple[str, ...]]:
    """Some slugs in the order of the vocabulary."""
    return st.sets(st.sampled_from(sorted(terms))).map(lambda chosen: tuple(slug for slug in terms if slug in chosen))


years = st.tuples(st.integers(YEAR_FROM, YEAR_TO), st.integers(YEAR_FROM, YEAR_TO)).map(sorted)
selections = st.builds(
    lambda era, **rest: Selection(year_from=era[0], year_to=era[1], **rest),
    years,
    sites=subset(PRIMARY_SITES),
    modalities=subset(MODALITIES),
    endpoint=st.sampled_from(sorted(ENDPOINTS)),
    designs=subset(DESIGNS),
    centers=subset(CENTERS),
    min_n=st.integers(0, 10_000),
    subgroups=st.booleans(),
    ambiguous=st.booleans(),
    text=st.text(),
)


@settings(deadline=None)
@given(selections)
def test_a_selection_survives_the_widgets(selection: Selection):
    assert selection_from(values_from(selection)) == selection


def test_no_values_are_the_default_selection():
    assert selection_from({}) == Selection()
    assert values_from(Selection()) == FILTER_DEFAULTS


def test_every_field_of_the_selection_has_a_name_in_the_url():
    named = [field for fields in FIELDS.values() for field in fields]
    assert sorted(named) == sorted(Selection.__dataclass_fields__)


@given(st.sets(st.sampled_from(MODALITY_OPTIONS)))
def test_labels_are_normalised_without_changing_what_they_stand_for(labels: set[str]):
    short = modality_labels(modality_slugs(labels))
    assert modality_slugs(short) == modality_slugs(labels)
    assert modality_labels(modality_slugs(short)) == short


def test_all_members_are_the_family_and_the_family_is_all_members():
    assert modality_labels(["sbrt", "prrt"]) == ["Radiation"]
    assert modality_labels(["sbrt"]) == ["Stereotactic radiotherapy"]
    assert modality_slugs(["Radiation"]) == ("sbrt", "prrt")
    assert modality_slugs(["Radiation", "Stereotactic radiotherapy"]) == ("sbrt", "prrt")


def test_names_in_the_url_are_a_contract():
    assert list(FILTER_DEFAULTS) == [
        "site", "modality", "era", "endpoint", "design", "centers", "min_n", "subgroups", "ambiguous", "q",
    ]  # fmt: skip


def test_unknown_values_of_a_link_are_found():
    params = {
        "site": ["Renal", "Spleen"],
        "era": ["1990", "1980"],
        "min_n": ["-3"],
        "subgroups": ["maybe"],
        "q": ["anything"],
        "study": ["someone-2000"],
    }
    assert unknown_values(params) == [
        ("site", "Spleen"),
        ("subgroups", "maybe"),
        ("min_n", "-3"),
        ("era", "1990 to 1980"),
    ]
    assert unknown_values({"site": ["Renal"], "era": ["1990", "2000"], "min_n": ["20"], "ambiguous": ["true"]}) == []


def test_starting_points_differ_and_say_why():
    assert len({point.selection for point in STARTING_POINTS}) == len(STARTING_POINTS) >= 8
    assert all(point.why for point in STARTING_POINTS)
