"""The identity of a printed figure, made of what it says."""

from __future__ import annotations

import re

import pandas as pd


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def figure_ids(table: pd.DataFrame) -> pd.Series:
    """`study/arm/endpoint/measure[@time][~origin][!comparator][+factor]` of every figure row, null elsewhere.

    It depends on no row position, so that a link to a figure survives the insertion of other rows. Figures that agree
    in all of these (two models of one hazard ratio) get an ordinal, in the order of their values and notes.
    """
    figure = table["row_kind"].eq("figure")
    rows = table[figure]
    base = rows["arm_key"] + "/" + rows["endpoint"].fillna("") + "/" + rows["measure"].fillna("")
    time = rows["time_months"].map(lambda t: "" if pd.isna(t) else f"@{t:g}").astype("string")
    stated = rows["time_origin"].notna() & rows["time_origin"].ne("not-stated")
    origin = ("~" + rows["time_origin"]).where(stated, "")
    comparator = ("!" + rows["comparator_arm_id"]).fillna("")
    factor = rows["factor"].map(lambda f: "" if pd.isna(f) else f"+{_slug(f)}").astype("string")
    base = base + time + origin + comparator + factor
    twins = base.duplicated(keep=False)
    if twins.any():
        content = rows.loc[twins, ["value", "p_value", "adjusted", "ci_low", "note", "locator"]].assign(base=base)
        order = content.sort_values([*content.columns]).groupby("base").cumcount() + 1
        base.loc[order.index] = base[order.index] + "#" + order.astype("string")
    return base.reindex(table.index).astype("string")
