"""What the table itself says of a study's quality: facts only. Whether they matter is for the reader to judge."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboard.evidence.flags import FLAGS
from dashboard.evidence.tables import records
from dashboard.explore.words import author_year, known
from dashboard.vocabulary import CENTERS, DESIGNS, label

CONTRADICTIONS = ("median-contradicts-rate", "flat-interval", "steep-interval", "ambiguous")
_CURVE = ("survival", "median_months")


def computed(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """(aspect, finding) of one study from its rows, from its design to its contradictions."""
    first = rows.iloc[0]
    figures = rows[rows["row_kind"].eq("figure").fillna(False)]
    curve = figures[figures["measure"].isin(_CURVE)]
    return [
        ("Design", f"{label(DESIGNS, first['design'])}; {label(CENTERS, first['centers']).lower()}"),
        ("Size", _size(first, rows)),
        ("Follow-up against the horizon", _follow_up(first, figures)),
        ("Time origin", _origins(curve)),
        ("Completeness", _completeness(curve, rows)),
        ("Contradictions in the paper", _contradictions(figures)),
    ]


def _size(first: Any, rows: pd.DataFrame) -> str:
    arms = rows[rows["arm_key"].notna()].drop_duplicates("arm_key")
    sizes = arms.loc[~arms["is_subgroup"].to_numpy(dtype=bool), "n"].dropna()
    total = f"n = {first['n_total']:,}" if known(first["n_total"]) else "number of patients not stated"
    if sizes.empty:
        return f"{total}; no disjoint arm states its n"
    return (
        f"{total}; disjoint arms of {sizes.min()} to {sizes.max()}" if len(sizes) > 1 else f"{total}; one disjoint arm"
    )


def _follow_up(first: Any, figures: pd.DataFrame) -> str:
    times = figures.loc[figures["measure"].eq("survival").fillna(False), "time_months"].dropna()
    printed = f"figures printed to {times.max():g} months" if len(times) else "no survival rate printed"
    follow_up = first["follow_up_median_months"]
    if not known(follow_up):
        return f"median follow-up not stated; {printed}"
    if len(times) and times.max() > follow_up:
        return f"median follow-up {follow_up:g} months; {printed}, where fewer than half were followed as long"
    return f"median follow-up {follow_up:g} months; {printed}"


def _origins(curve: pd.DataFrame) -> str:
    if curve.empty:
        return "no survival figure"
    unstated = int(curve["time_origin"].eq("not-stated").fillna(False).sum())
    stated = curve.loc[curve["time_origin"].ne("not-stated").fillna(False), "time_origin"].nunique()
    said = f"not stated for {unstated} of {len(curve)} survival figures"
    return f"{said}; {stated} different origins" if stated > 1 else said


def _completeness(curve: pd.DataFrame, rows: pd.DataFrame) -> str:
    arms = rows[rows["arm_key"].notna()].drop_duplicates("arm_key")
    if curve.empty:
        return f"no survival figure; {len(arms)} arms"
    with_ci = int((curve["ci_low"].notna() | curve["ci_high"].notna()).sum())
    return (
        f"confidence interval printed for {with_ci} of {len(curve)} survival figures; "
        f"n stated for {int(arms['n'].notna().sum())} of {len(arms)} arms"
    )


def _contradictions(figures: pd.DataFrame) -> str:
    codes = [code for cell in figures["flags"].dropna() for code in cell.split(";")]
    found = [f"{FLAGS[c].title.lower()}: {codes.count(c)} figures" for c in CONTRADICTIONS if c in codes]
    return "; ".join(found) or "none found by the checks of this atlas"


def quality_table(rows: pd.DataFrame) -> pd.DataFrame:
    """`computed` for every study among the rows, one row a study."""
    made = []
    for study_id, own in rows.groupby("study_id", sort=True):
        first = own.iloc[0]
        made.append(
            {"Study": author_year(first["first_author"], first["year"]), **dict(computed(own)), "study_id": study_id}
        )
    return pd.DataFrame(made)


def study_names(table: pd.DataFrame, study_ids: list[str]) -> dict[str, str]:
    """study_id -> `Fong 1999` for those of the table; others keep their id."""
    own = table[table["study_id"].isin(study_ids)].drop_duplicates("study_id")
    names = {str(row.study_id): author_year(row.first_author, row.year) for row in records(own)}
    return {study_id: names.get(study_id, study_id) for study_id in study_ids}
