"""Names of own studies and arms: they say nothing, they stay, and no shipped study has one."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.evidence import load
from dashboard.evidence.tables import ARM_COLUMNS, OUTCOME_COLUMNS, STUDY_COLUMNS
from dashboard.intake.own_ids import OwnIds
from dashboard.intake.own_table import study_table
from dashboard.vocabulary import OWN_ID

Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def tables(arms: list[tuple[str, str]], compared: list[tuple[str, str, str]] = ()) -> Tables:
    outcomes = [(study, arm, None) for study, arm in arms] + list(compared)
    return (
        pd.DataFrame({"study_id": list(dict.fromkeys(study for study, _ in arms))}, dtype="string"),
        pd.DataFrame(arms, columns=["study_id", "arm_id"], dtype="string"),
        pd.DataFrame(outcomes, columns=["study_id", "arm_id", "comparator_arm_id"], dtype="string"),
    )


def test_studies_are_numbered_and_arms_lettered_as_they_come():
    brought = tables([("smith-2001", "rfa"), ("jones-2002", "x"), ("smith-2001", "r")], [("smith-2001", "rfa", "r")])
    studies, arms, outcomes = OwnIds().extended(*brought).renamed(*brought)
    assert studies["study_id"].tolist() == ["own-1", "own-2"]
    assert list(zip(arms["study_id"], arms["arm_id"], strict=True)) == [("own-1", "a"), ("own-2", "a"), ("own-1", "b")]
    assert outcomes["comparator_arm_id"].dropna().tolist() == ["b"]


def test_a_corrected_sheet_and_a_further_arm_leave_the_names_as_they_were():
    first, corrected = tables([("a", "x"), ("b", "y")]), tables([("b", "y"), ("c", "z"), ("b", "q"), ("a", "x")])
    before = OwnIds().extended(*first)
    after = before.extended(*corrected)
    assert after.studies == {"a": "own-1", "b": "own-2", "c": "own-3"}
    assert after.arms == {("a", "x"): "a", ("b", "y"): "a", ("c", "z"): "a", ("b", "q"): "b"}
    assert OwnIds(before=after.used).extended(*first).studies == {"a": "own-4", "b": "own-5"}


IDS = st.text(max_size=6)


@settings(deadline=None)
@given(st.lists(st.tuples(IDS, IDS), min_size=1, max_size=60, unique=True), st.integers(0, 5))
def test_no_two_are_called_the_same_and_no_text_of_the_user_is_in_a_name(arms: list[tuple[str, str]], before: int):
    brought = tables(arms)
    renamed = OwnIds(before=before).extended(*brought).renamed(*brought)[1]
    assert not renamed.duplicated().any()
    assert renamed["study_id"].str.fullmatch(rf"{OWN_ID}[0-9]+").all()
    assert renamed["arm_id"].str.fullmatch("[a-z]{1,2}").all()


def test_no_shipped_study_has_such_a_name():
    assert not load()["study_id"].str.startswith(OWN_ID).any()


def test_studies_that_share_patients_are_named_by_author_and_year():
    study = {"year": "2001", "title": "T", "citation": "confirmed", "cohort": "same patients", "n_total": "40"}
    arm = {"arm_id": "secret-arm", "label": "Resection", "primary_site": "renal", "modality": "resection", "n": "40"}
    figure = {"arm_id": "secret-arm", "endpoint": "os", "measure": "median_months", "value": "26", "qualifier": "="}
    names = {"secret-1": "Smith A", "secret-2": None}
    frames = (
        pd.DataFrame([{**study, "study_id": key, "first_author": author} for key, author in names.items()]),
        pd.DataFrame([{**arm, "study_id": key, "is_subgroup": "no"} for key in names]),
        pd.DataFrame([{**figure, "study_id": key, "locator": "p. 1"} for key in names]),
    )
    columns = (STUDY_COLUMNS, ARM_COLUMNS, OUTCOME_COLUMNS)
    brought = [frame.reindex(columns=list(each)).astype("string") for frame, each in zip(frames, columns, strict=True)]
    table = study_table(*brought)
    assert set(table["arm_key"]) == {"own-1/a", "own-2/a"}
    said = dict(zip(table["study_id"], table["flag_text"], strict=True))
    assert "Shares patients with secret-2 (yours) 2001 (n = 40)" in said["own-1"]
    assert "Shares patients with Smith A (yours) 2001 (n = 40)" in said["own-2"]
