"""The panels beside the forest plot, each from the same arms."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from dashboard.evidence import load
from dashboard.pooled.across import arms_for, candidates, pool_across
from dashboard.pooled.ask import Ask
from dashboard.pooled.moderators_panel import moderators_panel
from dashboard.pooled.panels import (
    Frame,
    cumulative_panel,
    era_panel,
    funnel_panel,
    leave_one_out_panel,
    specification_panel,
)
from dashboard.pooled.tables import describe
from dashboard.selection import Selection
from dashboard.synthesis import back_transform, meta_regression, specification
from dashboard.synthesis.eligibility import Eligible

TABLE = load()
SELECTION = Selection(sites=("colorectal",), modalities=("resection", "rfa"))
ASK = Ask()
FOUND = arms_for(candidates(TABLE, SELECTION), ASK)
ACROSS = pool_across(Eligible(describe(FOUND.rows, TABLE), FOUND.left_out), ASK)
RESECTION = Frame(ACROSS.summary, "resection", "Resection", "survival")
RFA = Frame(ACROSS.summary, "rfa", "RFA", "survival", dark=True)


@pytest.mark.parametrize("build", [funnel_panel, era_panel, leave_one_out_panel, cumulative_panel])
@pytest.mark.parametrize("frame", [RESECTION, RFA])
def test_every_panel_has_a_sentence_and_draws_what_its_table_holds(build, frame):
    panel = build(frame)
    assert panel.sentence and panel.name.endswith(frame.label)
    assert panel.figure is not None and len(panel.table) == len(frame.rows)
    go.Figure(panel.figure.to_dict())


def test_egger_and_trim_and_fill_only_from_ten_arms():
    assert "Egger's test of asymmetry" in funnel_panel(RESECTION).sentence
    assert "need 10" in funnel_panel(RFA).sentence


def test_leaving_none_out_is_the_pooled_result_and_cumulative_ends_there():
    whole = back_transform(ACROSS.summary.pooled["resection"], "cloglog").estimate
    table = cumulative_panel(RESECTION).table
    assert table["Survival"].iloc[-1] == pytest.approx(whole, abs=1e-4)
    assert leave_one_out_panel(RESECTION).sentence.startswith(f"All {len(RESECTION.rows)} arms: {100 * whole:.0f}%")
    shown = leave_one_out_panel(RESECTION).table
    assert ((shown["95% CI low"] < shown["Survival"]) & (shown["Survival"] < shown["95% CI high"])).all()


def test_moderators_are_those_of_the_regressions_and_say_what_could_not_be_fitted():
    panel = moderators_panel(RESECTION)
    rows = RESECTION.rows
    year = rows["era_start"].astype(float)
    fit = meta_regression(rows["yi"], rows["vi"], year)
    table = panel.table.set_index("Moderator")
    assert table.loc["start of enrolment", "R² (%)"].iloc[0] == pytest.approx(fit.r2, abs=0.06)
    assert f"start of enrolment {fit.r2:.0f}% ({len(rows)} arms)" in panel.sentence
    assert "primary site (fewer than two kinds" in panel.sentence and "none of it is a cause" in panel.sentence
    assert ((panel.table["95% CI low"] < panel.table["Survival"]) & panel.table["Survival"].between(0, 1)).all()
    assert len(panel.figure.data[1].x) == len(panel.table)
    assert moderators_panel(RFA).figure is None and "too few" in moderators_panel(RFA).sentence


def test_sensitivity_names_its_range_and_the_choice_made():
    rows = candidates(TABLE, SELECTION)
    found = specification(rows[rows["modality"] == "resection"], ASK.question, methods=("REML", "DL"))
    panel = specification_panel(found, "Resection", "survival")
    assert panel.sentence.startswith(f"{len(found)} ways to pool") and "as asked" in panel.sentence
    assert len(panel.table) == len(found) and "DerSimonian-Laird" in set(panel.table["Estimator"])
    assert "fewer than two arms" in specification_panel(found.iloc[:0], "RFA", "survival").sentence
