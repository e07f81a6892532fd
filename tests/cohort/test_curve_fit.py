"""A digitised curve, its fit, and the arm it becomes: no figure of it looks printed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.cohort.curve_fit import CurveFit, fit_curve, fit_table, fit_words, point_rows
from dashboard.cohort.derived_arm import AT_RISK_AT_THE_END, Description, arm_tables, kept_times, slug
from dashboard.comparison.curves import DERIVED, build
from dashboard.comparison.groups import make_groups
from dashboard.evidence import load, validate_tables
from dashboard.evidence.tables import DERIVED_LOCATOR
from dashboard.figures.curve_fit import curve_fit_figure
from dashboard.figures.curves import survival_figure
from dashboard.intake.digitised import read_digitised
from dashboard.intake.limits import IntakeError
from dashboard.intake.own_table import study_table
from dashboard.survival import guyot
from dashboard.survival.estimate import KaplanMeier
from dashboard.synthesis import Question, eligible

SAID = Description("Doe J", 2020, "RFA <b>alone</b>", "colorectal", "rfa", "os", "treatment", 2001, 2010, "Ann Surg")
RISK_TIMES = (0, 12, 24, 36, 48, 60)


def true_patients(n: int = 150, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    died, left = rng.exponential(40, n), rng.uniform(20, 90, n)
    return np.minimum(died, left).round(2), (died <= left).astype(float)


def digitised(times: np.ndarray, events: np.ndarray, end: float = 62.0) -> tuple[str, str]:
    """Both corners of every step to three digits, as a careful reader takes them, and numbers at risk."""
    fit = KaplanMeier.fit(times, events)
    lines, level = ["0,1"], 1.0
    for time, died, survival in zip(fit.times, fit.deaths, fit.survival, strict=True):
        if died and time <= end:
            lines += [f"{time:.2f},{level:.3f}", f"{time:.2f},{survival:.3f}"]
            level = survival
    lines.append(f"{end},{level:.3f}")
    risk = [f"{t},{(times >= t).sum()}" for t in RISK_TIMES]
    return "\n".join(lines), "\n".join(risk)


@pytest.fixture(scope="module")
def fit() -> CurveFit:
    return fit_curve(read_digitised(*digitised(*true_patients())))


def test_the_curve_comes_back_with_its_numbers_at_risk(fit: CurveFit):
    times, events = true_patients()
    truth = KaplanMeier.fit(times, events)
    grid = np.linspace(0, 62, 500)
    assert np.abs(fit.group.fit.survival_at(grid) - truth.survival_at(grid)).mean() < 0.004
    assert fit.largest[0] < 0.01
    assert (fit.at_risk["given"] - fit.at_risk["reconstructed"]).abs().max() <= 1
    assert fit.group.n == 150 and f"{fit.group.events} events and" in fit_words(fit)
    assert fit.warnings == ()
    assert list(fit_table(fit)["Months"]) == list(RISK_TIMES)
    assert point_rows(fit)["Distance"].max() == fit.largest[0]


def test_points_at_the_very_times_of_the_numbers_at_risk_keep_their_survival():
    points = "0,1\n6,.9\n12,.8\n18,.7\n24,.62\n30,.55\n36,.48\n48,.38\n60,.3"
    found = fit_curve(read_digitised(points, "0 12 24 36 48 60\n200 150 105 75 50 30"))
    assert found.largest[0] < 0.01
    assert (found.at_risk["given"] == found.at_risk["reconstructed"]).all()
    _, _, figures = arm_tables(found, SAID)
    at = figures[figures["measure"].eq("survival")].set_index("time_months")["value"].astype(float)
    assert at["12.0"] == pytest.approx(0.8, abs=0.01) and at["60.0"] == pytest.approx(0.3, abs=0.02)
    assert any("digitise more points" in sentence for sentence in found.warnings)


def test_a_curve_followed_by_hand_is_reconstructed_as_one():
    """The engine tells a hand from a step reader by its rises: reading the points must not level them first."""
    times, events = true_patients()
    truth = KaplanMeier.fit(times, events)
    clicks = np.linspace(0, 62, 150)
    noise = np.random.default_rng(1).normal(0, 0.004, len(clicks))
    clicked = np.clip(truth.survival_at(clicks) + np.where(clicks > 0, noise, 0), 0, 1)
    at_risk = [int((times >= t).sum()) for t in RISK_TIMES]
    pasted = "\n".join(f"{t!r};{s!r}" for t, s in zip(clicks.tolist(), clicked.tolist(), strict=True))
    found = fit_curve(read_digitised(pasted, "\n".join(f"{t};{k}" for t, k in zip(RISK_TIMES, at_risk, strict=True))))
    expected = guyot(clicks, clicked, RISK_TIMES, at_risk).patients
    pd.testing.assert_frame_equal(found.result.patients, expected)
    assert abs(found.group.events - truth.deaths[truth.times <= 62].sum()) <= 3


def test_without_numbers_at_risk_the_number_of_patients_is_asked_for():
    curve = read_digitised("0,1\n12,0.8\n24,0.6")
    with pytest.raises(IntakeError, match="not known"):
        fit_curve(curve)
    found = fit_curve(curve, n=100, total_events=40)
    assert found.group.events == 40 and any("interval is too narrow" in words for words in found.warnings)
    with pytest.raises(IntakeError, match="90 patients are stated, but 100"):
        fit_curve(read_digitised("0,1\n12,0.8\n24,0.6", "0,100\n12,80"), n=90)


def test_numbers_of_another_arm_are_refused_or_doubted():
    with pytest.raises(IntakeError, match="cannot be"):
        fit_curve(read_digitised("0,1\n12,0.5\n24,0.3", "0,100\n12,95\n24,90"))
    with pytest.raises(IntakeError, match="500 events are stated, but 100 patients"):
        fit_curve(read_digitised("0,1\n12,0.5", "0,100"), total_events=500)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0.02, 1.0), min_size=2, max_size=25),
    st.integers(1, 400),
    st.floats(0.5, 40),
)
def test_any_falling_curve_is_fitted_or_refused_in_words(falls, n, gap):
    survival = np.cumprod(falls)
    times = gap * np.arange(1, len(falls) + 1)
    text = "0,1\n" + "\n".join(f"{t:.4f},{s:.6f}" for t, s in zip(times, survival, strict=True))
    found = fit_curve(read_digitised(text, survival_unit="proportion"), n=n)
    assert found.group.n == n and (found.distances >= 0).all()
    kept = kept_times(found)
    assert len(kept) == 0 or (kept[-1] <= found.end_months and (np.diff(kept) > 0).all())
    curve_fit_figure(found)


def test_the_arm_is_valid_and_every_derived_figure_says_so(fit: CurveFit):
    studies, arms, figures = arm_tables(fit, SAID)
    assert validate_tables(studies, arms, figures).empty
    table = study_table(studies, arms, figures)
    derived = table["measure"].isin(["survival", "median_months"])
    assert derived.sum() > 5 and not table.loc[derived, "reported"].any()
    assert table.loc[derived, "locator"].eq(DERIVED_LOCATOR).all()
    assert table.loc[table["measure"].eq("n_at_risk"), "reported"].all()
    assert (table["label"] == "RFA <b>alone</b>").all() and (table["time_origin"] == "treatment").all()
    last = table.loc[table["measure"].eq("survival"), "time_months"].max()
    assert fit.group.at_risk(last) >= AT_RISK_AT_THE_END and last <= fit.end_months


def test_it_is_drawn_pooled_and_tabulated_as_derived_and_comes_back_so_from_a_download(fit: CurveFit):
    added = study_table(*arm_tables(fit, SAID), shipped=load(), mode="add")
    own = added[added["own"]]
    for table in (added, study_table(*arm_tables(fit, SAID))):
        curves = build(table)
        k = next(i for i, key in enumerate(curves.arms["arm_key"]) if key == own["arm_key"].iloc[0])
        statuses = {str(curves.cells[name][k]) for name in curves.cells if name.endswith("_status")}
        assert DERIVED in statuses and statuses <= {DERIVED, ""}
        figure = survival_figure(curves, make_groups(curves, np.array([k]), "arm"))
        assert [trace["mode"] for trace in figure._data] == ["lines"]  # no mark: every mark is a printed figure
    rows = eligible(own, Question(milestone_months=24.0)).rows
    assert rows["status"].tolist() == ["derived"]
    shipped = eligible(added[~added["own"]], Question(milestone_months=24.0)).rows
    assert set(shipped["status"]) == {"reported"}


@pytest.mark.parametrize("missing", [{"author": " "}, {"label": "\u202e"}])
def test_an_arm_without_a_name_is_refused(fit: CurveFit, missing):
    said = Description(**{**SAID.__dict__, **missing})
    with pytest.raises(IntakeError, match="no author or no label"):
        arm_tables(fit, said)


@pytest.mark.parametrize("label", ["../../etc/passwd", "=cmd()", "<script>", "Ärzte & Söhne", "肝", "x" * 500])
def test_any_label_makes_a_valid_identity_and_stays_text(fit: CurveFit, label):
    said = Description(**{**SAID.__dict__, "label": label, "author": label})
    studies, arms, figures = arm_tables(fit, said)
    assert validate_tables(studies, arms, figures).empty
    assert arms.loc[0, "label"] == label[:200]


def test_slugs_are_plain():
    assert slug("Müller-Lüdenscheidt, K. 2") == "muller-ludenscheidt-k-2"
    assert slug("肝") == ""


def test_the_figure_shows_points_steps_and_both_numbers_at_risk(fit: CurveFit):
    for dark in (False, True):
        figure = go.Figure(data=(drawn := curve_fit_figure(fit, dark=dark))._data, layout=drawn._layout)
        points, steps, *_ = figure.data
        assert len(points.x) == len(fit.digitised.times_months) and "open" in points.marker.symbol
        assert steps.line.shape == "hv" and max(steps.x) <= fit.end_months
        texts = [note.text for note in figure.layout.annotations]
        assert "At risk, as given" in texts and "At risk, reconstructed" in texts and texts.count("150") == 2


def test_a_table_without_the_column_counts_its_figures_as_printed():
    table = load().head(200).reset_index(drop=True)
    assert isinstance(build(table), type(build(table.drop(columns="reported"))))
    with_column, without = build(table), build(table.drop(columns="reported"))
    assert (with_column.cells["s60_status"] == without.cells["s60_status"]).all()
    assert pd.Series(without.points["reported"]).all()
