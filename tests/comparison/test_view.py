"""The page's words and table: the numbers are those of the table, and the traps are named."""

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.comparison.curves import build
from dashboard.comparison.groups import make_groups
from dashboard.comparison.table import FIRST_ROWS, MOST_ROWS, comparison_table, grid
from dashboard.comparison.view import OPENING_STUDY, compare
from dashboard.figures.curves import ARM_LINES, MAX_ARM_LINES, MAX_LABELS, drawn_arms, survival_figure
from dashboard.selection import Selection, apply


def view(table, curves, selection=None, **options):
    selection = selection or Selection()
    return compare(table, curves, apply(table, selection), selection, **options)


def test_nothing_chosen_opens_on_the_five_treatments(table, curves):
    opening = view(table, curves)
    assert opening.study_id == OPENING_STUDY
    assert [(g.label, g.patients) for g in opening.groups] == [
        ("Resection", 58), ("RFA", 28), ("TACE", 130), ("Systemic", 316), ("Observation", 117),
    ]  # fmt: skip
    assert opening.sentence.startswith(
        "Overall survival at 5 years: resection 90%, RFA 84%, systemic 58%, TACE 55%, observation 38% (as printed)."
    )
    assert "38 months (observation) to 160 months (resection)" in opening.sentence
    assert "not at random" in opening.caution
    assert "immortal-time bias" in opening.caution


def test_a_filter_leaves_the_opening_example(table, curves):
    assert view(table, curves, Selection(sites=("neuroendocrine",))).study_id is None
    assert view(table, curves, Selection(sites=("renal",)), study=OPENING_STUDY).study_id is None
    assert view(table, curves, Selection(sites=("neuroendocrine",)), study=OPENING_STUDY).study_id == OPENING_STUDY


def test_arms_without_figures_are_listed(table, curves):
    selection = Selection(endpoint="pfs")
    shown = view(table, curves, selection)
    drawn = {curves.arms["arm_key"][k] for g in shown.groups for k in g.members}
    assert len(shown.silent)
    assert not drawn & set(table["arm_key"].iloc[shown.silent])


def test_the_table_marks_every_number(table, curves):
    shown = view(table, curves, Selection(sites=("neuroendocrine",)))
    frame = comparison_table(curves, shown.groups)
    assert len(frame) == sum(len(g.members) for g in shown.groups)
    for title in ("Median (months)", "1-year survival", "3-year survival", "5-year survival", "10-year survival"):
        stated = frame[title].notna()
        assert frame.loc[stated, f"{title}: status"].isin(["reported", "derived"]).all()
        assert (~frame.loc[~stated, f"{title}: status"].isin(["reported", "derived"])).all()


def test_the_grid_shows_the_same_numbers(table, curves):
    shown = view(table, curves)
    rows = grid(curves, shown.groups)["rows"]
    assert [row[7]["t"] for row in rows] == ["160", "123", "66", "70", "38"]
    assert [row[10]["t"] for row in rows] == ["90%", "84%", "55%", "58%", "38%"]
    assert {row[8]["s"] for row in rows} == {"derived"}


@pytest.mark.parametrize("by", ["treatment", "family", "site", "era", "arm"])
@pytest.mark.parametrize("dark", [False, True])
def test_figures_are_valid_and_end_where_the_papers_end(table, curves, by, dark):
    shown = view(table, curves, Selection(sites=("uveal-melanoma", "renal")), by=by, dark=dark)
    figure = survival_figure(curves, shown.groups, unit="years", dark=dark)
    go.Figure(figure.to_dict())  # plotly's own validation
    last = max(curves.knots[k][-1][0] for g in shown.groups for k in g.members)
    for trace in figure.data:
        if trace.mode == "lines":
            assert np.nanmax(np.asarray(trace.x, dtype=float)) <= last / 12 + 1e-9


def test_of_more_groups_than_fit_the_largest_are_named_and_the_rest_counted(table, curves):
    shown = view(table, curves, Selection(sites=("colorectal",)))
    assert len(shown.groups) > MAX_LABELS
    texts = [note.text for note in survival_figure(curves, shown.groups).layout.annotations]
    named = [group for group in shown.groups if any(text.startswith(f"{group.label} (") for text in texts)]
    assert len(named) == MAX_LABELS and len(texts) == MAX_LABELS + 1
    assert texts[-1].startswith("and ") and texts[-1].endswith("more, see table")
    unnamed = [group.patients or 0 for group in shown.groups if group not in named]
    assert max(unnamed) <= min(group.patients for group in named)


def test_of_more_arms_than_can_be_told_apart_the_largest_are_drawn_and_no_lone_arm_is_lost(table, curves):
    shown = view(table, curves, Selection(sites=("colorectal",)))
    drawn = drawn_arms(curves, shown.groups)
    members = np.concatenate([group.members for group in shown.groups])
    assert len(members) > MAX_ARM_LINES and ARM_LINES <= len(drawn) < len(members)
    assert all(int(group.members[0]) in drawn for group in shown.groups if len(group.members) == 1)
    undrawn = [k for k in members.tolist() if k not in drawn]
    smallest = np.sort(np.nan_to_num(curves.arms["n"][members]))[::-1][ARM_LINES - 1]
    assert np.nan_to_num(curves.arms["n"][undrawn]).max() <= smallest
    few = view(table, curves, Selection(sites=("renal",)))
    assert len(drawn_arms(curves, few.groups)) == sum(len(group.members) for group in few.groups)


def test_a_long_table_shows_its_first_rows_and_says_how_many_there_are(table, curves):
    made = grid(curves, view(table, curves, Selection()).groups)
    assert len(made["rows"]) == made["total"]
    made = grid(curves, make_groups(curves, np.arange(len(curves)), "site"))
    assert made["total"] == len(curves) > MOST_ROWS and len(made["rows"]) == FIRST_ROWS


def test_what_is_made_once_is_what_would_be_made_anew(table, curves):
    members = np.arange(40)
    first, again = (grid(curves, make_groups(curves, members, "site")) for _ in range(2))
    fresh = build(table)
    assert first == again == grid(fresh, make_groups(fresh, members, "site"))


def test_labels_from_the_data_are_text_not_markup(table, curves):
    hostile = table.copy()
    hostile["label"] = "<img src=x onerror=alert(1)>"
    of_hostile = build(hostile)
    shown = view(hostile, of_hostile, Selection(sites=("renal",)), by="arm")
    assert "<img" not in survival_figure(of_hostile, shown.groups).to_json()


def test_one_randomised_trial_needs_no_caution_about_choice(table, curves):
    trial = next(
        s for s in sorted(set(table.loc[table["design"].eq("rct"), "study_id"]))
        if len(view(table, curves, Selection(designs=("rct",)), study=s, by="arm").groups) == 2
    )  # fmt: skip
    assert "at random" not in view(table, curves, Selection(designs=("rct",)), study=trial, by="arm").caution


def test_groups_of_three_disjoint_arms_or_more_are_pooled(table, curves):
    shown = view(table, curves, Selection(sites=("colorectal",), modalities=("resection",)), by="era")
    pooled = {g.label: g.summary for g in shown.groups if g.summary is not None and g.summary.pooled}
    assert "2000s" in pooled
    value, low, high = pooled["2000s"].at(60)
    assert low < value < high
    assert f"2000s {value:.0%} ({low:.0%} to {high:.0%})" in shown.sentence
    assert "pooled, random effects" in shown.sentence
    beyond = pooled["2000s"].months[-1] + 1
    assert all(np.isnan(pooled["2000s"].at(beyond)))
