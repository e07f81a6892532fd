"""Every file of `tests/bad_input` gets the answer that its manifest promises."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from dashboard.intake.cohort import read_cohort
from dashboard.intake.cohort_plan import propose_plan
from dashboard.intake.digitised import read_digitised
from dashboard.intake.evidence_workbook import read_evidence
from dashboard.intake.files import read_tables
from dashboard.intake.limits import IntakeError

FOLDER = Path(__file__).parents[1] / "bad_input"
MANIFEST = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))


def _make():
    spec = importlib.util.spec_from_file_location("make_bad_input", FOLDER / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE = _make()


def read(reader: str, data: bytes, name: str) -> object:
    if reader == "tables":
        return read_tables(data, name)
    if reader == "cohort":
        frame = next(iter(read_tables(data, name).sheets.values()))
        return read_cohort(frame, propose_plan(frame).confirm())
    return read_digitised(data) if reader == "digitised" else read_evidence((data, name))


@pytest.mark.parametrize("name", sorted(MANIFEST))
def test_each_bad_file_gets_its_answer(name):
    expected = MANIFEST[name]
    data = (FOLDER / name).read_bytes() if name in MAKE.FILES else MAKE.LARGE[name]()
    with pytest.raises(IntakeError) as caught:
        read(expected["reader"], data, name)
    error = caught.value
    assert expected["says"] in error.what
    assert expected.get("where", "") in error.where
    assert error.what.endswith((".", "?"))


def test_the_manifest_holds_every_file():
    kept = {path.name for path in FOLDER.iterdir() if path.suffix not in (".py", ".json") and path.is_file()}
    assert kept == set(MAKE.FILES)
    assert set(MANIFEST) == kept | set(MAKE.LARGE)
