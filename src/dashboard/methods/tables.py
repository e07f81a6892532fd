"""The tables of the Methods page: measured accuracy, data dictionary, flags."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

from dashboard.evidence.dictionary import columns
from dashboard.evidence.flags import FLAGS
from dashboard.survival import Route
from dashboard.survival.accuracy import Measured

_DETAIL = "coverage"
_OF = "coverage of 95% limits, "
KINDS: Final = ("survival", "restricted_mean", "median", "hazard_ratio")
LOWEST: Final = 0.92
HIGHEST: Final = 0.98


def accuracy_table(lines: Iterable[Measured], *, detail: bool = False) -> pd.DataFrame:
    """What was measured, its value, the target and the number of cases; with `detail` the coverage of intervals."""
    chosen = [line for line in lines if line["key"].startswith(_DETAIL) == detail]
    return pd.DataFrame(
        {
            "What": [line["what"] for line in chosen],
            "Measured": [f"{line['value']:.4g} {line['unit']}".strip() for line in chosen],
            "Target": [line["target"] for line in chosen],
            "Cases": [line["cases"] for line in chosen],
        }
    )


def accuracy_sentence(lines: Iterable[Measured]) -> str:
    """The three numbers a reader needs; empty when nothing was measured."""
    found = {line["key"]: line for line in lines}
    if not {"survival", "log_hr_same", "median"} & set(found):
        return ""
    parts = []
    if "survival" in found:
        parts.append(f"survival within {100 * found['survival']['value']:.1f} percentage points")
    if "log_hr_same" in found:
        parts.append(f"the log hazard ratio within {found['log_hr_same']['value']:.3f}")
    if "median" in found:
        parts.append(f"a median that was not printed within {found['median']['value']:.1f} months")
    cases = max(found[key]["cases"] for key in ("survival", "log_hr_same", "median") if key in found)
    return f"On average over published trials whose patients are known (up to {cases} arms): {', '.join(parts)}."


def coverage_sentence(lines: Iterable[Measured]) -> str:
    """How often the intervals hold the truth, by route, and every cell outside the asked 92 to 98 of 100."""
    found = {line["key"]: line for line in lines if line["key"].startswith(_DETAIL)}
    whole = [100 * found[key]["value"] for r in Route for kind in KINDS if (key := f"{_DETAIL}_{r}_{kind}") in found]
    if not whole:
        return ""
    off = [line for line in found.values() if not LOWEST <= line["value"] <= HIGHEST]
    words = "; ".join(f"{line['what'].removeprefix(_OF)}: {100 * line['value']:.1f}" for line in off)
    return (
        f"Of 100 intervals nominal for 95, {min(whole):.0f} to {max(whole):.0f} held the truth, whatever route their "
        f"uncertainty came by. Outside {100 * LOWEST:.0f} to {100 * HIGHEST:.0f} lie {words or 'no single cells'}."
    )


def dictionary_table() -> pd.DataFrame:
    """Every column of the study table with its unit and definition."""
    each = columns().values()
    return pd.DataFrame(
        {
            "Column": [c.name for c in each],
            "Name": [c.label for c in each],
            "Unit": [c.unit for c in each],
            "Definition": [c.definition for c in each],
            "From": [c.source for c in each],
        }
    )


def flags_table(table: pd.DataFrame) -> pd.DataFrame:
    """Every flag, what it means, and how many rows of the study table carry it."""
    held = table["flags"].fillna("").astype(str).str.split(";").explode().value_counts()
    return pd.DataFrame(
        {
            "Flag": [flag.title for flag in FLAGS.values()],
            "Speaks of": [flag.scope for flag in FLAGS.values()],
            "Meaning": [flag.meaning for flag in FLAGS.values()],
            "Rows": [int(held.get(code, 0)) for code in FLAGS],
        }
    )
