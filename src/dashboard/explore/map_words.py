"""The evidence map in words: its finding in a sentence, its table, and its ranked list."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from dashboard.explore.evidence_map import EvidenceMap, median_words, survival_words
from dashboard.vocabulary import ENDPOINTS, PRIMARY_SITES, label

LIST_COLUMNS: list[dict[str, Any]] = [
    {"t": "Primary site and treatment", "d": "Sets the filters to this site and treatment."},
    {"t": "Studies", "num": True},
    {"t": "Patients", "num": True, "d": "Disjoint arms that state n; overlapping cohorts once."},
    {"t": "5-year survival", "d": "Pooled from three arms on, else as printed; derived where the words say so."},
    {"t": "Median survival"},
    {"t": "Newest", "num": True, "d": "Year of the newest publication."},
]


def _column_labels(of: EvidenceMap) -> dict[str, str]:
    return {column.key: column.label for column in of.columns}


def ranked(of: EvidenceMap) -> pd.DataFrame:
    """The cells, most patients first."""
    return of.cells.sort_values(["patients", "studies"], ascending=False, na_position="last", kind="stable")


def finding(of: EvidenceMap) -> str:
    """What the map shows, with its numbers: the best known cells, and how many are empty."""
    if of.cells.empty:
        return "No cell of the map holds a study."
    names, total = _column_labels(of), len(of.sites) * len(of.columns)
    said = []
    for _, cell in ranked(of).head(3).iterrows():
        patients = "patients not stated" if math.isnan(cell["patients"]) else f"{cell['patients']:,.0f} patients"
        said.append(
            f"{label(PRIMARY_SITES, cell['site'])} with {names[cell['column']].lower()} "
            f"({cell['studies']} studies, {patients}; 5-year survival {survival_words(cell)})"
        )
    return (
        f"{label(ENDPOINTS, of.endpoint)}: {len(of.cells)} of {total} combinations of primary site and treatment hold "
        f"a study, {total - len(of.cells)} are empty. Most patients: {'; '.join(said)}."
    )


def map_table(of: EvidenceMap) -> pd.DataFrame:
    """Every cell with its numbers, most patients first."""
    cells, names = ranked(of), _column_labels(of)
    return pd.DataFrame(
        {
            "Primary site": [label(PRIMARY_SITES, s) for s in cells["site"]],
            "Treatment": [names[c] for c in cells["column"]],
            "Studies": cells["studies"].to_numpy(),
            "Arms": cells["arms"].to_numpy(),
            "Patients": cells["patients"].to_numpy(),
            "5-year survival": cells["survival"].to_numpy(),
            "5-year survival: 95% CI low": cells["survival_low"].to_numpy(),
            "5-year survival: 95% CI high": cells["survival_high"].to_numpy(),
            "5-year survival: how": cells["survival_how"].to_numpy(),
            "5-year survival: arms": cells["survival_arms"].to_numpy(),
            "Median survival (months)": cells["median"].replace(np.inf, np.nan).to_numpy(),
            "Median survival: how": [median_words(cell) for _, cell in cells.iterrows()],
            "Newest study": cells["newest"].to_numpy(),
        }
    )


def list_cells(of: EvidenceMap) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """(site, column, cells of the ranked list), most patients first; see LIST_COLUMNS."""
    names = _column_labels(of)
    rows: list[tuple[str, str, list[dict[str, Any]]]] = []
    for _, cell in ranked(of).iterrows():
        known = not math.isnan(cell["patients"])
        rows.append(
            (
                cell["site"],
                cell["column"],
                [
                    {"t": f"{label(PRIMARY_SITES, cell['site'])}, {names[cell['column']].lower()}"},
                    {"t": f"{cell['studies']:,}", "v": int(cell["studies"])},
                    {
                        "t": f"{cell['patients']:,.0f}" if known else "not stated",
                        "v": cell["patients"] if known else None,
                    },
                    {"t": survival_words(cell), "v": _number(cell["survival"])},
                    {"t": median_words(cell), "v": _number(cell["median"])},
                    {"t": f"{cell['newest']:.0f}", "v": _number(cell["newest"])},
                ],
            )
        )
    return rows


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
