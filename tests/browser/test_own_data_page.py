"""Your data in Chromium: two readers at once, markup in labels, downloads, forgetting."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import openpyxl
import pytest
from driver import axe_violations, screenshot, settled, visit, whole_tables
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = pytest.mark.browser
HEAD = "study,year,label,primary_site,modality,n,survival_unit,median_os_months,os_12,os_60\n"
MINE = HEAD + (
    "Xylographer 2019,2019,Resection,renal,resection,41,percent,33 mo,88 %,41\n"
    "Xylographer 2019,2019,Ablation,renal,rfa,22,percent,24,79,\n"
    "Moth 2022,2022,Resection,moon,resection,60,percent,31,90,52\n"
)
THEIRS = HEAD + "Quokka 2021,2021,Resection,renal,resection,60,percent,40,90,52\n"
LABEL = "<img src=//example.org/x.png> [link](https://example.org) ![i](https://example.org/y.png) :red[x] **b**"
HOSTILE = (
    HEAD
    + f'Zebra 2020,2020,"{LABEL}",renal,resection,33,percent,30,80,40\n'
    + "Zebra 2020,2020,=1+1,renal,rfa,20,percent,20,70,30\n"
)


def bring(page: Page, sheet: str) -> None:
    page.locator("input[type=file]").set_input_files(
        files=[{"name": "../my sheet.csv", "mimeType": "text/csv", "buffer": sheet.encode()}]
    )
    expect(page.get_by_text("can be used")).to_be_visible()
    settled(page)


def use(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Use ")).click()
    expect(page.locator(".st-key-own_banner")).to_contain_text("Yours:")
    settled(page)


def go(page: Page, name: str) -> None:
    page.get_by_test_id("stTopNavLinkContainer").get_by_text(name, exact=True).click()
    expect(page).to_have_url(re.compile({"Compare": r"/(\?|$)", "Studies": "/studies"}.get(name, "/your-data")))
    settled(page)


def text_of(page: Page) -> str:
    return f"{page.locator('body').inner_text()}\n{whole_tables(page)}".lower()


@pytest.fixture
def other(browser: Browser, app_url: str) -> Iterator[Page]:
    """A second reader, in a browser of their own; asks no other host either."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(20_000)
    elsewhere: list[str] = []
    context.on("request", lambda r: None if r.url.startswith((app_url, "blob:", "data:")) else elsewhere.append(r.url))
    yield context.new_page()
    context.close()
    assert not elsewhere


def test_two_readers_at_once_never_see_each_others_data(page: Page, other: Page, app_url: str):
    visit(page, f"{app_url}/your-data")
    visit(other, f"{app_url}/your-data")
    bring(page, MINE)
    bring(other, THEIRS)
    use(page)
    use(other)
    for name in ("Studies", "Compare"):
        for reader in (page, other):
            go(reader, name)
        assert "quokka" not in text_of(page) and "xylographer" not in text_of(other)
        for reader in (page, other):
            assert "quokka" not in reader.url and "xylographer" not in reader.url
    expect(page.locator(".st-key-own_banner")).to_contain_text("1 study added")
    go(page, "Studies")
    assert "xylographer (yours)" in text_of(page)
    page.locator(".st-key-forget_own").get_by_role("button").click()
    expect(page.locator(".st-key-own_banner")).to_have_count(0)
    settled(page)
    assert "xylographer" not in text_of(page)
    expect(other.locator(".st-key-own_banner")).to_be_visible()
    go(other, "Studies")
    assert "quokka (yours)" in text_of(other)
    other.reload()
    settled(other)
    assert "quokka" not in text_of(other)


def test_problems_are_listed_and_the_marked_copy_says_them(page: Page, app_url: str):
    visit(page, f"{app_url}/your-data")
    bring(page, MINE)
    expect(page.get_by_role("cell", name="moon", exact=True)).to_be_visible()
    assert axe_violations(page) == []
    screenshot(page, "your-data")
    with page.expect_download() as marked:
        page.get_by_role("button", name="Marked copy").click()
    book = openpyxl.load_workbook(io.BytesIO(marked.value.path().read_bytes()))
    assert book.sheetnames[0] == "problems" and marked.value.suggested_filename == "marked-copy.xlsx"


def test_markup_in_labels_is_shown_as_typed_and_fetches_nothing(page: Page, context: BrowserContext, app_url: str):
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    visit(page, f"{app_url}/your-data")
    bring(page, HOSTILE)
    use(page)
    go(page, "Studies")
    assert "zebra (yours)" in text_of(page)
    page.get_by_text("Zebra (yours)").first.click()
    expect(page.get_by_role("heading", name="Every printed figure")).to_be_visible()
    settled(page)
    expect(page.get_by_text(LABEL).first).to_be_attached()
    page.get_by_text("Show as table").first.click()
    settled(page)
    go(page, "Compare")
    settled(page)
    assert page.locator("a[href*='example.org'], img[src*='example.org']").count() == 0
    assert not [url for url in asked if "example.org" in url]
