"""Which view a link of the page of stories opens, also links that are older than the numbers of passages."""

from __future__ import annotations

import pytest

from dashboard.ui.link_values import link_texts
from dashboard.ui.state import FILTER_DEFAULTS
from dashboard.ui.story_state import (
    PASSAGE,
    STORY,
    at_passage,
    opening,
    plot_of,
    presented_story,
    stories,
    story_to_present,
    views_of,
)

TITLES = list(stories())


@pytest.mark.parametrize("title", TITLES)
def test_a_link_to_a_story_opens_its_first_view(title: str):
    story = stories()[title]
    values = opening({STORY: [title]}, {STORY: "another", PASSAGE: 2})
    assert values == {**FILTER_DEFAULTS, **{k: v for k, v in story.start.items() if k in FILTER_DEFAULTS}} | {
        STORY: title,
        PASSAGE: 0,
    }


@pytest.mark.parametrize("title", TITLES)
def test_links_made_before_passages_had_numbers_find_their_passage(title: str):
    story = stories()[title]
    for view in views_of(story):
        params = {name: link_texts(value) for name, value in view.items()}
        found = opening({STORY: [title], **params}, {}).get(PASSAGE, 0)
        assert plot_of(story, found) == (view.get("by", "Treatment"), view.get("study"))


def test_a_complete_or_unknown_view_is_left_as_it_is():
    assert opening({STORY: [TITLES[1]], PASSAGE: ["2"], "site": ["Renal"]}, {}) == {}
    assert opening({"site": ["Renal"]}, {}) == {}
    assert opening({STORY: ["No such story"]}, {})[STORY] == TITLES[0]


def test_coming_back_by_the_navigation_keeps_the_passage():
    assert opening({}, {STORY: TITLES[1], PASSAGE: 2}) == at_passage(stories()[TITLES[1]], 2)
    assert opening({}, {STORY: TITLES[1], PASSAGE: 98})[PASSAGE] == 0


def test_a_passage_has_an_address_in_the_presenter():
    for story in stories().values():
        for passage in range(len(views_of(story))):
            assert presented_story(story_to_present(story, passage)) == (story, passage)
    for wrong in ("comparison", "fong-1999", "story/x/1", f"story/{stories()[TITLES[0]].slug}/77", "story/a/b/c"):
        assert presented_story(wrong) is None
