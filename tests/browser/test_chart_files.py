"""What stands under a chart: its table, and files that open and say what they are."""

from __future__ import annotations

import io
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from driver import visit
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def saved(page: Page, name: str) -> tuple[str, bytes]:
    with page.expect_download() as download:
        page.locator("[class*=st-key-chart_]").get_by_role("button", name=name).first.click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_the_three_files_of_a_chart(page: Page, app_url: str):
    visit(page, f"{app_url}/?site=Renal")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    plot = page.locator(".js-plotly-plot").first.bounding_box()
    alt = page.get_by_role("figure").first.get_attribute("aria-label")

    name, svg = saved(page, "as SVG")
    root = ElementTree.fromstring(svg)
    assert name.endswith(".svg") and root.tag.endswith("}svg")
    assert float(root.get("width", 0)) == pytest.approx(plot["width"], abs=1)
    assert [child.text for child in root if child.tag.endswith("}desc")] == [alt]
    drawn = svg.decode()
    assert "hoverlayer" not in drawn and "url(http" not in drawn
    assert drawn.count("<path") > 3

    stem = name.removesuffix(".svg")
    name, png = saved(page, "as PNG")
    assert name == f"{stem}.png" and png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20], "big") == pytest.approx(3 * plot["width"], abs=3)

    name, csv = saved(page, "CSV")
    assert name == f"{stem}.csv"
    assert len(pd.read_csv(io.BytesIO(csv))) > 0


def test_the_table_of_a_chart(page: Page, app_url: str):
    visit(page, f"{app_url}/?site=Renal")
    page.get_by_text("Show as table").first.click()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
