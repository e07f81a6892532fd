"""Whatever is uploaded, a reader answers with a result or with an IntakeError: never with another exception."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile

import openpyxl
import pandas as pd
import pytest
from fuzzing import CELL, EDITS, FUZZ, FUZZ_PART, FUZZ_REST, FUZZ_SHEETS, NASTY, ROWS_A_SHEET, edited
from hypothesis import given
from hypothesis import strategies as st
from templates import filled_template

from dashboard.evidence.tables import ARM_COLUMNS, OUTCOME_COLUMNS, STUDY_COLUMNS
from dashboard.intake.cells import Unclear, read_number, split_interval, split_range
from dashboard.intake.cohort import preview, read_cohort
from dashboard.intake.cohort_plan import propose_plan
from dashboard.intake.digitised import read_digitised
from dashboard.intake.evidence_template import WIDE_COLUMNS
from dashboard.intake.evidence_workbook import read_evidence
from dashboard.intake.files import read_tables
from dashboard.intake.limits import IntakeError
from dashboard.intake.marked_copy import marked_copy
from dashboard.intake.parquet_table import read_parquet
from dashboard.intake.text_table import read_text_table
from dashboard.intake.xlsx_table import read_xlsx


def nothing_found(*tables: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(columns=["table", "row", "column", "value", "rule", "message"])


def small_workbook() -> dict[str, bytes]:
    book = openpyxl.Workbook()
    for row in (["time", "event", "when"], [1.5, "dead", pd.Timestamp("2003-05-01")], ["=1+1", True, "x"]):
        book.worksheets[0].append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        # The theme is half of a small workbook and holds nothing that is read.
        return {name: archive.read(name) for name in archive.namelist() if "theme" not in name}


def packed(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


PARTS = small_workbook()
BOOK = packed(PARTS)


def small_parquets() -> list[bytes]:
    frame = pd.DataFrame(
        {
            "time": [1.5, None, float("nan"), 4.0],
            "event": ["dead", "alive", None, "dead"],
            "n": [1, 2, 3, 4],
            "when": pd.to_datetime(["2003-05-01", None, "2003-05-01 12:30", "1999-01-01"], format="ISO8601"),
        }
    )
    out = []
    for options in ({}, {"compression": "zstd"}, {"use_dictionary": False, "compression": None}, {"version": "1.0"}):
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False, **options)
        out.append(buffer.getvalue())
    return out


PARQUETS = small_parquets()
TEXTS = [
    "time,event\n1.5,dead\n2,alive\n".encode(encoding)
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "latin-1", "utf-32")
]
LINES = st.lists(st.lists(CELL, max_size=5), max_size=6).map(
    lambda rows: "\n".join(";".join(row) for row in rows).encode("utf-8", "surrogatepass")
)


@FUZZ_PART
@given(CELL, st.sampled_from(["number", "integer", "year", "months", "median", "survival"]), st.booleans())
def test_cells(raw, kind, limit):
    split_interval(raw), split_range(raw)
    with contextlib.suppress(Unclear):
        number = read_number(raw, kind, unit=None if limit else "percent", limit=limit)
        assert number.value is None or number.value == number.value


@FUZZ
@given(st.one_of(st.binary(max_size=200), LINES, st.builds(edited, st.sampled_from(TEXTS), EDITS)))
def test_text(data):
    with contextlib.suppress(IntakeError):
        frame = read_text_table(data)
        assert frame.index.is_monotonic_increasing
        assert frame.notna().any(axis=1).all()


@FUZZ_PART
@given(
    st.one_of(st.binary(max_size=60).map(lambda tail: b"PK\x03\x04" + tail), st.builds(edited, st.just(BOOK), EDITS))
)
def test_xlsx_archive(data):
    with contextlib.suppress(IntakeError):
        read_xlsx(data)


@FUZZ_REST
@given(st.sampled_from([name for name in PARTS if name.startswith("xl/")]), EDITS)
def test_xlsx_parts(name, edits):
    with contextlib.suppress(IntakeError):
        read_xlsx(packed(PARTS | {name: edited(PARTS[name], edits)}))


@FUZZ
@given(st.sampled_from(PARQUETS), EDITS)
def test_parquet(data, edits):
    with contextlib.suppress(IntakeError):
        read_parquet(edited(data, edits))


@FUZZ_PART
@given(st.one_of(st.binary(max_size=120), st.sampled_from([*TEXTS, *PARQUETS, BOOK])), st.text(max_size=40), EDITS)
def test_any_file_under_any_name(data, name, edits):
    with contextlib.suppress(IntakeError):
        tables = read_tables(edited(data, edits), name)
        assert not set("/\\\x00") & set(tables.name)


def sheets(columns: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    """CSV files of 100 rows under these columns, some of them missing."""
    cells = st.lists(st.lists(CELL, min_size=8, max_size=8), min_size=5, max_size=5)

    def build(chosen: list[str], pool: list[list[str]], seed: int) -> bytes:
        frame = pd.DataFrame(
            {
                name: [pool[(r + c) % len(pool)][(seed + 3 * r + c * r) % 8] for r in range(ROWS_A_SHEET)]
                for c, name in enumerate(chosen)
            }
        )
        return frame.to_csv(index=False).encode("utf-8", "replace")

    chosen = st.lists(st.sampled_from(columns), min_size=max(len(columns) - 3, 2), unique=True)
    return st.builds(build, chosen, cells, st.integers(0, 7))


@contextlib.contextmanager
def told_what_is_wrong():
    """A sheet that can be opened is refused for a reason; the message for a fault nobody thought of fails the test."""
    try:
        yield
    except IntakeError as error:
        assert error.what != "The evidence cannot be read.", error


@FUZZ_SHEETS
@given(sheets((*WIDE_COLUMNS, "os_12_ci", "enrolment", "pfs_6_pct")), st.sampled_from([None, "percent", "proportion"]))
def test_wide_evidence(data, unit):
    with told_what_is_wrong():
        upload = read_evidence((data, "wide.csv"), survival_unit=unit)
        marked_copy(upload.source, upload.problems)


@FUZZ_SHEETS
@given(sheets(STUDY_COLUMNS), sheets(ARM_COLUMNS), sheets(OUTCOME_COLUMNS))
def test_long_evidence(studies, arms, outcomes):
    with told_what_is_wrong():
        read_evidence((studies, "studies.csv"), (arms, "arms.csv"), (outcomes, "outcomes.csv"))


@FUZZ_SHEETS
@given(sheets(tuple(dict.fromkeys((*STUDY_COLUMNS, *ARM_COLUMNS, *OUTCOME_COLUMNS)))))
def test_joined_evidence(data):
    with told_what_is_wrong():
        read_evidence((data, "joined.csv"))


@FUZZ_SHEETS
@given(EDITS)
def test_damaged_template(edits):
    with contextlib.suppress(IntakeError):
        read_evidence((edited(TEMPLATE, edits), "template.xlsx"), validate=nothing_found)


TEMPLATE = filled_template()


@FUZZ_SHEETS
@given(
    sheets(("time", "event", "start date", "last contact", "group", "primary site", "modality", "year", "name")),
    st.sampled_from(["days", "months"]), st.sampled_from(["iso", "dmy", "mdy", "excel"]), st.lists(NASTY, max_size=3),
)  # fmt: skip
def test_cohort(data, unit, order, died):
    with contextlib.suppress(IntakeError):
        frame = next(iter(read_tables(data, "cohort.csv").sheets.values()))
        plan = propose_plan(frame)
        preview(frame, plan)
        if plan.event is not None:
            alive = [value for value in frame[plan.event].dropna().unique() if value not in died]
            plan = plan.confirm(
                time_unit=unit, date_order=order, event_values=tuple(died), censored_values=tuple(alive)
            )
            patients = read_cohort(frame, plan).patients
            assert (patients["time_months"] >= 0).all()


def falling(points: list[tuple[float, float]]) -> str:
    """Points as a digitiser writes a curve that falls."""
    times, values = sorted(t for t, _ in points), sorted((s for _, s in points), reverse=True)
    return "\n".join(f"{t:.2f};{s:.3f}" for t, s in zip(times, values, strict=True))


@FUZZ
@given(
    st.one_of(
        st.text(max_size=60),
        st.binary(max_size=60),
        st.lists(st.tuples(CELL, st.sampled_from([",", ";", "\t", ", ", " "]), CELL), max_size=6).map(
            lambda rows: "\n".join("".join(row) for row in rows)
        ),
        st.lists(st.tuples(st.floats(0, 130), st.floats(0, 1)), min_size=2, max_size=9).map(falling),
    ),
    st.one_of(st.none(), st.lists(st.tuples(CELL, CELL), max_size=4).map(lambda rows: "\n".join(map(";".join, rows)))),
)
def test_digitised(points, at_risk):
    with contextlib.suppress(IntakeError):
        curve = read_digitised(points, at_risk)
        assert curve.times_months[0] == 0
        assert curve.survival[0] == 1
        assert (pd.Series(curve.survival).diff().dropna() <= 0).all()
        assert (pd.Series(curve.times_months).diff().dropna() >= 0).all()


def test_errors_do_not_carry_the_cells_they_failed_on():
    with pytest.raises(IntakeError) as caught:
        read_xlsx(packed(PARTS | {"xl/workbook.xml": b"<secret patient='Jane Doe'"}))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "Jane" not in json.dumps([str(caught.value), caught.value.where, caught.value.remedy])
