"""From rows of the study table to a reconstruction of one arm."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from dashboard.survival.reconstruct import reconstruct
from dashboard.survival.result import Reconstruction

NOT_REACHED = "not reached"
WORDS = {"survival": "survival", "median_months": "median", "n_at_risk": "number at risk", "deaths": "deaths"}
LEFT_OUT = {">": "a lower bound", "<": "an upper bound", "~": "approximate", "?": "ambiguous in the source"}
ONE_OF_EACH = ("arm_key", "endpoint", "time_origin")
COLUMNS = ("measure", "time_months", "value", "qualifier", "ci_low", "ci_high", "n", "follow_up_median_months", "note")

Row = dict[str, Any]


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
    for column in ONE_OF_EACH:
        if column in rows:
            found = set(rows[column].tolist())
            if len(found) > 1:
                raise ValueError(f"rows must share one {column}, but held {', '.join(sorted(map(str, found)))}")
    columns = [c for c in COLUMNS if c in rows]
    everything = [
        dict(zip(columns, values, strict=True)) for values in zip(*(rows[c].tolist() for c in columns), strict=True)
    ]
    figures = [row for row in everything if row["measure"] in WORDS]
    allowed = {"=", ">", "<", "~"} if bounds else {"="}
    used = [row for row in figures if _qualifier(row) in allowed]
    warnings = [_left_out(row) for row in figures if _qualifier(row) not in allowed]
    survival = [row for row in used if row["measure"] == "survival" and _known(row["value"], row["time_months"])]
    median, median_ci, more = _median([row for row in used if row["measure"] == "median_months"])
    n = _first(row["n"] for row in everything)
    at_risk = [row for row in used if row["measure"] == "n_at_risk" and _known(row["value"], row["time_months"])]
    deaths = _first(row["value"] for row in used if row["measure"] == "deaths")
    result = reconstruct(
        [(row["time_months"], row["value"]) for row in survival],
        n,
        median_months=median,
        n_at_risk={row["time_months"]: row["value"] for row in at_risk} or None,
        total_events=deaths,
        follow_up_months=_first(row["follow_up_median_months"] for row in everything),
        survival_ci=[
            (row["time_months"], row["ci_low"], row["ci_high"])
            for row in survival
            if _known(row["ci_low"], row["ci_high"]) and row["time_months"] > 0
        ],
        median_ci=median_ci,
    )
    return result.with_warnings(warnings + more) if warnings or more else result


def _known(*values: object) -> bool:
    return all(isinstance(v, int | float) and not math.isnan(v) for v in values)


def _first(values: Iterable[Any]) -> float | None:
    return next((float(v) for v in values if v is not None and not pd.isna(v)), None)


def _qualifier(row: Row) -> str:
    given = row["qualifier"]
    return given if isinstance(given, str) and given else "="


def _left_out(row: Row) -> str:
    at = f" at {row['time_months']:g} months" if _known(row["time_months"]) else ""
    qualifier = _qualifier(row)
    return (
        f"{WORDS[row['measure']]} {qualifier} {row['value']:g}{at} is {LEFT_OUT.get(qualifier, 'not exact')}: not used"
    )


def _median(rows: list[Row]) -> tuple[float | None, tuple[float, float] | None, list[str]]:
    printed = [row for row in rows if _known(row["value"])]
    values = sorted({float(row["value"]) for row in printed})
    if len(values) > 1:
        said, mean = " and ".join(f"{v:g}" for v in values), math.fsum(values) / len(values)
        return mean, None, [f"the median is printed as {said} months: their mean {mean:g} is used"]
    if values:
        low, high = printed[0]["ci_low"], printed[0]["ci_high"]
        ci = (float(low), float(high) if _known(high) else math.inf) if _known(low) and low > 0 else None
        return values[0], ci, []
    not_reached = any(NOT_REACHED in str(row.get("note", "")).lower() for row in rows)
    return (math.inf if not_reached else None), None, []
