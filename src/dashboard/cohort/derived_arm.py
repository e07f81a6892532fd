"""A reconstructed curve as an arm of the user's own table: every figure of it says that it was worked out."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from dashboard.cohort.curve_fit import CurveFit
from dashboard.evidence.rules import LONGEST_MONTHS
from dashboard.evidence.tables import ARM_COLUMNS, DERIVED_LOCATOR, OUTCOME_COLUMNS, STUDY_COLUMNS
from dashboard.intake.limits import IntakeError
from dashboard.intake.safe_text import printable

AT_RISK_AT_THE_END: Final = 5
"""Survival is taken as far as this many patients are followed, as papers print rates; the last step of a curve with
one patient left would otherwise weigh as much as its first."""
EVERY_MONTHS: Final = 6
NOTE: Final = "derived: not printed by a source; Guyot 2012 from digitised points and numbers at risk"
MOST_CHARACTERS: Final = 200


@dataclass(frozen=True)
class Description:
    """What the user says of the arm. Slugs are of the vocabulary; empty texts and None mean not stated."""

    author: str
    year: int
    label: str
    primary_site: str
    modality: str
    endpoint: str = "os"
    time_origin: str = "not-stated"
    enrol_start: int | None = None
    enrol_end: int | None = None
    journal: str = ""


def slug(text: str) -> str:
    """Text as a part of an identifier: plain letters, digits and hyphens; empty when none remain."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")


def arm_tables(fit: CurveFit, said: Description) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Study, arm and figures in the columns of the curated tables, as text, for `own_data.add_rows`.

    Survival every six months (and at the end) as far as `AT_RISK_AT_THE_END` patients are followed, and the median,
    carry the locator "reconstructed from a digitised curve", so that the study table holds them as derived. Numbers at
    risk and events are what the source prints and stay reported.

    Raises
    ------
    IntakeError
        No author, label, or nothing of the curve to keep.
    """
    author, label = (printable(text).strip()[:MOST_CHARACTERS] for text in (said.author, said.label))
    if not author or not label:
        raise IntakeError("The arm has no author or no label.", remedy="Fill both.")
    study = f"{slug(author) or 'own'}-{said.year}"
    key = {"study_id": study, "arm_id": slug(label) or "arm"}
    curve = {**key, "endpoint": said.endpoint, "qualifier": "="}
    if said.time_origin != "not-stated":
        curve["time_origin"] = said.time_origin
    studies = {
        **{"study_id": study, "first_author": author, "year": said.year, "citation": "inferred"},
        **{"title": f"Own extraction: {label}", "n_total": fit.group.n, "notes": "Your own: from a digitised curve."},
        **_years(said),
    }
    if said.journal.strip():
        studies["journal"] = printable(said.journal).strip()[:MOST_CHARACTERS]
    arms = {
        **key, "label": label, "primary_site": said.primary_site, "modality": said.modality, "n": fit.group.n,
        "is_subgroup": "no", **_years(said),
    }  # fmt: skip
    return (
        _text([studies], STUDY_COLUMNS),
        _text([arms], ARM_COLUMNS),
        _text([{**curve, **figure} for figure in _figures(fit)], OUTCOME_COLUMNS),
    )


def _years(said: Description) -> dict[str, int]:
    years = {"enrol_start": said.enrol_start, "enrol_end": said.enrol_end}
    return {name: year for name, year in years.items() if year is not None}


def _figures(fit: CurveFit) -> list[dict[str, object]]:
    derived = {"locator": DERIVED_LOCATOR, "note": NOTE}
    printed = {"locator": "numbers at risk under the curve"}
    times = kept_times(fit)
    if not len(times):
        raise IntakeError(
            "Fewer than five patients are followed: nothing of the curve can stand as an arm.",
            remedy="Check the number of patients and the unit of time.",
        )
    rows: list[dict[str, object]] = [
        {"measure": "survival", "time_months": round(t, 2), "value": round(s, 4), **derived}
        for t, s in zip(times.tolist(), fit.group.fit.survival_at(times).tolist(), strict=True)
    ]
    median = fit.group.median.value
    if math.isfinite(median) and median <= times[-1]:
        rows.append({"measure": "median_months", "value": round(median, 2), **derived})
    given = fit.at_risk[fit.at_risk["time_months"].between(0, LONGEST_MONTHS, inclusive="right")]
    for row in given.to_dict("records"):
        numbers = {"time_months": round(row["time_months"], 2), "value": int(row["given"])}
        rows.append({"measure": "n_at_risk", **numbers, **printed})
    if fit.events_given is not None:
        rows.append({"measure": "deaths", "value": fit.events_given, "locator": "events printed with the curve"})
    return rows


def kept_times(fit: CurveFit) -> np.ndarray:
    """Months at which the arm states survival: every six, and the last with enough patients followed."""
    at_risk, times = fit.group.fit.at_risk, fit.group.fit.times
    followed = times[at_risk >= AT_RISK_AT_THE_END]
    if not len(followed):
        return np.zeros(0)
    end = min(float(followed[-1]), fit.end_months, LONGEST_MONTHS)
    grid = np.arange(EVERY_MONTHS, end, EVERY_MONTHS)
    # Two figures a hair apart would make a step of their own.
    grid = grid[grid < end - 1]
    return np.append(grid, math.floor(end * 100) / 100) if end > 0.01 else np.zeros(0)


def _text(rows: list[dict[str, object]], columns: tuple[str, ...]) -> pd.DataFrame:
    cells = [{name: None if value is None else str(value) for name, value in row.items()} for row in rows]
    return pd.DataFrame(cells).reindex(columns=list(columns)).astype("string")
