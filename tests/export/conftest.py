"""The deck of the five-arm study, made once."""

from __future__ import annotations

import pandas as pd
import pytest

from dashboard.comparison.curves import Curves
from dashboard.export.steps import Deck, study_deck

FIVE_ARMS = "fairweather-2017"


@pytest.fixture(scope="session")
def deck(table: pd.DataFrame, curves: Curves) -> Deck:
    return study_deck(table, curves, FIVE_ARMS, version="test")
