"""The presenter in Chromium: keys, quick presses, Back, reload, a link to a step, and the way out."""

from __future__ import annotations

import re

import pytest
from driver import axe_violations, screenshot
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
STUDY = "fairweather-2017"


def shown(page: Page, place: str) -> None:
    """Wait until the presenter stands at `place`, for example "2 of 9", and has drawn it."""
    expect(page.locator(".bar .place")).to_have_text(place)
    expect(page.locator(f".st-key-slide_{place.split()[0]} h1")).to_be_visible()
    expect(page.locator("[data-stale=true]")).to_have_count(0)


def open_at(page: Page, app_url: str, step: str = "1") -> int:
    """Present the five-arm study at a step; the number of its steps."""
    page.goto(f"{app_url}/?present={STUDY}&step={step}")
    expect(page.locator(".bar .place")).to_be_visible()
    return int(page.locator(".bar .place").inner_text().split()[-1])


def test_keys_buttons_and_back_move_one_step(page: Page, app_url: str):
    count = open_at(page, app_url)
    shown(page, f"1 of {count}")
    expect(page.locator("[data-testid=stSidebar]")).to_be_hidden()
    page.keyboard.press("PageDown")
    shown(page, f"2 of {count}")
    expect(page).to_have_url(re.compile("step=2"))
    page.keyboard.press("ArrowLeft")
    shown(page, f"1 of {count}")
    page.get_by_role("button", name="Next step").click()
    shown(page, f"2 of {count}")
    page.go_back()
    shown(page, f"1 of {count}")
    page.keyboard.press("End")
    shown(page, f"{count} of {count}")


def test_quick_presses_are_all_counted_and_a_reload_stays(page: Page, app_url: str):
    count = open_at(page, app_url)
    shown(page, f"1 of {count}")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    shown(page, f"6 of {count}")
    expect(page).to_have_url(re.compile("step=6"))
    page.reload()
    shown(page, f"6 of {count}")


def test_a_step_beyond_the_last_opens_the_first(page: Page, app_url: str):
    count = open_at(page, app_url, "99")
    shown(page, f"1 of {count}")


def test_a_copied_link_opens_its_step_and_one_of_other_data_says_so(page: Page, app_url: str):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    count = open_at(page, app_url, "3")
    shown(page, f"3 of {count}")
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".bar .said")).to_have_text("Copied")
    link = str(page.evaluate("navigator.clipboard.readText()"))
    assert re.search(rf"present={STUDY}&step=3&data=[0-9a-f]{{12}}$", link)
    page.goto(link)
    shown(page, f"3 of {count}")
    expect(page.locator(".st-key-link_notice")).to_have_count(0)
    page.goto(re.sub("data=.*", "data=000000000000", link))
    shown(page, f"3 of {count}")
    expect(page.locator(".st-key-link_notice")).to_contain_text("another version of the study table")


def test_an_unknown_study_is_named_with_a_way_back(page: Page, app_url: str):
    page.goto(f"{app_url}/?present=nobody-1900")
    expect(page.get_by_role("heading", name="nobody-1900")).to_be_visible()
    page.get_by_role("button", name="Back to the atlas").click()
    expect(page.locator("fieldset label").first).to_be_visible()
    expect(page).not_to_have_url(re.compile("present"))


def test_closing_returns_to_the_atlas_with_its_own_type_size(page: Page, app_url: str):
    open_at(page, app_url, "2")
    large = page.evaluate("getComputedStyle(document.documentElement).fontSize")
    page.get_by_role("button", name="Close").click()
    expect(page.locator("fieldset label").first).to_be_visible()
    expect(page).not_to_have_url(re.compile("present|step"))
    page.wait_for_function("large => getComputedStyle(document.documentElement).fontSize !== large", arg=large)


def test_a_comparison_keeps_its_filters_while_presented(page: Page, app_url: str):
    page.goto(f"{app_url}/?site=Colorectal&by=Era&modality=Resection&present=comparison&step=2")
    expect(page.get_by_role("heading", name="Survival of the groups")).to_be_visible()
    expect(page.locator(".bar .place")).to_contain_text("2 of")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="The groups in figures")).to_be_visible()
    assert "by=Era" in page.url and "site=Colorectal" in page.url
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("heading", name="by decade of enrolment")).to_be_visible()
    assert "by=Era" in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_readable_and_accessible(page: Page, app_url: str, scheme: str):
    page.emulate_media(color_scheme=scheme)
    count = open_at(page, app_url, "2")
    shown(page, f"2 of {count}")
    assert axe_violations(page) == []
    screenshot(page, f"presenter-{scheme}")
