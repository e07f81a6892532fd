"""The running app and a real Chromium: one server and one browser for the whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from harness import BROWSER_ARGS, HOW_TO_GET, ROOT, find_chromium, serve
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; without one, skipped on a developer's machine and failed in CI."""
    path = find_chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(f"No Chromium. {HOW_TO_GET}")
        pytest.skip(f"No Chromium. {HOW_TO_GET}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def app_url(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the running app."""
    process, url = serve(ROOT / "app.py", tmp_path_factory.mktemp("server") / "server.log")
    yield url
    process.terminate()
    process.wait(10)


@pytest.fixture
def context(browser: Browser, app_url: str) -> Iterator[BrowserContext]:
    """A fresh session in a window of 1440 x 900; anything asked of another host fails the test."""
    fresh = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    elsewhere: list[str] = []

    def note(url: str) -> None:
        if not url.startswith((app_url, app_url.replace("http", "ws", 1), "blob:", "data:")):
            elsewhere.append(url)

    fresh.on("request", lambda request: note(request.url))
    fresh.set_default_timeout(20_000)
    yield fresh
    fresh.close()
    assert not elsewhere, f"the page asked another host: {elsewhere}"


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which any error of the browser (a blocked script, an exception) fails the test."""
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))

    def note(said: ConsoleMessage) -> None:
        # on a deep link Streamlit looks for its server under the page's own path before it tries the root
        expected = "/_stcore/" in said.location.get("url", "")
        if said.type == "error" and not expected:
            faults.append(said.text)

    opened.on("console", note)
    yield opened
    assert not faults, f"errors in the browser: {faults}"
