"""Pooled survival in Chromium: a click takes a study out, a deep link shows the same, axe finds nothing."""

from __future__ import annotations

import re

import pytest
from driver import axe_violations, screenshot, settled, still, visit
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

LINK = "/?site=Colorectal&modality=Resection"
ANSWER = re.compile(r"^5-year overall survival: resection")


def pooled(page: Page, app_url: str) -> None:
    visit(page, app_url + LINK)
    page.get_by_role("link", name="Pooled survival").first.click()
    expect(page.get_by_text(ANSWER)).to_be_visible()
    expect(page.locator(".st-key-forest .main-svg").first).to_be_visible()
    settled(page)


def click_last_row(page: Page) -> None:
    still(page, page.locator(".st-key-forest").bounding_box)
    page.locator(".st-key-forest .scatterlayer .trace.scatter .points path").last.click(force=True)


def answer(page: Page) -> str:
    return page.get_by_text(ANSWER).inner_text()


def test_a_click_on_a_row_takes_its_study_out_and_the_estimate_moves(page: Page, app_url: str):
    pooled(page, app_url)
    before = answer(page)
    click_last_row(page)
    expect(page.get_by_text(ANSWER)).not_to_have_text(before)
    settled(page)
    assert "out=" in page.url and "20 arms" in answer(page) and "21 arms" in before
    after, address = answer(page), page.url
    other = page.context.browser.new_context().new_page()
    visit(other, address)
    expect(other.get_by_text(ANSWER)).to_have_text(after)
    other.context.close()


def test_a_name_leads_to_its_study_and_a_click_may_open_it(page: Page, app_url: str):
    pooled(page, app_url)
    name = page.locator(".st-key-forest .ytick a").first
    study = str(name.get_attribute("xlink:href")).partition("paper=")[2]
    box = still(page, name.bounding_box)
    assert box is not None
    with page.context.expect_page() as opened:
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(opened.value.locator(".st-key-find_paper")).to_be_visible()
    assert f"/studies?paper={study}" in opened.value.url
    opened.value.close()
    visit(page, f"{app_url}/pooled{LINK[1:]}&click=Opens+its+study")
    expect(page.locator(".st-key-forest .main-svg").first).to_be_visible()
    settled(page)
    click_last_row(page)
    page.wait_for_url(re.compile(r"/studies\?.*paper="))
    page.go_back()
    expect(page.get_by_text(ANSWER)).to_be_visible()


def test_the_hazard_ratio_among_the_milestones_leads_to_all_ratios_and_to_a_link_that_holds_them(
    page: Page, app_url: str
):
    pooled(page, app_url)
    page.get_by_role("combobox", name="Survival at").select_option("Hazard ratio")
    expect(page.get_by_role("heading", name=re.compile("by comparison"))).to_be_visible()
    settled(page)
    assert "view=All+hazard+ratios" in page.url and "milestone" not in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_screen_answers_and_axe_is_clean(browser: Browser, app_url: str, scheme: str):
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    pooled(page, app_url)
    top = page.locator(".st-key-forest").bounding_box()
    assert top is not None and top["y"] < 520, "the forest plot begins on the first screen"
    screenshot(page, f"pooled-{scheme}-wide")
    assert axe_violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(700)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
    context.close()
