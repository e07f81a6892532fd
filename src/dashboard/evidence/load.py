"""Read the study table."""

from __future__ import annotations

import pandas as pd

from dashboard.paths import STUDIES_PARQUET


def load() -> pd.DataFrame:
    """The study table: one row a printed figure, plus one row for an arm or a study that has none."""
    return pd.read_parquet(STUDIES_PARQUET)
