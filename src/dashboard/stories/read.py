"""Read a story: front matter, paragraphs, and links that are views."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dashboard.paths import STORIES_DIR
from dashboard.stories.numbers import StoryError

# [words](view: {...}): the JSON object holds the state of the view by URL name.
LINK: Final = re.compile(r"\[([^\]]+)\]\(view:\s*(\{.*?\})\)")
View = dict[str, Any]


@dataclass(frozen=True)
class Link:
    """Words that drive the chart."""

    words: str
    view: View


@dataclass(frozen=True)
class Story:
    """A story as written: numbers are still placeholders."""

    slug: str
    title: str
    question: str
    start: View
    studies: tuple[str, ...]
    paragraphs: tuple[str, ...]

    def parts(self, paragraph: str) -> Iterator[str | Link]:
        """Text and links of a paragraph, in order."""
        at = 0
        for found in LINK.finditer(paragraph):
            if found.start() > at:
                yield paragraph[at : found.start()]
            yield Link(found[1], _view(found[2], self.slug))
            at = found.end()
        if at < len(paragraph):
            yield paragraph[at:]

    def links(self) -> list[Link]:
        """Every link of the story."""
        return [part for text in self.paragraphs for part in self.parts(text) if isinstance(part, Link)]


def read_story(path: Path) -> Story:
    """One story file. Raises StoryError when its front matter is missing or wrong."""
    parts = path.read_text(encoding="utf-8").split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise StoryError(f"{path.name}: a story begins with front matter between two lines of ---")
    head = dict(line.split(": ", 1) for line in parts[1].splitlines() if line.strip())
    missing = {"title", "question", "start", "studies"} - head.keys()
    if missing:
        raise StoryError(f"{path.name}: the front matter lacks {', '.join(sorted(missing))}")
    paragraphs = tuple(" ".join(text.split()) for text in parts[2].split("\n\n") if text.strip())
    studies = tuple(each.strip() for each in head["studies"].split(","))
    return Story(
        path.stem.partition("-")[2],
        head["title"],
        head["question"],
        _view(head["start"], path.name),
        studies,
        paragraphs,
    )


def read_stories(folder: Path = STORIES_DIR) -> list[Story]:
    """All stories, in the order of their file names."""
    return [read_story(path) for path in sorted(folder.glob("*.md"))]


def _view(text: str, where: str) -> View:
    try:
        view = json.loads(text)
    except json.JSONDecodeError as error:
        raise StoryError(f"{where}: a view is a JSON object, but was {text!r}") from error
    return dict(view)
