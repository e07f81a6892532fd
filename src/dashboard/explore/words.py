"""Values of the study table as words on a page."""

from __future__ import annotations

from typing import Any

import pandas as pd

DASH = "–"


def known(value: Any) -> bool:
    """Whether a cell of the table holds something."""
    return value is not None and not pd.isna(value)


def text(value: Any) -> str:
    """A cell as text; empty where it holds nothing."""
    return str(value) if known(value) else ""


def plain(value: Any) -> str:
    """A number without needless decimals; empty where there is none."""
    return f"{float(value):g}" if known(value) else ""


def years(start: Any, end: Any) -> str:
    """`1985 to 1998`, one year, or empty."""
    ends = [f"{int(value)}" for value in (start, end) if known(value)]
    return " to ".join(dict.fromkeys(ends))


def author_year(first_author: Any, year: Any) -> str:
    """`Fong 1999`, as a study is called on the screen."""
    return f"{text(first_author) or 'Author not known'} {plain(year)}".strip()


def listed(names: list[str], most: int = 4) -> str:
    """`a, b and 3 more`: each name once."""
    once = list(dict.fromkeys(names))
    if len(once) <= most:
        return ", ".join(once)
    return f"{', '.join(once[:most])} and {len(once) - most} more"
