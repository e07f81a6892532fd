"""Two processes behind the balancer of docs/deployment.md: a browser stays with its process, and moves when it dies."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest
from driver import box, settled, totals, visit
from harness import ROOT, free_port, serve
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = pytest.mark.browser
COOKIE = "ATLAS_SERVER"


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[dict[str, tuple[Popen[bytes], str]]]:
    """Two processes of the app, by the name that the balancer gives them."""
    running = {name: serve(ROOT / "app.py", tmp_path / f"{name}.log") for name in ("one", "two")}
    yield running
    for process, _ in running.values():
        process.kill()
        process.wait(10)


@pytest.fixture
def address(processes: dict[str, tuple[Popen[bytes], str]]) -> Iterator[str]:
    """Address of the balancer; without one, skipped on a developer's machine and failed in CI."""
    haproxy = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")
    if haproxy is None:
        if os.environ.get("CI"):
            pytest.fail("No haproxy (Debian: apt-get install haproxy)")
        pytest.skip("No haproxy (Debian: apt-get install haproxy)")
    listen = f"127.0.0.1:{free_port()}"
    env = {**os.environ, "ATLAS_LISTEN": listen}
    env |= {f"ATLAS_{name.upper()}": url.removeprefix("http://") for name, (_, url) in processes.items()}
    balancer = subprocess.Popen([haproxy, "-db", "-f", str(ROOT / "deploy" / "haproxy.cfg")], env=env)
    wait_until_healthy(f"http://{listen}/_stcore/health")
    yield f"http://{listen}"
    balancer.kill()
    balancer.wait(10)


def wait_until_healthy(url: str) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the balancer does not answer")


def process_of(context: BrowserContext) -> str:
    """Which process the balancer gave to this browser."""
    return next(str(cookie["value"]) for cookie in context.cookies() if cookie["name"] == COOKIE)


def change_and_back(page: Page) -> None:
    """A filter changed and changed back: it works only while page, WebSocket and session are in one process."""
    everything = totals(page)
    box(page, "Breast").click()
    expect(page.locator(".st-key-filter_head")).not_to_contain_text(everything)
    box(page, "Breast").click()
    expect(page.locator(".st-key-filter_head")).to_contain_text(everything)


def test_browsers_on_both_processes_stay_there_and_survive_the_loss_of_one(
    browser: Browser, address: str, processes: dict[str, tuple[Popen[bytes], str]]
):
    opened: dict[str, tuple[BrowserContext, Page]] = {}
    contexts = []
    for _ in range(6):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        opened.setdefault(process_of(context), (context, page))
        if len(opened) == 2:
            break
    assert set(opened) == {"one", "two"}
    for name, (context, page) in opened.items():
        settled(page)
        change_and_back(page)
        page.reload()
        settled(page)
        assert process_of(context) == name

    context, page = opened["one"]
    visit(page, f"{address}/?site=Renal")
    renal = totals(page)
    processes["one"][0].kill()
    processes["one"][0].wait(10)
    page.reload()
    settled(page)
    assert process_of(context) == "two"
    assert totals(page) == renal
    change_and_back(page)
    for each in contexts:
        each.close()
