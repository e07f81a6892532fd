from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from dashboard.intake.cohort import preview, read_cohort
from dashboard.intake.cohort_checks import follow_up_median_months
from dashboard.intake.cohort_plan import propose_events, propose_plan, propose_unit
from dashboard.intake.dates import propose_order, read_dates
from dashboard.intake.limits import IntakeError
from dashboard.intake.text_table import read_text_table


def table(text: str) -> pd.DataFrame:
    return read_text_table(text.encode())


def read(text: str, **answers):
    frame = table(text)
    return read_cohort(frame, propose_plan(frame).confirm(**answers))


def text(*cells: str) -> pd.Series:
    return pd.Series(list(cells), dtype="string", name="column")


def test_nothing_is_read_before_the_user_confirms():
    frame = table("os_months,status\n12,dead\n30,alive\n")
    plan = propose_plan(frame)
    assert (plan.time, plan.event, plan.time_unit) == ("os_months", "status", "months")
    assert (plan.event_values, plan.censored_values) == (("dead",), ("alive",))
    assert not plan.questions
    with pytest.raises(IntakeError, match="not confirmed"):
        read_cohort(frame, plan)
    assert preview(frame, plan)["read: months"].tolist() == [12.0, 30.0]


def test_a_tidy_frame_and_nothing_else():
    cohort = read(
        "MRN,Name,Time (days),Death,Treatment,Primary,Year of surgery,Arm\n"
        "1,Jane Doe,365.25,yes,Microwave ablation,Renal,2010,a\n2,J Roe,730.5,no,something new,renal,2011,b\n"
    )
    assert list(cohort.patients.columns) == ["time_months", "event", "group", "site", "modality", "year"]
    assert cohort.patients["time_months"].tolist() == pytest.approx([12, 24])
    assert cohort.patients["event"].tolist() == [True, False]
    assert cohort.patients["modality"].tolist() == ["mwa", "something new"]
    assert cohort.patients["site"].tolist() == ["renal", "renal"]
    assert cohort.patients["year"].tolist() == [2010, 2011]
    assert "Jane" not in cohort.patients.to_string() + repr(cohort.problems) + repr(cohort.warnings)


@pytest.mark.parametrize(
    ("values", "died"),
    [
        (("0", "1"), ("1",)),
        (("1", "2"), ("2",)),
        (("1.0", "0.0"), ("1.0",)),
        (("Dead", "alive"), ("Dead",)),
        (("Died of disease", "Alive with disease", "lost to follow-up"), ("Died of disease",)),
        (("true", "false"), ("true",)),
    ],
)
def test_event_codings(values, died):
    proposed, alive, _ = propose_events(text(*values))
    assert proposed == died
    assert set(alive) == set(values) - set(died)


def test_a_column_called_censored_means_the_opposite():
    frame = table("time_months,censored\n12,0\n30,1\n")
    assert propose_plan(frame).event_values == ("0",)


def test_an_unknown_code_asks_and_then_waits():
    frame = table("time_months,status\n12,A\n30,B\n31,C\n")
    plan = propose_plan(frame)
    assert plan.questions
    with pytest.raises(IntakeError, match="mean that the patient died"):
        plan.confirm()
    cohort = read_cohort(frame, plan.confirm(event_values=("A",), censored_values=("B",)))
    assert len(cohort.patients) == 2
    assert [(p.row, p.value, p.rule) for p in cohort.problems] == [(4, "C", "event coding")]
    assert "1 of 3 patients" in cohort.warnings[0]


@pytest.mark.parametrize(
    ("name", "values", "unit"),
    [
        ("os_days", ("1", "2"), "days"),
        ("Time (years)", ("1", "2"), "years"),
        ("OS_mo", ("1", "2"), "months"),
        ("time", ("900", "30"), "days"),
        ("time", ("90", "30"), "months"),
        ("time", ("4.5", "3"), None),
    ],
)
def test_units_are_proposed_from_name_or_size(name, values, unit):
    assert propose_unit(text(*values).rename(name))[0] == unit


def test_dates_of_start_and_last_contact():
    cohort = read(
        "Date of surgery,Last contact,Status\n31.01.2010,31.01.2012,1\n01.02.2010,01.01.2010,0\n05.02.2010,x,0\n"
    )
    assert cohort.patients["time_months"].tolist() == pytest.approx([730 / 30.4375])
    assert {(p.row, p.rule) for p in cohort.problems} == {(3, "time >= 0"), (4, "date")}


def test_the_order_of_day_and_month_is_not_guessed():
    assert propose_order(text("01/02/2010", "03/04/2011"))[0] is None
    assert propose_order(text("01/02/2010", "13/04/2011"))[0] == "dmy"
    assert propose_order(text("01/02/2010", "04/13/2011"))[0] == "mdy"
    assert propose_order(text("2010-02-01", "2011-04-13"))[0] == "iso"
    assert propose_order(text("40210", "40646"))[0] == "excel"
    plan = propose_plan(table("start_date,end_date,status\n01/02/2010,03/04/2011,1\n"))
    assert any("day-month-year" in question for question in plan.questions)


def test_dates_read_the_same_in_every_order():
    day = pd.Timestamp("2010-02-03")
    for written, order in (("2010-02-03", "iso"), ("03.02.2010", "dmy"), ("2/3/2010", "mdy"), ("40212", "excel")):
        assert read_dates(text(written, "31/31/2010"), order).tolist() == [day, pd.NaT]


def test_numbers_in_the_wild():
    cohort = read('time_months,event\n"12,5",1\n>60,0\n-3,1\n,1\n5,\n6 years,1\n')
    assert cohort.patients["time_months"].tolist() == [12.5]
    assert [(r.row, r.raw, r.value) for r in cohort.readings] == [(2, "12,5", "12.5")]
    assert {p.row for p in cohort.problems} == {3, 4, 5, 6, 7}


def test_warnings_in_words():
    said = " ".join(read("time_months,event,group\n5,0,a\n6,0,b\n0,0,b\n").warnings)
    for words in (
        "None of the 3 patients",
        "Only 3 patients",
        "fewer than 10",
        "time of 0",
        "immortal-time",
        "not stated",
    ):
        assert words in said
    assert "Every patient has an event" in " ".join(read("time_months,event\n5,1\n6,1\n", event_values=("1",)).warnings)
    long = read("time_months,event\n" + "700,1\n7,0\n" * 40, time_unit="months", time_origin="treatment").warnings
    assert any("check the unit" in words for words in long)
    assert not any("not stated" in words for words in long)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=60))
def test_follow_up_is_that_of_lifelines(patients):
    time = np.array([t for t, _ in patients], dtype=float)
    event = np.array([e for _, e in patients])
    # lifelines censors after events at equal times; here the deaths must leave before the censored count as events.
    curve = KaplanMeierFitter().fit(time - 1e-6 * event, ~event).survival_function_["KM_estimate"]
    below = curve.index[curve <= 0.5 + 1e-9]
    mine = follow_up_median_months(time, event)
    assert mine == pytest.approx(below[0], abs=1e-3) if len(below) else mine is None
