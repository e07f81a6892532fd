"""What is uploaded never stands in an address: of a page, of a request, or of the history, wherever a reader goes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pandas as pd
import pytest
from driver import box, settled, visit
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.browser
WORDS = ("xylographer", "wombat", "quagga", "numbat")
SHEET = (
    "study,year,label,primary_site,modality,n,survival_unit,median_os_months,os_12,os_60\n"
    "Xylographer 2019,2019,Wombat,renal,resection,41,percent,33,88,41\n"
    "Xylographer 2019,2019,Quagga,renal,rfa,22,percent,24,79,30\n"
    "Numbat 2021,2021,Wombat,renal,resection,60,percent,31,90,48\n"
)
PAGES = {
    "Compare": r"/(\?|$)",
    "Pooled survival": "/pooled",
    "Evidence map": "/map",
    "Eras": "/eras",
    "Stories": "/stories",
    "Methods": "/methods",
    "About": "/about",
    "Studies": "/studies",
}
OWN = "Xylographer (yours) 2019"


@pytest.fixture
def addresses(context: BrowserContext) -> list[str]:
    """Every address that the browser asks for or that the page takes, in lower case."""
    seen: list[str] = []
    context.on("request", lambda request: seen.append(request.url.lower()))

    def watch(page: Page) -> None:
        page.on("framenavigated", lambda frame: seen.append(frame.url.lower()))
        page.on("websocket", lambda socket: seen.append(socket.url.lower()))

    context.on("page", watch)
    return seen


def go(page: Page, name: str) -> None:
    page.get_by_test_id("stTopNavLinkContainer").get_by_text(name, exact=True).click()
    expect(page).to_have_url(re.compile(PAGES[name]))
    settled(page)


def bring(page: Page, app_url: str) -> None:
    visit(page, f"{app_url}/your-data")
    file = {"name": "wombat.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
    page.locator("input[type=file]").set_input_files(files=[file])
    page.get_by_role("button", name="Use 2 studies").click()
    expect(page.locator(".st-key-own_banner")).to_contain_text("Yours: 2 studies added")
    settled(page)


def downloaded(page: Page, click: Callable[[], None]) -> bytes:
    with page.expect_download() as download:
        click()
    assert not any(word in download.value.url.lower() for word in WORDS)
    return download.value.path().read_bytes()


def test_no_address_holds_a_word_of_an_own_table(page: Page, addresses: list[str], app_url: str):
    bring(page, app_url)
    page.locator(".st-key-own_in_use").get_by_role("button", name="Compare").click()
    expect(page).to_have_url(re.compile(r"/\?.*site=Renal"))
    settled(page)
    one = page.get_by_role("combobox", name="Within one study")
    one.fill(OWN)
    one.press("Enter")
    expect(page).to_have_url(re.compile("study=own-1"))
    settled(page)
    expect(one).to_have_value(OWN)
    expect(page.get_by_text("(yours)").first).to_be_visible()
    rows = pd.read_csv(
        io.BytesIO(downloaded(page, lambda: page.get_by_role("button", name="CSV", exact=True).first.click()))
    )
    assert set(rows["Study"]) == {OWN} and set(rows["study_id"]) == {"own-1"} and set(rows["arm_id"]) == {"a", "b"}
    handout = downloaded(page, lambda: page.get_by_role("button", name="Handout").click()).decode()
    link = re.search(r'Link of this view: <a href="([^"]+)"', handout)
    assert link and "study=own-1" in link[1] and not any(word in link[1].lower() for word in WORDS)
    packed = downloaded(page, lambda: page.get_by_role("button", name="ZIP").click())
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        said = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith((".md", ".txt")))
        links = re.findall(r"http\S+", said)
        assert any("own-1" in each for each in links)
        assert not any(word in each.lower() for each in links for word in WORDS)
    page.get_by_role("button", name="Present").click()
    expect(page).to_have_url(re.compile("present=comparison"))
    page.get_by_role("button", name="Close").first.click()
    expect(page).not_to_have_url(re.compile("present="))
    settled(page)
    for name in PAGES:
        go(page, name)
        if name == "Pooled survival":
            page.get_by_role("combobox", name=re.compile("Studies taken out")).click()
            page.get_by_role("option", name=OWN).click()
            expect(page).to_have_url(re.compile("out=own-1"))
            page.keyboard.press("Escape")
            settled(page)
            expect(page.locator(".st-key-shown_out")).to_contain_text(OWN)
    page.get_by_role("button", name=re.compile("Numbat")).first.click()
    expect(page).to_have_url(re.compile("paper=own-2"))
    expect(page.get_by_role("heading", name="Every printed figure")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Present").click()
    expect(page).to_have_url(re.compile("present=own-2"))
    expect(page.get_by_role("heading", name="The question")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("paper=own-2"))
    asked = [*addresses, page.url.lower()]
    assert len(asked) > 20
    assert not [each for each in asked if any(word in each for word in WORDS)]


def test_the_csv_of_a_view_holds_the_own_study_under_the_filters(page: Page, app_url: str):
    bring(page, app_url)
    go(page, "Compare")
    box(page, "Renal").check()
    expect(page).to_have_url(re.compile("site=Renal"))
    settled(page)
    table = page.locator(".st-key-chart_survival").get_by_role("button", name="CSV")
    rows = pd.read_csv(io.BytesIO(downloaded(page, table.click)))
    assert set(rows["Primary site"]) == {"Renal"}
    mine = rows[rows["Study"] == OWN].set_index("Arm")
    assert mine.loc["Wombat", ["n", "Median (months)", "1-year survival", "5-year survival"]].tolist() == [
        41,
        33,
        0.88,
        0.41,
    ]
    assert mine.loc["Wombat", "1-year survival: status"] == "reported" and mine.loc["Quagga", "n"] == 22
    assert len(rows) > 10 and not rows["Study"].str.contains("own-").any()
