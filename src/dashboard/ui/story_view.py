"""A story on the screen: words on the left, the chart that they drive on the right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.export.citations import reference
from dashboard.figures.curves import survival_figure
from dashboard.intake.safe_text import markdown_text
from dashboard.selection import Selection
from dashboard.stories.numbers import StoryError, resolve
from dashboard.stories.read import Link, Story
from dashboard.ui.cache import per_table
from dashboard.ui.chart import chart
from dashboard.ui.compare_view import BY, comparison_of, curves_of, download_of, question
from dashboard.ui.component import component
from dashboard.ui.context import OpenTable, PageContext
from dashboard.ui.export_menu import export_row
from dashboard.ui.links import check_choice
from dashboard.ui.state import FILTER_DEFAULTS, bound, write
from dashboard.ui.story_state import (
    LONGEST,
    PASSAGE,
    STORY,
    at_passage,
    own_filters,
    plot_of,
    same_filters,
    stories,
    story_of,
    story_to_present,
    views_of,
)
from dashboard.ui.words import count

MINE: Final = "Those you had before the story opened its view."


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


@per_table(max_entries=64)
def story_figure(
    table: pd.DataFrame, table_key: str, selection: Selection, by: str, study: str | None, dark: bool
) -> go.Figure:
    """The curves of a passage, kept. What all names have in common the title says: beside the text there is no room."""
    source = OpenTable(table, table_key)
    groups = comparison_of(source, table_key, selection, by, study, dark).groups
    heads = {group.label.partition(", ")[0] for group in groups}
    if len(groups) > 1 and len(heads) == 1 and all(", " in group.label for group in groups):
        groups = [replace(group, label=group.label.partition(", ")[2]) for group in groups]
    return survival_figure(curves_of(source), groups, dark=dark)


def story_view(context: PageContext, story: Story, passage: int) -> None:
    """Text and chart side by side."""
    text, picture = st.columns([5, 7], gap="large")
    by, study = plot_of(story, passage)
    with text:
        _tell(context, story, passage)
    with picture:
        asked = question(context, by, study)
        comparison = comparison_of(context, *asked)
        figure = story_figure(context, *asked)
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
        export_row(
            context,
            by=BY[by],
            study=study,
            present=story_to_present(story, passage),
            own={STORY: story.title, PASSAGE: passage or None},
        )


def _tell(context: PageContext, story: Story, passage: int) -> None:
    st.markdown(f"**{story.question}**")
    now = {name: st.session_state.get(name, default) for name, default in FILTER_DEFAULTS.items()}
    views = views_of(story)
    shown = passage - 1 if 0 < passage < len(views) and same_filters(views[passage], now) else None

    def asked() -> None:
        click = st.session_state["story_text"]["view"]
        write(at_passage(story, int(click["index"]) + 1))

    component("story_text")(
        data={"paragraphs": told_of(context, story.slug), "shown": shown}, key="story_text", on_view_change=asked
    )
    with st.container(horizontal=True, gap="medium", key="story_ways_back"):
        st.button("Back to the first view", on_click=write, args=(at_passage(story, 0),), type="tertiary")
        mine = own_filters()
        if mine and not same_filters(mine, now):
            st.button("Back to my filters", on_click=write, args=(mine,), type="tertiary", help=MINE)
    with st.expander(f"Sources: {count(len(story.studies), 'study', 'studies')}"):
        st.markdown(sources_of(context, story.slug))


@per_table()
def told_of(table: pd.DataFrame, slug: str) -> list[list[dict[str, Any]]]:
    """The paragraphs of a story with its numbers: parts of text, some with the number of the link they are; kept."""
    story = story_of(slug)
    index = iter(range(len(story.links())))
    return [
        [
            {"text": _number(table, part.words), "view": next(index)}
            if isinstance(part, Link)
            else {"text": _number(table, part)}
            for part in story.parts(text)
        ]
        for text in story.paragraphs
    ]


@per_table()
def sources_of(table: pd.DataFrame, slug: str) -> str:
    """The studies that a story quotes, as a list; kept."""
    wanted = list(story_of(slug).studies)
    own = table[table["study_id"].isin(wanted)].drop_duplicates("study_id").set_index("study_id", drop=False)
    cited = (own.loc[study_id].to_dict() for study_id in wanted if study_id in own.index)
    return "\n".join(
        f"- {markdown_text(reference({str(k): v for k, v in study.items()}))} `{study['study_id']}`" for study in cited
    )


def _number(table: pd.DataFrame, text: str) -> str:
    """Numbers from the open table; a table of the reader's own may lack them, and then the text says so."""
    try:
        return resolve(text, table)
    except StoryError:
        return "(this table does not hold the figures of this passage)"
