"""Survival against the years of enrolment: each arm a segment, and a regression line a group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from dashboard.comparison.curves import Curves
from dashboard.comparison.words import percent
from dashboard.evidence.tables import records
from dashboard.explore.milestones import Effects, side_by_side
from dashboard.synthesis import meta_regression
from dashboard.synthesis.scales import scale_of
from dashboard.vocabulary import FAMILIES, MODALITIES, PRIMARY_SITES, label

FEWEST: Final = 5
SHORTEST_SPAN: Final = 8
CENTRE: Final = 2000
GROUPS: Final = {"Family of treatment": "family", "Treatment": "modality", "Primary site": "primary_site"}
TERMS: Final[dict[str, dict[str, Any]]] = {
    "family": dict(FAMILIES),
    "modality": dict(MODALITIES),
    "primary_site": dict(PRIMARY_SITES),
}
# What the y axis shows -> months of the milestone, None for medians.
QUANTITIES: Final[dict[str, int | None]] = {"5-year survival": 60, "3-year survival": 36, "Median survival": None}


@dataclass(frozen=True, eq=False)
class Trend:
    """Regression of one group on the middle year of enrolment (mixed effects, Knapp-Hartung).

    years : (T,) within the middle years of its arms; mean, low, high : (T,) survival (0..1) or months, 95% interval.
    """

    group: str
    arms: int
    years: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    changes: bool


@dataclass(frozen=True, eq=False)
class Eras:
    """`arms`: one row an arm: study_id, study, label, start, end, middle, value, n, group, modality, family, basis,
    pooled (enters the trend). `trends`: groups with enough arms. `months`: milestone, None for medians."""

    arms: pd.DataFrame
    trends: list[Trend]
    column: str
    months: int | None


def eras(curves: Curves, of: Effects, chosen: np.ndarray, *, column: str, months: int | None) -> Eras:
    """Arms and trends of the chosen curves (positions, of one endpoint), grouped by a column of the arms.

    An arm is shown when it prints the figure and its years are known; disjoint arms of metastases with a variance, one
    study of an overlapping cohort, enter the trends.
    """
    arms = curves.arms
    k = chosen[np.isfinite(of.value[chosen]) & np.isfinite(arms["era_start"][chosen])]
    keys, names = pd.factorize(arms[column][k])
    pooled = side_by_side(of, k, keys)
    frame = pd.DataFrame(
        {
            "curve": k,
            "study_id": arms["study_id"][k],
            "author": arms["first_author"][k],
            "year": arms["year"][k],
            "label": arms["label"][k],
            "start": arms["era_start"][k],
            "end": arms["era_end"][k],
            "middle": (arms["era_start"][k] + arms["era_end"][k]) / 2,
            "basis": arms["era_basis"][k],
            "value": of.value[k],
            "n": arms["n"][k],
            "group": arms[column][k],
            "modality": arms["modality"][k],
            "family": arms["family"][k],
            "pooled": np.isin(k, pooled),
        }
    )
    vocabulary = list(TERMS[column])
    order = sorted(names, key=lambda g: vocabulary.index(g) if g in vocabulary else len(vocabulary))
    trends = [t for group in order if (t := _trend(frame, of, str(group), months)) is not None]
    return Eras(frame, trends, column, months)


def _trend(frame: pd.DataFrame, of: Effects, group: str, months: int | None) -> Trend | None:
    rows = frame[frame["group"].eq(group) & frame["pooled"]]
    middle = rows["middle"].to_numpy(dtype=float)
    if len(rows) < FEWEST or middle.max() - middle.min() < SHORTEST_SPAN:
        return None
    k = rows["curve"].to_numpy()
    fit = meta_regression(of.yi[k], of.vi[k], middle - CENTRE, test="hksj-adhoc")
    years = np.linspace(middle.min(), middle.max(), 30)
    at = fit.predict(years - CENTRE)
    scale = scale_of("log" if months is None else "cloglog")
    mean, low, high = (np.array([scale.back(v) for v in at[c]]) for c in ("estimate", "ci_low", "ci_high"))
    if scale.falls:
        low, high = high, low
    slope = fit.coefficients.iloc[1]
    return Trend(group, len(rows), years, mean, low, high, bool(slope["ci_low"] > 0 or slope["ci_high"] < 0))


def value_words(value: float, months: int | None) -> str:
    """`41%` or `26 months`, of a derived value."""
    return f"{value:.3g} months" if months is None else percent(round(value, 2))


def trend_words(trend: Trend, of: Eras) -> str:
    """`Surgery: 32% (24% to 40%) in 1985, 48% (40% to 55%) in 2012; ...`."""
    first, last = (
        f"{value_words(trend.mean[i], of.months)} ({value_words(trend.low[i], of.months)} to "
        f"{value_words(trend.high[i], of.months)}) in {trend.years[i]:.0f}"
        for i in (0, -1)
    )
    verdict = "" if trend.changes else "; no change is also compatible with these arms"
    return f"{label(TERMS[of.column], trend.group)}: {first}, {last} ({trend.arms} arms{verdict})"


def finding(of: Eras, quantity: str) -> str:
    """The figure in words, with its numbers."""
    if of.arms.empty:
        return f"No arm of this selection prints {quantity.lower()} with years of enrolment or publication."
    start, end = of.arms["start"].min(), of.arms["end"].max()
    said = f"{len(of.arms)} arms print {quantity.lower()}, treated {start:.0f} to {end:.0f}."
    if not of.trends:
        return f"{said} No group has {FEWEST} arms over {SHORTEST_SPAN} years: no trend is drawn."
    return f"{said} Trend (derived, 95% interval): {'. '.join(trend_words(t, of) for t in of.trends)}."


def eras_table(of: Eras) -> pd.DataFrame:
    """Every arm drawn, one row each."""
    arms = of.arms
    return pd.DataFrame(
        {
            "Study": [f"{a or 'Author not known'} {y:.0f}" for a, y in zip(arms["author"], arms["year"], strict=True)],
            "Arm": arms["label"],
            "Group": [label(TERMS[of.column], g) for g in arms["group"]],
            "From": arms["start"],
            "To": arms["end"],
            "Years of": arms["basis"],
            "Value (printed)": arms["value"],
            "n": arms["n"],
            "In the trend": np.where(arms["pooled"], "yes", "no"),
            "study_id": arms["study_id"],
        }
    )


def studied(rows: pd.DataFrame) -> pd.DataFrame:
    """When which family of treatment was studied: family, year, studies whose enrolment covers the year.

    Only years of enrolment count; a year of publication says nothing of when patients were treated.
    """
    enrolled = rows["era_basis"].ne("publication").fillna(False) & rows["family"].notna() & rows["era_start"].notna()
    arms = rows.loc[enrolled, ["study_id", "family", "era_start", "era_end"]].drop_duplicates(["study_id", "family"])
    if arms.empty:
        return pd.DataFrame(columns=["family", "year", "studies"])
    start, end = (arms[name].to_numpy(dtype=int) for name in ("era_start", "era_end"))
    codes, families = pd.factorize(arms["family"], sort=True)
    first, last = int(start.min()), int(end.max())
    covered = np.zeros((len(families), last - first + 2), dtype=int)
    np.add.at(covered, (codes, start - first), 1)
    np.add.at(covered, (codes, end + 1 - first), -1)
    studies = covered.cumsum(axis=1)
    family, year = np.nonzero(studies)
    return pd.DataFrame(
        {"family": np.asarray(families, dtype=object)[family], "year": year + first, "studies": studies[family, year]}
    )


def studied_finding(found: pd.DataFrame) -> str:
    """The busiest year of every family in words."""
    most = found.sort_values("studies", ascending=False, kind="stable").drop_duplicates("family").sort_index()
    said = (f"{label(FAMILIES, row.family)} {row.studies} in {row.year}" for row in records(most))
    return f"Studies enrolling at the same time, at most: {'; '.join(said)}."


def studied_table(found: pd.DataFrame) -> pd.DataFrame:
    """`studied` with headings fit for a reader."""
    names = {"family": "Family", "year": "Year", "studies": "Studies enrolling"}
    return found.assign(family=[label(FAMILIES, family) for family in found["family"]]).rename(columns=names)
