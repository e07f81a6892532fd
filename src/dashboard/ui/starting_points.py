"""Questions to start from: named views, one click each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dashboard.selection import Selection
from dashboard.ui.component import CONSTANTS, ask
from dashboard.ui.state import values_from, write
from dashboard.vocabulary import family_members

ANY_STUDY: Final[Mapping[str, str | None]] = {"study": None, "by": "Treatment"}


@dataclass(frozen=True)
class StartingPoint:
    """A named view: the filters, and the state of the Compare page by URL name."""

    name: str
    why: str
    selection: Selection
    compare: Mapping[str, str | None] = field(default_factory=dict)


STARTING_POINTS: Final = (
    StartingPoint(
        "NELM by treatment",
        "Neuroendocrine liver metastases: five disjoint groups of one study of 649 patients.",
        Selection(sites=("neuroendocrine",)),
        {"study": "fairweather-2017"},
    ),
    StartingPoint(
        "Colorectal resection by era",
        "Resection alone, by decade of treatment.",
        Selection(sites=("colorectal",), modalities=("resection",)),
        {"by": "Era"},
    ),
    StartingPoint(
        "Resection v ablation",
        "Colorectal metastases: resection beside every method of ablation.",
        Selection(sites=("colorectal",), modalities=("resection", *family_members("ablation"))),
    ),
    StartingPoint(
        "Repeat and two-stage",
        "Second resections, and resections planned in two operations.",
        Selection(modalities=("repeat-resection", "two-stage-resection")),
    ),
    StartingPoint("Transplantation", "Liver transplantation.", Selection(modalities=("transplantation",))),
    StartingPoint("Uveal melanoma", "Every treatment.", Selection(sites=("uveal-melanoma",))),
    StartingPoint("Renal", "Every treatment.", Selection(sites=("renal",))),
    StartingPoint("Randomised trials", "Treatment assigned at random.", Selection(designs=("rct",))),
)


def what_starts(point: StartingPoint) -> dict[str, Any]:
    """The state of a starting point by URL name: its filters and nothing else."""
    return {**values_from(point.selection), **ANY_STUDY, **point.compare}


CONSTANTS["starting_points"] = lambda: {"POINTS": [{"name": each.name, "why": each.why} for each in STARTING_POINTS]}


def starting_points() -> None:
    """The row of starting points; the page that can show them calls this above its plot."""

    def chosen(changes: dict[str, int]) -> None:
        write(what_starts(STARTING_POINTS[changes["start"]]))

    ask("starting_points", {}, chosen, key="starting_points")
