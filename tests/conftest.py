"""Order of the suite, and the shipped study table with its curves, read once a process."""

from __future__ import annotations

import pandas as pd
import pytest

from dashboard.comparison.curves import Curves, build
from dashboard.evidence import load


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: their driver keeps an event loop in the main thread, in which no other test can start one."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    return load()


@pytest.fixture(scope="session")
def curves(table: pd.DataFrame) -> Curves:
    return build(table)
