"""The shipped study table with its curves and 5-year effects, read once for all tests of exploring."""

from __future__ import annotations

import pandas as pd
import pytest

from dashboard.comparison.curves import Curves, build
from dashboard.evidence import load
from dashboard.explore.milestones import Effects, effects


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    return load()


@pytest.fixture(scope="session")
def curves(table: pd.DataFrame) -> Curves:
    return build(table)


@pytest.fixture(scope="session")
def of(table: pd.DataFrame, curves: Curves) -> Effects:
    return effects(table, curves, 60)
