"""The table beside the plot: one row a curve, every survival figure marked as reported or derived."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from dashboard.comparison.curves import Curves
from dashboard.comparison.groups import Group
from dashboard.comparison.words import cell_words
from dashboard.evidence.flags import FLAGS
from dashboard.vocabulary import MILESTONES_MONTHS, MODALITIES, PRIMARY_SITES, TIME_ORIGINS, label

MILESTONES = tuple(m for m in MILESTONES_MONTHS if m != 24)
MOST_ROWS, FIRST_ROWS = 200, 100
MOST_SHARED = 512
Cell = dict[str, object]
# What the table on the screen takes from the arms.
SHOWN = (
    "first_author", "year", "url", "primary_site", "era_start", "era_end", "era_basis", "n",
    "follow_up_median_months", "time_origin", "flags", "flag_text",
)  # fmt: skip


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


def grid(curves: Curves, groups: Sequence[Group]) -> dict[str, object]:
    """The same table for the screen: columns, and rows of cells {t: text, v: sort value, s: status, h: link, d:
    detail}.

    Of more than `MOST_ROWS` rows the first `FIRST_ROWS`; the download holds all.
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
    total = int(sum(len(g.members) for g in groups))
    most = total if total <= MOST_ROWS else FIRST_ROWS
    rows: list[tuple[Cell, ...]] = []
    for group in groups:
        if len(rows) < most:
            rows += _rows(curves, group, group.members[: most - len(rows)])
    return {"columns": columns, "rows": rows, "total": total}


def _rows(curves: Curves, group: Group, members: np.ndarray) -> list[tuple[Cell, ...]]:
    names = curves.arms["label"][members].tolist()
    rest = curves.once("row", members.tolist(), lambda those: _rows_of(curves, np.array(those)))
    return [
        ({"t": group.label, "c": group.colour, "d": str(name)}, *cells) for name, cells in zip(names, rest, strict=True)
    ]


def _rows_of(curves: Curves, members: np.ndarray) -> list[tuple[Cell, ...]]:
    """Made column by column: taking single values out of arrays would be half of the work."""
    arms = {name: curves.arms[name][members].tolist() for name in SHOWN}
    authors = [f"{a or 'Author not known'} {y:.0f}" for a, y in zip(arms["first_author"], arms["year"], strict=True)]
    spans = zip(arms["era_start"], arms["era_end"], arms["era_basis"], strict=True)
    columns: list[list[Cell]] = [
        [{"t": name, "h": str(url or ""), "v": name} for name, url in zip(authors, arms["url"], strict=True)],
        [_site(site) for site in arms["primary_site"]],
        [{"t": years(start, end, str(basis)), "v": _finite(start)} for start, end, basis in spans],
        [{"t": f"{n:.0f}" if math.isfinite(n) else "not stated", "v": _finite(n)} for n in arms["n"]],
        [
            {"t": f"{months:g}" if math.isfinite(months) else "not stated", "v": _finite(months)}
            for months in arms["follow_up_median_months"]
        ],
        [_origin(origin) for origin in arms["time_origin"]],
        _cells(curves, "median", members, as_percent=False),
        *(_cells(curves, f"s{m}", members, as_percent=True) for m in MILESTONES),
        curves.once("flags", list(zip(arms["flags"], arms["flag_text"], strict=True)), _flagged),
    ]
    return list(zip(*columns, strict=True))


def _flagged(said: Sequence[tuple[str, str]]) -> list[Cell]:
    reasons = [text.split("\n") if text else [] for _, text in said]
    return [
        {"t": ", ".join(titles(codes)), "d": " ".join(why), "v": len(why)}
        for (codes, _), why in zip(said, reasons, strict=True)
    ]


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _cells(curves: Curves, name: str, members: np.ndarray, *, as_percent: bool) -> list[Cell]:
    parts = (curves.cells[f"{name}{part}"][members].tolist() for part in ("", "_status", "_ci_low", "_ci_high"))
    return [
        {"t": cell_words(value, status, low, high, as_percent=as_percent), "v": value, "s": status}
        if math.isfinite(value)
        else _unknown(status)
        for value, status, low, high in zip(*parts, strict=True)
    ]


# Cells that many arms share are made once and never changed.
@lru_cache(maxsize=MOST_SHARED)
def _site(slug: str | None) -> Cell:
    return {"t": label(PRIMARY_SITES, slug)}


@lru_cache(maxsize=MOST_SHARED)
def _origin(slug: str | None) -> Cell:
    return {"t": label(TIME_ORIGINS, slug).removeprefix("from ").replace("time origin ", "")}


@lru_cache(maxsize=MOST_SHARED)
def _unknown(status: str) -> Cell:
    return {"t": cell_words(math.nan, status, math.nan, math.nan, as_percent=False) or "–", "v": None, "s": ""}
