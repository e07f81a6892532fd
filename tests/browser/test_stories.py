"""Stories in Chromium: words move the filters, the URL and the chart; Back returns; files are built on a click."""

from __future__ import annotations

import pytest
from driver import axe_violations, chip, visit
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_words_drive_the_chart_and_the_view_can_be_taken_away(page: Page, app_url: str):
    visit(page, f"{app_url}/stories?story=Resection+of+renal%2C+breast+and+melanoma+metastases")
    page.get_by_role("button", name="Renal cancer").click()
    expect(chip(page, "Primary site: Renal")).to_be_visible()
    expect(page.get_by_role("heading", name="renal liver metastases after resection")).to_be_visible()
    assert "site=Renal" in page.url and "by=Arms" in page.url
    expect(page.get_by_role("button", name="Renal cancer")).to_have_attribute("aria-pressed", "true")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Breast cancer").click()
    expect(chip(page, "Primary site: Breast")).to_be_visible()
    page.go_back()
    expect(chip(page, "Primary site: Renal")).to_be_visible()
    for name, extension in (("Slides", ".pptx"), ("Handout", ".html"), ("ZIP", ".zip")):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        assert download.value.suggested_filename.endswith(extension)
        assert download.value.path().stat().st_size > 20_000
