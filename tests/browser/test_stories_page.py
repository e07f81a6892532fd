"""Stories in Chromium: words move the filters, the URL and the chart; Back returns; files are built on a click."""

from __future__ import annotations

import re

import pytest
from driver import axe_violations, box, chip, visit
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_words_drive_the_chart_and_the_view_can_be_taken_away(page: Page, app_url: str):
    visit(page, app_url)
    page.get_by_role("link", name="Stories").click()
    page.get_by_role("button", name="all resections of neuroendocrine metastases").click()
    expect(chip(page, "Treatment: Resection")).to_be_visible()
    expect(page.get_by_role("heading", name="neuroendocrine liver metastases after resection")).to_be_visible()
    assert "site=Neuroendocrine" in page.url and "passage=2" in page.url
    pressed = page.get_by_role("button", name="all resections of neuroendocrine metastases")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    assert axe_violations(page) == []
    page.get_by_role("button", name="systemic therapy", exact=True).click()
    expect(chip(page, "Treatment: Resection")).to_have_count(0)
    assert "passage=1" in page.url
    page.go_back()
    expect(chip(page, "Treatment: Resection")).to_be_visible()
    for name, extension in (("Slides", ".pptx"), ("Handout", ".html"), ("ZIP", ".zip")):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        assert download.value.suggested_filename.endswith(extension)
        assert download.value.path().stat().st_size > 20_000


def test_a_link_to_a_story_alone_opens_its_first_view(page: Page, app_url: str):
    visit(page, f"{app_url}/stories?story=Colorectal+resection+across+four+decades")
    expect(page.get_by_role("heading", name="after resection, by decade of enrolment")).to_be_visible()
    expect(box(page, "Colorectal")).to_be_checked()
    assert "site=Colorectal" in page.url and "modality=Resection" in page.url


def test_a_link_from_before_passages_had_numbers_opens_its_passage(page: Page, app_url: str):
    visit(page, f"{app_url}/stories?site=Neuroendocrine&modality=Resection&by=Arms")
    expect(page.get_by_role("heading", name="after resection, arm by arm")).to_be_visible()
    pressed = page.get_by_role("button", name="all resections of neuroendocrine metastases")
    expect(pressed).to_have_attribute("aria-pressed", "true")


def test_a_passage_is_presented_and_comes_back_after_a_reload(page: Page, app_url: str):
    visit(page, f"{app_url}/stories")
    page.get_by_role("button", name="all resections of neuroendocrine metastases").click()
    expect(chip(page, "Treatment: Resection")).to_be_visible()
    page.get_by_role("button", name="Present", exact=True).click()
    expect(page.locator(".bar .place")).to_contain_text("1 of")
    page.reload()
    expect(page.locator(".bar .place")).to_contain_text("1 of")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("heading", name="after resection, arm by arm")).to_be_visible()
    expect(page).to_have_url(re.compile("passage=2"))


def test_the_handout_holds_the_link_of_the_view(page: Page, app_url: str):
    visit(page, f"{app_url}/studies?paper=fong-1999&site=Colorectal")
    with page.expect_download() as download:
        page.get_by_role("button", name="Handout", exact=True).click()
    text = download.value.path().read_text(encoding="utf-8")
    assert re.search(r"/studies\?site=Colorectal&amp;paper=fong-1999&amp;data=[0-9a-f]{12}", text)
    assert "no filter of the atlas was applied" in text
