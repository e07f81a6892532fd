"""The shipped evidence, read once for the tests that only look at it."""

import pandas as pd
import pytest

from dashboard.evidence.tables import read_curated
from dashboard.paths import EVIDENCE_DIR


@pytest.fixture(scope="session")
def curated() -> dict[str, pd.DataFrame]:
    return read_curated(EVIDENCE_DIR)
