"""Order of the suite, and the shipped study table with its curves, read once a process."""

from __future__ import annotations

import os

import pandas as pd
import pytest

from dashboard.comparison.curves import Curves, build
from dashboard.evidence import load


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests in one process, and first of all where there are several: the others do the rest meanwhile.

    Two browsers at once would wait for each other where a test expects an answer in time. Last, as in a run of one
    process, they would keep one process busy for minutes while the others have nothing left to do.
    """
    several = "PYTEST_XDIST_WORKER" in os.environ
    items.sort(key=lambda item: ("browser" in item.path.parts) is not several)
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    return load()


@pytest.fixture(scope="session")
def curves(table: pd.DataFrame) -> Curves:
    return build(table)
