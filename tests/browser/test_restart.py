"""The server is killed and started again under load: browsers connect again and the URL restores the view."""

from __future__ import annotations

import asyncio
import random
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest
from driver import box, settled, totals, visit
from harness import ROOT, free_port, serve
from playwright.sync_api import Browser, Page, expect

from benchmarks.session import Session
from dashboard.evidence import load
from dashboard.selection import selected_totals
from dashboard.ui.state import selection_from
from dashboard.ui.words import totals_sentence

pytestmark = pytest.mark.browser
SITES = ("Renal", "Breast", "Neuroendocrine")


def says(**values: object) -> str:
    """The line of totals of these filters."""
    return totals_sentence(selected_totals(load(), selection_from(values)))


class Load(threading.Thread):
    """Readers who keep asking; when the server goes they come back with the address they had."""

    def __init__(self, url: str, readers: int) -> None:
        super().__init__(daemon=True)
        self.url, self.readers = url, readers
        self.over = threading.Event()
        self.answers = 0
        self.lost = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        async def all_of_them() -> None:
            await asyncio.gather(*(self._reader(i) for i in range(self.readers)))

        asyncio.run(all_of_them())

    async def _reader(self, seed: int) -> None:
        session, rng, site = Session(self.url), random.Random(seed), ""
        connected = False
        while not self.over.is_set():
            try:
                if not connected:
                    answer = await session.open()
                    connected = True
                else:
                    site = rng.choice(SITES)
                    answer = await session.set(site=[site])
                self.answers += 1
                if site and not answer.says(says(site=[site])):
                    self.wrong.append(f"{session.query}: {answer.texts[:3]}")
            except Exception:  # whatever way the connection went
                self.lost += 1
                connected = False
            await asyncio.sleep(0.3)
        await session.close()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(port: int, tmp_path: Path) -> Iterator[list[Popen[bytes]]]:
    """The app on a port of its own; the list holds the process at work."""
    running = [serve(ROOT / "app.py", tmp_path / "first.log", port=port)[0]]
    yield running
    for process in running:
        process.kill()
        process.wait(10)


def test_a_killed_server_comes_back_under_load(browser: Browser, server: list[Popen[bytes]], port: int, tmp_path: Path):
    url = f"http://127.0.0.1:{port}"
    crowd = Load(url, readers=3)
    crowd.start()
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    visit(page, f"{url}/?site=Renal")
    assert totals(page) == says(site=["Renal"])
    before = crowd.answers

    server[0].kill()
    server[0].wait(10)
    server[0] = serve(ROOT / "app.py", tmp_path / "second.log", port=port)[0]

    # the tab was open all the time: its first click reaches a server that has never seen it
    expect(page.locator("[data-testid=stApp][data-test-connection-state=CONNECTED]")).to_have_count(1)
    settled(page)
    box(page, "Breast").click()
    expect(page.locator(".st-key-filter_head")).to_contain_text(says(site=["Renal", "Breast"]))
    expect(page).to_have_url(re.compile("site=Renal.*site=Breast"))

    page.reload()
    settled(page)
    assert totals(page) == says(site=["Renal", "Breast"])
    box(page, "Breast").click()
    expect(page.locator(".st-key-filter_head")).to_contain_text(says(site=["Renal"]))
    box(page, "Breast").click()
    expect(page.locator(".st-key-filter_head")).to_contain_text(says(site=["Renal", "Breast"]))
    expect(page).to_have_url(re.compile("site=Renal.*site=Breast"))

    reached = crowd.answers
    deadline = time.monotonic() + 30
    while crowd.answers < reached + 3 and time.monotonic() < deadline:
        time.sleep(0.2)
    crowd.over.set()
    crowd.join(30)
    context.close()
    assert before > 0
    assert crowd.lost > 0
    assert crowd.answers >= reached + 3
    assert not crowd.wrong


SHEET = (
    b"study,year,label,primary_site,modality,n,survival_unit,median_os_months,os_12,os_60\n"
    b"Xylographer 2019,2019,Wombat,renal,resection,41,percent,33,88,41\n"
)


def test_what_a_reader_brought_is_gone_after_a_restart(
    browser: Browser, server: list[Popen[bytes]], port: int, tmp_path: Path
):
    url = f"http://127.0.0.1:{port}"
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    visit(page, f"{url}/your-data")
    page.locator("input[type=file]").set_input_files(
        files=[{"name": "mine.csv", "mimeType": "text/csv", "buffer": SHEET}]
    )
    page.get_by_role("button", name="Use 1 study").click()
    expect(page.locator(".st-key-own_banner")).to_contain_text("Yours: 1 study added")
    settled(page)

    server[0].kill()
    server[0].wait(10)
    server[0] = serve(ROOT / "app.py", tmp_path / "second.log", port=port)[0]
    expect(page.locator("[data-testid=stApp][data-test-connection-state=CONNECTED]")).to_have_count(1)
    # the screen stays as it was until the first click, which reaches a server that has never seen the table
    page.get_by_test_id("stTopNavLinkContainer").get_by_text("Studies", exact=True).click()
    expect(page).to_have_url(re.compile("/studies"))
    expect(page.locator(".st-key-own_banner")).to_have_count(0)
    settled(page)
    assert "xylographer" not in page.locator("body").inner_text().lower()

    # and the tab says so, on the page the reader is on, until that was seen
    gone = page.get_by_text("The table you brought is no longer here: the server was started again")
    expect(gone).to_be_visible()
    assert page.evaluate("Object.entries(sessionStorage)").count(["atlas-held", "table"]) == 1
    link = page.url
    page.get_by_test_id("stTopNavLinkContainer").get_by_text("Eras", exact=True).click()
    expect(page).to_have_url(re.compile("/eras"))
    settled(page)
    expect(gone).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(gone).to_be_hidden()
    page.reload()
    settled(page)
    expect(gone).to_be_hidden()

    # a tab that never held anything has nothing to tell
    other = context.new_page()
    visit(other, link)
    expect(other.get_by_text("no longer here")).to_have_count(0)
    context.close()


def test_what_a_reader_forgot_is_not_missed(page: Page, app_url: str):
    visit(page, f"{app_url}/your-data")
    page.locator("input[type=file]").set_input_files(
        files=[{"name": "mine.csv", "mimeType": "text/csv", "buffer": SHEET}]
    )
    page.get_by_role("button", name="Use 1 study").click()
    expect(page.locator(".st-key-own_banner")).to_contain_text("Yours: 1 study added")
    settled(page)
    held = "sessionStorage.getItem('atlas-held')"
    assert page.evaluate(held) == "table"
    page.get_by_role("button", name="Forget my data").click()
    expect(page.locator(".st-key-own_banner")).to_have_count(0)
    settled(page)
    assert page.evaluate(held) is None
    page.reload()
    settled(page)
    expect(page.locator(".st-key-view_bar .lost")).to_be_hidden()
