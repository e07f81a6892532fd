"""Within studies: two treatments compared among patients of the same study, pooled as log hazard ratios."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dashboard.pooled.across import candidates
from dashboard.pooled.derive import ratios_between
from dashboard.selection import Selection
from dashboard.synthesis.notices import Notice
from dashboard.synthesis.summary import Summary, summarise
from dashboard.synthesis.within import Contrasts, contrasts

SIDE = "side"
FIRST, SECOND = "first", "second"


@dataclass(frozen=True, eq=False)
class Within:
    """Contrasts of a pair of treatments, or of several by group, pooled. Below 1 favours the first of a pair."""

    summary: Summary
    left_out: pd.DataFrame
    notices: tuple[Notice, ...]

    @property
    def printed(self) -> int:
        """Contrasts in the pool whose ratio was printed."""
        rows = self.summary.rows
        return int(((rows["status"] == "reported") & ~rows["excluded"]).sum())

    @property
    def derived(self) -> int:
        """Contrasts in the pool whose ratio was derived from printed survival."""
        rows = self.summary.rows
        return int(((rows["status"] == "derived") & ~rows["excluded"]).sum())


def sides(table: pd.DataFrame, selection: Selection, first: Collection[str], second: Collection[str]) -> pd.DataFrame:
    """Rows of both treatments with their `side`; the reader's choice of treatments gives way to this one.

    Raises
    ------
    ValueError
        When a treatment stands on both sides.
    """
    if set(first) & set(second):
        raise ValueError("The two treatments overlap: one is part of the other. Choose two that share no patients.")
    return with_sides(candidates(table, replace(selection, modalities=())), first, second)


def with_sides(rows: pd.DataFrame, first: Collection[str], second: Collection[str]) -> pd.DataFrame:
    """The rows of these treatments, with their `side`."""
    side = np.where(
        rows["modality"].isin(list(first)), FIRST, np.where(rows["modality"].isin(list(second)), SECOND, "")
    )
    return rows.assign(**{SIDE: side})[side != ""]


def find_contrasts(rows: pd.DataFrame, endpoint: str, *, derived: bool = False) -> Contrasts:
    """Printed contrasts of the two sides; with `derived`, also those that the printed survival of a study gives."""
    printed = contrasts(rows, FIRST, SECOND, endpoint=endpoint, column=SIDE)
    missing = printed.left_out[printed.left_out["reason"].isin(["no-hazard-ratio", "no-variance"])]
    if not derived or missing.empty:
        return printed
    pairs = [p for p in zip(missing["arm_key"], missing["comparator_arm_key"], strict=True) if p[0] != p[1]]
    return contrasts(rows, FIRST, SECOND, endpoint=endpoint, column=SIDE, derived=ratios_between(rows, endpoint, pairs))


def pool_within(
    found: Contrasts, out: Collection[str] = (), *, method: str = "REML", test: str = "hksj-adhoc"
) -> Within:
    """Pool the log hazard ratios, by `group` where the rows have one; `n` becomes that of both arms.

    Studies in `out` stay in the rows without weight.
    """
    sizes = [pd.to_numeric(found.rows[name], errors="coerce").astype(float) for name in ("n", "n_comparator")]
    rows = found.rows.assign(n_treated=sizes[0], n=sizes[0] + sizes[1])
    rows = rows if "group" in rows else rows.assign(group="all")
    excluded = rows.loc[rows["study_id"].isin(list(out)), "arm_key"]
    return Within(
        summarise(rows, "log", method=method, test=test, excluded=set(excluded)), found.left_out, found.notices
    )
