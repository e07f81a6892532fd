"""Rules that keep the house in order: who may import streamlit, how long a module gets, what a page may hold."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "dashboard"
MODULES = sorted(PACKAGE.rglob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*.py"))
LONGEST_MODULE = 450
LONGEST_PAGE = 60


def imported(path: Path) -> set[str]:
    """Full names of everything a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def may_import_streamlit(path: Path) -> bool:
    inside = path.relative_to(PACKAGE).as_posix()
    return inside in {"main.py", "evidence/load.py"} or inside.startswith("ui/")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_only_the_surface_imports_streamlit(path: Path):
    streamlit = {name for name in imported(path) if name.split(".")[0] == "streamlit"}
    assert may_import_streamlit(path) or not streamlit


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_library_does_not_know_its_surface(path: Path):
    surface = {name for name in imported(path) if name.startswith("dashboard.ui")}
    assert path.relative_to(PACKAGE).parts[0] in {"main.py", "ui"} or not surface


def test_statistics_do_not_know_how_they_are_drawn():
    for folder in ("survival", "synthesis", "evidence"):
        for path in (PACKAGE / folder).rglob("*.py"):
            assert not {name for name in imported(path) if name.startswith(("plotly", "dashboard.figures"))}, path


@pytest.mark.parametrize("path", [*MODULES, *PAGES], ids=lambda path: path.name)
def test_files_stay_small(path: Path):
    if path.name == "vocabulary.py":
        pytest.skip("one table of terms")
    limit = LONGEST_PAGE if path in PAGES else LONGEST_MODULE
    assert len(path.read_text(encoding="utf-8").splitlines()) <= limit


def test_the_main_script_stays_a_frame():
    assert len((PACKAGE / "main.py").read_text(encoding="utf-8").splitlines()) < 60


def test_the_rules_see_what_they_forbid(tmp_path: Path):
    sample = tmp_path / "sample.py"
    sample.write_text("import streamlit as st\nfrom streamlit.components import v2\n", encoding="utf-8")
    assert {"streamlit", "streamlit.components", "streamlit.components.v2"} == imported(sample)
