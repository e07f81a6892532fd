"""The 5-year effects of the shipped table, made once."""

from __future__ import annotations

import pandas as pd
import pytest

from dashboard.comparison.curves import Curves
from dashboard.explore.milestones import Effects, effects


@pytest.fixture(scope="session")
def of(table: pd.DataFrame, curves: Curves) -> Effects:
    return effects(table, curves, 60)
