"""A story on the screen: words on the left, the chart that they drive on the right."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from dashboard.export.citations import reference
from dashboard.intake.safe_text import markdown_text
from dashboard.stories.numbers import StoryError, resolve
from dashboard.stories.read import Link, Story, View, read_stories
from dashboard.ui.chart import chart
from dashboard.ui.compare_view import BY, comparison_of, download_of, drawn, question
from dashboard.ui.component import component
from dashboard.ui.context import PageContext
from dashboard.ui.export_menu import export_row
from dashboard.ui.state import FILTER_DEFAULTS, bound, write

PAGE_DEFAULTS: Final[dict[str, Any]] = {"by": "Treatment", "study": None}


def values_of(view: View) -> dict[str, Any]:
    """Every filter and option of a view: what it does not name is at its default."""
    return {**FILTER_DEFAULTS, **PAGE_DEFAULTS, **view}


@st.cache_data(show_spinner=False)
def _stories() -> dict[str, Story]:
    return {story.title: story for story in read_stories()}


def choose_story() -> Story:
    """The story that the URL or the reader asks for; a new one sets its first view."""
    stories = _stories()

    def opened() -> None:
        write(values_of(stories[st.session_state["story"]].start))

    name = st.selectbox("Story", list(stories), on_change=opened, width=520, **bound("story"))
    return stories[name]


def story_view(context: PageContext, story: Story, by: str, study: str | None) -> None:
    """Text and chart side by side."""
    text, picture = st.columns([5, 7], gap="large")
    with text:
        _tell(context, story)
    with picture:
        asked = question(context, by, study)
        comparison = comparison_of(context, *asked)
        figure, _ = drawn(context, *asked, "months", None)
        st.subheader(markdown_text(comparison.title))
        if not comparison.groups:
            st.info("Nothing answers these filters. Choose a link in the text.")
            return
        chart(
            figure,
            lambda: download_of(context, comparison),
            name=comparison.title,
            alt=comparison.sentence,
            key="story_chart",
            caption=markdown_text(comparison.caution) or None,
        )
        export_row(context, by=BY[by], study=study)


def _tell(context: PageContext, story: Story) -> None:
    st.markdown(f"**{story.question}**")
    links = story.links()
    now = {name: st.session_state.get(name) for name in values_of({})}
    shown = next((i for i, link in enumerate(links) if _same(values_of(link.view), now)), None)
    index = iter(range(len(links)))
    paragraphs = [
        [
            {"text": _number(context, part.words), "view": next(index)}
            if isinstance(part, Link)
            else {"text": _number(context, part)}
            for part in story.parts(text)
        ]
        for text in story.paragraphs
    ]

    def asked() -> None:
        click = st.session_state["story_text"]["view"]
        write(values_of(links[click["index"]].view))

    component("story_text")(data={"paragraphs": paragraphs, "shown": shown}, key="story_text", on_view_change=asked)
    st.button("Back to the first view", on_click=write, args=(values_of(story.start),), type="tertiary")
    by_study = context.table.drop_duplicates("study_id").set_index("study_id", drop=False)
    with st.expander(f"Sources: {len(story.studies)} {'study' if len(story.studies) == 1 else 'studies'}"):
        for study_id in story.studies:
            if study_id in by_study.index:
                cited = reference({str(k): v for k, v in by_study.loc[study_id].items()})
                st.markdown(f"- {markdown_text(cited)} `{study_id}`")


def _same(view: View, now: View) -> bool:
    return all(_plain(value) == _plain(now[name]) for name, value in view.items())


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else value


def _number(context: PageContext, text: str) -> str:
    """Numbers from the open table; a table of the reader's own may lack them, and then the text says so."""
    try:
        return resolve(text, context.table)
    except StoryError:
        return "(this table does not hold the figures of this passage)"
