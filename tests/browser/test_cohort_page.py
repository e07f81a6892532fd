"""A cohort in Chromium: from the file to the plot over the published arms, names as typed, downloads inert."""

from __future__ import annotations

import io
import re

import numpy as np
import pandas as pd
import pytest
from driver import axe_violations, screenshot, settled, visit
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
MARKUP = "<img src=//example.org/x.png onerror=alert(1)> **b** [l](https://example.org)"
FORMULA = "=1+1"
ANSWER = re.compile(r"^Overall survival at \d years?:")


def sheet(n: int = 160) -> bytes:
    rng = np.random.default_rng(3)
    died, left = rng.exponential(50, n), rng.uniform(12, 110, n)
    frame = pd.DataFrame(
        {"os_months": np.minimum(died, left).round(1), "status": np.where(died <= left, "dead", "alive")}
    )
    frame = frame.assign(
        group=[MARKUP, FORMULA] * (n // 2), primary="Colorectal", treatment="Resection", name="Jane Doe"
    )
    return frame.to_csv(index=False).encode()


def bring(page: Page, app_url: str) -> None:
    visit(page, f"{app_url}/your-data?part=Patient+cohort")
    page.locator("input[type=file]").set_input_files(
        files=[{"name": "follow up.csv", "mimeType": "text/csv", "buffer": sheet()}]
    )
    expect(page.get_by_text("First rows, as they will be read")).to_be_visible()
    settled(page)


def draw(page: Page) -> None:
    page.get_by_role("button", name="Draw the curve").click()
    expect(page.get_by_text(ANSWER)).to_be_visible()
    expect(page.locator(".st-key-cohort_curve .main-svg").first).to_be_visible()
    settled(page)


def test_from_a_file_to_the_plot_with_names_as_typed_and_inert_downloads(page: Page, app_url: str):
    bring(page, app_url)
    assert "Jane" not in page.url and "follow" not in page.url
    draw(page)
    answer = page.get_by_text(ANSWER).inner_text().replace("\u2060", "")  # parts addresses, so that they make no link
    assert MARKUP in answer and FORMULA in answer and "prediction interval" in answer
    assert page.locator("img[src*=example]").count() == 0 and page.locator("a[href*=example]").count() == 0
    plot = page.locator(".st-key-cohort_curve")
    expect(plot.locator(".legend")).to_contain_text("<img src")
    expect(plot.locator(".infolayer")).to_contain_text("At risk:")
    assert "Jane Doe" not in page.locator("body").inner_text()
    with page.expect_download() as download:
        page.locator(".st-key-chart_cohort_curve").get_by_role("button", name="CSV").click()
    rows = pd.read_csv(io.BytesIO(download.value.path().read_bytes()))
    assert {MARKUP, f"'{FORMULA}"} <= set(rows["Curve"]) and rows["Survival"].between(0, 1).all()
    with page.expect_download() as download:
        page.get_by_role("button", name="Table (CSV)").click()
    table = pd.read_csv(io.BytesIO(download.value.path().read_bytes()))
    assert set(table["Curve"][:2]) == {MARKUP, f"'{FORMULA}"}
    stranger = page.context.browser.new_context().new_page()
    visit(stranger, page.url)
    expect(stranger.get_by_text("One row a patient")).to_be_visible()
    stranger.context.close()
    page.get_by_role("button", name="Forget my data").click()
    expect(page.get_by_text("One row a patient")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_step_is_accessible_and_fits_a_telephone(browser: Browser, app_url: str, scheme: str):
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    bring(page, app_url)
    assert axe_violations(page) == []
    draw(page)
    top = page.locator(".st-key-cohort_curve").bounding_box()
    assert top is not None and top["y"] < 560, "the plot begins on the first screen"
    screenshot(page, f"your-cohort-{scheme}-wide")
    assert axe_violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(700)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
    context.close()
