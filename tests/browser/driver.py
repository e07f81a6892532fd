"""What the tests do in the app, in the words of a reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

Place = TypeVar("Place")
ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts"


def settled(page: Page) -> None:
    """Wait until the app has drawn everything: the facets are there and no run is under way."""
    expect(page.locator("fieldset label").first).to_be_visible()
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_have_count(1)
    expect(page.locator("[data-stale=true]")).to_have_count(0)


def still(page: Page, read: Callable[[], Place]) -> Place:
    """A place on the screen once it stays so for half a second: a chart may be laid out anew after it is drawn."""
    place, same = read(), 0
    for _ in range(200):
        page.wait_for_timeout(100)
        before, place = place, read()
        same = same + 1 if place == before else 0
        if same == 5:
            return place
    raise AssertionError(f"still moving, at {place}")


def whole_tables(page: Page) -> str:
    """Scroll every table until all of its rows are drawn; their text."""
    said = []
    for table in page.locator(".frame table").filter(visible=True).all():
        rows = table.locator("tbody tr")
        for row in rows.all()[22:23]:  # those after the thirtieth are drawn once this one is seen
            row.scroll_into_view_if_needed()
        expect(rows).to_have_count(int(table.get_attribute("aria-rowcount") or 0) - 1)
        said.append(table.inner_text())
    return "\n".join(said)


def visit(page: Page, url: str) -> None:
    """Open an address and wait for it."""
    page.goto(url)
    settled(page)


def box(page: Page, label: str) -> Locator:
    """The checkbox of one facet value."""
    return page.get_by_role("checkbox", name=re.compile(rf"^{re.escape(label)}: "))


def counted(page: Page, label: str) -> tuple[int, int | None]:
    """Studies and patients beside one facet value; None where only subgroups remain."""
    said = box(page, label).get_attribute("aria-label") or ""
    found = re.search(r": (\d+) studies, (?:(\d+) patients$|patients)", said)
    assert found, said
    return int(found[1]), int(found[2]) if found[2] else None


def totals(page: Page) -> str:
    """The line of totals in the sidebar."""
    return page.locator(".st-key-filter_head").inner_text().split("\n")[-1]


def studies(page: Page) -> int:
    """Number of studies in the line of totals."""
    found = re.search(r"(\d+) stud(?:y|ies)", totals(page))
    assert found, totals(page)
    return int(found[1])


def chip(page: Page, text: str) -> Locator:
    """An active filter above the page."""
    return page.locator(".st-key-view_bar").get_by_role("button", name=text)


def screenshot(page: Page, name: str) -> Path:
    """Keep a picture of the window in artefacts/."""
    ARTEFACTS.mkdir(exist_ok=True)
    path = ARTEFACTS / f"{name}.png"
    page.screenshot(path=path)
    return path


def axe_violations(page: Page) -> list[str]:
    """Rules of WCAG 2 A and AA that the page breaks, with the elements that break them.

    Left out: Streamlit's own markup, which the app cannot change (`OUT_OF_OUR_HANDS`).
    """
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    return [
        f"{rule['id']}: {node['html'][:200]}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
        if not any(known in node["html"] for known in OUT_OF_OUR_HANDS)
    ]


OUT_OF_OUR_HANDS: tuple[str, ...] = ()
