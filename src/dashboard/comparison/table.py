"""The table beside the plot: one row a curve, every survival figure marked as reported or derived."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from dashboard.comparison.curves import Curves
from dashboard.comparison.groups import Group
from dashboard.comparison.words import cell_words
from dashboard.evidence.flags import FLAGS
from dashboard.vocabulary import MILESTONES_MONTHS, MODALITIES, PRIMARY_SITES, TIME_ORIGINS, label

MILESTONES = tuple(m for m in MILESTONES_MONTHS if m != 24)


def year_words(m: int) -> str:
    """`5-year survival`."""
    return f"{m // 12}-year survival"


def years(start: float, end: float, basis: str) -> str:
    """`2003-2010`, or the year of publication, said as such."""
    if not math.isfinite(start):
        return ""
    span = f"{start:.0f}" if start == end else f"{start:.0f}-{end:.0f}"
    return f"published {span}" if basis == "publication" else span


def comparison_table(curves: Curves, groups: Sequence[Group]) -> pd.DataFrame:
    """One row a curve with raw values (months, proportions); a status column says reported or derived."""
    members = np.concatenate([g.members for g in groups]) if groups else np.zeros(0, dtype=int)
    group_of = np.concatenate([np.full(len(g.members), g.label, dtype=object) for g in groups]) if groups else members
    arms = {name: values[members] for name, values in curves.arms.items()}
    columns: dict[str, object] = {
        "Group": group_of,
        "Arm": arms["label"],
        "Study": [
            f"{a or 'author not known'} {y:.0f}" for a, y in zip(arms["first_author"], arms["year"], strict=True)
        ],
        "Primary site": [label(PRIMARY_SITES, s) for s in arms["primary_site"]],
        "Treatment": [label(MODALITIES, m) for m in arms["modality"]],
        "Years": [
            years(a, b, str(c)) for a, b, c in zip(arms["era_start"], arms["era_end"], arms["era_basis"], strict=True)
        ],
        "n": arms["n"],
        "Follow-up (months)": arms["follow_up_median_months"],
        "Time origin": [label(TIME_ORIGINS, o) for o in arms["time_origin"]],
    }
    for name, title in (("median", "Median (months)"), *((f"s{m}", year_words(m)) for m in MILESTONES)):
        columns[title] = curves.cells[name][members]
        columns[f"{title}: status"] = curves.cells[f"{name}_status"][members]
        columns[f"{title}: CI low"] = curves.cells[f"{name}_ci_low"][members]
        columns[f"{title}: CI high"] = curves.cells[f"{name}_ci_high"][members]
    columns["Flags"] = ["; ".join(titles(f)) for f in arms["flags"]]
    columns["Source"] = arms["url"]
    columns["study_id"], columns["arm_id"] = arms["study_id"], arms["arm_id"]
    return pd.DataFrame(columns)


def titles(codes: str) -> list[str]:
    """Titles of `;`-joined flag codes."""
    return [FLAGS[c].title if c in FLAGS else c for c in str(codes or "").split(";") if c]


def grid(curves: Curves, groups: Sequence[Group], most: int = 200) -> dict[str, object]:
    """The same table for the screen: columns, and rows of cells {t: text, v: sort value, s: status, h: link, d:
    detail}.

    Only the first `most` rows; the download holds all.
    """
    columns = [
        {"t": "Group", "d": "The group on the plot."},
        {"t": "Study", "d": "Opens the paper."},
        {"t": "Primary site"},
        {"t": "Years", "d": "Years of enrolment; year of publication where enrolment is not stated."},
        {"t": "n", "num": True, "d": "Patients in the arm."},
        {"t": "Follow-up", "num": True, "d": "Median follow-up of the study, months."},
        {"t": "Time from", "d": "From when time counts. Groups with different origins are not alike."},
        {"t": "Median, months", "num": True, "d": "Median survival (95% CI where printed)."},
        *({"t": f"{m // 12} y", "num": True, "d": f"{year_words(m)} (95% CI where printed)."} for m in MILESTONES),
        {"t": "Flags", "wrap": True, "d": "What to distrust, and why."},
    ]
    arms = curves.arms
    rows: list[list[dict[str, object]]] = []
    for group in groups:
        for k in group.members.tolist():
            if len(rows) >= most:
                break
            n, follow_up = float(arms["n"][k]), float(arms["follow_up_median_months"][k])
            origin = label(TIME_ORIGINS, arms["time_origin"][k]).removeprefix("from ").replace("time origin ", "")
            flags = str(arms["flag_text"][k] or "").split("\n") if arms["flag_text"][k] else []
            author = f"{arms['first_author'][k] or 'Author not known'} {arms['year'][k]:.0f}"
            rows.append(
                [
                    {"t": group.label, "c": group.colour, "d": str(arms["label"][k])},
                    {"t": author, "h": str(arms["url"][k] or ""), "v": f"{author}"},
                    {"t": label(PRIMARY_SITES, arms["primary_site"][k])},
                    {
                        "t": years(float(arms["era_start"][k]), float(arms["era_end"][k]), str(arms["era_basis"][k])),
                        "v": _finite(arms["era_start"][k]),
                    },
                    {"t": f"{n:.0f}" if math.isfinite(n) else "not stated", "v": _finite(n)},
                    {"t": f"{follow_up:g}" if math.isfinite(follow_up) else "not stated", "v": _finite(follow_up)},
                    {"t": origin},
                    _cell(curves, "median", k, as_percent=False),
                    *(_cell(curves, f"s{m}", k, as_percent=True) for m in MILESTONES),
                    {"t": ", ".join(titles(arms["flags"][k])), "d": " ".join(flags), "v": len(flags)},
                ]
            )
    return {"columns": columns, "rows": rows, "total": int(sum(len(g.members) for g in groups))}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _cell(curves: Curves, name: str, k: int, *, as_percent: bool) -> dict[str, object]:
    cells = curves.cells
    value, status = float(cells[name][k]), str(cells[f"{name}_status"][k])
    text = cell_words(
        value, status, float(cells[f"{name}_ci_low"][k]), float(cells[f"{name}_ci_high"][k]), as_percent=as_percent
    )
    return {"t": text or "–", "v": _finite(value), "s": status if text and math.isfinite(value) else ""}
