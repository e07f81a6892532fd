"""Printed survival at a milestone as effects with variances, one a curve; and which of them may stand side by side.

The rules are those of `synthesis.eligibility`, as array operations over the whole table, so that a map of every site
and treatment costs one pass. The tests hold the two against each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.comparison.curves import REPORTED, Curves
from dashboard.comparison.groups import ORIGIN_PREFERENCE
from dashboard.evidence.tables import records
from dashboard.synthesis import median_effect, milestone_effect

NOT_METASTASIS = "primary-liver-sarcoma"


@dataclass(frozen=True, eq=False)
class Effects:
    """Effects of the K curves of a table.

    value, yi, vi : (K,) printed survival (0..1) or median (months), and its effect on the cloglog or log scale; nan
        where none was printed as an exact figure, or where no variance can be had.
    poolable : (K,) no subgroup, no review, a metastasis.
    arm, study, cohort : (K,) integer codes; a study without a cohort is a cohort of its own.
    rank : (K,) position of a curve among those of its arm: time origin, then whether an interval was printed.
    standing : (K,) order of the studies for the choice within a cohort, when patients are equal.
    """

    value: np.ndarray
    yi: np.ndarray
    vi: np.ndarray
    poolable: np.ndarray
    arm: np.ndarray
    study: np.ndarray
    cohort: np.ndarray
    rank: np.ndarray
    standing: np.ndarray
    n: np.ndarray


def _codes(values: np.ndarray) -> np.ndarray:
    return pd.factorize(values)[0].astype(np.int64)


def effects(table: pd.DataFrame, curves: Curves, months: int | None) -> Effects:
    """Effects at a milestone (12, 24, 36, 60 or 120 months), or of printed medians when `months` is None."""
    arms, name = curves.arms, "median" if months is None else f"s{months}"
    cells, count = curves.cells, len(curves)
    support = _support(table, months)
    value, yi, vi = (np.full(count, np.nan) for _ in range(3))
    for k in np.flatnonzero(cells[f"{name}_status"] == REPORTED).tolist():
        value[k] = cells[name][k]
        low, high = float(cells[f"{name}_ci_low"][k]), float(cells[f"{name}_ci_high"][k])
        ci = (low, high) if math.isfinite(low) and math.isfinite(high) else None
        n, follow_up = _finite(arms["n"][k]), _finite(arms["follow_up_median_months"][k])
        extra = support.get((arms["arm_key"][k], arms["endpoint"][k]), {})
        try:
            if months is None:
                yi[k], vi[k] = median_effect(float(value[k]), ci=ci, n=n, events=extra.get("events"))
            else:
                yi[k], vi[k] = milestone_effect(
                    float(value[k]),
                    ci=ci,
                    n=n,
                    n_at_risk=extra.get("n_at_risk"),
                    events=extra.get("events"),
                    time_months=months,
                    follow_up_months=follow_up,
                )
        except ValueError:  # no variance, or figures that cannot be right: shown, never pooled
            continue
    study = _codes(arms["study_id"])
    cohort = _codes(np.where(arms["cohort"] == None, "", arms["cohort"]))  # noqa: E711  # elementwise
    origin = np.array([_place(o) for o in arms["time_origin"]], dtype=np.int64)
    no_ci = ~np.isfinite(cells[f"{name}_ci_low"])
    return Effects(
        value=value,
        yi=yi,
        vi=vi,
        poolable=~arms["is_subgroup"].astype(bool)
        & (arms["design"] != "review")
        & (arms["primary_site"] != NOT_METASTASIS),
        arm=_codes(arms["arm_key"]),
        study=study,
        cohort=np.where([bool(c) for c in arms["cohort"]], cohort + count, study),
        rank=origin * 2 + no_ci,
        standing=_standing(table, curves),
        n=np.nan_to_num(arms["n"].astype(float)),
    )


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _place(origin: str | None) -> int:
    return ORIGIN_PREFERENCE.index(origin) if origin in ORIGIN_PREFERENCE else len(ORIGIN_PREFERENCE)


def _support(table: pd.DataFrame, months: int | None) -> dict[tuple[str, str], dict[str, float]]:
    """Deaths, and numbers at risk at the milestone, by arm and endpoint."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    rows = table[table["measure"].isin(["deaths", "n_at_risk"]).fillna(False) & table["value"].notna()]
    for row in records(rows):
        if row.measure == "deaths":
            found.setdefault((row.arm_key, row.endpoint), {})["events"] = float(row.value)
        elif months is not None and abs(float(row.time_months) - months) <= 0.5:
            found.setdefault((row.arm_key, row.endpoint), {})["n_at_risk"] = float(row.value)
    return found


def _standing(table: pd.DataFrame, curves: Curves) -> np.ndarray:
    """Rank of each curve's study by its total, its year and its name."""
    if not len(curves):
        return np.zeros(0, dtype=np.int64)
    rows = np.flatnonzero(curves.of_row >= 0)
    first = np.zeros(len(curves), dtype=np.int64)
    first[curves.of_row[rows][::-1]] = rows[::-1]
    total = table["n_total"].to_numpy(dtype=float, na_value=0.0)[first]
    year = np.nan_to_num(curves.arms["year"].astype(float))
    names = curves.arms["study_id"].astype(str)
    place = np.empty(len(curves), dtype=np.int64)
    place[np.lexsort((names, year, total))] = np.arange(len(curves))
    return place


def side_by_side(of: Effects, candidates: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Of these curves, those that may be pooled within their group, in the table's order.

    Parameters
    ----------
    candidates : (C,) positions of curves.
    group : (C,) group of each candidate, as integers.

    One curve an arm; of studies that share patients within a group the one with most patients there.
    """
    keep = of.poolable[candidates] & np.isfinite(of.yi[candidates])
    k, g = candidates[keep], group[keep]
    order = np.lexsort((of.rank[k], of.arm[k]))
    k, g = k[order], g[order]
    first = np.ones(len(k), dtype=bool)
    first[1:] = of.arm[k][1:] != of.arm[k][:-1]
    k, g = k[first], g[first]
    if not len(k):
        return k
    # patients of each study in its group, then the best study of each cohort in its group
    pair, at = np.unique(np.stack([g, of.cohort[k], of.study[k]]), axis=1, return_inverse=True)
    patients = np.bincount(at.ravel(), weights=of.n[k])
    standing = np.zeros(pair.shape[1], dtype=np.int64)
    np.maximum.at(standing, at.ravel(), of.standing[k])
    best = np.lexsort((standing, patients, pair[1], pair[0]))
    last = np.ones(len(best), dtype=bool)
    last[:-1] = (pair[0][best][1:] != pair[0][best][:-1]) | (pair[1][best][1:] != pair[1][best][:-1])
    winner = np.zeros(pair.shape[1], dtype=bool)
    winner[best[last]] = True
    return np.sort(k[winner[at.ravel()]])
