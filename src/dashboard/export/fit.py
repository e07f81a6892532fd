"""Does a text fit its box? Widths of Helvetica (Arial and Liberation Sans have the same), so no font file is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

LINE: Final = 1.2
SAFETY: Final = 1.04
_UNITS: Final = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778,
    722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278,
    278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_WIDTHS: Final = {chr(code): units for code, units in enumerate(_UNITS, 32)}


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a text on one line, in inches, at a type size in points."""
    units = sum(_WIDTHS.get(letter, 600) for letter in text)
    return units / 1000 * size / 72 * (1.08 if bold else 1.0) * SAFETY


def wrapped(text: str, size: float, box: float, *, bold: bool = False) -> int:
    """Number of lines that a paragraph takes in a box of this width (inches)."""
    lines, used = 1, 0.0
    space = width(" ", size, bold=bold)
    for word in text.split():
        long = width(word, size, bold=bold)
        if used and used + space + long > box:
            lines, used = lines + 1, 0.0
        lines += int(long // box)  # a word longer than the line is broken
        used += long % box + (space if used else 0.0)
    return lines


def height(paragraphs: Sequence[str], size: float, box: float, *, after: float = 0.0, bold: bool = False) -> float:
    """Height in inches of paragraphs with `after` points between them."""
    lines = sum(wrapped(text, size, box, bold=bold) for text in paragraphs)
    return (lines * size * LINE + after * max(0, len(paragraphs) - 1)) / 72


def size_that_fits(
    paragraphs: Sequence[str],
    box: tuple[float, float],
    sizes: Sequence[float],
    *,
    after: float = 0.0,
    bold: bool = False,
) -> float | None:
    """The largest of `sizes` (descending, points) at which the paragraphs fit a box (width, height in inches)."""
    return next((s for s in sizes if height(paragraphs, s, box[0], after=after, bold=bold) <= box[1]), None)


def cut(text: str, size: float, box: float, *, bold: bool = False) -> str:
    """The text, shortened with an ellipsis where it does not fit one line of this width."""
    if width(text, size, bold=bold) <= box:
        return text
    while text and width(text + "…", size, bold=bold) > box:
        text = text[:-1]
    return text.rstrip(" ,;:") + "…"


def two_lines(text: str, most: int = 34) -> list[str]:
    """The text, or its two halves broken near the middle where it is longer than `most` letters."""
    if len(text) <= most:
        return [text]
    breaks = [i for i, letter in enumerate(text) if letter == " "]
    if not breaks:
        return [text]
    at = min(breaks, key=lambda i: abs(i - len(text) / 2) - (6 if text[i + 1 : i + 3] == "v " else 0))
    return [text[:at], text[at + 1 :]]
