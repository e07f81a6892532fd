"""Addresses of study pages, for links that open beside the page."""

from __future__ import annotations

from urllib.parse import quote

import pandas as pd

from dashboard.ui.cache import SHIPPED, Source, per_table
from dashboard.ui.open_study import STUDY


@per_table(max_entries=4)
def _addresses(table: pd.DataFrame) -> dict[str, str]:
    return {study: f"studies?{STUDY}={quote(study)}" for study in table["study_id"].dropna().unique().tolist()}


def study_links(source: Source) -> dict[str, str]:
    """Study -> address of its page, relative to any page of the app.

    Empty for a session's own table: a link opens a new session, which does not hold it.
    """
    return _addresses(source) if source.table_key.startswith(SHIPPED) else {}
