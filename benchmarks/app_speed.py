"""Speed of the app beside a bare Streamlit script in the same run: `make bench`, about three minutes.

Start to healthy and to the first page drawn, rerun after a filter change (AppTest), and filter click to redrawn
(Chromium), on the shipped table and on tables of 1,000 and 10,000 studies resampled from it. Absolute times do not
travel; the ratios do.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "tests" / "browser")]

from harness import BROWSER_ARGS, find_chromium, serve  # noqa: E402

from benchmarks.synthetic import resample  # noqa: E402
from dashboard.evidence import load  # noqa: E402
from dashboard.evidence.build import EVIDENCE_DATE  # noqa: E402
from dashboard.evidence.parquet import encode  # noqa: E402

SIZES = (1_000, 10_000)
CLICKS = 8
STARTS = 3
COLUMNS = {
    "healthy": 9,
    "first page": 12,
    "click to text": 15,
    "settled": 9,
    "bare rerun": 12,
    "new": 8,
    "known": 8,
    "new x bare": 12,
    "facets": 8,
}
BARE = ROOT / "benchmarks" / "bare.py"
# Seconds from a click until the text changes, then until no run is under way and nothing is stale.
WATCH = """([selector, target]) => new Promise((done) => {
  const text = () => document.querySelector(selector)?.innerText
  const before = text(), start = performance.now()
  const idle = () => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-stale=true]')
  let changed = null
  const look = () => {
    if (changed === null && text() !== before) changed = performance.now() - start
    if (changed !== null && idle()) done([changed, performance.now() - start])
    else if (performance.now() - start > 30000) done([NaN, NaN])
    else requestAnimationFrame(look)
  }
  window.atlasTarget.click()
  look()
})"""


@dataclass
class Row:
    """One line of the result; milliseconds."""

    name: str
    healthy: float
    drawn: float
    changed: float
    settled: float
    reruns: dict[str, float]


def tree(where: Path, studies: int | None) -> Path:
    """A copy of the app in `where`, on the shipped table or on one of `studies` resampled studies."""
    for part in ("app.py", "src", "pages", ".streamlit", "data"):
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, where / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, where / part)
    if studies is not None:
        (where / "data" / "studies.parquet").write_bytes(encode(resample(load(), studies, seed=1), EVIDENCE_DATE))
    return where


def reruns(home: Path) -> dict[str, float]:
    """The rerun times of the app in `home` and of the bare script beside it, from a process of their own."""
    env = {**os.environ, "PYTHONPATH": str(home / "src")}
    command = [sys.executable, str(ROOT / "benchmarks" / "rerun_probe.py")]
    scripts = [str(home / "src" / "dashboard" / "main.py"), str(BARE)]
    run = subprocess.run([*command, *scripts], env=env, cwd=home, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(run.stderr)
    found: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return found


def start(script: Path, home: Path, browser: Browser) -> tuple[float, float]:
    """Median milliseconds from the command to a healthy server, and to the first chart on the screen."""
    healthy, drawn = [], []
    for _ in range(STARTS):
        began = time.perf_counter()
        process, url = serve(script, home / "server.log", env={**os.environ, "PYTHONPATH": str(home / "src")}, cwd=home)
        healthy.append(time.perf_counter() - began)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        try:
            page.goto(url)
            page.locator(".js-plotly-plot .main-svg").first.wait_for()
            drawn.append(time.perf_counter() - began)
        finally:
            page.close()
            process.terminate()
            process.wait(10)
    return 1000 * statistics.median(healthy), 1000 * statistics.median(drawn)


def clicks(browser: Browser, url: str, find: str, ready: str, changed: str) -> tuple[float, float]:
    """Median milliseconds from a click on what `find` (JavaScript) returns to changed text, and to all settled."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(url)
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    page.locator(ready).first.wait_for()
    page.wait_for_timeout(1500)
    times = []
    for _ in range(CLICKS):
        page.evaluate(f"window.atlasTarget = {find}")
        times.append(page.evaluate(WATCH, [changed, None]))
        page.wait_for_timeout(150)
    context.close()
    # the first click pays for what the browser loads once
    return statistics.median(t[0] for t in times[1:]), statistics.median(t[1] for t in times[1:])


def measure(name: str, script: Path, home: Path, browser: Browser) -> Row:
    """All measurements of one app."""
    healthy, drawn = start(script, home, browser)
    process, url = serve(script, home / "server.log", env={**os.environ, "PYTHONPATH": str(home / "src")}, cwd=home)
    try:
        if script == BARE:
            button = "document.querySelector('.stButton button')"
            changed, settled = clicks(browser, url, button, ".stButton button", ".stMain")
        else:
            tree_host = "[...document.querySelectorAll('*')].find(e => e.shadowRoot?.querySelector('fieldset'))"
            third_box = f"({tree_host})?.shadowRoot.querySelectorAll('input')[2]"
            changed, settled = clicks(browser, url, third_box, "fieldset label", ".st-key-filter_head")
    finally:
        process.terminate()
        process.wait(10)
    return Row(name, healthy, drawn, changed, settled, {} if script == BARE else reruns(home))


def report(rows: list[Row]) -> str:
    """The table that is printed."""
    lines = ["ms".ljust(18) + "".join(name.rjust(width) for name, width in COLUMNS.items())]
    for row in rows:
        found = row.reruns
        cells = [f"{row.healthy:.0f}", f"{row.drawn:.0f}", f"{row.changed:.0f}", f"{row.settled:.0f}"]
        if found:
            cells += [f"{found[name]:.1f}" for name in ("bare", "new", "known")]
            cells += [f"{found['new'] / found['bare']:.1f}", f"{found['facets']:.1f}"]
        lines.append(row.name.ljust(18) + "".join(c.rjust(w) for c, w in zip(cells, COLUMNS.values(), strict=False)))
    lines.append(f"first page of the shipped table: {rows[1].drawn / rows[0].drawn:.1f} x bare")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit("No Chromium found; set CHROMIUM to its path.")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_ARGS)
        home = Path(folder) / "bare"
        home.mkdir()
        rows = [measure("bare script", BARE, home, browser)]
        for studies in (None, *SIZES):
            home = Path(folder) / str(studies)
            home.mkdir()
            tree(home, studies)
            name = "shipped table" if studies is None else f"{studies:,} studies"
            rows.append(measure(name, home / "app.py", home, browser))
        browser.close()
    print(report(rows))


if __name__ == "__main__":
    main()
