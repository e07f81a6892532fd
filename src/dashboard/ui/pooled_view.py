"""What the Pooled survival page computes, kept by table, filters and options."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.forest import forest
from dashboard.figures.forest_rows import RowTexts, row_texts
from dashboard.pooled.across import Across, arms_for, candidates, pool_across
from dashboard.pooled.ask import SORTS, Ask
from dashboard.pooled.derive import survival_at
from dashboard.pooled.every import every_contrast
from dashboard.pooled.groups import Style, group_keys, style
from dashboard.pooled.moderators_panel import moderators_panel
from dashboard.pooled.panels import (
    Frame,
    Panel,
    cumulative_panel,
    era_panel,
    funnel_panel,
    leave_one_out_panel,
    specification_panel,
)
from dashboard.pooled.tables import describe
from dashboard.pooled.within import Within, find_contrasts, pool_within, sides
from dashboard.pooled.words import FlagLetters, flag_letters
from dashboard.selection import Selection
from dashboard.synthesis.eligibility import Eligible
from dashboard.synthesis.specify import specification
from dashboard.synthesis.summary import Summary
from dashboard.synthesis.within import Contrasts
from dashboard.ui.cache import per_table
from dashboard.ui.context import OpenTable
from dashboard.ui.study_links import study_links

PANELS = {
    "Funnel plot": funnel_panel,
    "Effect by era": era_panel,
    "Moderators": moderators_panel,
    "Leave one out": leave_one_out_panel,
    "Cumulative": cumulative_panel,
}
SENSITIVITY = "Sensitivity"
Out = tuple[str, ...]
Sides = tuple[tuple[str, ...], tuple[str, ...]]
"""Modalities of two treatments."""


@per_table(max_entries=32)
def derived_survival(table: pd.DataFrame, endpoint: str, months: int) -> pd.DataFrame:
    """`derive.survival_at` for the whole table, kept."""
    return survival_at(table, endpoint, months)


def _derived(source: OpenTable, ask: Ask) -> pd.DataFrame | None:
    return None if ask.months is None else derived_survival(source, ask.endpoint, ask.months)


@per_table()
def arms_of(table: pd.DataFrame, table_key: str, selection: Selection, ask: Ask) -> Eligible:
    """The arms that answer the question and what was left out, kept."""
    derived = _derived(OpenTable(table, table_key), ask) if ask.derived else None
    found = arms_for(candidates(table, selection), ask, derived)
    return Eligible(describe(found.rows, table), found.left_out)


@per_table()
def words_of(table: pd.DataFrame, table_key: str, selection: Selection, ask: Ask) -> RowTexts:
    """The words of the forest plot's rows, kept: they do not depend on which studies are taken out."""
    source = OpenTable(table, table_key)
    return row_texts(arms_of(source, table_key, selection, ask).rows, ask.quantity, study_links(source))


@per_table()
def flags_of(table: pd.DataFrame, table_key: str, selection: Selection, ask: Ask) -> FlagLetters:
    """`words.flag_letters` of the arms, kept."""
    return flag_letters(arms_of(OpenTable(table, table_key), table_key, selection, ask).rows)


@per_table()
def across_of(table: pd.DataFrame, table_key: str, selection: Selection, ask: Ask, out: Out) -> Across:
    """The arms pooled by group, kept. With a study taken out only its groups are pooled anew."""
    source = OpenTable(table, table_key)
    whole = across_of(source, table_key, selection, ask, ()) if out else None
    return pool_across(arms_of(source, table_key, selection, ask), ask, out, whole)


@per_table()
def forest_of(
    table: pd.DataFrame,
    table_key: str,
    selection: Selection,
    ask: Ask,
    out: Out,
    sort: str,
    every_arm: bool,
    dark: bool,
) -> go.Figure:
    """The forest plot across studies, kept."""
    source = OpenTable(table, table_key)
    across = across_of(source, table_key, selection, ask, out)
    rows = across.summary.rows
    look = style(rows["group"], ask.group, dark=dark)
    column, descending = SORTS[sort]
    return forest(
        rows,
        across.summary.groups,
        quantity=ask.quantity,
        labels=look.labels,
        colours=look.colours,
        marks=flags_of(source, table_key, selection, ask)[0],
        words=words_of(source, table_key, selection, ask),
        sort=column,
        descending=descending,
        every_arm=every_arm,
        dark=dark,
    )


@per_table()
def contrasts_of(
    table: pd.DataFrame, selection: Selection, first: tuple[str, ...], second: tuple[str, ...], derived: bool
) -> Contrasts:
    """Contrasts of two treatments, each a tuple of modalities, kept. Raises ValueError when they overlap."""
    rows = sides(table, selection, first, second)
    found = find_contrasts(rows, selection.endpoint, derived=derived)
    return replace(found, rows=describe(found.rows, table))


@per_table()
def every_contrast_of(table: pd.DataFrame, selection: Selection, derived: bool) -> Contrasts:
    """Contrasts of every pair of treatments that a study prints, kept."""
    found = every_contrast(table, selection, derived=derived)
    return replace(found, rows=describe(found.rows, table))


@per_table()
def within_of(
    table: pd.DataFrame,
    table_key: str,
    selection: Selection,
    sides: Sides | None,
    derived: bool,
    out: Out,
    method: str,
    test: str,
) -> Within:
    """The contrasts of two treatments pooled, or without `sides` those of every printed pair; kept."""
    source = OpenTable(table, table_key)
    found = contrasts_of(source, selection, *sides, derived) if sides else every_contrast_of(source, selection, derived)
    return pool_within(found, out, method=method, test=test)


def within_forest(
    within: Within, look: Style, sides: tuple[str, str], sort: str, links: dict[str, str], *, dark: bool
) -> go.Figure:
    """The forest plot of hazard ratios."""
    column, descending = SORTS[sort]
    rows = within.summary.rows
    return forest(
        rows,
        within.summary.groups,
        quantity="hazard_ratio",
        labels=look.labels,
        colours=look.colours,
        marks=flag_letters(rows)[0],
        words=row_texts(rows, "hazard_ratio", links),
        sort=column,
        descending=descending,
        sides=sides,
        dark=dark,
    )


@per_table()
def panel_of(
    table: pd.DataFrame, table_key: str, selection: Selection, ask: Ask, out: Out, panel: str, group: str, dark: bool
) -> Panel:
    """One panel across studies, computed when it is opened, and kept."""
    source = OpenTable(table, table_key)
    across = across_of(source, table_key, selection, ask, out)
    look = style(across.summary.rows["group"], ask.group, dark=dark)
    if panel == SENSITIVITY:
        specifications = _specifications(source, selection, ask, out, group)
        return specification_panel(specifications, look.labels[group], ask.quantity, dark=dark)
    return PANELS[panel](frame_of(across.summary, ask, group, look.labels[group], look.colours[group], dark))


def frame_of(summary: Summary, ask: Ask, group: str, label: str, colour: str | None, dark: bool) -> Frame:
    """What a panel is told, from what the reader asked."""
    return Frame(summary, group, label, ask.quantity, ask.method, ask.test, colour, dark)


def _specifications(source: OpenTable, selection: Selection, ask: Ask, out: Out, group: str) -> pd.DataFrame:
    """The group's arms under every rule, less the studies taken out."""
    rows = candidates(source.table, selection)
    arms = rows[(group_keys(rows, ask.group) == group) & ~rows["study_id"].isin(list(out))]
    return specification(arms, ask.question, derived=_derived(source, ask), test=ask.test)


def within_frame(
    within: Within, group: str, label: str, colour: str | None, method: str, test: str, dark: bool
) -> Frame:
    """What a panel is told about the contrasts of a group."""
    return Frame(within.summary, group, label, "hazard_ratio", method, test, colour, dark)
