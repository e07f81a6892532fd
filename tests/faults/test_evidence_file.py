"""The study table is missing, damaged or too new while the server runs; the disk is full; the clock jumps."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.session import Session, SessionError
from dashboard.evidence import evidence_date, load
from dashboard.evidence.parquet import VERSION_KEY, encode
from dashboard.paths import EVIDENCE_DIR, ROOT, STUDIES_PARQUET
from dashboard.selection import Selection, selected_totals
from dashboard.ui.words import totals_sentence
from tests.browser.harness import serve

PARTS = ("app.py", "src", "pages", ".streamlit", "data")


def lose(path: Path) -> None:
    path.unlink()


def truncate(path: Path) -> None:
    path.write_bytes(STUDIES_PARQUET.read_bytes()[:-1000])


def make_newer(path: Path) -> None:
    table = pq.read_table(STUDIES_PARQUET)
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, VERSION_KEY: b"99"}), path)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the app."""
    folder = tmp_path_factory.mktemp("app")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, folder / part)
    return folder


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    """The copy at work, started without its study table."""
    lose(home / "data" / "studies.parquet")
    process, address = serve(home / "app.py", home / "server.log", cwd=home, env=clean(home))
    yield address
    process.terminate()
    process.wait(10)


def clean(home: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(home / "src")}


async def opened(url: str) -> str:
    """What a new reader sees: the text of the page, or of the fault."""
    session = Session(url)
    try:
        return "\n".join((await session.open()).texts)
    except SessionError as fault:
        return str(fault)
    finally:
        await session.close()


@pytest.mark.parametrize(
    ("damage", "what", "remedy"),
    [
        (lose, "missing", "python -m dashboard.evidence.build"),
        (truncate, "truncated", "python -m dashboard.evidence.build"),
        (make_newer, "schema version 99", "Update the program"),
    ],
)
def test_the_page_says_what_to_do_and_recovers_without_a_restart(
    url: str, home: Path, damage: Callable[[Path], None], what: str, remedy: str
):
    path = home / "data" / "studies.parquet"
    shutil.copy(STUDIES_PARQUET, path)
    damage(path)
    said = asyncio.run(opened(url))
    assert what in said
    assert remedy in said
    shutil.copy(STUDIES_PARQUET, path)
    assert totals_sentence(selected_totals(load(), Selection())) in asyncio.run(opened(url))


def test_a_full_disk_leaves_the_last_good_table(tmp_path: Path):
    """A real limit of the system in place of a full disk: the write fails half way."""
    out = tmp_path / "studies.parquet"
    shutil.copy(STUDIES_PARQUET, out)
    before = out.read_bytes()
    half = len(before) // 2
    command = [sys.executable, "-m", "dashboard.evidence.build", "--evidence", str(EVIDENCE_DIR), "--out", str(out)]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (half, half)),
    )
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert out.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["studies.parquet"]


def test_a_clock_set_back_does_not_hide_a_rebuild(tmp_path: Path):
    """The new file has the age and the size of the old one: only its content differs."""
    path, other = tmp_path / "t.parquet", tmp_path / "other.parquet"
    table = load().head(10)
    path.write_bytes(encode(table, "2026-01-01"))
    other.write_bytes(encode(table, "2026-01-02"))
    os.utime(path, (1, 1))
    os.utime(other, (1, 1))
    assert path.stat().st_size == other.stat().st_size
    assert evidence_date(path) == "2026-01-01"
    other.replace(path)
    assert evidence_date(path) == "2026-01-02"


@pytest.mark.parametrize("years", [-30, 30])
def test_the_app_goes_on_when_the_clock_jumps(monkeypatch: pytest.MonkeyPatch, years: int):
    app = AppTest.from_file(str(ROOT / "src" / "dashboard" / "main.py"), default_timeout=60).run()
    first = [each.value for each in app.markdown]
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + years * 365.25 * 86_400)
    app.multiselect(key="site").set_value(["Renal"]).run()
    renal = totals_sentence(selected_totals(load(), Selection(sites=("renal",))))
    assert any(renal in each.value for each in app.markdown)
    app.multiselect(key="site").set_value([]).run()
    assert [each.value for each in app.markdown] == first
    assert not app.exception
