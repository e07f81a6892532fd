"""One line a study: what it is, whom it treated, how, and how many."""

from __future__ import annotations

import pandas as pd

from dashboard.evidence.tables import records
from dashboard.explore.words import author_year, listed, plain, text, years
from dashboard.vocabulary import CENTERS, DESIGNS, MODALITIES, PRIMARY_SITES, label

COLUMNS = (
    "study_id", "study", "year", "title", "journal", "sites", "modalities", "n_total", "design", "centers", "enrolment",
    "follow_up", "arms", "figures", "flags",
)  # fmt: skip


def study_list(rows: pd.DataFrame) -> pd.DataFrame:
    """Studies of these rows of the study table, newest first, one row each with COLUMNS; numbers stay numbers.

    `arms` and `figures` count what is among the rows; `flags` counts distinct cautions.
    """
    if rows.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    first = rows.drop_duplicates("study_id").set_index("study_id")
    of = rows.groupby("study_id", sort=False)
    sites = _terms(rows, "primary_site")
    modalities = _terms(rows, "modality")
    figures = rows["row_kind"].eq("figure").groupby(rows["study_id"], sort=False).sum()
    flags = of["flags"].agg(lambda cells: len({code for cell in cells.dropna() for code in cell.split(";") if code}))
    made = pd.DataFrame(
        {
            "study": [author_year(a, y) for a, y in zip(first["first_author"], first["year"], strict=True)],
            "year": first["year"],
            "title": first["title"].fillna(""),
            "journal": first["journal"].fillna(""),
            "sites": [listed([label(PRIMARY_SITES, s) for s in sites.get(k, [])]) for k in first.index],
            "modalities": [
                listed([MODALITIES[m].short if m in MODALITIES else m for m in modalities.get(k, [])])
                for k in first.index
            ],
            "n_total": first["n_total"],
            "design": [label(DESIGNS, d) for d in first["design"]],
            "centers": [label(CENTERS, c) for c in first["centers"]],
            "enrolment": [
                years(a, b) for a, b in zip(first["study_enrol_start"], first["study_enrol_end"], strict=True)
            ],
            "follow_up": first["follow_up_median_months"],
            "arms": of["arm_key"].nunique(),
            "figures": figures,
            "flags": flags,
        },
        index=first.index,
    )
    ordered = made.sort_values(["year", "study"], ascending=[False, True], kind="stable")
    return ordered.reset_index(names="study_id")[list(COLUMNS)]


def _terms(rows: pd.DataFrame, column: str) -> dict[str, list[str]]:
    pairs = rows[["study_id", column]].dropna().drop_duplicates()
    return {str(study): list(values) for study, values in pairs.groupby("study_id", sort=False)[column]}


def cells(studies: pd.DataFrame, most: int = 200) -> list[tuple[str, list[dict[str, object]]]]:
    """(study_id, cells) of the first `most` studies for the list on the screen; see SCREEN."""
    return [
        (
            str(row.study_id),
            [
                {"t": str(row.study), "d": str(row.title), "v": str(row.study)},
                {"t": str(row.title)},
                {"t": str(row.sites)},
                {"t": str(row.modalities)},
                {"t": plain(row.n_total), "v": None if pd.isna(row.n_total) else int(row.n_total)},
                {"t": text(row.design)},
                {"t": str(row.enrolment)},
                {"t": str(row.flags) if row.flags else "", "v": int(row.flags)},
            ],
        )
        for row in records(studies.head(most))
    ]


SCREEN: list[dict[str, object]] = [
    {"t": "Study", "d": "Opens the study's page."},
    {"t": "Title"},
    {"t": "Primary site"},
    {"t": "Treatments"},
    {"t": "n", "num": True, "d": "Patients with liver metastases in the study."},
    {"t": "Design"},
    {"t": "Enrolment"},
    {"t": "Cautions", "num": True, "d": "Kinds of flags among its figures; its page says them in sentences."},
]
