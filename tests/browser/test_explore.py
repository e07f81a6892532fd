"""The evidence map, the eras and the studies in Chromium: ways in, Back, brush, cold and wrong links, axe, phones."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import pytest
from driver import axe_violations, box, chip, screenshot, settled, still, visit
from playwright.sync_api import Page, expect

from dashboard.explore.judgement import OVERALL, Judgement, to_json

pytestmark = pytest.mark.browser

PAGES = {
    "map": "/map?site=Renal&modality=Surgery&level=Surgery&colour=Studies",
    "eras": "/eras?site=Colorectal&eras_value=Median+survival&eras_by=Treatment",
    "studies": "/studies?site=Renal",
    "quality": "/studies?site=Renal&studies_view=Quality",
    "study": "/studies?paper=fong-1999",
    "stories": "/stories?story=Colorectal+resection+across+four+decades",
}

# Where the mark of a study or a cell is on the screen.
MARK = """(plot, wanted) => {
  const layout = plot._fullLayout, box = plot.getBoundingClientRect()
  for (const trace of plot._fullData) {
    const i = (trace.customdata ?? []).indexOf(wanted)
    if (i < 0) continue
    return [box.left + layout.xaxis._offset + layout.xaxis.c2p(trace.x[i]),
            box.top + layout.yaxis._offset + layout.yaxis.c2p(trace.y[i])]
  }
}"""
# Where two years are on the screen, and the middle of the plot.
BRUSH = """(plot, [first, last]) => {
  const { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect()
  return [box.left + xaxis._offset + xaxis.c2p(first), box.left + xaxis._offset + xaxis.c2p(last),
          box.top + yaxis._offset + yaxis._length / 2]
}"""


def mark_of(page: Page, key: str, wanted: str) -> tuple[float, float]:
    """Where the mark of a study or a cell is on the screen, in the figure `key`."""
    plot = page.locator(f".st-key-chart_{key} .js-plotly-plot")
    expect(plot.locator(".point").first).to_be_visible()
    plot.scroll_into_view_if_needed()
    place = still(page, lambda: plot.evaluate(MARK, wanted))
    assert place, wanted
    return place[0], place[1]


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlparse(page.url).query)


def study_names(page: Page) -> list[str]:
    return page.get_by_role("region", name="Studies").get_by_role("row").locator(".pick").all_inner_texts()


def test_from_a_cell_to_its_studies_to_one_study_and_back_twice(page: Page, app_url: str):
    visit(page, f"{app_url}/map")
    page.mouse.click(*mark_of(page, "evidence_map", "renal|family:surgery"))
    expect(chip(page, "Primary site: Renal")).to_be_visible()
    expect(chip(page, "Treatment: Surgery")).to_be_visible()
    settled(page)
    expect(page.get_by_role("heading", name="Renal, surgery")).to_be_visible()
    expect(
        page.get_by_text(re.compile(r"5-year survival: \d+% \(95% CI \d+% to \d+%\), pooled from \d+ arms"))
    ).to_have_count(1)
    names = study_names(page)
    assert names and "Alves A 2003" in names
    cell = page.url
    page.get_by_role("button", name="Alves A 2003").click()
    expect(page.get_by_role("heading", name=re.compile("Hepatic resection for metastatic renal"))).to_be_visible()
    settled(page)
    there = urlparse(page.url)
    assert there.path == "/studies" and parse_qs(there.query)["paper"] == ["alves-2003"]
    page.go_back()
    expect(page.get_by_role("heading", name="What is known, and what is not")).to_be_visible()
    settled(page)
    assert parse_qs(urlparse(page.url).query) == parse_qs(urlparse(cell).query)
    page.go_back()
    expect(chip(page, "Primary site: Renal")).to_have_count(0)


@pytest.mark.parametrize(
    ("first", "link"),
    [("/map?site=Renal&modality=Surgery", "Studies"), ("/?study=fairweather-2017&site=Neuroendocrine", "Stories")],
)
def test_the_navigation_is_one_step_back_however_early_it_is_clicked(page: Page, app_url: str, first: str, link: str):
    page.goto(app_url + first)
    page.get_by_role("link", name=link).first.click()
    expect(page.get_by_role("heading", name=link, level=1)).to_be_visible()
    settled(page)
    page.go_back()
    expect(page).to_have_url(re.compile(re.escape(first) + "$"))
    settled(page)
    asked = parse_qs(urlparse(first).query)
    assert query(page) == asked
    expect(chip(page, f"Primary site: {asked['site'][0]}")).to_be_visible()


def test_a_click_on_a_circle_of_the_strip_opens_that_study_and_back_returns(page: Page, app_url: str):
    visit(page, f"{app_url}/studies?paper=fong-1999")
    page.mouse.click(*mark_of(page, "study_strip", "choti-2002"))
    expect(page).to_have_url(re.compile("paper=choti-2002"))
    expect(page.get_by_role("heading", name=re.compile("^Trends in long-term survival"))).to_be_visible()
    settled(page)
    page.go_back()
    expect(page.get_by_role("heading", name=re.compile("^Clinical score"))).to_be_visible()


def test_compare_keeps_its_study_when_the_reader_comes_back_from_another(page: Page, app_url: str):
    visit(page, f"{app_url}/?study=fairweather-2017&site=Neuroendocrine")
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    page.get_by_role("link", name="Studies").click()
    expect(page.get_by_role("heading", name="Studies", exact=True)).to_be_visible()
    settled(page)
    assert query(page) == {"site": ["Neuroendocrine"]}, "the filters stay in the link of the next page"
    page.locator(".pick").first.click()
    expect(page.get_by_text("Its curves")).to_be_visible()
    expect(page).to_have_url(re.compile("paper="))
    settled(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Studies", exact=True)).to_be_visible()
    expect(page).not_to_have_url(re.compile("paper="))
    settled(page)
    page.go_back()
    expect(page.get_by_role("combobox", name="Within one study")).to_have_value("fairweather-2017")
    assert query(page)["study"] == ["fairweather-2017"]


def test_a_link_with_the_old_name_of_a_study_opens_its_page(page: Page, app_url: str):
    visit(page, f"{app_url}/studies?study=fong-1999&site=Colorectal")
    expect(page.get_by_role("heading", name=re.compile("^Clinical score"))).to_be_visible()
    expect(page).to_have_url(re.compile("paper=fong-1999"))
    expect(box(page, "Colorectal")).to_be_checked()


def test_a_brush_over_years_sets_the_era(page: Page, app_url: str):
    visit(page, f"{app_url}/eras?site=Colorectal")
    plot = page.locator(".st-key-chart_eras_chart .js-plotly-plot")
    expect(plot.locator(".point").first).to_be_visible()
    plot.scroll_into_view_if_needed()
    left, right, middle = still(page, lambda: plot.evaluate(BRUSH, [1989.6, 2000.4]))
    page.mouse.move(left, middle)
    page.mouse.down()
    page.mouse.move((left + right) / 2, middle + 20, steps=4)
    page.mouse.move(right, middle + 30, steps=4)
    page.mouse.up()
    expect(chip(page, "Treated 1990 to 2000")).to_be_visible()
    assert parse_qs(urlparse(page.url).query)["era"] == ["1990", "2000"]
    settled(page)
    page.go_back()
    expect(chip(page, "Treated 1990 to 2000")).to_have_count(0)


@pytest.mark.parametrize("name", PAGES)
def test_a_cold_link_opens_each_page_without_violations(page: Page, app_url: str, name: str):
    visit(page, app_url + PAGES[name])
    said = {
        "map": lambda: expect(page.get_by_role("heading", name="Renal, resection")).to_be_visible(),
        "eras": lambda: expect(page.get_by_text(re.compile("arms print median survival"))).to_be_visible(),
        "studies": lambda: expect(page.get_by_text(re.compile("8 studies with a figure"))).to_be_visible(),
        "quality": lambda: expect(page.get_by_role("heading", name="What the table itself says")).to_be_visible(),
        "study": lambda: expect(page.get_by_role("heading", name=re.compile("^Clinical score"))).to_be_visible(),
        "stories": lambda: expect(page.get_by_role("heading", name=re.compile("after resection"))).to_be_visible(),
    }
    said[name]()
    if name != "study":
        expect(box(page, "Colorectal" if name in ("eras", "stories") else "Renal")).to_be_checked()
    asked, kept = parse_qs(urlparse(PAGES[name]).query), parse_qs(urlparse(page.url).query)
    assert asked.items() <= kept.items(), (asked, kept)
    page.wait_for_timeout(500)
    assert axe_violations(page) == []
    screenshot(page, f"explore-{name}")


def test_a_click_on_an_arm_of_the_eras_opens_its_study_and_the_brush_stays(page: Page, app_url: str):
    visit(page, f"{app_url}/eras?site=Colorectal&era=1985&era=2000")
    page.mouse.click(*mark_of(page, "eras_chart", "fong-1999"))
    expect(page.get_by_role("heading", name=re.compile("^Clinical score"))).to_be_visible()
    settled(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Survival by years of treatment")).to_be_visible()
    expect(chip(page, "Treated 1985 to 2000")).to_be_visible()


FOCUSED = """() => {
  let element = document.activeElement
  while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  const style = getComputedStyle(element)
  const ring = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none"
  const name = element.ariaLabel || element.labels?.[0]?.innerText || element.innerText || element.title || ""
  return [name.trim().split("\\n")[0], ring, element.getRootNode() !== document]
}"""


def test_the_keyboard_reaches_every_part_and_opens_a_study(page: Page, app_url: str):
    visit(page, f"{app_url}/eras?site=Renal")
    expect(page.locator(".js-plotly-plot .point").first).to_be_visible()
    reached: dict[str, tuple[bool, bool]] = {}
    for _ in range(120):
        page.keyboard.press("Tab")
        name, ring, ours = page.evaluate(FOCUSED)
        reached.setdefault(name, (ring, ours))
    for wanted in ("Eras", "Copy link", "Surgery", "Endpoint", "First year of treatment", "Reset", "Show as table"):
        assert any(name.startswith(wanted) for name in reached), (wanted, list(reached))
    assert any("as SVG" in name for name in reached) and any("as PNG" in name for name in reached)
    assert [name for name, (ring, ours) in reached.items() if ours and not ring] == [], "focus that cannot be seen"
    visit(page, f"{app_url}/studies?site=Renal")
    page.get_by_role("button", name="Alves A 2003").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("Hepatic resection for metastatic renal"))).to_be_visible()


def test_nothing_moves_for_who_asks_for_less_motion(page: Page, app_url: str):
    page.emulate_media(reduced_motion="reduce")
    visit(page, f"{app_url}/map?site=Renal")
    longest = page.evaluate(
        """() => Math.max(...[...document.querySelectorAll('*')].flatMap(e => {
          const style = getComputedStyle(e)
          return `${style.transitionDuration},${style.animationDuration}`.split(',').map(parseFloat)
        }))"""
    )
    assert longest < 0.001


# a phone, and a window of 1440 x 900 at 200%
@pytest.mark.parametrize("size", [(390, 844), (720, 450)])
@pytest.mark.parametrize("name", PAGES)
def test_a_small_window_needs_no_sideways_scrolling(page: Page, app_url: str, name: str, size: tuple[int, int]):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(app_url + PAGES[name])
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_timeout(1000)
    wide, seen = page.locator("[data-testid=stMain]").evaluate("main => [main.scrollWidth, main.clientWidth]")
    assert wide <= seen
    if name == "map":
        expect(page.get_by_role("region", name=re.compile("^Primary sites and treatments"))).to_be_visible()
        expect(page.locator(".st-key-chart_evidence_map")).to_be_hidden()


def test_a_wrong_value_and_other_data_are_named_and_the_rest_kept(page: Page, app_url: str):
    visit(page, f"{app_url}/map?level=Nonsense&site=Renal&data=000000000000")
    notice = page.locator(".st-key-link_notice")
    expect(notice).to_contain_text("Nonsense")
    expect(notice).to_contain_text("another version of the study table")
    expect(chip(page, "Primary site: Renal")).to_be_visible()
    visit(page, f"{app_url}/studies?study=nobody-1900&site=Renal")
    expect(page.locator(".st-key-link_notice")).to_contain_text("nobody-1900")
    expect(page.get_by_text(re.compile("8 studies with a figure"))).to_be_visible()


def test_a_judgement_is_kept_and_drawn(page: Page, app_url: str):
    visit(page, f"{app_url}/studies?study=fong-1999")
    page.get_by_text("Your judgement of risk of bias").click()
    page.get_by_role("combobox", name=re.compile("Confounding")).click()
    page.get_by_role("option", name="Serious").click()
    page.get_by_role("button", name="Keep this judgement").click()
    settled(page)
    page.get_by_role("button", name="All studies").click()
    settled(page)
    page.get_by_role("radio", name="Quality").or_(page.get_by_role("button", name="Quality")).first.click()
    expect(page.get_by_text(re.compile("Your ROBINS-I judgements of 1 study"))).to_be_visible()
    expect(page.locator(".st-key-chart_lights_ROBINS-I .js-plotly-plot")).to_be_visible()
    settled(page)
    screenshot(page, "explore-lights")
    assert axe_violations(page) == []


def test_a_file_of_judgements_reopens_its_view(page: Page, app_url: str):
    judged = Judgement("alves-2003", "ROBINS-I", {OVERALL: "Serious"})
    content = to_json({judged.study_id: judged}, data_version="", view="site=Renal&min_n=10&studies_view=Quality")
    visit(page, f"{app_url}/studies?studies_view=Quality")
    page.locator("input[type=file]").set_input_files(
        files=[{"name": "risk-of-bias.json", "mimeType": "application/json", "buffer": content.encode()}]
    )
    expect(chip(page, "Primary site: Renal")).to_be_visible()
    expect(page.get_by_text("1 judgement imported")).to_be_visible()
    settled(page)
    assert query(page)["site"] == ["Renal"] and query(page)["min_n"] == ["10"]
    page.locator("input[type=file]").set_input_files(
        files=[{"name": "other.json", "mimeType": "application/json", "buffer": b"{}"}]
    )
    expect(page.get_by_text(re.compile("Nothing was imported"))).to_be_visible()


def test_the_list_of_a_telephone_is_made_when_the_window_becomes_one(page: Page, app_url: str):
    visit(page, f"{app_url}/map")
    rows = page.locator(".st-key-map_list tbody tr")
    expect(page.locator(".st-key-chart_evidence_map .point").first).to_be_visible()
    assert rows.count() == 0, "nobody sees it"
    page.set_viewport_size({"width": 390, "height": 844})
    expect(rows.first).to_be_visible()
    expect(rows.first).to_contain_text("Colorectal, surgery")
