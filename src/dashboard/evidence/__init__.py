"""The evidence: curated tables, the study table built from them, its checks and flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.evidence.assemble import assemble
from dashboard.evidence.dictionary import Column, columns
from dashboard.evidence.errors import EvidenceError
from dashboard.evidence.flags import FLAGS, has_flag
from dashboard.evidence.load import evidence_date, evidence_version, load, shared

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FLAGS",
    "Column",
    "EvidenceError",
    "assemble",
    "columns",
    "evidence_date",
    "evidence_version",
    "has_flag",
    "load",
    "shared",
    "validate",
    "validate_tables",
]


def validate(frame: pd.DataFrame) -> pd.DataFrame:
    """Problems of a study table [row, column, value, rule, message]; empty when good. See `joined.validate`."""
    from dashboard.evidence import joined

    return joined.validate(frame)


def validate_tables(studies: pd.DataFrame, arms: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Problems of three curated tables [table, row, column, value, rule, message]; see `validation.validate_tables`."""
    from dashboard.evidence import validation

    return validation.validate_tables(studies, arms, outcomes)
