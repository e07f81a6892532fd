"""Order of the suite, and the shipped study table with its curves, read once a process."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from dashboard.comparison.curves import Curves, build
from dashboard.evidence import load

# At a desk as in CI: how long an example takes says nothing of the program.
settings.register_profile("default", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: their driver keeps an event loop in the main thread, in which no other test can start one."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    return load()


@pytest.fixture(scope="session")
def curves(table: pd.DataFrame) -> Curves:
    return build(table)
