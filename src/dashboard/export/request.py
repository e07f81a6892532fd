"""What a deck was made from, as plain data: enough to make it again elsewhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from dashboard.comparison.curves import build
from dashboard.comparison.view import compare
from dashboard.export.comparison_steps import comparison_deck
from dashboard.export.deck import CurvePlot, Deck, Step
from dashboard.export.study_steps import study_deck
from dashboard.selection import Selection, apply


@dataclass(frozen=True)
class Request:
    """A study, or a comparison: a selection, what it is grouped by and the one study it is limited to."""

    study_id: str | None = None
    selection: Selection = field(default_factory=Selection)
    by: str = "treatment"
    study: str | None = None
    version: str = ""
    link: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Request:
        """The inverse of `plain`."""
        given: dict[str, Any] = plain["selection"]
        fields: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
        return cls(**{**plain, "selection": Selection(**fields)})


def make_deck(table: pd.DataFrame, request: Request) -> Deck:
    """The deck of a request, in light colours. `table` has the index 0..R-1."""
    curves = build(table)
    if request.study_id is not None:
        return study_deck(table, curves, request.study_id, version=request.version, link=request.link)
    rows = apply(table, request.selection)
    comparison = compare(table, curves, rows, request.selection, by=request.by, study=request.study)
    return comparison_deck(
        table, curves, comparison, endpoint=request.selection.endpoint, version=request.version, link=request.link
    )


def needed_rows(table: pd.DataFrame, deck: Deck, request: Request) -> pd.DataFrame:
    """The rows from which the deck can be made again: its studies, and for a study all that share its primary sites."""
    wanted = table["study_id"].isin(deck.study_ids)
    if request.study_id is not None:
        sites = table.loc[table["study_id"] == request.study_id, "primary_site"].dropna().unique()
        same = table.loc[table["primary_site"].isin(sites), "study_id"].unique()
        wanted |= table["study_id"].isin(same)
    return table[wanted].reset_index(drop=True)


def numbers(deck: Deck) -> dict[str, Any]:
    """Every number of a deck at full precision, by step."""
    return {step.key: _numbers(step) for step in deck.steps}


def _numbers(step: Step) -> dict[str, Any]:
    found: dict[str, Any] = {"title": step.title, "lines": list(step.lines)}
    if step.table is not None:
        found["table"] = [[str(cell) for cell in row] for row in step.table.itertuples(index=False)]
    if isinstance(step.figure, CurvePlot):
        found["curves"] = [
            {
                "name": line.label,
                "months": line.x.tolist(),
                "survival": line.y.tolist(),
                "printed": [line.printed_x.tolist(), line.printed_y.tolist()],
            }
            for line in step.figure.lines()
        ]
    elif step.figure is not None:
        found["forest"] = [
            [row.label, *(repr(v) for v in (row.estimate, row.low, row.high)), row.text] for row in step.figure.rows
        ]
    return found
