"""From a click to a settled page, everywhere a reader explores, beside the bare script's click in the same run.

Both clicks are of one kind: a widget is clicked, the script runs, a chart is drawn anew; both are settled by one rule.
Chromium, medians, a click on the bare script after each; absolute times do not travel, the ratios do. Every click
is a new question, nothing that the server answered before. The evidence map also with 10,000 studies. `--only map` for
less.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "tests" / "browser")]

from harness import BROWSER_ARGS, find_chromium, serve  # noqa: E402

from benchmarks.app_speed import BARE, tree  # noqa: E402

MANY = 10_000
LIMIT, LIMIT_MANY = 2.5, 3.0
RUNNING = "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState !== 'notRunning' \
|| !!document.querySelector('[data-stale=true]')"
SETTLED = f"!({RUNNING})"
QUIET_MS = 250
# Milliseconds from the next press of the pointer or a key until the page is settled: the text of `selector` changed, no
# run is under way, nothing is stale, and the last change of the document, components and charts included, is made. The
# wait that shows that no other change follows is not counted.
WATCH = f"""selector => {{
  const text = () => [...document.querySelectorAll(selector)].map(e => e.innerText).join()
  const before = text()
  const seen = new WeakSet()
  let last = 0
  const observer = new MutationObserver(() => {{ last = performance.now() }})
  const observe = root => {{
    if (seen.has(root)) return
    seen.add(root)
    observer.observe(root, {{ subtree: true, childList: true, characterData: true, attributes: true }})
  }}
  const everything = root => {{
    observe(root)
    for (const element of root.querySelectorAll('*')) if (element.shadowRoot) everything(element.shadowRoot)
  }}
  everything(document)
  window.atlasTime = new Promise(done => {{
    const begin = () => {{
      removeEventListener('pointerdown', begin, true)
      removeEventListener('keydown', begin, true)
      const start = performance.now()
      let changed = false
      const look = () => {{
        const now = performance.now()
        changed ||= text() !== before
        if (!changed || {RUNNING}) last = now
        if (now - last > {QUIET_MS}) {{
          observer.disconnect()
          done(last - start)
        }} else if (now - start > 30000) done(NaN)
        else requestAnimationFrame(look)
      }}
      requestAnimationFrame(look)
    }}
    addEventListener('pointerdown', begin, true)
    addEventListener('keydown', begin, true)
  }})
}}"""
MARK = """([key, number]) => {
  const plot = document.querySelector(`.st-key-${key} .js-plotly-plot`), box = plot.getBoundingClientRect()
  const { xaxis, yaxis } = plot._fullLayout
  const marks = plot._fullData.flatMap(trace => (trace.customdata ? [...trace.x].map((x, i) => [trace, i]) : []))
  const [trace, i] = marks[number % marks.length]
  return [box.left + xaxis._offset + xaxis.c2p(trace.x[i]), box.top + yaxis._offset + yaxis.c2p(trace.y[i])]
}"""
SITES = ("Renal", "Breast", "Gastric", "Ovarian", "Colorectal", "Neuroendocrine", "Uveal melanoma")
Press = Callable[[Page, int], None]


@dataclass(frozen=True)
class Click:
    """One kind of click: where, on what, the elements whose text it changes; `before` brings the page into place."""

    page: str
    what: str
    address: str
    press: Press
    changes: str
    before: Press = lambda page, number: None
    many: bool = False
    ordinary: bool = False


def facet(page: Page, number: int) -> None:
    """Another primary site."""
    page.locator("fieldset").first.locator("label").filter(has_text=SITES[number % len(SITES)]).first.click()


def marker(key: str) -> Press:
    """A marker of a plot."""
    return lambda page, number: page.mouse.click(*page.evaluate(MARK, [key, 3 * number]))


def pick(page: Page, number: int) -> None:
    """A study of the list."""
    page.locator(".pick").nth(number).click()


def back(page: Page, number: int) -> None:
    """The step before; not measured."""
    if number:
        page.go_back()


def related(page: Page, number: int) -> None:
    """A related study on a study's page."""
    page.locator(".st-key-neighbours .pick").last.click()


def passage(page: Page, number: int) -> None:
    """Words of a story."""
    page.locator("article button").nth(number % 2).click()


def next_step(page: Page, number: int) -> None:
    """The presenter's next step."""
    page.keyboard.press("PageDown")


TOTALS, TITLE = ".st-key-filter_head", "h1"
CLICKS = (
    Click("Compare", "filter", "/", facet, TOTALS),
    Click("Evidence map", "filter", "/map", facet, TOTALS, many=True),
    Click("Evidence map", "marker", "/map", marker("chart_evidence_map"), TOTALS, many=True),
    Click("Eras", "filter", "/eras", facet, TOTALS),
    Click("Studies", "filter", "/studies", facet, TOTALS),
    Click("Studies", "open a study", "/studies", pick, TITLE, before=back),
    Click("One study", "related study", "/studies?paper=fong-1999", related, TITLE),
    Click("Quality", "filter", "/studies?studies_view=Quality", facet, TOTALS),
    Click("Pooled survival", "filter", "/pooled", facet, TOTALS),
    Click("Your data", "filter", "/your-data", facet, TOTALS),
    Click("Methods", "filter", "/methods", facet, TOTALS),
    Click("About", "filter", "/about", facet, TOTALS),
    Click("Stories", "words", "/stories", passage, "h3"),
    Click("Presenter", "next step", "/?present=fairweather-2017", next_step, TITLE, ordinary=True),
)


@contextmanager
def running(script: Path, home: Path) -> Iterator[str]:
    """The address of a running app."""
    env = {**os.environ, "PYTHONPATH": str(home / "src")}
    process, url = serve(script, home / "server.log", env=env, cwd=home)
    try:
        yield url
    finally:
        process.terminate()
        process.wait(10)


def settle(page: Page) -> None:
    """Nothing runs and nothing is stale for half a second."""
    page.wait_for_timeout(250)
    page.wait_for_function(f"() => {SETTLED}", timeout=120_000)
    page.wait_for_timeout(250)


def measured(page: Page, click: Click, number: int) -> float:
    """Milliseconds of one click."""
    click.before(page, number)
    settle(page)
    page.evaluate(WATCH, click.changes)
    click.press(page, number)
    return float(page.evaluate("window.atlasTime"))


def opened(browser: Browser, address: str) -> Page:
    """A fresh session at an address, drawn."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(address)
    page.wait_for_function(f"() => {SETTLED}", timeout=120_000)
    page.wait_for_timeout(2500)
    return page


BARE_CLICK = Click(
    "Bare script",
    "button",
    "",
    lambda page, number: page.get_by_role("button", name="Next").click(),
    "[data-testid=stMarkdown]",
)


def medians(page: Page, click: Click, bare: Page, count: int) -> tuple[float, float]:
    """Medians of several clicks in one session, and of the bare script's, in turn: a busy machine slows both.

    The first pays for what the browser loads once.
    """
    pairs = [(measured(page, click, number), measured(bare, BARE_CLICK, number)) for number in range(count + 1)]
    taken, floor = (statistics.median(times) for times in zip(*pairs[1:], strict=True))
    return taken, floor


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="clicks whose name holds this")
    parser.add_argument("--clicks", type=int, default=5)
    parser.add_argument("--studies", type=int, default=MANY, help="size of the large table; 0 leaves it out")
    options = parser.parse_args()
    chromium = find_chromium()
    if chromium is None:
        sys.exit("No Chromium found; set CHROMIUM to its path.")
    asked = [click for click in CLICKS if options.only.lower() in f"{click.page}, {click.what}".lower()]
    print(f"{'click to settled, ms':44}{'bare':>7}{'atlas':>7}{'ratio':>7}{'limit':>7}")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_ARGS)
        ratios: dict[str, float] = {}
        for studies in (None, options.studies):
            wanted = [click for click in asked if studies is None or (studies and click.many)]
            if not wanted:
                continue
            home, bare_home = Path(folder) / f"{studies}", Path(folder) / f"bare-{studies}"
            home.mkdir()
            bare_home.mkdir()
            tree(home, studies)
            with running(BARE, bare_home) as bare_url, running(home / "app.py", home) as url:
                bare = opened(browser, bare_url)
                for click in wanted:
                    page = opened(browser, url + click.address)
                    taken, floor = medians(page, click, bare, options.clicks)
                    page.context.close()
                    limit = LIMIT if studies is None else LIMIT_MANY
                    name = f"{click.page}, {click.what}" + (f", {studies:,} studies" if studies else "")
                    said = "" if taken / floor < limit else "  missed"
                    print(f"{name:44}{floor:7.0f}{taken:7.0f}{taken / floor:7.2f}{limit:7.1f}{said}", flush=True)
                    ratios[click.page] = taken / floor
                    if click.ordinary and "Compare" in ratios:
                        of = ratios[click.page] / ratios["Compare"]
                        print(f"{'':4}of an ordinary rerun (a filter on Compare)  {of:.2f}, limit 1.0", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
