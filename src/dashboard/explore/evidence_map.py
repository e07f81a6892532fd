"""The evidence map: what is known of each primary site and treatment, and what is not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from dashboard.comparison.curves import DERIVED, NOT_REACHED, REPORTED, Curves
from dashboard.comparison.words import percent
from dashboard.evidence.index import TableIndex, index_of
from dashboard.explore.milestones import Effects, side_by_side
from dashboard.selection import Selection, arm_mask
from dashboard.synthesis import back_transform, pool
from dashboard.vocabulary import FAMILIES, MODALITIES, PRIMARY_SITES, family_members

FEWEST: Final = 3
POOLED, PRINTED, MEDIAN, WORKED_OUT = "pooled", "printed", "median of printed", "derived"
LEVELS: Final = ("Families", "Single treatments", *(term.label for term in FAMILIES.values()))


@dataclass(frozen=True)
class Column:
    """One column of the map: a family (`family:ablation`) or a single modality."""

    key: str
    label: str
    members: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class EvidenceMap:
    """`cells`: one row a site and column that holds something.

    Columns: site, column, studies, arms, patients (disjoint arms that state n, overlapping cohorts once; nan when none
    does), newest (year of publication), survival (0..1 at five years; nan when unknown), survival_low, survival_high
    (95% interval of a pooled estimate), survival_how, survival_arms, median (months, inf: not reached), median_how,
    median_arms.
    """

    sites: tuple[str, ...]
    columns: tuple[Column, ...]
    cells: pd.DataFrame
    endpoint: str


def columns_of(level: str) -> tuple[Column, ...]:
    """Columns of a level: the families, all single treatments, or the families with one of them opened."""
    columns = []
    for family, term in FAMILIES.items():
        members = family_members(family)
        if level in ("Single treatments", term.label) or len(members) == 1:
            columns += [Column(slug, MODALITIES[slug].short, (slug,)) for slug in members]
        else:
            columns.append(Column(f"family:{family}", term.label, members))
    return tuple(columns)


def evidence_map(table: pd.DataFrame, curves: Curves, of: Effects, selection: Selection, level: str) -> EvidenceMap:
    """The map under every filter but site and treatment, which are what it shows; `of` are the effects at 60 months."""
    asked = selection.without("sites", "modalities")
    index, columns = index_of(table), columns_of(level)
    sites = index.facets["primary_site"].values
    known = {slug: i for i, slug in enumerate(PRIMARY_SITES)}
    order = sorted(range(len(sites)), key=lambda i: known.get(sites[i], len(known)))
    rank = np.argsort(order) if order else np.zeros(0, dtype=np.int64)
    site_of_arm = np.append(rank, -1)[index.facets["primary_site"].codes]
    column_of = {slug: i for i, column in enumerate(columns) for slug in column.members}
    by_modality = np.array([*(column_of.get(slug, -1) for slug in index.facets["modality"].values), -1])
    column_of_arm = by_modality[index.facets["modality"].codes]
    arms = arm_mask(table, asked) & (site_of_arm >= 0) & (column_of_arm >= 0)
    cell = site_of_arm * len(columns) + column_of_arm
    counts = _counts(index, arms, cell)
    figures = _figures(table, curves, of, index, arms, cell, asked.endpoint)
    cells = counts.join(figures)
    cells["site"] = [sites[order[c // len(columns)]] for c in cells.index]
    cells["column"] = [columns[c % len(columns)].key for c in cells.index]
    shown = tuple(dict.fromkeys(cells["site"]))
    return EvidenceMap(shown, columns, cells.reset_index(drop=True), selection.endpoint)


def _counts(index: TableIndex, arms: np.ndarray, cell: np.ndarray) -> pd.DataFrame:
    """Studies, arms, patients and newest year of each cell of the chosen arms."""
    frame = pd.DataFrame(
        {
            "cell": cell[arms],
            "study": index.study[arms],
            "cohort": index.cohort[arms],
            "n": np.where(index.subgroup, np.nan, index.n)[arms],
        }
    )
    of = frame.groupby("cell")
    by_study = frame.groupby(["cell", "cohort", "study"])["n"].sum(min_count=1)
    patients = by_study.groupby(["cell", "cohort"]).max().groupby("cell").sum(min_count=1)
    return pd.DataFrame({"studies": of["study"].nunique(), "arms": of.size(), "patients": patients})


def _figures(
    table: pd.DataFrame,
    curves: Curves,
    of: Effects,
    index: TableIndex,
    arms: np.ndarray,
    cell: np.ndarray,
    endpoint: str,
) -> pd.DataFrame:
    """Five-year survival and median of each cell, from the curves of the chosen arms."""
    arm_of_curve = _arm_of_curve(curves, index)
    chosen = np.flatnonzero((curves.arms["endpoint"] == endpoint) & arms[arm_of_curve])
    group = cell[arm_of_curve[chosen]]
    rows = {}
    newest = pd.Series(table["year"].to_numpy(dtype=float, na_value=np.nan)[index.first_row][arms]).groupby(cell[arms])
    years = newest.max()
    pooled = side_by_side(of, chosen, group)
    group_of = dict(zip(chosen.tolist(), group.tolist(), strict=True))
    by_cell = _split(pooled, group_of)
    whole = chosen[~curves.arms["is_subgroup"][chosen].astype(bool)]
    shown = _split(whole, group_of)
    for key in years.index:
        rows[key] = {
            "newest": years[key],
            **_survival(curves, of, by_cell.get(key, []), shown.get(key, [])),
            **_median(curves, shown.get(key, [])),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _arm_of_curve(curves: Curves, index: TableIndex) -> np.ndarray:
    out = np.zeros(len(curves), dtype=np.int64)
    rows = np.flatnonzero(curves.of_row >= 0)
    out[curves.of_row[rows]] = index.arm_of_row[rows]
    return out


def _split(members: np.ndarray, group_of: dict[int, int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for k in members.tolist():
        found.setdefault(group_of[k], []).append(k)
    return found


def _survival(curves: Curves, of: Effects, pooled: list[int], shown: list[int]) -> dict[str, object]:
    """Pooled from three studies on; else the printed value, the median of printed values, or what is derived."""
    low = high = math.nan
    if len(pooled) >= FEWEST:
        natural = back_transform(pool(of.yi[pooled], of.vi[pooled]), "cloglog")
        value, low, high, how, k = natural.estimate, natural.ci_low, natural.ci_high, POOLED, len(pooled)
    else:
        status, at = curves.cells["s60_status"], curves.cells["s60"]
        printed = [k for k in shown if status[k] == REPORTED]
        worked = printed or [k for k in shown if status[k] == DERIVED]
        value = float(np.median(at[worked])) if worked else math.nan
        how = (PRINTED if len(printed) == 1 else MEDIAN) if printed else WORKED_OUT if worked else ""
        k = len(worked)
    return {"survival": value, "survival_low": low, "survival_high": high, "survival_how": how, "survival_arms": k}


def _median(curves: Curves, shown: list[int]) -> dict[str, object]:
    """Median of the printed medians of a cell; one that was not reached counts as longer than any other."""
    status = curves.cells["median_status"]
    printed = [k for k in shown if status[k] in (REPORTED, NOT_REACHED)]
    values = [math.inf if status[k] == NOT_REACHED else float(curves.cells["median"][k]) for k in printed]
    if not values:
        return {"median": math.nan, "median_how": "", "median_arms": 0}
    # the lower middle: a mean with a median that was not reached has no value
    middle = sorted(values)[(len(values) - 1) // 2]
    return {"median": middle, "median_how": PRINTED if len(values) == 1 else MEDIAN, "median_arms": len(values)}


def survival_words(cell: pd.Series) -> str:
    """`40% (95% CI 36% to 44%), pooled from 20 arms`; says what is printed and what is derived."""
    value, how, arms = cell["survival"], cell["survival_how"], int(cell["survival_arms"])
    if how == POOLED:
        ends = f"{percent(round(cell['survival_low'], 2))} to {percent(round(cell['survival_high'], 2))}"
        return f"{percent(round(value, 2))} (95% CI {ends}), pooled from {arms} arms"
    if how == PRINTED:
        return f"{percent(value)}, as printed by one arm"
    if how == MEDIAN:
        return f"{percent(round(value, 3))}, median of {arms} printed figures"
    if how == WORKED_OUT:
        return f"{percent(round(value, 2))}, derived from the figures of {arms} {'arm' if arms == 1 else 'arms'}"
    return "no 5-year figure"


def median_words(cell: pd.Series) -> str:
    """`26 months, median of 4 printed medians`."""
    if not cell["median_how"]:
        return "no printed median"
    value = "not reached" if math.isinf(cell["median"]) else f"{cell['median']:g} months"
    if cell["median_how"] == PRINTED:
        return f"{value}, as printed by one arm"
    return f"{value}, middle of {int(cell['median_arms'])} printed medians"
