"""A paper among all others on the same question: a forest plot with pooled survival and its prediction interval."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from dashboard.comparison.words import percent
from dashboard.export.deck import ForestPlot, ForestRow, Step
from dashboard.survival.intervals import Z95
from dashboard.synthesis import Eligible, Question, back_transform, eligible, pool
from dashboard.synthesis.scales import scale_of
from dashboard.vocabulary import MILESTONES_MONTHS, MODALITIES, PRIMARY_SITES, label

MOST_ROWS = 14
LEAST_STUDIES = 3


def among_step(table: pd.DataFrame, study_id: str) -> tuple[Step | None, tuple[str, ...]]:
    """The step, and the other studies behind its pooled estimate; None where fewer than three studies can be pooled."""
    printed = table[
        (table["measure"] == "survival") & (table["endpoint"] == "os") & ~table["is_subgroup"].astype(bool)
        & table["time_months"].isin(MILESTONES_MONTHS) & (table["primary_site"] != "mixed")
    ]  # fmt: skip
    # Mixed primary sites reported together are no question that others answer.
    asked = ["primary_site", "modality", "time_months"]
    studies = printed.groupby(asked, sort=False)["study_id"].nunique()
    own = printed[printed["study_id"] == study_id][asked].drop_duplicates().itertuples(index=False, name=None)
    for site, modality, months in sorted(own, key=lambda question: -studies[question]):
        if studies[site, modality, months] < LEAST_STUDIES:
            break
        found = _pool_of(table, site, modality, months)
        if (found.rows["study_id"] == study_id).any() and found.rows["study_id"].nunique() >= LEAST_STUDIES:
            return _step(found, int(months), str(site), str(modality), study_id)
    return None, ()


def _pool_of(table: pd.DataFrame, site: str, modality: str, months: float) -> Eligible:
    same = table[(table["primary_site"] == site) & (table["modality"] == modality)]
    return eligible(same, Question(milestone_months=float(months), group=None))


def _step(found: Eligible, months: int, site: str, modality: str, study_id: str) -> tuple[Step, tuple[str, ...]]:
    rows = found.rows
    pooled = pool(rows["yi"], rows["vi"])
    natural = back_transform(pooled, "cloglog")
    estimate, low, high = natural.estimate, natural.ci_low, natural.ci_high
    pi_low, pi_high = natural.pi_low, natural.pi_high
    own = rows["study_id"] == study_id
    drawn = rows.assign(own=own).sort_values(["own", "n"], ascending=False).head(MOST_ROWS).sort_values("year")
    forest = [_row(row, bool(row.own)) for row in drawn.itertuples()]
    arms = f"{pooled.k} arms of {rows['study_id'].nunique()} studies"
    forest.append(
        ForestRow(
            f"Pooled, {arms}", estimate, low, high,
            f"{percent(round(estimate, 2))} (95% CI {percent(round(low, 2))} to {percent(round(high, 2))})", "pooled",
        )
    )  # fmt: skip
    if math.isfinite(pi_low):
        text = f"{percent(round(pi_low, 2))} to {percent(round(pi_high, 2))}"
        forest.append(ForestRow("Prediction interval", estimate, pi_low, pi_high, text, "prediction"))
    hidden = len(rows) - len(drawn)
    reasons = found.reasons()
    years = f"{months // 12}-year" if months % 12 == 0 else f"{months}-month"
    lines = [
        f"{label(MODALITIES, modality)} of {label(PRIMARY_SITES, site)} liver metastases: pooled "
        f"{years} overall survival {percent(round(estimate, 2))}, {arms}; I² {pooled.i2:.0f}%."
    ]
    if hidden:
        lines.append(f"{hidden} smaller arms are in the estimate but not drawn.")
    step = Step(
        "among",
        "This paper among the others",
        lines=tuple(lines),
        figure=ForestPlot(tuple(forest), "survival", f"Overall survival at {months} months"),
        caption="Pooled and prediction rows are derived; intervals of single studies are printed or follow from n.",
        notes=(
            "Uncontrolled arms are pooled: the estimate describes selected patients, it does not compare treatments.",
            *(f"Left out: {count} arms, {code}." for code, count in reasons.items()),
        ),
    )
    others = tuple(dict.fromkeys(str(each) for each in rows["study_id"] if each != study_id))
    return step, others


def _row(row: Any, own: bool) -> ForestRow:
    reach = Z95 * math.sqrt(row.vi)
    low, high = _interval(row.yi - reach, row.yi + reach)
    known = math.isfinite(row.ci_low) and math.isfinite(row.ci_high) if row.ci_low is not None else False
    if known:
        low, high = float(row.ci_low), float(row.ci_high)
    n = f", n = {row.n:.0f}" if row.n is not None and row.n == row.n else ""
    author = row.first_author if isinstance(row.first_author, str) else row.study_id
    return ForestRow(
        f"{author} {row.year}{n}",
        float(row.estimate),
        low,
        high,
        f"{percent(row.estimate)}" + (" (CI printed)" if known else ""),
        "highlight" if own else "reported",
    )


def _interval(a: float, b: float) -> tuple[float, float]:
    """Limits on the complementary log-log scale, which falls as survival rises, as survival."""
    back = scale_of("cloglog").back
    return back(max(a, b)), back(min(a, b))
