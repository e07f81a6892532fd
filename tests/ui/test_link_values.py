"""A view's link and back: what the filters are, whatever stands in the text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.selection import Selection
from dashboard.ui.link_values import filters_in, query_of
from dashboard.ui.state import (
    CENTER_OPTIONS,
    DESIGN_OPTIONS,
    ENDPOINT_OPTIONS,
    FILTER_DEFAULTS,
    MODALITY_OPTIONS,
    SITE_OPTIONS,
    selection_from,
    values_from,
)
from dashboard.vocabulary import YEAR_FROM, YEAR_TO


def some(options: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(options), unique=True, max_size=4)


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    years = sorted(draw(st.tuples(*[st.integers(YEAR_FROM, YEAR_TO)] * 2)))
    return selection_from(
        {
            "site": draw(some(SITE_OPTIONS)),
            "modality": draw(some(MODALITY_OPTIONS)),
            "era": tuple(years),
            "endpoint": draw(st.sampled_from(ENDPOINT_OPTIONS)),
            "design": draw(some(DESIGN_OPTIONS)),
            "centers": draw(some(CENTER_OPTIONS)),
            "min_n": draw(st.integers(0, 500)),
            "subgroups": draw(st.booleans()),
            "ambiguous": draw(st.booleans()),
            "q": draw(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20)),
        }
    )


@given(selections())
def test_a_view_comes_back_from_its_link(selection: Selection):
    assert selection_from(filters_in(query_of(selection, {"by": "Era", "study": None}))) == selection


@given(st.text(max_size=200))
def test_any_text_gives_filters_that_the_widgets_take(text: str):
    values = filters_in(text)
    assert values.keys() == FILTER_DEFAULTS.keys()
    assert filters_in(query_of(selection_from(values), {})) == values_from(selection_from(values))


def test_what_no_filter_knows_is_left_out():
    values = filters_in("?site=Renal&site=Spleen&era=1700&era=2000&min_n=many&studies_view=Quality")
    assert values == {**FILTER_DEFAULTS, "site": ["Renal"]}
    assert query_of(Selection(), {"by": None}) == ""
