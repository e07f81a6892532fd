"""Printed figures, sources and references in words."""

from __future__ import annotations

from typing import Any

import pandas as pd


def stated(value: Any, otherwise: str) -> str:
    """The value as text, or `otherwise` where it is missing."""
    return otherwise if pd.isna(value) else str(value)


def author_year(row: pd.Series) -> str:
    """`Fairweather M 2017`."""
    return f"{stated(row['first_author'], 'Author not known')} {row['year']}"


def reference(row: Any) -> str:
    """One line: author, title, journal, year, DOI or link; says where the citation was partly inferred."""
    where = f"doi:{row['doi']}" if pd.notna(row["doi"]) else stated(row["url"], "no link")
    doubt = " [citation partly inferred]" if row["citation"] == "inferred" else ""
    title = stated(row["title"], "Title not known").rstrip(".")
    return (
        f"{stated(row['first_author'], 'Author not known')} et al. {title}. "
        f"{stated(row['journal'], 'Journal not stated')} {row['year']}. {where}{doubt}"
    )


def source_of(row: pd.Series) -> str:
    """Where a figure was read: `Fairweather M 2017, Abstract`."""
    return f"{author_year(row)}, {stated(row['locator'], 'place not noted')}"
