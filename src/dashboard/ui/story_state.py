"""Which story is told, at which passage: the part of a story's link that is not a filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from dashboard.stories.read import Story, View, read_stories
from dashboard.ui.link_values import link_texts
from dashboard.ui.state import FILTER_DEFAULTS

STORY: Final = "story"
PASSAGE: Final = "passage"
# What a view may set beside the filters, and its value where the view does not name it.
PLOT_DEFAULTS: Final[dict[str, Any]] = {"by": "Treatment", "study": None}
LONGEST: Final = 99
ASIDE: Final = "_filters_before_story"


@st.cache_data(show_spinner=False)
def stories() -> dict[str, Story]:
    """Every story by its title."""
    return {story.title: story for story in read_stories()}


def story_of(slug: str) -> Story:
    """The story of a slug. Raises StopIteration when there is none."""
    return next(story for story in stories().values() if story.slug == slug)


def views_of(story: Story) -> list[View]:
    """The view of every passage: 0 is the first view, then the links in the order of the text."""
    return [story.start, *(link.view for link in story.links())]


def filters_of(view: View) -> dict[str, Any]:
    """Every filter in a view: what it does not name is at its default."""
    return {name: view.get(name, default) for name, default in FILTER_DEFAULTS.items()}


def plot_of(story: Story, passage: int) -> tuple[str, str | None]:
    """How a passage groups its plot, by label, and the one study it is limited to."""
    views = views_of(story)
    view = {**PLOT_DEFAULTS, **views[passage if 0 <= passage < len(views) else 0]}
    return view["by"], view["study"]


def at_passage(story: Story, passage: int) -> dict[str, Any]:
    """Values of the widgets that show a passage."""
    return {**filters_of(views_of(story)[passage]), STORY: story.title, PASSAGE: passage}


def opening(params: Mapping[str, list[str]], kept: Mapping[str, Any]) -> dict[str, Any]:
    """What to set when the page of stories is opened with these parameters; empty where they say the whole view.

    `kept` is what the session remembers of an earlier visit. Links that were made before passages had numbers name the
    grouping and the study instead.
    """
    asked = params.get(STORY, [kept.get(STORY) or ""])[0]
    story = stories().get(asked) or next(iter(stories().values()))
    if PASSAGE in params:
        return {}
    views = views_of(story)
    if any(name in params for name in (*FILTER_DEFAULTS, *PLOT_DEFAULTS)):
        named = {name: params.get(name) for name in (*FILTER_DEFAULTS, *PLOT_DEFAULTS) if name in params}
        passage = next((i for i, view in enumerate(views) if _texts(view) == named), 0)
        return {PASSAGE: passage} if passage else {}
    passage = int(kept.get(PASSAGE) or 0) if STORY not in params else 0
    return at_passage(story, passage if passage < len(views) else 0)


def put_aside(mine: Mapping[str, Any], opened: Mapping[str, Any]) -> None:
    """Remember the reader's filters when the page of stories opens and its view replaces them unasked."""
    told = {name: opened[name] for name in FILTER_DEFAULTS if name in opened}
    if told:
        st.session_state[ASIDE] = ({**FILTER_DEFAULTS, **mine}, told)


def own_filters() -> dict[str, Any]:
    """The filters that the reader had before the story; empty where there were none, or where they are the story's."""
    mine, told = st.session_state.get(ASIDE, ({}, {}))
    return {} if same_filters(mine, {**FILTER_DEFAULTS, **told}) or same_filters(mine, {}) else dict(mine)


def own_filters_after(now: Mapping[str, Any]) -> dict[str, Any]:
    """What to set when the page of stories is left: the reader's filters, where the story's are still as it opened.

    Whoever chose words of the story, or a filter beside it, asked for what is chosen now and keeps it.
    """
    mine, told = st.session_state.pop(ASIDE, ({}, {}))
    return dict(mine) if told and same_filters(now, told) else {}


def same_filters(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two views have the same filters; what is not named is at its default."""
    return all(
        _plain(one.get(name, default)) == _plain(other.get(name, default)) for name, default in FILTER_DEFAULTS.items()
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else value


def story_to_present(story: Story, passage: int) -> str:
    """The passage as the presenter's address names it: `story/<slug>/<passage>`."""
    return f"{STORY}/{story.slug}/{passage}"


def presented_story(address: str) -> tuple[Story, int] | None:
    """The inverse of `story_to_present`; None where the address names no passage of a story."""
    parts = address.split("/")
    if len(parts) != 3 or parts[0] != STORY or not parts[2].isdecimal():
        return None
    story = next((story for story in stories().values() if story.slug == parts[1]), None)
    return None if story is None or int(parts[2]) >= len(views_of(story)) else (story, int(parts[2]))


def _texts(view: View) -> dict[str, list[str]]:
    """A view as its parameters stand in a link."""
    return {name: link_texts(value) for name, value in view.items()}
