import pandas as pd
import pytest

from dashboard.evidence import assemble, columns
from dashboard.evidence.tables import ARM_COLUMNS, OUTCOME_COLUMNS, STUDY_COLUMNS, join, typed
from dashboard.vocabulary import MODALITIES


def test_nothing_is_lost_in_the_join(curated, table):
    assert set(table["study_id"]) == set(curated["studies"]["study_id"])
    arms = curated["arms"]
    assert set(table["arm_key"].dropna()) == set(arms["study_id"] + "/" + arms["arm_id"])
    kinds = table["row_kind"].value_counts()
    assert kinds["figure"] == len(curated["outcomes"])
    assert table.loc[table["row_kind"].eq("study"), "arm_id"].isna().all()
    assert (
        table.loc[table["row_kind"].ne("figure"), ["endpoint", "measure", "value", "figure_id"]].isna().all(axis=None)
    )


def test_figures_are_those_of_the_curated_table(curated, table):
    outcomes = typed(curated["outcomes"], OUTCOME_COLUMNS)
    figures = table[table["row_kind"].eq("figure")]
    key = ["study_id", "arm_id", "endpoint", "measure", "time_months", "value", "p_value", "note", "locator"]
    left = outcomes[key].sort_values(key).reset_index(drop=True)
    right = figures[key].sort_values(key).reset_index(drop=True)
    pd.testing.assert_frame_equal(left, right, check_dtype=False)


@pytest.mark.parametrize(
    ("arm", "study", "start", "end", "basis"),
    [
        ((1995, 1999), (1990, 2000), 1995, 1999, "arm enrolment"),
        ((None, None), (1990, 2000), 1990, 2000, "study enrolment"),
        ((None, None), (None, None), 2005, 2005, "publication"),
        ((1995, None), (1990, 2000), 1995, 1995, "arm enrolment"),
        ((None, None), (None, 2000), 2000, 2000, "study enrolment"),
    ],
)
def test_era(arm, study, start, end, basis):
    studies = {"study_id": "s", "year": 2005, "title": "t", "citation": "confirmed"}
    arms = {
        "study_id": "s",
        "arm_id": "a",
        "label": "l",
        "primary_site": "renal",
        "modality": "rfa",
        "is_subgroup": "no",
    }
    rows = [
        {**studies, "enrol_start": study[0], "enrol_end": study[1]},
        {**arms, "enrol_start": arm[0], "enrol_end": arm[1]},
    ]
    table = assemble(
        pd.DataFrame([rows[0]], columns=list(STUDY_COLUMNS)),
        pd.DataFrame([rows[1]], columns=list(ARM_COLUMNS)),
        pd.DataFrame(columns=list(OUTCOME_COLUMNS)),
    )
    assert table.loc[0, ["era_start", "era_end", "era_basis", "row_kind"]].tolist() == [start, end, basis, "arm"]


def test_every_row_has_an_era_and_its_basis(table):
    assert table["era_start"].notna().all()
    assert (table["era_start"] <= table["era_end"]).all()
    published = table["era_basis"].eq("publication")
    assert (table.loc[published, "era_start"] == table.loc[published, "year"]).all()
    assert table.loc[published, ["study_enrol_start", "study_enrol_end", "arm_enrol_start"]].isna().all(axis=None)


def test_family_follows_the_modality(table):
    arms = table[table["arm_id"].notna()]
    assert arms["family"].tolist() == [MODALITIES[slug].family for slug in arms["modality"]]


def test_figure_ids_do_not_depend_on_the_order_of_the_rows(curated, table):
    shuffled = typed(curated["outcomes"], OUTCOME_COLUMNS).sample(frac=1, random_state=1).reset_index(drop=True)
    again = join(typed(curated["studies"], STUDY_COLUMNS), typed(curated["arms"], ARM_COLUMNS), shuffled)
    key = ["figure_id", "value", "p_value", "ci_low", "note"]
    left = table[key].dropna(subset="figure_id").set_index("figure_id").sort_index()
    right = again[key].dropna(subset="figure_id").set_index("figure_id").sort_index()
    pd.testing.assert_frame_equal(left, right, check_dtype=False, check_index_type=False)


def test_a_new_figure_leaves_the_other_ids_alone(curated, table):
    fewer = curated["outcomes"].drop(index=[0, 5, 100])
    again = assemble(curated["studies"], curated["arms"], fewer)
    assert set(again["figure_id"].dropna()) < set(table["figure_id"].dropna())


@pytest.mark.parametrize(
    "figure",
    [
        "fairweather-2017/resection/os/survival@60",
        "adam-2000/two-stage/os/median_months~metastasis-diagnosis",
        "li-2025/mwa/os/logrank_p!resection",
        "fairweather-2017/all/os/hazard_ratio+age-per-year",
        "chen-2017/tare/os/hazard_ratio!tace#1",
    ],
)
def test_figure_ids_say_what_the_figure_says(table, figure):
    assert figure in set(table["figure_id"].dropna())


def test_twins_are_ordered_by_value(table):
    twins = table.set_index("figure_id")["value"]
    assert twins["chen-2017/tare/os/hazard_ratio!tace#1"] == 1.8
    assert twins["chen-2017/tare/os/hazard_ratio!tace#2"] == 2.1


def test_the_dictionary_covers_every_column_in_order(table):
    assert list(columns()) == list(table.columns)
    for column in columns().values():
        assert column.label
        assert column.definition.endswith(".")
        assert column.source in {"studies", "arms", "outcomes", "derived"}
    sources = {name: column.source for name, column in columns().items()}
    assert {name for name in STUDY_COLUMNS if sources.get(name, "studies") != "studies"} == set()
    numeric = set(table.select_dtypes("number").columns)
    assert {name for name, column in columns().items() if column.unit} == numeric
