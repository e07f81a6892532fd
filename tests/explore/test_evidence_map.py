"""The map's numbers against the slower functions that the other pages use."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.explore.evidence_map import LEVELS, POOLED, columns_of, evidence_map, survival_words
from dashboard.explore.map_words import finding, list_cells, map_table
from dashboard.explore.milestones import side_by_side
from dashboard.figures.evidence_map import SHADES, evidence_map_figure
from dashboard.selection import Selection, apply, facet_counts
from dashboard.synthesis import Question, back_transform, eligible, pool
from dashboard.vocabulary import MODALITIES


@pytest.mark.parametrize("selection", [Selection(), Selection(min_n=30, year_from=1990), Selection(endpoint="dfs")])
def test_every_cell_pools_what_the_pooled_page_would_pool(table, curves, of, selection):
    found = evidence_map(table, curves, of, selection, "Single treatments")
    checked = 0
    for _, cell in found.cells.iterrows():
        only = Selection(
            **{**selection.__dict__, "sites": (cell["site"],), "modalities": (cell["column"],)},
        )
        right = eligible(apply(table, only), Question(endpoint=selection.endpoint, group=None)).rows
        if cell["survival_how"] == POOLED:
            natural = back_transform(pool(right["yi"], right["vi"]), "cloglog")
            assert cell["survival_arms"] == len(right)
            assert (cell["survival"], cell["survival_low"], cell["survival_high"]) == pytest.approx(
                (natural.estimate, natural.ci_low, natural.ci_high), abs=1e-9
            )
            checked += 1
        else:
            assert len(right) < 3, cell
    assert checked >= (5 if selection.endpoint == "os" else 0)


def test_cells_count_what_the_filter_bar_counts(table, curves, of):
    found = evidence_map(table, curves, of, Selection(), "Families").cells.set_index(["site", "column"])
    for site in found.index.get_level_values("site").unique():
        counts = facet_counts(table, Selection(sites=(site,)))
        for column, cell in found.loc[site].iterrows():
            families, singles = counts["family"], counts["modality"]
            right = families[column.removeprefix("family:")] if column.startswith("family:") else singles[column]
            assert (cell["studies"], cell["arms"]) == (right["studies"], right["arms"])
            patients = None if math.isnan(cell["patients"]) else cell["patients"]
            assert patients == right["patients"]


def test_the_map_does_not_follow_its_own_filters(table, curves, of):
    everything = evidence_map(table, curves, of, Selection(), "Families")
    chosen = evidence_map(table, curves, of, Selection(sites=("renal",), modalities=("resection",)), "Families")
    pd.testing.assert_frame_equal(everything.cells, chosen.cells)


def test_a_median_that_was_not_reached_counts_as_the_longest(table, curves, of):
    cells = evidence_map(table, curves, of, Selection(), "Single treatments").cells
    printed = curves.cells["median_status"]
    for _, cell in cells[cells["median_arms"] > 0].iterrows():
        own = (
            (curves.arms["endpoint"] == "os")
            & (curves.arms["primary_site"] == cell["site"])
            & (curves.arms["modality"] == cell["column"])
            & ~curves.arms["is_subgroup"].astype(bool)
            & np.isin(printed, ["reported", "not reached"])
        )
        values = sorted(np.where(printed[own] == "not reached", np.inf, curves.cells["median"][own]))
        assert cell["median"] == values[(len(values) - 1) // 2]


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_holds_every_modality_once(level: str):
    members = [slug for column in columns_of(level) for slug in column.members]
    assert sorted(members) == sorted(MODALITIES)


def test_subgroups_and_overlaps_never_stand_side_by_side(curves, of):
    everything = np.arange(len(curves))
    kept = side_by_side(of, everything, np.zeros(len(curves), dtype=np.int64))
    assert not curves.arms["is_subgroup"][kept].any()
    studies = pd.DataFrame({"cohort": of.cohort[kept], "study": of.study[kept]}).drop_duplicates()
    assert not studies["cohort"].duplicated().any()
    assert not pd.Series(of.arm[kept]).duplicated().any()
    assert len(side_by_side(of, everything[:0], everything[:0])) == 0


def test_words_say_how_each_value_is_known(table, curves, of):
    found = evidence_map(table, curves, of, Selection(), "Families")
    cell = found.cells[(found.cells["site"] == "renal") & (found.cells["column"] == "family:surgery")].iloc[0]
    assert survival_words(cell) == "44% (95% CI 24% to 63%), pooled from 4 arms"
    assert finding(found).startswith(
        "Overall survival: 51 of 105 combinations of primary site and treatment hold a study"
    )
    assert len(map_table(found)) == len(list_cells(found)) == 51


@pytest.mark.parametrize("shade", SHADES)
@pytest.mark.parametrize("dark", [False, True])
def test_the_figure_shows_every_cell_and_every_gap(table, curves, of, shade: str, dark: bool):
    found = evidence_map(table, curves, of, Selection(), "Families")
    figure = evidence_map_figure(found, shade, dark=dark)
    go.Figure(figure.to_dict())  # plotly finds nothing to object to
    gaps, *marks = [trace for trace in figure.data if trace.mode == "markers"]
    assert len(gaps.x) == 105 - 51
    assert sum(len(trace.x) for trace in marks) == 51
    ids = [i for trace in marks for i in trace.customdata]
    assert len(set(ids)) == 51


def test_an_endpoint_without_figures_gives_an_empty_map(table, curves, of):
    nothing = evidence_map(table, curves, of, Selection(text="no such words anywhere"), "Families")
    assert nothing.cells.empty and finding(nothing) == "No cell of the map holds a study."
    evidence_map_figure(nothing, "Studies")
