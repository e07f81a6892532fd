"""Stories: every number comes from the table, every link is a view that shows something, nothing is typed."""

from __future__ import annotations

import re

import pytest

from dashboard.selection import apply
from dashboard.stories.numbers import PLACEHOLDER, StoryError, resolve, value_of
from dashboard.stories.read import LINK, Story, read_stories, read_story
from dashboard.ui.compare_view import BY
from dashboard.ui.state import FILTER_DEFAULTS, selection_from
from dashboard.ui.story_state import PLOT_DEFAULTS, filters_of
from dashboard.vocabulary import CENTERS, DESIGNS, FAMILIES, MODALITIES, PRIMARY_SITES

STORIES = read_stories()
TYPED = re.compile(
    r"\d[\d.,]*\s*(?:%|per cent|percent|months?\b)|\bn\s*=\s*\d|\b(?:hazard ratio|HR|median)\s+(?:of\s+)?\d|"
    r"\b\d[\d,]*\s+(?:patients|arms|studies|deaths)",
    re.IGNORECASE,
)
LABELS = {
    "site": {term.label for term in PRIMARY_SITES.values()},
    "modality": {term.label for term in (*FAMILIES.values(), *MODALITIES.values())},
    "design": {term.label for term in DESIGNS.values()},
    "centers": {term.label for term in CENTERS.values()},
}


def prose(story: Story) -> str:
    """The words of a story without its views and placeholders."""
    return PLACEHOLDER.sub(
        "", LINK.sub(lambda found: found[1], "\n".join((story.title, story.question, *story.paragraphs)))
    )


def test_there_are_six():
    assert len(STORIES) == 6
    assert len({story.slug for story in STORIES}) == 6


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_every_number_resolves_from_the_table(table, story):
    told = [resolve(LINK.sub(lambda found: found[1], text), table) for text in story.paragraphs]
    assert not any("{{" in text for text in told)
    named = {
        key.split("/")[0]
        for text in story.paragraphs
        for asked in PLACEHOLDER.findall(text)
        for key in asked.split()[1:]
    }
    assert named <= set(story.studies) <= set(table["study_id"]), "the sources list every study that is quoted"


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_no_figure_is_typed(story):
    assert not TYPED.findall(prose(story))


@pytest.mark.parametrize(
    "text", ["alive: 45%", "a median of 31 months", "in 58 patients", "n = 12", "hazard ratio 0.5"]
)
def test_the_rule_would_catch_a_typed_figure(text):
    assert TYPED.search(text)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_every_link_is_a_view_with_figures(table, story):
    assert len(story.links()) >= 2
    for view in (story.start, *(link.view for link in story.links())):
        assert view.keys() <= FILTER_DEFAULTS.keys() | PLOT_DEFAULTS.keys()
        for name, allowed in LABELS.items():
            assert set(view.get(name, ())) <= allowed
        assert view.get("by", "Treatment") in BY
        rows = apply(table, selection_from(filters_of(view)))
        if view.get("study"):
            rows = rows[rows["study_id"] == view["study"]]
        assert len(rows), view


def test_known_figures_are_said_as_printed(table):
    assert value_of("s60 fairweather-2017/resection", table) == "90%"
    assert value_of("median fairweather-2017/observation", table) == "38 months"
    assert value_of("n fairweather-2017/rfa", table) == "28"
    assert value_of("total fairweather-2017", table) == "649"
    assert value_of("hr adam-2024/lt-chemo adam-2024/chemo", table) == "0.37 (95% CI 0.21 to 0.65)"


@pytest.mark.parametrize(
    "asked",
    ["s60 nobody-1900/resection", "s61 fairweather-2017/resection", "mean fairweather-2017/rfa", "total nobody-1900",
     "s36 heslin-2001/resection", "median adam-2000/two-stage"],
)  # fmt: skip
def test_what_the_table_does_not_hold_exactly_once_is_refused(table, asked):
    with pytest.raises(StoryError, match=re.escape(asked)):
        value_of(asked, table)


def test_a_changed_table_changes_the_story(table):
    changed = table.copy()
    at = (changed["arm_key"] == "fairweather-2017/resection") & (changed["time_months"] == 60)
    changed.loc[at, "value"] = 0.5
    assert "50%" in resolve("{{s60 fairweather-2017/resection}}", changed)


def test_a_file_without_front_matter_is_refused(tmp_path):
    path = tmp_path / "1-bare.md"
    path.write_text("Only words.", encoding="utf-8")
    with pytest.raises(StoryError, match=r"1-bare\.md"):
        read_story(path)
