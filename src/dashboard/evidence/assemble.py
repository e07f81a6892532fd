"""From three curated tables, as text, to the study table with its flags."""

from __future__ import annotations

import pandas as pd

from dashboard.evidence.flags import annotate
from dashboard.evidence.tables import ARM_COLUMNS, OUTCOME_COLUMNS, STUDY_COLUMNS, join, typed


def assemble(studies: pd.DataFrame, arms: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """The study table of three valid curated tables (text or typed); see `docs/architecture.md` for its columns.

    Raises
    ------
    ValueError
        When the tables are not valid; `validate_tables` says where.
    """
    return annotate(
        join(typed(studies, STUDY_COLUMNS), typed(arms, ARM_COLUMNS), typed(outcomes, OUTCOME_COLUMNS)),
    )
