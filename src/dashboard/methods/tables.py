"""The tables of the Methods page: measured accuracy, data dictionary, flags."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from dashboard.evidence.dictionary import columns
from dashboard.evidence.flags import FLAGS
from dashboard.survival.accuracy import Measured

_DETAIL = "coverage"


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
