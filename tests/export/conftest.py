"""The shipped table, its curves and the deck of the five-arm study, once a run."""

from __future__ import annotations

import pandas as pd
import pytest

from dashboard.comparison.curves import Curves, build
from dashboard.evidence import load
from dashboard.export.steps import Deck, study_deck

FIVE_ARMS = "fairweather-2017"


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    return load()


@pytest.fixture(scope="session")
def curves(table: pd.DataFrame) -> Curves:
    return build(table)


@pytest.fixture(scope="session")
def deck(table: pd.DataFrame, curves: Curves) -> Deck:
    return study_deck(table, curves, FIVE_ARMS, version="test")
