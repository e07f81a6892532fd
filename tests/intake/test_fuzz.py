"""Whatever is uploaded, a reader answers with a result or with an IntakeError: never with another exception."""

from __future__ import annotations

import contextlib
import io
import json
import re
import zipfile
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest
from cohort_files import cohort_file
from evidence_files import Upload, joined_file, long_files, wide_file, workbook_file
from fuzzing import (
    CELL,
    EDITS,
    FUZZ,
    FUZZ_SHEETS,
    ROWS_A_SHEET,
    SEEDS,
    at_risk,
    delimited,
    edited,
    per_cent,
    points,
)
from hypothesis import given
from hypothesis import strategies as st
from templates import filled_template

from dashboard.evidence.messages import MESSAGES
from dashboard.intake.cells import Unclear, read_number, split_interval, split_range
from dashboard.intake.cohort import Cohort, preview, read_cohort
from dashboard.intake.cohort_plan import TimeUnit, propose_plan
from dashboard.intake.dates import DateOrder
from dashboard.intake.digitised import read_digitised
from dashboard.intake.evidence_workbook import EvidenceUpload, SurvivalUnit, read_evidence
from dashboard.intake.files import read_tables
from dashboard.intake.limits import IntakeError
from dashboard.intake.marked_copy import marked_copy
from dashboard.intake.parquet_table import read_parquet
from dashboard.intake.text_table import read_text_table
from dashboard.intake.xlsx_table import read_xlsx


def small_workbook() -> dict[str, bytes]:
    book = openpyxl.Workbook()
    for row in (["time", "event", "when"], [1.5, "dead", pd.Timestamp("2003-05-01")], ["=1+1", True, "x"]):
        book.worksheets[0].append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        # The theme, the palette and the author are most of a small workbook and hold nothing that is read.
        names = [name for name in archive.namelist() if "theme" not in name and "docProps" not in name]
        return {name: re.sub(rb"<colors>.*</colors>", b"", archive.read(name)) for name in names}


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


@per_cent(20)
@given(CELL, st.sampled_from(["number", "integer", "year", "months", "median", "survival"]), st.booleans())
def test_cells(raw, kind, limit):
    split_interval(raw), split_range(raw)
    with contextlib.suppress(Unclear):
        number = read_number(raw, kind, unit=None if limit else "percent", limit=limit)
        assert number.value is None or number.value == number.value


@FUZZ
@given(st.one_of(st.binary(max_size=200), SEEDS.map(delimited), st.builds(edited, st.sampled_from(TEXTS), EDITS)))
def test_text(data):
    with contextlib.suppress(IntakeError):
        frame = read_text_table(data)
        assert frame.index.is_monotonic_increasing
        assert frame.notna().any(axis=1).all()


@per_cent(20)
@given(
    st.one_of(st.binary(max_size=60).map(lambda tail: b"PK\x03\x04" + tail), st.builds(edited, st.just(BOOK), EDITS))
)
def test_xlsx_archive(data):
    with contextlib.suppress(IntakeError):
        read_xlsx(data)


@per_cent(80)
@given(st.sampled_from([name for name in PARTS if name.startswith("xl/")]), EDITS)
def test_xlsx_parts(name, edits):
    with contextlib.suppress(IntakeError):
        read_xlsx(packed(PARTS | {name: edited(PARTS[name], edits)}))


@FUZZ
@given(st.sampled_from(PARQUETS), EDITS)
def test_parquet(data, edits):
    with contextlib.suppress(IntakeError):
        read_parquet(edited(data, edits))


@per_cent(20)
@given(st.one_of(st.binary(max_size=120), st.sampled_from([*TEXTS, *PARQUETS, BOOK])), st.text(max_size=40), EDITS)
def test_any_file_under_any_name(data, name, edits):
    with contextlib.suppress(IntakeError):
        tables = read_tables(edited(data, edits), name)
        assert not set("/\\\x00") & set(tables.name)


@contextlib.contextmanager
def told_what_is_wrong():
    """A sheet that can be opened is refused for a reason; the message for a fault nobody thought of fails the test."""
    try:
        yield
    except IntakeError as error:
        assert error.what != "The evidence cannot be read.", error


UNITS = st.sampled_from([None, "percent", "proportion"])
# Of 100 cases of the reader of evidence; the rest is in the layouts' own tests below.
LAYOUTS = {wide_file: 30, long_files: 30, joined_file: 30, workbook_file: 5}
DAMAGED = 5


def read_and_mark(files: tuple[Upload, ...], unit: SurvivalUnit | None) -> EvidenceUpload:
    """Read; mark one of ten, as a marked copy takes as long as the reading."""
    upload = read_evidence(*files, survival_unit=unit)
    if sum(len(data) for data, _ in files) % 10 == 0:
        marked_copy(upload.source, upload.problems)
    return upload


@per_cent(LAYOUTS[wide_file])
@given(SEEDS.map(wide_file), UNITS)
def test_wide_evidence(files, unit):
    with told_what_is_wrong():
        read_and_mark(files, unit)


@per_cent(LAYOUTS[long_files])
@given(SEEDS.map(long_files), UNITS)
def test_long_evidence(files, unit):
    with told_what_is_wrong():
        read_and_mark(files, unit)


@per_cent(LAYOUTS[joined_file])
@given(SEEDS.map(joined_file), UNITS)
def test_joined_evidence(files, unit):
    with told_what_is_wrong():
        read_and_mark(files, unit)


@per_cent(LAYOUTS[workbook_file])
@given(SEEDS.map(workbook_file), UNITS)
def test_workbook_of_evidence(files, unit):
    with told_what_is_wrong():
        read_and_mark(files, unit)


TEMPLATE = filled_template()


@per_cent(DAMAGED)
@given(EDITS)
def test_damaged_template(edits):
    with contextlib.suppress(IntakeError):
        read_evidence((edited(TEMPLATE, edits), "template.xlsx"))


@FUZZ_SHEETS
@given(SEEDS, st.sampled_from([wide_file, long_files, joined_file]), UNITS)
def test_evidence_of_many_rows(seed, layout, unit):
    with told_what_is_wrong():
        upload = read_evidence(*layout(seed, ROWS_A_SHEET), survival_unit=unit)
        marked_copy(upload.source, upload.problems)


def read_patients(data: bytes, unit: TimeUnit, order: DateOrder, answer: str) -> Cohort | None:
    """As the page reads them: proposed, looked at, confirmed, read; None when no column holds a status."""
    frame = next(iter(read_tables(data, "cohort.csv").sheets.values()))
    plan = propose_plan(frame)
    if answer == "look":
        preview(frame, plan)
    if plan.event is None:
        return None
    if answer != "proposal" or not plan.event_values:
        values = frame[plan.event].dropna().unique().tolist()
        plan = replace(plan, event_values=tuple(values[::2]), censored_values=tuple(values[1::2]))
    if answer == "proposal":
        unit, order = plan.time_unit or unit, plan.date_order or order
    return read_cohort(frame, plan.confirm(time_unit=unit, date_order=order))


ANSWERS = st.sampled_from(["proposal", "proposal", "look", "other"])
TIME_UNITS = st.sampled_from(["days", "weeks", "months", "years"])
ORDERS = st.sampled_from(["iso", "dmy", "mdy", "excel"])


def check_patients(cohort: Cohort | None) -> None:
    if cohort is not None:
        assert (cohort.patients["time_months"].to_numpy() >= 0).all()
        assert cohort.patients["event"].dtype == bool
        # Names, record numbers and dates are left behind.
        assert list(cohort.patients) == ["time_months", "event", "group", "site", "modality", "year"]


@FUZZ
@given(SEEDS.map(cohort_file), TIME_UNITS, ORDERS, ANSWERS)
def test_cohort(data, unit, order, answer):
    with contextlib.suppress(IntakeError):
        check_patients(read_patients(data, unit, order, answer))


@FUZZ_SHEETS
@given(SEEDS.map(lambda seed: cohort_file(seed, ROWS_A_SHEET)), TIME_UNITS, ORDERS, ANSWERS)
def test_cohort_of_many_patients(data, unit, order, answer):
    with contextlib.suppress(IntakeError):
        check_patients(read_patients(data, unit, order, answer))


@FUZZ
@given(st.one_of(st.text(max_size=60), st.binary(max_size=60), SEEDS.map(points)), SEEDS.map(at_risk))
def test_digitised(points, at_risk):
    with contextlib.suppress(IntakeError):
        curve = read_digitised(points, at_risk)
        assert curve.times_months[0] == 0
        assert curve.survival[0] == 1
        assert (np.diff(curve.survival) <= 0).all()
        assert (np.diff(curve.times_months) >= 0).all()


SAMPLE = range(120)


def test_every_reader_has_all_its_cases():
    assert sum(LAYOUTS.values()) + DAMAGED == 100
    assert FUZZ.max_examples >= 200


@pytest.mark.parametrize("layout", LAYOUTS)
def test_made_evidence_reaches_past_the_header(layout):
    """A third of the files give a study to use, most are sorted into tables, and the rules are met."""
    uploads = []
    for seed in SAMPLE:
        with contextlib.suppress(IntakeError):
            uploads.append(read_evidence(*layout(seed), survival_unit="proportion"))
    rules = {problem.rule for upload in uploads for problem in upload.problems}
    assert len(uploads) > 0.7 * len(SAMPLE)
    assert sum(len(upload.studies) > 0 for upload in uploads) > len(SAMPLE) / 4
    assert sum(len(upload.outcomes) > 0 for upload in uploads) > len(SAMPLE) / 5
    assert sum(bool(upload.readings) for upload in uploads) > len(SAMPLE) / 3
    assert sum(any(cells["study_id"] for cells in upload.waiting.values()) for upload in uploads) > len(SAMPLE) / 4
    assert len(rules) >= 20, sorted(rules)


def test_made_evidence_breaks_nearly_every_rule():
    found = set()
    for seed in range(400):
        layout = (long_files, joined_file, wide_file)[seed % 3]
        with contextlib.suppress(IntakeError):
            found |= {problem.rule for problem in read_evidence(*layout(seed), survival_unit="percent").problems}
    # Told of headers, of study tables and of the page's own widgets only.
    elsewhere = {"missing-column", "repeated-column", "row-kind", "derived", "unknown-flag", "whole-number"}
    assert {*MESSAGES, "vocabulary", "pattern"} - elsewhere - found == set()


def test_made_patients_are_read():
    cohorts = []
    for seed in SAMPLE:
        with contextlib.suppress(IntakeError):
            cohorts.append(read_patients(cohort_file(seed), "months", "iso", "proposal"))
    read = [cohort for cohort in cohorts if cohort is not None]
    assert len(read) > len(SAMPLE) / 2
    assert sum(bool(cohort.problems) for cohort in read) > len(SAMPLE) / 8
    assert sum(cohort.patients["group"].notna().any() for cohort in read) > len(SAMPLE) / 8
    assert sum(cohort.patients["year"].notna().any() for cohort in read) > len(SAMPLE) / 8


def test_errors_do_not_carry_the_cells_they_failed_on():
    with pytest.raises(IntakeError) as caught:
        read_xlsx(packed(PARTS | {"xl/workbook.xml": b"<secret patient='Jane Doe'"}))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "Jane" not in json.dumps([str(caught.value), caught.value.where, caught.value.remedy])
