"""The running app and a real Chromium: one server and one browser for the whole run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
expect.set_options(timeout=15_000)
HOW_TO_GET = "Install Chromium (Debian: apt-get install chromium) or set CHROMIUM to its path."


def find_chromium() -> str | None:
    """Path of the browser: CHROMIUM, else the usual names."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for found in map(shutil.which, names) if found), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; without one, skipped on a developer's machine and failed in CI."""
    path = find_chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(f"No Chromium. {HOW_TO_GET}")
        pytest.skip(f"No Chromium. {HOW_TO_GET}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(script: Path, log: Path, env: dict[str, str] | None = None) -> tuple[subprocess.Popen[bytes], str]:
    """Start `streamlit run script`, wait until it is healthy; the process and its address."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--server.address", "127.0.0.1", "--server.headless", "true"],
            cwd=ROOT,
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
                if answer.status == 200:
                    return process, url
        except OSError:
            time.sleep(0.05)
        if process.poll() is not None:
            break
    process.kill()
    raise RuntimeError(f"The app did not start:\n{log.read_text(errors='replace')}")


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
    opened.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield opened
    assert not faults, f"errors in the browser: {faults}"
