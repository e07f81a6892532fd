"""What stands above every page: totals, active filters as chips."""

from __future__ import annotations

from dashboard.ui.context import PageContext


def styles() -> None:
    """The few rules that the theme cannot express."""


def above_page(context: PageContext) -> None:
    """Active filters."""
