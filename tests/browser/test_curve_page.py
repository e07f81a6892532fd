"""A digitised curve in Chromium: points pasted, the fit shown, an arm of one's own table, on Compare as derived."""

from __future__ import annotations

import io
import math
import re

import pandas as pd
import pytest
from driver import axe_violations, box, settled, visit
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
POINTS = "\n".join(f"{month}, {math.exp(-0.02 * month):.3f}" for month in range(0, 61, 3))
AT_RISK = "0 12 24 36 48 60\n120 94 70 52 33 18"
FIT = re.compile(r"^120 patients, \d+ events and \d+ censored reproduce the curve to within")
OWN = "Wombat A (yours) 2021"


def paste(page: Page, points: str, at_risk: str) -> None:
    for label, text in ((re.compile("^Points"), points), (re.compile("^Numbers at risk"), at_risk)):
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Reconstruct").focus()  # a text area says what it holds when it is left
    settled(page)
    page.get_by_role("button", name="Reconstruct").click()


def choose(page: Page, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=re.compile(label))
    box.focus()  # the text field before says what it holds when it is left, and that run would close the list
    settled(page)
    box.fill(option)  # a long list is drawn in part
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def test_from_pasted_points_to_an_arm_on_compare(page: Page, app_url: str):
    visit(page, f"{app_url}/your-data?part=Digitised+curve")
    paste(page, "0, 1\n12, apple", AT_RISK)
    expect(page.get_by_test_id("stAlert")).to_be_visible()
    paste(page, POINTS, AT_RISK)
    expect(page.get_by_text(FIT)).to_be_visible()
    plot = page.locator(".st-key-curve_fit")
    expect(plot.locator(".main-svg").first).to_be_visible()
    expect(plot.locator(".legend")).to_contain_text("Reconstructed (n = 120)")
    expect(plot.locator(".infolayer")).to_contain_text("At risk, as given")
    settled(page)
    assert axe_violations(page) == []
    page.get_by_label("Label of the arm").fill("Ablation of renal metastases")
    page.get_by_label("First author").fill("Wombat A")
    choose(page, "Primary site", "Renal")
    choose(page, "Treatment", "Radiofrequency ablation")
    page.get_by_label("Year of publication").fill("2021")
    page.get_by_role("button", name="Add the arm").click()
    expect(page.get_by_text("is an arm of your table now, marked derived")).to_be_visible()
    expect(page.locator(".st-key-own_banner")).to_contain_text("Yours: 1 study added")
    assert "wombat" not in page.url.lower() and "ablation" not in page.url.lower()

    page.get_by_test_id("stTopNavLinkContainer").get_by_text("Compare", exact=True).click()
    settled(page)
    box(page, "Renal").check()
    expect(page).to_have_url(re.compile("site=Renal"))
    settled(page)
    row = page.get_by_role("row").filter(has_text="Wombat A (yours)")
    expect(row).to_be_visible()
    expect(row.get_by_role("img", name="derived").first).to_be_visible()
    expect(row.get_by_role("img", name="reported")).to_have_count(0)
    with page.expect_download() as download:
        page.locator(".st-key-chart_survival").get_by_role("button", name="CSV").click()
    rows = pd.read_csv(io.BytesIO(download.value.path().read_bytes())).set_index("Study")
    assert rows.loc[OWN, "n"] == 120 and rows.loc[OWN, "1-year survival: status"] == "derived"
    assert rows.loc[OWN, "1-year survival"] == pytest.approx(math.exp(-0.24), abs=0.01)
    assert rows.loc[OWN, "Median (months)"] == pytest.approx(math.log(2) / 0.02, abs=1.5)
