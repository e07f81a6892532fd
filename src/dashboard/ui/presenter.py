"""Presenter: one step a screen, no sidebar, keys and buttons, the step in the URL.

`present` holds a study_id, `comparison` for the comparison that the rest of the URL describes, or
`story/<slug>/<passage>` for a passage of a story under the filters in the URL; `step` counts from 1.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.export.deck import Deck, Step
from dashboard.export.html_table import html_table
from dashboard.figures.steps import figure_words, step_figure
from dashboard.intake.safe_text import markdown_text
from dashboard.ui.chart import CONFIG, converted
from dashboard.ui.compare_view import BY, question
from dashboard.ui.component import asset, component
from dashboard.ui.context import PageContext
from dashboard.ui.deck_view import comparison_deck_of, study_deck_of
from dashboard.ui.frame import notices, version_of
from dashboard.ui.state import bound, needed, write
from dashboard.ui.story_state import PASSAGE, STORY, plot_of, presented_story
from dashboard.ui.study_choice import studies_of

COMPARISON: Final = "comparison"
TYPE: Final = 22


def presenting() -> str:
    """What is to be presented, empty when nothing; the hidden widget that keeps it in the URL is drawn only then."""
    if not needed("present"):
        return ""
    with st.container(key="bound_present"):
        return str(st.text_input("Present", **bound("present")) or "")


def start_presenting(what: str) -> None:
    """Callback: open the presenter at its first step."""
    write({"present": what, "step": 1})


def _close() -> None:
    told = presented_story(st.session_state["present"])
    write({"present": "", "step": 1})
    if told is not None:  # after a reload the session knows the passage from the address alone
        told_now = {STORY: told[0].title, PASSAGE: told[1]}
        write(told_now)
        st.query_params.update({name: str(value) for name, value in told_now.items()})


def _deck(context: PageContext, what: str) -> Deck | None:
    dark = context.theme == "dark"
    passage = presented_story(what)
    if passage is not None:
        return comparison_deck_of(context, *question(context, *plot_of(*passage)))
    if what != COMPARISON:
        known = bool((context.table["study_id"] == what).any())
        return study_deck_of(context, context.table_key, what, dark) if known else None
    with st.container(key="bound_comparison"):
        by = st.selectbox("Compare by", list(BY), **bound("by"))
        study = st.selectbox("Within one study", studies_of(context), index=None, **bound("study"))
    return comparison_deck_of(context, *question(context, by, study))


def presenter(context: PageContext, what: str) -> None:
    """Draw the step that the URL asks for."""
    st.html(f"<style>{asset('presenter_page.css')}</style>")
    notices(context)
    deck = _deck(context, what)
    if deck is None:
        st.header(f"This atlas holds no study “{markdown_text(what)}”")
        st.button("Back to the atlas", on_click=_close)
        return
    with st.container(key="bound_step"):
        step = int(st.number_input("Step", 1, len(deck.steps), 1, **bound("step")))
    with st.container(key=f"slide_{step}"):
        _draw(context, deck, deck.steps[step - 1])
    _keys(deck, step, version_of(context.table_key))


def _keys(deck: Deck, step: int, version: str) -> None:
    def moved() -> None:
        asked = int(st.session_state["presenter"]["step"])
        write({"step": max(1, min(asked, len(deck.steps)))})

    component("presenter")(
        data={"step": step, "steps": [each.title for each in deck.steps], "deck": deck.title, "version": version},
        key="presenter",
        on_step_change=moved,
        on_close_change=_close,
    )


def _draw(context: PageContext, deck: Deck, step: Step) -> None:
    st.html(f'<p class="deck">{_text(deck.subtitle)}: {_text(deck.title)}</p>')
    st.title(markdown_text(step.title))
    if step.figure is None:
        if step.lines:
            st.html("".join(f'<p class="line">{_text(line)}</p>' for line in step.lines))
    else:
        if step.lines:
            st.html("".join(f'<p class="said">{_text(line)}</p>' for line in step.lines))
        with st.container(key=f"figure_{'beside_table' if step.table is not None else 'alone'}"):
            st.plotly_chart(
                converted(step_figure(step.figure, dark=context.theme == "dark", size=TYPE)),
                key=f"presented_{step.key}",
                theme=None,
                config=CONFIG,
                alt=figure_words(step.figure),
                height="stretch",
            )
    if step.table is not None:
        st.html(html_table(step.table))
    if step.caption:
        st.caption(markdown_text(step.caption))


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
