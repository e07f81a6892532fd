"""A story on the screen: words on the left, the chart that they drive on the right."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.export.citations import reference
from dashboard.stories.numbers import StoryError, resolve
from dashboard.stories.read import Link, Story, View
from dashboard.ui.chart import chart
from dashboard.ui.compare_view import BY, comparison_of, download_of, drawn, question
from dashboard.ui.component import component
from dashboard.ui.context import PageContext
from dashboard.ui.export_menu import export_row
from dashboard.ui.links import check_choice
from dashboard.ui.state import bound, write
from dashboard.ui.story_state import (
    LONGEST,
    PASSAGE,
    STORY,
    at_passage,
    filters_of,
    plot_of,
    stories,
    story_to_present,
    views_of,
)


def choose_story() -> tuple[Story, int]:
    """The story and its passage that the URL or the reader asks for; a new story opens at its first view."""
    told = stories()
    check_choice(STORY, told)

    def opened() -> None:
        write(at_passage(told[st.session_state[STORY]], 0))

    name = st.selectbox("Story", list(told), on_change=opened, width=520, **bound(STORY))
    with st.container(key="bound_passage"):
        passage = int(st.number_input("Passage", 0, LONGEST, 0, **bound(PASSAGE)))
    return told[name], passage


def story_view(context: PageContext, story: Story, passage: int) -> None:
    """Text and chart side by side."""
    text, picture = st.columns([5, 7], gap="large")
    by, study = plot_of(story, passage)
    with text:
        _tell(context, story, passage)
    with picture:
        asked = question(context, by, study)
        comparison = comparison_of(context, *asked)
        figure, _ = drawn(context, *asked, "months", None)
        st.subheader(comparison.title)
        if not comparison.groups:
            st.info("Nothing answers these filters. Choose a link in the text.")
            return
        chart(
            figure,
            lambda: download_of(context, comparison),
            name=comparison.title,
            alt=comparison.sentence,
            key="story_chart",
            caption=comparison.caution or None,
        )
        export_row(context, by=BY[by], study=study, present=story_to_present(story, passage))


def _tell(context: PageContext, story: Story, passage: int) -> None:
    st.markdown(f"**{story.question}**")
    links = story.links()
    now = {name: st.session_state.get(name) for name in filters_of({})}
    views = views_of(story)
    shown = passage - 1 if 0 < passage < len(views) and _same(filters_of(views[passage]), now) else None
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
        write(at_passage(story, int(click["index"]) + 1))

    component("story_text")(data={"paragraphs": paragraphs, "shown": shown}, key="story_text", on_view_change=asked)
    st.button("Back to the first view", on_click=write, args=(at_passage(story, 0),), type="tertiary")
    by_study = context.table.drop_duplicates("study_id").set_index("study_id", drop=False)
    with st.expander(f"Sources: {len(story.studies)} {'study' if len(story.studies) == 1 else 'studies'}"):
        for study_id in story.studies:
            if study_id in by_study.index:
                st.markdown(f"- {reference({str(k): v for k, v in by_study.loc[study_id].items()})} `{study_id}`")


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
