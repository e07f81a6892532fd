"""The shipped study table and its curves, read once."""

import pandas as pd
import pytest

from dashboard.comparison.curves import Curves, build
from dashboard.evidence import load


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    return load()


@pytest.fixture(scope="session")
def curves(table: pd.DataFrame) -> Curves:
    return build(table)
