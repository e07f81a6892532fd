"""Specification curve: the pooled survival under every estimator, scale and inclusion rule at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from dashboard.synthesis._model import METHODS
from dashboard.synthesis._rows import records
from dashboard.synthesis.eligibility import ROW_COLUMNS, eligible
from dashboard.synthesis.pooling import pool
from dashboard.synthesis.question import Question, effect_of
from dashboard.synthesis.scales import SURVIVAL_SCALES, back_transform

_SMALL = 20
_CLOCKS = ("treatment", "randomization")
_CONTRADICTIONS = "median-contradicts-rate|flat-interval|steep-interval"


@dataclass(frozen=True)
class Rule:
    """One way to decide what is pooled: a change of the question, and of the rows that it admits."""

    label: str
    question: Callable[[Question], Question] = lambda question: question
    rows: Callable[[pd.DataFrame], pd.DataFrame] = lambda rows: rows
    needs_derived: bool = False


def _without_contradictions(rows: pd.DataFrame) -> pd.DataFrame:
    flagged = rows["flags"].astype("string").str.contains(_CONTRADICTIONS).fillna(False).astype(bool)
    return rows[~flagged]


RULES = {
    "as-asked": Rule("As asked"),
    "with-bounds": Rule("With bounds and approximations", lambda q: replace(q, include_bounds=True)),
    "with-derived": Rule("With derived survival", lambda q: replace(q, include_derived=True), needs_derived=True),
    "reported-variance": Rule("Without assumed variances", lambda q: replace(q, include_assumed=False)),
    "from-treatment": Rule("Time from treatment only", rows=lambda r: r[r["time_origin"].isin(_CLOCKS)]),
    "follow-up-ignored": Rule(
        "Variances from n alone, follow-up ignored", rows=lambda r: r.assign(follow_up_median_months=None)
    ),
    "not-small": Rule(f"Arms of {_SMALL} patients or more", rows=lambda r: r[pd.to_numeric(r["n"]) >= _SMALL]),
    "no-contradiction": Rule("Without figures that contradict each other", rows=_without_contradictions),
}


def specification(
    table: pd.DataFrame,
    question: Question,
    *,
    derived: pd.DataFrame | None = None,
    methods: Sequence[str] = METHODS,
    transforms: Sequence[str] = tuple(SURVIVAL_SCALES),
    rules: Sequence[str] = tuple(RULES),
    test: str = "hksj-adhoc",
) -> pd.DataFrame:
    """Pool one question under every combination of rule, scale and estimator.

    Returns one row a specification, sorted by estimate: rule, rule_label, transform, method, test, k, estimate, ci_low,
    ci_high, pi_low, pi_high (survival 0..1 or months), tau2, i2 and `is_default` (as asked, the question's scale,
    REML).
    Rules that leave fewer than two arms are absent, and so is "with-derived" without `derived`. Medians are pooled on
    the log scale only.
    """
    scales = transforms if question.quantity == "survival" else ("log",)
    found: list[dict[str, Any]] = []
    answers: dict[Question, pd.DataFrame] = {}
    for name in rules:
        rule = RULES[name]
        if rule.needs_derived and derived is None:
            continue
        asked = rule.question(question)
        if asked not in answers:
            answers[asked] = eligible(table, asked, derived=derived).rows
        rows = records(rule.rows(answers[asked]), ROW_COLUMNS)
        if len(rows) < 2:
            continue
        for transform in scales:
            scaled = replace(asked, transform=transform) if question.quantity == "survival" else asked
            effects = [effect_of(row, scaled) for row in rows]
            yi, vi = [e.yi for e in effects], [e.vi for e in effects]
            for method in methods:
                pooled = pool(yi, vi, method=method, test=test)
                natural = back_transform(pooled, transform)
                found.append(
                    {
                        "rule": name,
                        "rule_label": rule.label,
                        "transform": transform,
                        "method": method,
                        "test": test,
                        "k": pooled.k,
                        "estimate": natural.estimate,
                        "ci_low": natural.ci_low,
                        "ci_high": natural.ci_high,
                        "pi_low": natural.pi_low,
                        "pi_high": natural.pi_high,
                        "tau2": pooled.tau2,
                        "i2": pooled.i2,
                        "is_default": (name, transform, method) == ("as-asked", question.scale, "REML"),
                    }
                )
    columns = list(found[0]) if found else ["rule", "transform", "method", "k", "estimate", "ci_low", "ci_high"]
    return pd.DataFrame(found, columns=columns).sort_values("estimate", kind="stable", ignore_index=True)
