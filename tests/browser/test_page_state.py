"""State of one page's own widgets across page switches, and one Back step per gesture."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, serve
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def two_pages(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the app of two pages."""
    script = Path(__file__).parent / "two_pages" / "app.py"
    log = tmp_path_factory.mktemp("two_pages") / "server.log"
    process, url = serve(script, log, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
    yield url
    process.terminate()
    process.wait(10)


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A fresh tab."""
    fresh = browser.new_context()
    yield fresh.new_page()
    fresh.close()


def test_a_pages_widgets_survive_page_switches_and_back(tab: Page, two_pages: str):
    tab.goto(f"{two_pages}/?by=Era&horizon=7")
    by = tab.get_by_role("combobox", name="By")
    expect(by).to_have_value("Era")
    expect(tab.get_by_role("button", name="Copy link")).to_be_visible()
    tab.get_by_role("link", name="second").click()
    expect(tab.get_by_role("heading", name="Second")).to_be_visible()
    expect(tab).to_have_url(f"{two_pages}/second")
    tab.get_by_role("link", name="first").click()
    expect(by).to_have_value("Era")
    expect(tab).to_have_url(f"{two_pages}/?by=Era&horizon=7")
    tab.go_back()
    expect(tab.get_by_role("heading", name="Second")).to_be_visible()
    tab.go_back()
    expect(by).to_have_value("Era")
    expect(tab).to_have_url(f"{two_pages}/?by=Era&horizon=7")


def test_a_click_that_sets_two_values_is_one_step_back(tab: Page, two_pages: str):
    tab.goto(two_pages)
    expect(tab.get_by_role("button", name="Copy link")).to_be_visible()
    tab.get_by_role("button", name="Set both").click()
    expect(tab).to_have_url(f"{two_pages}/?by=Era&horizon=9")
    tab.go_back()
    expect(tab).to_have_url(f"{two_pages}/")
    expect(tab.get_by_role("combobox", name="By")).to_have_value("Treatment")
