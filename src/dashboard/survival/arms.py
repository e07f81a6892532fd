"""From rows of the study table to a reconstruction of one arm."""

from __future__ import annotations

import math

import pandas as pd

from dashboard.survival.reconstruct import reconstruct
from dashboard.survival.result import Reconstruction

NOT_REACHED = "not reached"
LEFT_OUT = {">": "a lower bound", "<": "an upper bound", "~": "approximate", "?": "ambiguous in the source"}


def reconstruct_arm(rows: pd.DataFrame, *, bounds: bool = False) -> Reconstruction:
    """Draw the curve of one arm, one endpoint and one time origin from its rows of the study table.

    Parameters
    ----------
    rows : columns measure, time_months, value, qualifier, ci_low, ci_high, n, follow_up_median_months; `note` where the
        arm has medians that were not reached. Rows of other measures are ignored.
    bounds : also use figures printed as `>`, `<` or `~`. Figures marked `?` are never used.

    Raises
    ------
    ValueError
        More than one endpoint, time origin or arm among the rows; or nothing to draw.

    Notes
    -----
    Figures left out are named in the warnings. Several medians for one arm are averaged with a warning.
    """
    for column in ("arm_key", "endpoint", "time_origin"):
        if column in rows and rows[column].nunique(dropna=False) > 1:
            raise ValueError(f"rows must share one {column}, but held {sorted(map(str, rows[column].unique()))}")
    allowed = {"=", ">", "<", "~"} if bounds else {"="}
    qualifier = rows["qualifier"].fillna("=").replace("", "=")
    kept, left = rows[qualifier.isin(allowed)], rows[~qualifier.isin(allowed)]
    notes = [_left_out(row, q) for row, q in zip(left.to_dict("records"), qualifier[left.index], strict=True)]
    survival = kept[(kept["measure"] == "survival") & kept["value"].notna() & kept["time_months"].notna()]
    points = list(zip(survival["time_months"].astype(float), survival["value"].astype(float), strict=True))
    survival_ci = [
        (float(t), float(low), float(high))
        for t, low, high in survival[["time_months", "ci_low", "ci_high"]].itertuples(index=False)
        if pd.notna(low) and pd.notna(high) and t > 0
    ]
    median, median_ci, more = _median(kept[kept["measure"] == "median_months"])
    at_risk = kept[(kept["measure"] == "n_at_risk") & kept["value"].notna() & kept["time_months"].notna()]
    deaths = kept.loc[(kept["measure"] == "deaths") & kept["value"].notna(), "value"]
    n = _only(rows["n"])
    result = reconstruct(
        points,
        n,
        median_months=median,
        n_at_risk=dict(zip(at_risk["time_months"].astype(float), at_risk["value"].astype(float), strict=True)) or None,
        total_events=float(deaths.iloc[0]) if len(deaths) and n is not None and deaths.iloc[0] <= n else None,
        follow_up_months=_only(rows["follow_up_median_months"]),
        survival_ci=survival_ci,
        median_ci=median_ci,
    )
    return result.with_warnings([note for note in notes if note] + more)


def _only(column: pd.Series) -> float | None:
    values = column.dropna()
    return float(values.iloc[0]) if len(values) else None


def _left_out(row: dict[str, object], qualifier: str) -> str:
    if row["measure"] not in ("survival", "median_months", "n_at_risk", "deaths"):
        return ""
    what = {"survival": "survival", "median_months": "median", "n_at_risk": "number at risk", "deaths": "deaths"}
    time = row.get("time_months")
    at = f" at {time:g} months" if isinstance(time, float) and not math.isnan(time) else ""
    return f"{what[str(row['measure'])]} {qualifier} {row['value']}{at} is {LEFT_OUT.get(qualifier, 'not exact')}: not used"


def _median(rows: pd.DataFrame) -> tuple[float | None, tuple[float, float] | None, list[str]]:
    values = rows["value"].dropna().astype(float)
    if len(values) == 1 or (len(values) > 1 and values.nunique() == 1):
        row = rows.loc[values.index[0]]
        if pd.notna(row["ci_low"]) and row["ci_low"] > 0:
            high = float(row["ci_high"]) if pd.notna(row["ci_high"]) else math.inf
            return float(values.iloc[0]), (float(row["ci_low"]), high), []
        return float(values.iloc[0]), None, []
    if len(values) > 1:
        said = " and ".join(f"{v:g}" for v in sorted(values))
        return float(values.mean()), None, [f"the median is printed as {said} months: their mean {values.mean():g} is used"]
    if "note" in rows and rows["note"].fillna("").str.contains(NOT_REACHED, case=False).any():
        return math.inf, None, []
    return None, None, []
