"""The ZIP: complete, the same twice, and its script makes the same digits in a clean environment."""

from __future__ import annotations

import importlib.metadata as metadata
import io
import json
import re
import shutil
import site
import subprocess
import sys
import venv
import warnings
import zipfile
from pathlib import Path

import pytest

from dashboard.export.bundle import NEEDS, bundle, rerun
from dashboard.export.request import Request
from dashboard.selection import Selection

COMPARISON = Request(selection=Selection(sites=("renal",)), by="treatment", link="https://atlas.example/?site=Renal")
STUDY = Request(study_id="fairweather-2017", version="test")


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder


def test_it_holds_what_the_readme_says(table, tmp_path):
    folder = unpacked(bundle(table, COMPARISON), tmp_path)
    for name in ("data/studies.parquet", "data/studies.csv", "figures/curves.svg", "report.html", "citations.bib",
                 "citations.ris", "numbers.json", "request.json", "README.txt", "requirements.txt"):  # fmt: skip
        assert (folder / name).stat().st_size > 0, name
    assert Request.of(json.loads((folder / "request.json").read_text())) == COMPARISON
    studies = set(re.findall(r"@\w+\{([^,]+),", (folder / "citations.bib").read_text()))
    assert len(studies) == len(re.findall(r"^TY ", (folder / "citations.ris").read_text(), re.MULTILINE))
    assert not list((folder / "src").rglob("ui"))


def test_the_same_view_gives_the_same_file(table):
    assert bundle(table, COMPARISON) == bundle(table, COMPARISON)


def test_a_changed_figure_is_found(table, tmp_path):
    changed = table.copy()
    at = (changed["arm_key"] == "fairweather-2017/resection") & (changed["time_months"] == 60)
    folder = unpacked(bundle(table, STUDY), tmp_path)
    changed.loc[at, "value"] = 0.8
    changed[changed["study_id"] == "fairweather-2017"].to_parquet(folder / "data" / "studies.parquet", index=False)
    assert "numbers.json" in rerun(folder, tmp_path / "again")


def closure(names: tuple[str, ...]) -> set[str]:
    """The distributions that these need, with their own needs."""
    found: set[str] = set()
    left = [name.lower() for name in names]
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        for need in metadata.requires(name) or ():
            if "extra ==" not in need:
                other = re.match(r"[A-Za-z0-9._-]+", need)[0].lower()
                try:
                    metadata.distribution(other)
                except metadata.PackageNotFoundError:
                    continue
                left.append(other)
    return found


def offline() -> list[str]:
    """What to put before a command so that it has no network; without it the test says so and runs with one."""
    command = ["unshare", "--net", "--map-root-user"]
    if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
        return command
    warnings.warn(
        "This machine lets nobody take the network away: the rerun was not proven to work offline.", stacklevel=2
    )
    return []


@pytest.mark.parametrize("request_", [STUDY, COMPARISON], ids=["study", "comparison"])
def test_a_clean_environment_makes_the_same_digits(table, tmp_path, request_):
    folder = unpacked(bundle(table, request_), tmp_path / "zip")
    home = tmp_path / "clean"
    venv.create(home, with_pip=False, symlinks=True)
    packages = next((home / "lib").glob("python*/site-packages"))
    for name in closure(NEEDS):
        for file in metadata.distribution(name).files or ():
            top = file.parts[0]
            source = Path(metadata.distribution(name).locate_file(top))
            if top not in ("..", "__pycache__") and source.exists() and not (packages / top).exists():
                (packages / top).symlink_to(source)
    done = subprocess.run(
        [*offline(), "env", "-i", str(home / "bin" / "python"), "-I", str(folder / "rerun.py")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "same digits" in done.stdout
    assert site.getsitepackages()[0] not in done.stderr and sys.prefix not in done.stderr
