"""A problem of one cell or row, in the words every reader uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

import pandas as pd


def row_number(label: object) -> int:
    """Index label of a text frame as the row of the file."""
    return int(str(label))


@dataclass(frozen=True)
class Problem:
    """Where (sheet, row as the spreadsheet numbers it, column), what stood there, the rule it breaks, what to do."""

    sheet: str
    row: int
    column: str
    value: str
    rule: str
    message: str
    remedy: str


PROBLEM_COLUMNS: Final = tuple(Problem.__dataclass_fields__)


def problem_frame(problems: Iterable[Problem]) -> pd.DataFrame:
    """One row a problem, columns as the fields of `Problem`; empty when there is none."""
    frame = pd.DataFrame([asdict(problem) for problem in problems], columns=list(PROBLEM_COLUMNS))
    return frame.astype({name: "int64" if name == "row" else "string" for name in PROBLEM_COLUMNS})
