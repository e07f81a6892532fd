"""The views of the Pooled survival page, laid out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.evidence.words import count
from dashboard.pooled.ask import ESTIMATORS, TESTS
from dashboard.pooled.every import pair_style
from dashboard.pooled.groups import Style, style
from dashboard.pooled.panels import Panel
from dashboard.pooled.tables import arms_table, groups_table, left_out_table
from dashboard.pooled.within import Within
from dashboard.pooled.within_words import (
    every_answer,
    every_question,
    within_answer,
    within_error,
    within_question,
)
from dashboard.pooled.words import (
    WHY_NO_TEST,
    answer,
    between_groups,
    cautions,
    flag_letters,
    question,
    reason_counts,
    reason_words,
)
from dashboard.survival.accuracy import typical_error
from dashboard.ui.chart import chart
from dashboard.ui.context import PageContext
from dashboard.ui.pooled_controls import (
    OPENS,
    Options,
    across_controls,
    choose_panel,
    clicked,
    modalities_of,
    ratio_controls,
    within_controls,
)
from dashboard.ui.pooled_view import (
    PANELS,
    Sides,
    across_of,
    flags_of,
    forest_of,
    panel_of,
    within_forest,
    within_frame,
    within_of,
)
from dashboard.ui.state import bound
from dashboard.ui.study_links import study_links

Table = Callable[[], pd.DataFrame]
SOURCE_COLUMNS = {
    "Source": st.column_config.LinkColumn("Source", display_text="paper"),
    "Study page": st.column_config.LinkColumn("Study page", display_text="open"),
    "n": st.column_config.NumberColumn("n", format="%d"),
}
READING = (
    "Solid line: interval as printed; dotted: computed here. Square: printed, area by weight; hollow square: derived; "
    "cross: taken out. Diamond: pooled; ochre line: prediction interval."
)

READING_GROUPS = (
    "Diamond: pooled, with its 95% interval; ochre line: prediction interval; stroke: a single arm, nothing pooled."
)


def across_page(context: PageContext) -> None:
    """Series of different studies, pooled by group."""
    head = st.container(gap="small")
    ask, options = across_controls(context, context.selection.endpoint)
    key, selection = context.table_key, context.selection
    across = across_of(context, key, selection, ask, options.out)
    rows, groups = across.summary.rows, across.summary.groups
    look = style(rows["group"], ask.group, dark=context.theme == "dark")
    asked = question(ask, selection)
    said = answer(across, look.labels)
    with head:
        st.title(asked)
        st.markdown(said)
        warned = cautions(across, selection)
        if warned:
            st.caption(" ".join(warned))
    if len(rows):
        dark = context.theme == "dark"
        figure = forest_of(context, key, selection, ask, options.out, options.sort, options.every_arm, dark)
        marks = flags_of(context, key, selection, ask)[1]
        links = study_links(context)
        _forest(
            figure,
            lambda: arms_table(rows, ask.quantity, look.labels, links),
            asked,
            said,
            marks,
            options,
            linked=bool(links),
        )
        title = "Groups side by side, as a table, and why there is no test"
        with st.expander(title, key="groups_side_by_side", on_change="rerun") as side_by_side:
            if side_by_side.open:
                st.dataframe(groups_table(groups, ask.quantity, look.labels), hide_index=True, alt=title)
                st.markdown(WHY_NO_TEST)
                if len(groups) > 1 and st.toggle("Test the groups against each other all the same", **bound("between")):
                    st.markdown(between_groups(across))
                st.caption(_how(options))
        pooled = {str(g): look.labels[str(g)] for g in look.order if str(g) in across.summary.pooled}
        panel, group = choose_panel(pooled)
        if panel and group:
            _panel(panel_of(context, key, selection, ask, options.out, panel, group, dark))
    _left_out(across.left_out, context, "arms")


def within_page(context: PageContext) -> None:
    """Two treatments compared inside the studies that gave both."""
    head = st.container(gap="small")
    first, second, options = within_controls(context)
    sides = modalities_of(first), modalities_of(second)
    asked = within_question(first, second, context.selection)
    if set(sides[0]) & set(sides[1]):
        head.title(asked)
        head.info("One of these treatments is part of the other. Choose two that share no patients.")
        return
    within = _within(context, sides, options)
    said = within_answer(within, first, second, context.selection.endpoint)
    notes = (
        ["The treatment filter gives way to the two treatments chosen here."] if context.selection.modalities else []
    )
    _say(head, asked, said, within, notes)
    _draw_within(context, within, Style({"all": f"{first} v {second}"}, {}), (first, second), asked, said, options)


def ratios_page(context: PageContext) -> None:
    """Every hazard ratio that a study prints between two of its treatments, by comparison."""
    head = st.container(gap="small")
    options = ratio_controls(context)
    within = _within(context, None, options)
    look = pair_style(within.summary.rows["group"], dark=context.theme == "dark")
    asked = every_question(context.selection)
    said = every_answer(within, look.labels, context.selection.endpoint)
    notes = ["Only comparisons with a treatment chosen in the filters."] if context.selection.modalities else []
    _say(head, asked, said, within, notes)
    _draw_within(context, within, look, ("first", "second"), asked, said, options)


def _within(context: PageContext, sides: Sides | None, options: Options) -> Within:
    key, selection = context.table_key, context.selection
    return within_of(context, key, selection, sides, options.derived, options.out, options.method, options.test)


def _say(head: DeltaGenerator, asked: str, said: str, within: Within, notes: list[str]) -> None:
    """The question, the answer, and what to know before reading it."""
    warned = [notice.sentence for notice in within.notices]
    if within.derived:
        warned.append(within_error(typical_error("log_hr_same")))
    with head:
        st.title(asked)
        st.markdown(said)
        if warned + notes:
            st.caption(" ".join(warned + notes))


def _draw_within(
    context: PageContext,
    within: Within,
    look: Style,
    sides: tuple[str, str],
    asked: str,
    said: str,
    options: Options,
) -> None:
    """The forest plot of the contrasts, the panels beside it, and what was left out."""
    rows, dark, links = within.summary.rows, context.theme == "dark", study_links(context)
    if len(rows):
        figure = within_forest(within, look, sides, options.sort, links, dark=dark)
        labels = look.labels if len(look.labels) > 1 else {}
        table = partial(arms_table, rows, "hazard_ratio", labels, links)
        _forest(figure, table, asked, said, flag_letters(rows)[1], options, linked=bool(links))
        _within_panel(within, look, options, dark)
    _left_out(within.left_out, context, "comparisons")


def _within_panel(within: Within, look: Style, options: Options, dark: bool) -> None:
    if within.summary.groups.empty:
        return
    st.caption(_how(options))
    pooled = {group: name for group, name in look.labels.items() if group in within.summary.pooled}
    panel, group = choose_panel(pooled, sensitivity=False)
    if panel and group:
        colour = look.colours.get(group)
        frame = within_frame(within, group, look.labels[group], colour, options.method, options.test, dark)
        _panel(PANELS[panel](frame))


def _forest(
    figure: go.Figure, table: Table, asked: str, said: str, marks: dict[str, str], options: Options, *, linked: bool
) -> None:
    flags = "; ".join(f"{letter} {title.lower()}" for letter, title in marks.items())
    hint = "opens the page of its study" if options.click == OPENS else "takes its study out or puts it back"
    leads = "; a study's name leads to its page" if linked else ""
    chart(
        figure,
        table,
        name=asked,
        alt=said.replace("**", ""),
        key="forest",
        caption=f"{READING} A click on a square {hint}{leads}." + (f" Flags: {flags}." if flags else "")
        if options.every_arm
        else READING_GROUPS,
        on_select=lambda: clicked("forest", options.click),
        column_config=SOURCE_COLUMNS,
    )


def _panel(panel: Panel) -> None:
    st.subheader(panel.name)
    st.markdown(panel.sentence)
    if panel.figure is not None and panel.table is not None:
        chart(
            panel.figure,
            panel.table,
            name=panel.name,
            alt=panel.sentence,
            key="pooled_panel",
        )


def _how(options: Options) -> str:
    estimator = next(name for name, code in ESTIMATORS.items() if code == options.method)
    interval = next(name for name, code in TESTS.items() if code == options.test)
    return (
        f"Random effects by {estimator}; interval: {interval}; prediction interval for a further study of this kind, "
        "from three arms on."
    )


def _left_out(left_out: pd.DataFrame, context: PageContext, what: str) -> None:
    """What was left out, by reason, each with its links."""
    reasons = reason_counts(left_out)
    if not reasons:
        return
    total = sum(n for _, n in reasons)
    title = f"Left out: {total} {what}, by reason"
    with st.expander(title, key="left_out", on_change="rerun") as opened:
        if not opened.open:
            return
        for reason, n in reasons:
            st.markdown(f"**{count(n, what[:-1], what)}.** {reason_words(reason)}")
            found = left_out_table(left_out, context.table, reason, study_links(context))
            st.dataframe(
                found.drop(columns="study_id"),
                hide_index=True,
                column_config=SOURCE_COLUMNS,
                height=min(35 * len(found) + 38, 250),
                alt=f"Left out: {reason_words(reason)}",
            )
