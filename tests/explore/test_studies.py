"""One study: its words, its figures, its place among its kind, its factors."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.explore.factors import factor_table, factors, finding
from dashboard.explore.milestones import Effects
from dashboard.explore.place import place_table, places
from dashboard.explore.study_list import cells, study_list
from dashboard.explore.study_page import study_page
from dashboard.figures.factors import factors_figure
from dashboard.figures.strip import strip_figure
from dashboard.selection import Selection, apply
from dashboard.synthesis import back_transform, milestone_effect, pool


def rows_of(table: pd.DataFrame, study: str) -> pd.DataFrame:
    return table[table["study_id"] == study]


def test_a_study_has_a_page_with_all_its_arms_and_figures(table):
    for study in sorted(table["study_id"].unique())[::15]:
        rows = rows_of(table, study)
        page = study_page(table, str(study))
        assert len(page.arms) == rows["arm_key"].nunique()
        assert len(page.figures) == rows["row_kind"].eq("figure").sum()
        assert page.title and page.reference
        assert page.inferred == (rows["citation"].iloc[0] == "inferred")
        assert str(study) not in {other for other, _ in (*page.related, *page.overlapping)}


def test_a_figure_says_endpoint_origin_qualifier_locator_and_note(table):
    figures = study_page(table, "hardy-1998").figures
    bound = figures[figures["Measure"] == "Survival at 60 months"].iloc[0]
    assert bound["Value"] == ">50%" and bound["Qualifier"] == "more than" and bound["Read in"]
    heslin = study_page(table, "heslin-2001").figures
    assert heslin["Value"].str.contains("ambiguous").any()
    adam = study_page(table, "adam-2000").figures
    medians = adam[adam["Measure"] == "Median"]
    assert set(medians["Value"]) >= {"31 months", "44 months"} and medians["Time origin"].nunique() == 2


def test_cautions_are_sentences_with_their_arm(table):
    flags = dict(study_page(table, "peker-2015").flags)
    assert any("contradicts" in sentence for sentence in flags["Median contradicts a survival rate"])
    assert dict(study_page(table, "fong-1999").flags)["Overlapping cohort"][0].startswith("Shares patients with")


def test_overlapping_studies_share_the_cohort_and_are_not_called_related(table):
    page = study_page(table, "fong-1999")
    cohort = rows_of(table, "fong-1999")["cohort"].iloc[0]
    same = set(table.loc[table["cohort"] == cohort, "study_id"]) - {"fong-1999"}
    assert {study for study, _ in page.overlapping} == same
    assert not same & {study for study, _ in page.related}


def test_an_unknown_study_has_no_page(table):
    with pytest.raises(KeyError):
        study_page(table, "nobody-1900")


def test_the_list_has_every_selected_study_newest_first(table):
    rows = apply(table, Selection(sites=("renal",)))
    found = study_list(rows)
    assert set(found["study_id"]) == set(rows["study_id"])
    assert found["year"].is_monotonic_decreasing
    assert found["figures"].sum() == len(rows)
    assert len(cells(found, most=3)) == 3
    assert study_list(rows.iloc[:0]).empty


def test_a_place_is_the_prediction_of_the_other_studies_alone(curves, of):
    place = places(curves, of, "fong-1999", "os", 60)[0]
    assert place.survival == 0.37
    assert "fong-1999" not in set(curves.arms["study_id"][place.peers])
    cohort = curves.arms["cohort"][place.arm]
    assert cohort and cohort not in set(curves.arms["cohort"][place.peers])
    natural = back_transform(pool(of.yi[place.peers], of.vi[place.peers]), "cloglog")
    assert (place.estimate, place.pi_low, place.pi_high) == (natural.estimate, natural.pi_low, natural.pi_high)
    assert "Not a surprise" in place.sentence


def test_a_surprise_is_said_only_beyond_the_chance_of_a_small_arm(curves, of):
    place = places(curves, of, "fong-1999", "os", 60)[0]
    for n, word in ((20, "by chance"), (100_000, "A surprise")):
        value, yi, vi = of.value.copy(), of.yi.copy(), of.vi.copy()
        survival = min(0.999, place.pi_high + 0.05)
        value[place.arm] = survival
        yi[place.arm], vi[place.arm] = milestone_effect(survival, n=n)
        moved = Effects(value, yi, vi, of.poolable, of.arm, of.study, of.cohort, of.rank, of.standing, of.n)
        assert word in places(curves, moved, "fong-1999", "os", 60)[0].sentence


def test_too_few_peers_give_no_interval(curves, of):
    found = {place.name: place for place in places(curves, of, "fairweather-2017", "os", 60)}
    assert len(found) == 5
    few = [place for place in found.values() if len(place.peers) < 3]
    assert few and all((math.isnan(place.pi_low) and "too few" in p.sentence) or "No other" in p.sentence
                       for place in few for p in [place])  # fmt: skip
    figure = strip_figure(curves, list(found.values()))
    go.Figure(figure.to_dict())  # plotly finds nothing to object to
    assert len(figure.layout.shapes) == 2 * (len(found) - len(few))
    assert len(place_table(list(found.values()))) == 5


def test_factors_with_and_without_hazard_ratios(table):
    fairweather = factors(rows_of(table, "fairweather-2017"))
    assert [f.hazard_ratio for f in fairweather] == [1.0, 0.5, 0.3, 0.3, 0.4, 0.5]
    assert "Hepatic resection HR 0.3 (CI not reported), p = 0.001" in finding(fairweather, "Fairweather 2017")
    fong = factors(rows_of(table, "fong-1999"))
    assert len(fong) == 7 and all(math.isnan(f.hazard_ratio) for f in fong)
    assert "Positive margin p = 0.004; hazard ratio not reported" in finding(fong, "Fong 1999")
    for found in (fairweather, fong):
        figure = factors_figure(found)
        go.Figure(figure.to_dict())
        assert len(figure.layout.annotations) == len(found) == len(factor_table(found))
        assert np.array_equal(figure.data[0].x, [f.hazard_ratio for f in found], equal_nan=True)
    contrast = factors(rows_of(table, "ruers-2017"))[0]
    assert " v " in contrast.name and contrast.words.startswith("HR 0.58 (95% CI 0.38 to 0.88)")
