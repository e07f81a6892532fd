"""The handout: one file, complete, offline, every text of the data escaped."""

from __future__ import annotations

import os
import shutil

import pytest

from dashboard.export.deck import Deck, Step
from dashboard.export.report import report


def test_it_holds_every_step_and_plotly_once(deck):
    text = report(deck).decode()
    for step in deck.steps:
        assert f"<h2>{step.title}</h2>" in text
    assert text.count("<script>/**\n* plotly.js") == 1 or text.count("* plotly.js v") == 1
    assert "Evidence test" in text and "constant hazard" in text
    assert 'src="http' not in text and "@page { size: A4" in text


def test_text_from_data_is_not_markup():
    text = report(Deck("<b>x", "<i>", (Step("a", "<script>alert(1)</script>", lines=("<img>",)),), ())).decode()
    assert "<script>" not in text and "<img>" not in text and "&lt;img&gt;" in text


def test_it_opens_offline_in_chromium_without_a_request(deck, tmp_path):
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("No Chromium.")
    from playwright.sync_api import sync_playwright

    (tmp_path / "handout.html").write_bytes(report(deck))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = browser.new_context(offline=True)
        page = context.new_page()
        asked: list[str] = []
        faults: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto((tmp_path / "handout.html").as_uri())
        page.wait_for_selector(".main-svg .scatterlayer")
        figures = sum(step.figure is not None for step in deck.steps)
        assert page.locator(".plotly-graph-div .main-svg .scatterlayer").count() == figures
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
        browser.close()
    assert len(asked) == 1 and asked[0].startswith("file:") and not faults
