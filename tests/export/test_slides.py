"""Slides: native charts with their data, and every page as LibreOffice draws it: all text, inside the page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from pptx import Presentation
from pptx.util import Emu

from dashboard.export.deck import pages_of
from dashboard.export.fit import height, width
from dashboard.export.slides import slides
from dashboard.export.steps import study_deck

EDGE_POINTS = 4.0


def text_of(shape) -> str:
    if shape.has_text_frame:
        return shape.text_frame.text
    if shape.has_table:
        return " ".join(cell.text for row in shape.table.rows for cell in row.cells)
    return ""


@pytest.fixture(scope="module")
def made(deck) -> bytes:
    return slides(deck)


def test_one_slide_a_step_in_16_to_9_with_notes_and_sources(deck, made):
    document = Presentation(BytesIO(made))
    assert len(document.slides) == len(deck.steps) + 1
    assert document.slide_width / document.slide_height == pytest.approx(16 / 9, abs=0.001)
    results = list(document.slides)[1 + [step.key for step in deck.steps].index("results")]
    assert "Source: Fairweather M 2017, Abstract" in results.notes_slide.notes_text_frame.text
    assert any(shape.has_table for shape in results.shapes)
    assert len(made) < 2_000_000


def test_charts_are_native_and_hold_the_printed_points(deck, made):
    document = Presentation(BytesIO(made))
    curves = list(document.slides)[1 + [step.key for step in deck.steps].index("curves-os")]
    chart = next(shape.chart for shape in curves.shapes if shape.has_chart)
    printed = {
        series.name: list(series.values) for series in chart.plots[0].series if series.name.endswith(": printed")
    }
    assert sorted(printed["Hepatic resection (n = 58): printed"]) == [0.5, 0.7, 0.9]
    assert len(printed) == 5
    # LibreOffice loses a series that comes before a longer one.
    lengths = [len(list(series.values)) for series in chart.plots[0].series]
    assert lengths == sorted(lengths, reverse=True)


@pytest.mark.parametrize("study_id", ["fairweather-2017", "li-2025", "adam-2024"])
def test_text_fits_its_box_by_measure(table, curves, study_id):
    for slide in Presentation(BytesIO(slides(study_deck(table, curves, study_id)))).slides:
        for shape in slide.shapes:
            if not shape.has_text_frame or not shape.text_frame.text:
                continue
            paragraphs = [paragraph.text for paragraph in shape.text_frame.paragraphs]
            run = shape.text_frame.paragraphs[0].runs[0]
            wide = Emu(shape.width).inches
            if shape.text_frame.word_wrap:
                assert (
                    height(paragraphs, run.font.size.pt, wide, bold=bool(run.font.bold))
                    <= Emu(shape.height).inches + 0.02
                )
            else:
                assert width(paragraphs[0], run.font.size.pt, bold=bool(run.font.bold)) <= wide


def office() -> str:
    """LibreOffice; without it (or pdftotext) skipped on a developer's machine and failed in CI."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found and shutil.which("pdftotext"):
        return found
    why = "LibreOffice Impress and pdftotext are needed (Debian: libreoffice-impress-nogui, poppler-utils)."
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def test_libreoffice_draws_every_word_inside_the_page(deck, made, tmp_path: Path):
    command = [office(), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf"]
    (tmp_path / "deck.pptx").write_bytes(made)
    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(tmp_path / "deck.pptx")], check=True, capture_output=True, timeout=120
    )
    subprocess.run(["pdftotext", "-bbox", str(tmp_path / "deck.pdf"), str(tmp_path / "deck.html")], check=True)
    drawn = re.split(r"<page ", (tmp_path / "deck.html").read_text(encoding="utf-8"))[1:]
    document = Presentation(BytesIO(made))
    assert len(drawn) == len(document.slides)
    word = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">([^<]*)</word>')
    for number, (page, slide) in enumerate(zip(drawn, document.slides, strict=True), 1):
        wide, tall = (float(v) for v in re.match(r'width="([\d.]+)" height="([\d.]+)"', page).groups())
        words = [(*map(float, found[:4]), found[4]) for found in word.findall(page)]
        for left, top, right, bottom, text in words:
            inside = left >= EDGE_POINTS and right <= wide - EDGE_POINTS and top >= 0 and bottom <= tall - EDGE_POINTS
            assert inside, f"{text!r} leaves page {number}"
        shown = {text.replace("&amp;", "&") for *_, text in words}
        expected = {w for shape in slide.shapes for w in text_of(shape).split() if w.isalnum()}
        assert expected <= shown, f"page {number} lost {expected - shown}"
        for shape in slide.shapes:
            if shape.has_table:
                elsewhere = {w for other in slide.shapes if other is not shape for w in text_of(other).split()}
                own = set(text_of(shape).split()) - elsewhere
                bottom = max((b for _, _, _, b, text in words if text in own), default=0.0)
                assert bottom <= tall * 6.95 / 7.5, f"the table of page {number} grew beyond its place"


def test_steps_that_run_over_become_pages(deck):
    assert all(len(page.table) <= 9 for step in deck.steps for page in pages_of(step) if page.table is not None)
