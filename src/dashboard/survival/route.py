"""Where the uncertainty of a derived number comes from."""

from __future__ import annotations

from enum import StrEnum


class Route(StrEnum):
    """Best first; the value is stable and the label is for screens."""

    REPORTED_CI = "reported-ci"
    AT_RISK = "numbers-at-risk"
    DEATHS_FOLLOW_UP = "deaths-and-follow-up"
    N_ONLY = "n-only"
    NONE = "none"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Route.REPORTED_CI: "from a reported confidence interval",
    Route.AT_RISK: "from reported numbers at risk",
    Route.DEATHS_FOLLOW_UP: "from reported deaths or follow-up",
    Route.N_ONLY: "from the number of patients only: follow-up is assumed",
    Route.NONE: "not available: the number of patients is not stated",
}


def weaker(first: Route, second: Route) -> Route:
    """Whatever two derived numbers give together is known no better than the worse of them."""
    return max(first, second, key=list(Route).index)
