"""Broken tables in `tests/bad_evidence`: each folder lists in expected.csv every problem it must answer, and no other.

A table that a folder does not hold is taken from `good`.
"""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from dashboard.evidence import assemble, validate_tables
from dashboard.evidence.messages import MESSAGES
from dashboard.evidence.pandera_schema import refused
from dashboard.evidence.tables import TABLE_COLUMNS, read_text

FOLDER = Path(__file__).parents[1] / "bad_evidence"
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and path.name != "good")
BETWEEN_TABLES = {
    *("study-exists", "arm-exists", "comparator-exists"),
    *("n-within-study", "years-within-study", "count-within-arm"),
}
JOINED_ONLY = {"same-in-every-row", "row-kind", "derived", "unknown-flag"}


def read_case(name: str) -> dict[str, pd.DataFrame]:
    own = {table: FOLDER / name / f"{table}.csv" for table in TABLE_COLUMNS}
    return {table: read_text(path if path.exists() else FOLDER / "good" / path.name) for table, path in own.items()}


@cache
def problems_of(name: str) -> pd.DataFrame:
    return validate_tables(**read_case(name))


def expected(name: str) -> set[tuple[str, int, str, str]]:
    frame = pd.read_csv(FOLDER / name / "expected.csv")
    return set(frame.itertuples(index=False, name=None))


@pytest.mark.parametrize("name", CASES)
def test_every_problem_is_named_and_no_other(name):
    problems = problems_of(name)
    found = set(problems[["table", "row", "column", "rule"]].itertuples(index=False, name=None))
    assert found == expected(name)
    assert len(problems) == len(found)


@pytest.mark.parametrize("name", CASES)
def test_value_is_the_cell_as_written_and_the_message_has_a_remedy(name):
    tables = read_case(name)
    for problem in problems_of(name).itertuples():
        assert len(problem.message.split(". ")) >= 2 or "? " in problem.message or problem.message.endswith("?")
        if problem.row > 1:
            cell = tables[problem.table][problem.column].iloc[problem.row - 2]
            assert (pd.isna(cell) and pd.isna(problem.value)) or cell == problem.value


@pytest.mark.parametrize("name", ["good", *CASES])
def test_pandera_refuses_what_the_validation_names(name):
    """Two readings of one declaration: the build's schema and the rules that find the cells."""
    tables = {
        table: frame.reindex(columns=[*dict.fromkeys(TABLE_COLUMNS[table])]) for table, frame in read_case(name).items()
    }
    for problem in validate_tables(**tables).itertuples():
        if problem.rule in ("number", "whole-number"):  # found before the schema, which sees numbers only
            tables[problem.table].loc[problem.row - 2, problem.column] = pd.NA
    found = validate_tables(**tables)
    named = set(found[["table", "rule", "column"]].itertuples(index=False, name=None))
    assert refused(tables) == {line for line in named if line[1] not in BETWEEN_TABLES}


def test_good_tables_are_valid_and_become_a_study_table():
    tables = read_case("good")
    assert validate_tables(**tables).empty
    assert assemble(**tables)["row_kind"].eq("figure").all()


def test_every_rule_has_a_fixture():
    rules = {rule for name in CASES for _, _, _, rule in expected(name)}
    repeated = {"repeated-column"}  # a CSV cannot hold it: pandas renames the second column
    assert rules == set(MESSAGES) - JOINED_ONLY - repeated | {"vocabulary", "pattern"}


def test_a_repeated_column_is_a_problem():
    tables = read_case("good")
    tables["arms"] = pd.concat([tables["arms"], tables["arms"][["n"]]], axis=1)
    problems = validate_tables(**tables)
    assert problems[["table", "row", "column", "rule"]].values.tolist() == [["arms", 1, "n", "repeated-column"]]


def test_a_near_miss_is_given_its_term():
    problems = problems_of("vocabulary").set_index("value")["message"]
    assert "Did you mean colorectal?" in problems["colo-rectal"]
    assert "Did you mean rct?" in problems["RCT"]
