"""How the opening page looks and reads: pictures in light and dark, the small windows, and axe."""

from __future__ import annotations

import pytest
from driver import axe_violations, screenshot, settled, visit
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser

SIZES = {"wide": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_opening_page_in_every_window(browser: Browser, app_url: str, scheme: str):
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    visit(page, app_url)
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    page.wait_for_timeout(500)
    screenshot(page, f"opening-{scheme}-wide")
    assert axe_violations(page) == []
    for name in ("tablet", "phone"):
        page.set_viewport_size(dict(zip(("width", "height"), SIZES[name], strict=True)))
        page.wait_for_timeout(700)
        screenshot(page, f"opening-{scheme}-{name}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
    context.close()


def test_a_phone_opens_on_the_plot_and_finds_the_filters(browser: Browser, app_url: str):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(f"{app_url}/?site=Renal")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(page.locator(".st-key-view_bar .totals")).to_be_visible()
    page.get_by_test_id("stExpandSidebarButton").click()
    settled(page)
    screenshot(page, "filters-light-phone")
    context.close()
