"""Order of the suite."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: their driver keeps an event loop in the main thread, in which no other test can start one."""
    items.sort(key=lambda item: "browser" in item.path.parts)
