import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dashboard.evidence import assemble, validate, validate_tables
from dashboard.evidence.tables import TABLE_COLUMNS, typed


def test_the_shipped_tables_are_valid_as_text_and_typed(curated):
    assert validate_tables(**curated).empty
    assert validate_tables(**{name: typed(frame, TABLE_COLUMNS[name]) for name, frame in curated.items()}).empty


def test_empty_tables_are_valid():
    tables = {name: pd.DataFrame(columns=list(columns)) for name, columns in TABLE_COLUMNS.items()}
    assert validate_tables(**tables).empty
    assert assemble(**tables).empty


def test_frames_without_any_column_answer_with_the_missing_columns():
    problems = validate_tables(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    assert set(problems["rule"]) == {"missing-column"}
    assert len(problems) == sum(map(len, TABLE_COLUMNS.values()))


GARBAGE = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.binary(max_size=4),
    st.lists(st.integers(), max_size=2),
    st.sampled_from(
        ["9" * 400, "1e999", "-0", "0x1F", "1_000", "١٢", " 12 ", "NaN", "=1+1", "\ud800", "=", "?", "survival"]
    ),
    st.just(np.nan),
    st.just(pd.NaT),
)


# Shrinking would cost minutes: each example is a validation of three tables.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(max_examples=15, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_garbage_is_a_problem_and_never_an_exception(curated, data):
    sample = {
        "studies": curated["studies"].head(3),
        "arms": curated["arms"].head(6),
        "outcomes": curated["outcomes"].head(8),
    }
    ids = sample["studies"]["study_id"]
    tables = {
        name: frame[frame["study_id"].isin(ids)].reset_index(drop=True).astype(object) for name, frame in sample.items()
    }
    for _ in range(data.draw(st.integers(1, 6))):
        name = data.draw(st.sampled_from(list(tables)))
        row = data.draw(st.integers(0, len(tables[name]) - 1))
        column = data.draw(st.integers(0, tables[name].shape[1] - 1))
        tables[name].iat[row, column] = data.draw(GARBAGE)
    problems = validate_tables(**tables)
    assert problems["message"].notna().all()
    if problems.empty:
        assemble(**tables)


def test_row_is_the_spreadsheet_line_whatever_the_index(curated):
    outcomes = curated["outcomes"].copy()
    outcomes.loc[10, "value"] = "1.7"
    outcomes.loc[10, "measure"] = "survival"
    outcomes.loc[10, "time_months"] = "12"
    outcomes.index = outcomes.index + 500
    problems = validate_tables(curated["studies"], curated["arms"], outcomes)
    assert problems["row"].tolist() == [12]
    assert problems["rule"].tolist() == ["proportion"]


# The joined table


def test_the_shipped_study_table_is_valid(table):
    assert validate(table).empty
    assert list(validate(table).columns) == ["row", "column", "value", "rule", "message"]


def test_the_study_table_survives_a_round_trip_through_csv(table, tmp_path):
    table.to_csv(tmp_path / "t.csv", index=False)
    assert validate(pd.read_csv(tmp_path / "t.csv", dtype="string", keep_default_na=False, na_values=[""])).empty


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("value", 45.0, "proportion"),
        ("endpoint", "survival", "vocabulary"),
        ("qualifier", None, "required"),
        ("time_months", -3.0, "time-range"),
        ("ci_low", 0.99, "ci-holds-value"),
        ("comparator_arm_id", "nobody", "comparator-exists"),
        ("p_value", "p=0.05", "p-text"),
        ("modality", "surgery", "vocabulary"),
        ("year", 1830, "range"),
        ("figure_id", None, "derived"),
        ("row_kind", "arm", "row-kind"),
        ("arm_key", "x/y", "derived"),
        ("flags", "odd-flag", "unknown-flag"),
    ],
)
def test_a_bad_cell_of_the_study_table_is_found_in_its_row(table, column, value, rule):
    broken = table.head(150).copy()
    with_ci = broken["measure"].eq("survival") & broken["ci_low"].notna() & broken["comparator_arm_id"].isna()
    row = int(broken.index[with_ci.fillna(False)][0])
    broken.loc[row, column] = value
    problems = validate(broken)
    assert (row, column, rule) in set(problems[["row", "column", "rule"]].itertuples(index=False, name=None))


def test_rows_of_one_study_that_disagree_are_named(table):
    broken = table.copy()
    rows = broken.index[broken["study_id"].eq("fairweather-2017")]
    broken.loc[rows[3], "n_total"] = 650
    problems = validate(broken)
    assert problems[["row", "column", "rule"]].values.tolist() == [[rows[3], "n_total", "same-in-every-row"]]


def test_a_study_table_without_a_column_says_so(table):
    problems = validate(table.drop(columns=["value", "study_enrol_end"]))
    assert set(problems["column"]) == {"value", "study_enrol_end"}
    assert problems["row"].isna().all()


def test_garbage_in_every_column_of_the_study_table_is_answered_at_once(table):
    broken = table.head(len(table.columns)).astype(object)
    for row in range(len(table.columns)):
        broken.iat[row, row] = "\x00 not a thing"
    found = set(validate(broken)["column"])
    assert {"value", "year", "endpoint", "time_months", "n", "ci_low", "p_value", "doi", "modality", "flags"} <= found


def test_curves_that_differ_by_an_empty_time_origin_alone_are_held_apart():
    """One arm of a paper says from when its time counts, a further figure of it does not."""
    arm = {
        "study_id": "a-2001",
        "arm_id": "x",
        "endpoint": "os",
        "measure": "survival",
        "qualifier": "=",
        "locator": "p",
    }
    rates = [("treatment", 12, 0.5), ("treatment", 36, 0.3), (None, 12, 0.4), (None, 60, 0.45), ("treatment", 60, 0.2)]
    outcomes = pd.DataFrame([{**arm, "time_origin": o, "time_months": t, "value": v} for o, t, v in rates])
    studies = pd.DataFrame([{"study_id": "a-2001", "year": 2001, "title": "T", "citation": "confirmed"}])
    arms = pd.DataFrame(
        [{"study_id": "a-2001", "arm_id": "x", "label": "X", "primary_site": "renal", "modality": "rfa", "n": 9}]
    ).assign(is_subgroup="no")
    tables = {"studies": studies, "arms": arms, "outcomes": outcomes}
    found = validate_tables(**{name: frame.reindex(columns=TABLE_COLUMNS[name]) for name, frame in tables.items()})
    assert found[["row", "rule"]].to_numpy().tolist() == [[5, "survival-never-rises"]]
