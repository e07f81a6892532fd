"""Stories in Chromium: words move the filters, the URL and the chart; Back returns; files are built on a click."""

from __future__ import annotations

import pytest
from driver import axe_violations, chip, visit
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_words_drive_the_chart_and_the_view_can_be_taken_away(page: Page, app_url: str):
    visit(page, app_url)
    page.get_by_role("link", name="Stories").click()
    page.get_by_role("button", name="all resections of neuroendocrine metastases").click()
    expect(chip(page, "Treatment: Resection")).to_be_visible()
    expect(page.get_by_role("heading", name="neuroendocrine liver metastases after resection")).to_be_visible()
    assert "site=Neuroendocrine" in page.url and "by=Arms" in page.url
    pressed = page.get_by_role("button", name="all resections of neuroendocrine metastases")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    assert axe_violations(page) == []
    page.get_by_role("button", name="systemic therapy", exact=True).click()
    expect(chip(page, "Treatment: Resection")).to_have_count(0)
    assert "study=fairweather-2017" in page.url
    page.go_back()
    expect(chip(page, "Treatment: Resection")).to_be_visible()
    for name, extension in (("Slides", ".pptx"), ("Handout", ".html"), ("ZIP", ".zip")):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        assert download.value.suggested_filename.endswith(extension)
        assert download.value.path().stat().st_size > 20_000
