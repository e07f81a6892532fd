"""The frame in Chromium: links, Back, facets, chips, empty selections, wrong links, headers."""

from __future__ import annotations

import re
import urllib.request

import pytest
from driver import (
    axe_violations,
    box,
    chip,
    counted,
    screenshot,
    settled,
    studies,
    totals,
    visit,
)
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.browser


def test_a_cold_link_shows_the_same_view_after_reload_and_in_another_browser(page: Page, app_url: str):
    visit(page, f"{app_url}/?site=Renal&modality=Surgery&era=1990&era=2015&min_n=10")
    expect(box(page, "Renal")).to_be_checked()
    expect(box(page, "Surgery")).to_be_checked()
    for text in ("Primary site: Renal", "Treatment: Surgery", "Treated 1990 to 2015", "Arms of 10 patients or more"):
        expect(chip(page, text)).to_be_visible()
    first, address = totals(page), page.url
    page.reload()
    settled(page)
    assert (totals(page), page.url) == (first, address)
    other = page.context.browser.new_context().new_page()
    visit(other, address)
    assert totals(other) == first
    other.context.close()


def test_a_click_filters_counts_change_and_back_returns(page: Page, app_url: str):
    visit(page, app_url)
    everything, ablation = studies(page), counted(page, "Ablation")
    expected = counted(page, "Renal")
    box(page, "Renal").click()
    expect(chip(page, "Primary site: Renal")).to_be_visible()
    settled(page)
    assert studies(page) == expected[0] < everything
    assert counted(page, "Ablation")[0] < ablation[0]
    assert counted(page, "Renal") == expected, "a facet is counted without its own choice"
    assert "site=Renal" in page.url
    page.go_back()
    expect(chip(page, "Primary site: Renal")).to_have_count(0)
    settled(page)
    assert studies(page) == everything
    assert "site=" not in page.url


def test_a_family_stands_for_its_members_and_is_partly_checked(page: Page, app_url: str):
    visit(page, f"{app_url}/?modality=Microwave+ablation")
    family = box(page, "Ablation")
    assert family.evaluate("box => box.indeterminate")
    expect(box(page, "Microwave ablation")).to_be_visible()
    family.click()
    expect(chip(page, "Treatment: Ablation")).to_be_visible()
    settled(page)
    assert "modality=Ablation" in page.url and "Microwave" not in page.url
    box(page, "Microwave ablation").click()
    expect(chip(page, "Treatment: Radiofrequency ablation")).to_be_visible()
    assert family.evaluate("box => box.indeterminate")


def test_quick_clicks_are_all_kept(page: Page, app_url: str):
    visit(page, app_url)
    chosen = ("Renal", "Breast", "Gastric", "Ovarian")
    for label in chosen:
        box(page, label).click()
    for label in chosen:
        expect(chip(page, f"Primary site: {label}")).to_be_visible()
        expect(box(page, label)).to_be_checked()


def test_a_zero_is_disabled_but_a_chosen_one_can_be_left(page: Page, app_url: str):
    visit(page, f"{app_url}/?site=Renal")
    zero = box(page, "Radiation")
    expect(zero).to_have_attribute("aria-disabled", "true")
    before = page.url
    zero.click(force=True)
    page.wait_for_timeout(300)
    assert page.url == before
    expect(zero).not_to_be_checked()


def test_an_empty_selection_says_which_filter_to_widen(page: Page, app_url: str):
    visit(page, f"{app_url}/?site=Renal&modality=Radiation")
    expect(page.get_by_role("heading", name="No published figure answers these filters")).to_be_visible()
    expect(box(page, "Radiation")).not_to_have_attribute("aria-disabled", "true")
    assert axe_violations(page) == []
    screenshot(page, "empty-light")
    way = page.get_by_role("button", name=re.compile(r"^Any treatment: \d+ studies"))
    promised = int(re.search(r"(\d+) studies", way.inner_text())[1])
    way.click()
    expect(chip(page, "Treatment: Radiation")).to_have_count(0)
    settled(page)
    assert studies(page) == promised


def test_chips_remove_one_filter_each_and_reset_removes_all(page: Page, app_url: str):
    visit(page, f"{app_url}/?site=Renal&site=Breast&q=liver&subgroups=true")
    chip(page, "Primary site: Renal").click()
    expect(chip(page, "Primary site: Renal")).to_have_count(0)
    expect(chip(page, "Primary site: Breast")).to_be_visible()
    chip(page, "Text: liver").click()
    expect(chip(page, "Text: liver")).to_have_count(0)
    chip(page, "Reset").click()
    expect(chip(page, "Subgroups included")).to_have_count(0)
    settled(page)
    assert "?" not in page.url, page.url


def test_a_wrong_value_in_a_link_is_named_and_the_rest_kept(page: Page, app_url: str):
    visit(page, f"{app_url}/?site=Renal&site=Spleen&min_n=many&endpoint=Joy")
    notice = page.locator(".st-key-link_notice")
    for wrong in ("Spleen", "many", "Joy"):
        expect(notice).to_contain_text(wrong)
    expect(chip(page, "Primary site: Renal")).to_be_visible()
    notice.get_by_role("button", name="Dismiss").click()
    expect(notice).to_have_count(0)
    expect(chip(page, "Primary site: Renal")).to_be_visible()


def test_years_by_decade(page: Page, app_url: str):
    visit(page, app_url)
    page.get_by_role("button", name="1990s", exact=True).click()
    expect(chip(page, "Treated 1990 to 1999")).to_be_visible()
    assert "era=1990&era=1999" in page.url
    page.get_by_role("spinbutton", name="Last year of treatment").fill("2004")
    page.get_by_role("spinbutton", name="Last year of treatment").press("Tab")
    expect(chip(page, "Treated 1990 to 2004")).to_be_visible()
    assert "era=1990&era=2004" in page.url
    page.go_back()
    expect(chip(page, "Treated 1990 to 1999")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("spinbutton", name="First year of treatment")).to_have_value("1950")
    settled(page)
    assert "era" not in page.url


def test_filters_that_are_folded_away_have_counts_a_link_and_a_step_back(page: Page, app_url: str):
    visit(page, app_url)
    page.get_by_text("More filters").click()
    expected = counted(page, "Randomised trial")
    box(page, "Randomised trial").click()
    expect(chip(page, "Design: Randomised trial")).to_be_visible()
    settled(page)
    assert studies(page) == expected[0]
    assert "design=Randomised+trial" in page.url
    page.get_by_role("checkbox", name="Include subgroups").click()
    expect(chip(page, "Subgroups included")).to_be_visible()
    page.get_by_role("spinbutton", name="Smallest arm, patients").fill("100")
    page.get_by_role("spinbutton", name="Smallest arm, patients").press("Enter")
    expect(chip(page, "Arms of 100 patients or more")).to_be_visible()
    settled(page)
    assert "subgroups=true" in page.url and "min_n=100" in page.url
    page.go_back()
    expect(chip(page, "Arms of 100 patients or more")).to_have_count(0)
    page.go_back()
    expect(chip(page, "Subgroups included")).to_have_count(0)
    expect(page.get_by_role("checkbox", name="Include subgroups")).not_to_be_checked()
    expect(chip(page, "Design: Randomised trial")).to_be_visible()
    page.reload()
    settled(page)
    expect(chip(page, "Design: Randomised trial")).to_be_visible()
    expect(box(page, "Randomised trial")).to_be_visible()


def test_an_endpoint_says_how_many_studies_it_has(page: Page, app_url: str):
    visit(page, app_url)
    endpoint = page.locator(".st-key-filters").get_by_label("Endpoint", exact=True)
    option = endpoint.locator("option", has_text="Disease-free survival")
    promised = int(re.search(r"\((\d+)\)", option.inner_text())[1])
    endpoint.select_option("dfs")
    expect(chip(page, "Disease-free survival")).to_be_visible()
    settled(page)
    assert studies(page) == promised
    assert "endpoint=Disease-free+survival" in page.url


def test_what_compare_is_asked_is_in_the_link_and_goes_back(page: Page, app_url: str):
    visit(page, f"{app_url}/?site=Renal")
    controls = page.locator(".st-key-compare_controls")
    controls.get_by_label("Compare by").select_option("Era")
    expect(page.get_by_role("heading", name=re.compile("by decade"))).to_be_visible()
    unit = page.get_by_role("group", name="Time in")
    unit.get_by_role("button", name="Years").click()
    expect(page).to_have_url(re.compile("by=Era.*unit=Years|unit=Years.*by=Era"))
    page.go_back()
    expect(unit.get_by_role("button", name="Months")).to_have_attribute("aria-pressed", "true")
    expect(controls.get_by_label("Compare by")).to_have_value("Era")
    page.go_back()
    expect(controls.get_by_label("Compare by")).to_have_value("Treatment")
    settled(page)
    assert page.url.endswith("?site=Renal")
    controls.get_by_role("combobox", name="Within one study").fill("fairweather-2017")
    expect(page).to_have_url(re.compile("study=fairweather-2017"))
    controls.get_by_role("button", name="Clear: Within one study").click()
    expect(page).not_to_have_url(re.compile("study="))


def test_the_link_is_copied(context: BrowserContext, page: Page, app_url: str):
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=app_url)
    visit(page, f"{app_url}/?site=Renal")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(re.escape(page.url) + "&data=[0-9a-f]{12}", copied), copied


def test_every_answer_carries_the_security_headers(app_url: str):
    for path in ("/", "/_stcore/health"):
        with urllib.request.urlopen(app_url + path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy and "frame-ancestors 'self'" in policy and "unsafe-eval'" in policy
            assert "http" not in policy and "*" not in policy and " 'unsafe-eval'" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "camera=()" in answer.headers["Permissions-Policy"]
