"""Prognostic factors and contrasts that a study printed: hazard ratios, and p-values of factors without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dashboard.explore.rows import plain_rows
from dashboard.explore.words import author_year, known, text
from dashboard.vocabulary import ENDPOINTS, label

_COLUMNS = (
    "label", "endpoint", "measure", "value", "ci_low", "ci_high", "p_value", "adjusted", "note", "locator", "factor",
    "comparator_arm_id", "qualifier", "first_author", "year",
)  # fmt: skip


@dataclass(frozen=True)
class Factor:
    """One line: what was compared, its hazard ratio (nan when only a p-value was printed), and p as printed.

    `contrast`: two arms of the study are compared, else a factor among its patients. `exact`: the source can be read in
    one way only. `slug` and `endpoint` name the endpoint. `source` is author, year and place.
    """

    name: str
    slug: str
    endpoint: str
    contrast: bool
    exact: bool
    hazard_ratio: float
    ci_low: float
    ci_high: float
    p_value: str
    adjusted: str
    note: str
    locator: str
    source: str

    @property
    def words(self) -> str:
        """`HR 0.5 (CI not reported), p <0.001`."""
        p = f"p {self.p_value if self.p_value[:1] in '<>' else '= ' + self.p_value}" if self.p_value else ""
        if np.isnan(self.hazard_ratio):
            return f"{p}; hazard ratio not reported" if p else "hazard ratio not reported"
        ci = f"95% CI {self.ci_low:g} to {self.ci_high:g}" if np.isfinite([self.ci_low, self.ci_high]).all() else ""
        return f"HR {self.hazard_ratio:g} ({ci or 'CI not reported'})" + (f", {p}" if p else "")


def factors(rows: pd.DataFrame) -> list[Factor]:
    """Factors and contrasts among the rows of one study, in the table's order."""
    asked = rows["measure"].isin(["hazard_ratio", "factor_p"]).fillna(False)
    names = dict(zip(rows["arm_id"], rows["label"], strict=True))
    return [
        Factor(
            name=_name(row, names),
            slug=text(row.endpoint),
            endpoint=label(ENDPOINTS, row.endpoint),
            contrast=known(row.comparator_arm_id),
            exact=row.qualifier == "=",
            hazard_ratio=float(row.value) if known(row.value) and row.measure == "hazard_ratio" else np.nan,
            ci_low=float(row.ci_low) if known(row.ci_low) else np.nan,
            ci_high=float(row.ci_high) if known(row.ci_high) else np.nan,
            p_value=text(row.p_value),
            adjusted=text(row.adjusted),
            note=text(row.note),
            locator=text(row.locator),
            source=f"{author_year(row.first_author, row.year)}, {text(row.locator) or 'place not noted'}",
        )
        for row in plain_rows(rows[asked], _COLUMNS)
    ]


def _name(row: Any, names: dict[Any, Any]) -> str:
    if known(row.comparator_arm_id):
        return f"{text(row.label)} v {text(names.get(row.comparator_arm_id, row.comparator_arm_id))}"
    return text(row.factor) or text(row.label)


def factor_table(found: list[Factor]) -> pd.DataFrame:
    """The factors as a table for a reader."""
    return pd.DataFrame(
        {
            "Factor or contrast": [f.name for f in found],
            "Endpoint": [f.endpoint for f in found],
            "Hazard ratio": [f.hazard_ratio for f in found],
            "95% CI low": [f.ci_low for f in found],
            "95% CI high": [f.ci_high for f in found],
            "p, as printed": [f.p_value for f in found],
            "Adjusted": [f.adjusted or "not stated" for f in found],
            "Read in": [f.locator for f in found],
            "Note": [f.note for f in found],
        }
    )


def finding(found: list[Factor], study: str) -> str:
    """The forest plot in a sentence with its numbers."""
    said = [f"{f.name} {f.words}" for f in found]
    return f"Prognostic factors and contrasts that {study} printed: {'; '.join(said)}."
