"""Across studies: arms of different studies pooled by group, with what was left out and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import pandas as pd

from dashboard.pooled.ask import Ask
from dashboard.pooled.groups import group_keys
from dashboard.selection import Selection, apply
from dashboard.synthesis.eligibility import Eligible, eligible
from dashboard.synthesis.notices import Notice, time_notices
from dashboard.synthesis.summary import Summary, summarise, with_intervals


@dataclass(frozen=True, eq=False)
class Across:
    """`summary`: rows and groups (see `synthesis.summary`), those with most arms first; `used`: its rows that carry
    weight; `left_out`: one a figure.
    """

    ask: Ask
    summary: Summary
    used: pd.DataFrame
    left_out: pd.DataFrame
    notices: tuple[Notice, ...]


def candidates(table: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Rows to choose from: also the subgroups and ambiguous figures, so that they can be listed as left out."""
    return apply(table, replace(selection, subgroups=True, ambiguous=True))


def arms_for(rows: pd.DataFrame, ask: Ask, derived: pd.DataFrame | None = None) -> Eligible:
    """The arms that answer the question, with a `group` each, in the order of the groups; see `eligible`."""
    found = eligible(rows, ask.question, derived=derived)
    frame = found.rows.assign(group=group_keys(found.rows, ask.group))
    size = frame["group"].map(frame["group"].value_counts())
    by = ["group"] if ask.group == "era" else ["_size", "group"]
    turn = frame.assign(_size=-size).sort_values(by, kind="stable")
    return Eligible(with_intervals(turn.drop(columns="_size"), ask.question.scale), found.left_out)


def pool_across(arms: Eligible, ask: Ask, out: Collection[str] = (), whole: Across | None = None) -> Across:
    """Pool the arms by group; studies in `out` stay in the rows without weight. `whole`: see `summarise`."""
    frame = arms.rows
    excluded = frame.loc[frame["study_id"].isin(list(out)), "arm_key"]
    summary = summarise(
        frame,
        ask.question.scale,
        method=ask.method,
        test=ask.test,
        excluded=set(excluded),
        whole=None if whole is None else whole.summary,
    )
    used = summary.rows[~summary.rows["excluded"]]
    return Across(ask, summary, used, arms.left_out, tuple(time_notices(used)))
