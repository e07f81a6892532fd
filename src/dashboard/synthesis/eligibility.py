"""Which arms may be pooled for one question, and what was left out, arm by arm, with the reason.

The rules: one endpoint; disjoint arms only (no subgroup beside its parent, one study of an overlapping cohort); no
ambiguous figure; bounds and approximations only on request; nothing without a variance. Pure functions over rows of
the study table.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboard.synthesis._arm_figures import FIGURE_COLUMNS, derived_of, preference, read
from dashboard.synthesis._rows import Record, largest_of_each_cohort
from dashboard.synthesis.question import Question, effect_of

# Reason codes in the order in which they are checked; the texts complete "Left out: ...".
REASONS = {
    "not-metastasis": "A primary liver tumour, kept in the table for comparison: not a liver metastasis.",
    "review": "A review: its patients belong to other studies of the table.",
    "no-figure": "The arm prints no such figure.",
    "ambiguous": "The source can be read in more than one way, so the figure is shown but never pooled.",
    "bounded": "Printed only as a bound (more than, less than), not as a figure.",
    "approximate": "Printed only as an approximation.",
    "not-reached": "The median was not reached. Arms whose patients live longest drop out this way, so a pooled median "
    "is too low; survival at a milestone does not have this bias.",
    "other-time-origin": "The same patients are in the pool with a figure counted from another time origin.",
    "subgroup": "A subgroup of, or the same patients as, another arm of the study that is in the pool.",
    "subgroup-alone": "A subgroup whose study prints no such figure for the whole group: the table does not say that "
    "its subgroups are disjoint.",
    "overlapping-cohort": "Its patients overlap with those of another study in the pool that has more patients.",
    "invalid": "The printed figures cannot be right.",
    "no-variance": "No confidence interval, number at risk, number of events or number of patients: no weight.",
}

_NOT_METASTASIS = "primary-liver-sarcoma"

ROW_COLUMNS = (
    *FIGURE_COLUMNS,
    "group",
    "estimate",
    "status",
    "yi",
    "vi",
    "route",
    "corrected",
    "n_at_risk",
    "events",
    "derived_se",
)
LEFT_OUT_COLUMNS = ("arm_key", "study_id", "figure_id", "group", "reason", "sentence")


@dataclass(frozen=True)
class Eligible:
    """`rows`: one a disjoint arm, with yi, vi and route. `left_out`: one an arm or figure, with reason and sentence."""

    rows: pd.DataFrame
    left_out: pd.DataFrame

    def reasons(self) -> pd.Series:
        """Number of arms left out for each reason, most frequent first."""
        return self.left_out.drop_duplicates(["arm_key", "reason"])["reason"].value_counts()


class _Ledger:
    """Collects what is left out."""

    def __init__(self, group: str | None) -> None:
        self.group = group
        self.entries: list[Record] = []

    def leave(self, row: Record, reason: str, detail: str = "") -> None:
        self.entries.append(
            {
                "arm_key": row["arm_key"],
                "study_id": row["study_id"],
                "figure_id": row.get("figure_id"),
                "group": row.get(self.group) if self.group else None,
                "reason": reason,
                "sentence": f"{REASONS[reason]} {detail}".strip(),
            }
        )


def eligible(table: pd.DataFrame, question: Question, *, derived: pd.DataFrame | None = None) -> Eligible:
    """Split the rows of the study table (already filtered by the reader's selection) for one question.

    Parameters
    ----------
    table : DataFrame
        Rows of the study table. Arms without a suitable figure are listed as left out. Deaths and numbers at risk are
        used for the variance when their rows are among them.
    derived : DataFrame, optional
        Survival derived by the reconstruction, one row an arm: `arm_key`, `survival` at the milestone and, where
        known, `se` (plain scale). Used only with `include_derived`, for arms that print no figure at the milestone;
        the caller derives within an arm's horizon only.

    Returns
    -------
    Eligible
        Order of the table is kept; `status` is "reported" or "derived".
    """
    ledger = _Ledger(question.group)
    arms, figures, support = read(table, question)
    candidates = _with_one_figure(arms, figures, question, derived_of(derived, question), ledger)
    measured = _with_effects(candidates, support, question, ledger)
    kept = _one_study_a_cohort(_disjoint(measured, ledger), ledger)
    rows = pd.DataFrame(kept, columns=list(ROW_COLUMNS))
    return Eligible(rows, pd.DataFrame(ledger.entries, columns=list(LEFT_OUT_COLUMNS)))


def _with_one_figure(
    arms: dict[str, Record],
    figures: dict[str, list[Record]],
    question: Question,
    derived: dict[str, Record],
    ledger: _Ledger,
) -> list[Record]:
    """One candidate an arm: its usable figure, or the derived one."""
    chosen = []
    for key, arm in arms.items():
        if arm["primary_site"] == _NOT_METASTASIS:
            ledger.leave(arm, "not-metastasis")
            continue
        if arm["design"] == "review":
            ledger.leave(arm, "review")
            continue
        usable = []
        for figure in figures.get(key, ()):
            reason = _unusable(figure, question)
            if reason:
                ledger.leave(figure, reason, _detail(figure))
            else:
                usable.append(figure)
        if usable:
            usable.sort(key=preference)
            # A row of a user's own table can hold a derived figure; without the column all were printed.
            status = "derived" if usable[0]["reported"] is False else "reported"
            chosen.append({**usable[0], "status": status, "derived_se": None})
            for other in usable[1:]:
                ledger.leave(other, "other-time-origin")
        elif key in derived:
            extra = {"value": derived[key]["survival"], "derived_se": derived[key]["se"], "status": "derived"}
            blank = {"figure_id": None, "ci_low": None, "ci_high": None, "qualifier": None, "locator": None}
            chosen.append({**arm, **blank, **extra, "time_months": question.milestone_months})
        elif key not in figures:
            ledger.leave(arm, "no-figure")
    return chosen


def _unusable(figure: Record, question: Question) -> str | None:
    qualifier = figure["qualifier"]
    if qualifier == "?":
        return "ambiguous"
    if figure["value"] is None:
        return "not-reached" if question.quantity == "median" else "no-figure"
    if not question.include_bounds:
        if qualifier in (">", "<"):
            return "bounded"
        if qualifier == "~":
            return "approximate"
    return None


def _detail(figure: Record) -> str:
    return f"Note of the table: {figure['note']}." if figure.get("note") else ""


def _disjoint(candidates: list[Record], ledger: _Ledger) -> list[Record]:
    whole = {row["study_id"] for row in candidates if not row["is_subgroup"]}
    kept = []
    for row in candidates:
        if row["is_subgroup"]:
            ledger.leave(row, "subgroup" if row["study_id"] in whole else "subgroup-alone")
        else:
            kept.append(row)
    return kept


def _one_study_a_cohort(rows: list[Record], ledger: _Ledger) -> list[Record]:
    """Of studies that share patients, keep the one that reports the endpoint with the most patients."""
    winner = largest_of_each_cohort(rows, lambda row: row["n"] or 0)
    kept = []
    for row in rows:
        if row["cohort"] and winner[row["cohort"]] != row["study_id"]:
            ledger.leave(row, "overlapping-cohort", f"Kept: {winner[row['cohort']]}.")
        else:
            kept.append(row)
    return kept


def _with_effects(rows: list[Record], support: dict[str, Record], question: Question, ledger: _Ledger) -> list[Record]:
    measured = []
    for row in rows:
        try:
            row.update({"events": None, "n_at_risk": None} | support.get(row["arm_key"], {}))
            row["estimate"] = row["value"]
            effect = effect_of(row, question)
        except ValueError as problem:
            if row["n"] or row["ci_low"] is not None or row["events"] or row["n_at_risk"]:
                ledger.leave(row, "invalid", str(problem))
            else:
                ledger.leave(row, "no-variance")
            continue
        if effect.assumed and not question.include_assumed:
            ledger.leave(row, "no-variance", "Only its number of patients is known, which this rule does not admit.")
            continue
        row["group"] = row.get(question.group) if question.group else "all"
        row.update(yi=effect.yi, vi=effect.vi, route=effect.route, corrected=effect.corrected)
        measured.append(row)
    return measured
