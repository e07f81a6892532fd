"""The figures of one study's page, each made once: its curves, its place among its kind, its prognostic factors."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.comparison.table import comparison_table
from dashboard.comparison.words import caution_line, sentence
from dashboard.explore.factors import Factor, factor_table, factors, finding
from dashboard.explore.place import place_table
from dashboard.explore.study_page import StudyPage
from dashboard.figures.curves import survival_figure
from dashboard.figures.factors import factors_figure
from dashboard.figures.strip import strip_figure
from dashboard.intake.safe_text import markdown_text
from dashboard.ui.cache import per_table
from dashboard.ui.chart import chart
from dashboard.ui.compare_view import curves_of
from dashboard.ui.context import OpenTable, PageContext
from dashboard.ui.open_study import opens_study
from dashboard.ui.section import section
from dashboard.ui.study_parts import StudyGroups, places_of, study_groups
from dashboard.vocabulary import ENDPOINTS, label

STRIP_KEY = "study_strip"


@dataclass(frozen=True, eq=False)
class Drawn:
    """The curves of a study as drawn: the figure, what it says, and its caution."""

    of: StudyGroups
    figure: go.Figure
    words: str
    caution: str


@per_table()
def curves_drawn(
    table: pd.DataFrame, table_key: str, study_id: str, endpoint: str, subgroups: bool, dark: bool
) -> Drawn | None:
    """The curves of a study, kept; None where it printed nothing that can be drawn."""
    curves = curves_of(OpenTable(table, table_key))
    of = study_groups(curves, study_id, endpoint, subgroups=subgroups, dark=dark)
    if of is None:
        return None
    figure = survival_figure(curves, of.groups, dark=dark)
    return Drawn(of, figure, sentence(curves, of.groups, of.endpoint), caution_line(curves, of.groups))


@per_table()
def place_drawn(table: pd.DataFrame, table_key: str, study_id: str, endpoint: str, dark: bool) -> go.Figure | None:
    """The strip plot of a study's arms among their kind, kept; None where there is nothing to place."""
    source = OpenTable(table, table_key)
    found = places_of(source, table_key, study_id, endpoint)
    return strip_figure(curves_of(source), found, dark=dark) if found else None


@per_table()
def factors_drawn(table: pd.DataFrame, study_id: str, dark: bool) -> tuple[list[Factor], go.Figure] | None:
    """The prognostic factors of a study and their forest plot, kept; None where it printed none."""
    found = factors(table[table["study_id"].eq(study_id).fillna(False)])
    return (found, factors_figure(found, dark=dark)) if found else None


def _asked(context: PageContext, page: StudyPage) -> Drawn | None:
    selection = context.selection
    dark = context.theme == "dark"
    return curves_drawn(context, context.table_key, page.study_id, selection.endpoint, selection.subgroups, dark)


def draw_curves(context: PageContext, page: StudyPage) -> None:
    """The curves of its arms: of the filter's endpoint, or of one that the study prints."""
    drawn = _asked(context, page)
    if drawn is None:
        nothing = "The study prints no survival rate and no median in what was read: there is nothing to draw."
        section("Its curves", nothing)
        return
    section("Its curves", markdown_text(drawn.words))
    name = label(ENDPOINTS, drawn.of.endpoint)
    notes = [markdown_text(drawn.caution)] if drawn.caution else []
    if drawn.of.endpoint != context.selection.endpoint:
        notes.append(f"The filter asks for another endpoint; this study prints {name.lower()}.")
    if drawn.of.only_subgroups:
        notes.append("These arms are subgroups: the same patients may be in several of them.")
    if notes:
        st.caption("  \n".join(notes))
    chart(
        drawn.figure,
        lambda: comparison_table(curves_of(context), drawn.of.groups),
        name=f"{name}, {page.name}",
        alt=drawn.words,
        key="study_curves",
        caption="Solid markers are printed; lines between them are derived and end at the last printed figure.",
    )


def draw_place(context: PageContext, page: StudyPage) -> None:
    """Where its arms lie among all arms of their kind, and whether that is a surprise."""
    drawn = _asked(context, page)
    endpoint = "" if drawn is None else drawn.of.endpoint
    figure = place_drawn(context, context.table_key, page.study_id, endpoint, context.theme == "dark")
    if figure is None:
        return
    found = places_of(context, context.table_key, page.study_id, endpoint)
    section("Is this result surprising?", "\n".join(f"- {markdown_text(place.sentence)}" for place in found))
    chart(
        figure,
        lambda: place_table(found),
        name=f"{page.name} among its kind",
        alt=" ".join(place.sentence for place in found),
        key=STRIP_KEY,
        caption="Diamond: this study. Hollow circles: other studies as printed, overlapping cohorts once. "
        "Band: 95% prediction interval of the others; dotted stroke: their pooled estimate (random effects, derived). "
        "A click on a circle opens its study.",
        on_select=opens_study(STRIP_KEY),
    )


def draw_factors(context: PageContext, page: StudyPage) -> None:
    """The hazard ratios it printed as a forest plot."""
    drawn = factors_drawn(context, page.study_id, context.theme == "dark")
    if drawn is None:
        return
    found, figure = drawn
    st.subheader("Prognostic factors and contrasts")
    chart(
        figure,
        lambda: factor_table(found),
        name=f"Prognostic factors, {page.name}",
        alt=finding(found, page.name),
        key="study_factors",
        caption="As printed. Hollow square: no confidence interval was printed. No marker: only a p-value was printed.",
    )
