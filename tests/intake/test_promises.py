"""The readers work with files and sockets forbidden: an upload can reach neither the disk nor the network."""

from __future__ import annotations

import io
import sys

import pandas as pd
import pytest
from templates import filled_template

from dashboard.evidence import load
from dashboard.intake.cohort import read_cohort
from dashboard.intake.cohort_plan import propose_plan
from dashboard.intake.digitised import read_digitised
from dashboard.intake.evidence_workbook import read_evidence
from dashboard.intake.files import read_tables
from dashboard.intake.marked_copy import marked_copy
from dashboard.intake.own_table import study_table
from dashboard.intake.problems import Problem
from dashboard.intake.safe_text import to_csv

TEMPLATE = filled_template()
_BUFFER = io.BytesIO()
pd.DataFrame({"a": [1.5, None], "b": ["x", "y"]}).to_parquet(_BUFFER, index=False)
PARQUET = _BUFFER.getvalue()
FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "shutil.",
    "os.rename",
    "os.remove",
    "os.mkdir",
    "tempfile.",
)
watching = False
seen: list[str] = []


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if not watching:
        return
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        writes = (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & 0b11)
        if writes:
            seen.append(f"{event} {arguments[0]}")
    elif event.startswith(FORBIDDEN):
        seen.append(event)


sys.addaudithook(_audit)


@pytest.fixture
def watched():
    global watching
    seen.clear()
    watching = True
    yield seen
    watching = False


def read_everything() -> None:
    cohort = b"name,time_months,status,group\nJane Doe,12,dead,a\nJ Roe,30,alive,b\n"
    frame = next(iter(read_tables(cohort, "../../cohort.csv").sheets.values()))
    read_cohort(frame, propose_plan(frame).confirm())
    read_digitised("0;1\n12;0.5", "0;10\n12;3")
    upload = read_evidence((TEMPLATE, "/tmp/template.xlsx"))
    marked_copy(upload.source, [Problem("outcomes", 2, "value", "26", "number", "No number.", "Write one.")])
    to_csv(upload.outcomes)
    study_table(upload.studies, upload.arms, upload.outcomes, shipped=load(), mode="add")
    read_tables(PARQUET, "x.parquet")


def test_reading_writes_no_file_and_opens_no_connection(watched):
    read_everything()
    assert watched == []


def test_the_watch_sees_what_it_forbids(watched, tmp_path):
    (tmp_path / "x").write_text("x")
    assert watched


def test_nothing_is_printed_or_logged(capfd, caplog):
    with caplog.at_level("DEBUG"):
        read_everything()
    out = capfd.readouterr()
    assert out.out + out.err + caplog.text == ""
