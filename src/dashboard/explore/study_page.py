"""One study: its citation, what is known of it, its arms and printed figures, its cautions and its neighbours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dashboard.evidence.flags import FLAGS
from dashboard.evidence.tables import records
from dashboard.explore.words import author_year, known, listed, plain, text, years
from dashboard.export.citations import links, reference
from dashboard.vocabulary import (
    CENTERS,
    DESIGNS,
    ENDPOINTS,
    MEASURES,
    MODALITIES,
    PRIMARY_SITES,
    QUALIFIERS,
    TIME_ORIGINS,
    label,
)

RELATED = 8
_NAMED = ["study_id", "first_author", "year", "title", "n_total", "era_start", "era_end"]
_PER_CENT = ("survival",)


@dataclass(frozen=True, eq=False)
class StudyPage:
    """Everything in words that a study's page says. Frames have headings fit for a reader; missing text is empty."""

    study_id: str
    name: str
    title: str
    reference: str
    inferred: bool
    facts: list[tuple[str, str]]
    links: list[tuple[str, str]]
    notes: str
    record: dict[str, Any]
    arms: pd.DataFrame
    figures: pd.DataFrame
    flags: list[tuple[str, list[str]]]
    overlapping: list[tuple[str, str]]
    related: list[tuple[str, str]]


def study_page(table: pd.DataFrame, study_id: str) -> StudyPage:
    """The page of one study of the table. Raises KeyError when the table does not hold it."""
    rows = table[table["study_id"].eq(study_id).fillna(False)]
    if rows.empty:
        raise KeyError(study_id)
    record = {str(column): value for column, value in rows.iloc[0].items()}
    name = author_year(record["first_author"], record["year"])
    return StudyPage(
        study_id=study_id,
        name=name,
        title=text(record["title"]) or name,
        reference=reference(record),
        inferred=record["citation"] == "inferred",
        facts=_facts(record, rows),
        links=links(record),
        notes=text(record["notes"]),
        record=record,
        arms=arms_table(rows),
        figures=figures_table(rows),
        flags=flag_sentences(rows),
        overlapping=_overlapping(table, record),
        related=_related(table, rows),
    )


def _facts(record: dict[str, Any], rows: pd.DataFrame) -> list[tuple[str, str]]:
    sites = [label(PRIMARY_SITES, site) for site in rows["primary_site"].dropna().unique()]
    follow_up = plain(record["follow_up_median_months"])
    return [
        ("Design", label(DESIGNS, record["design"])),
        ("Centres", label(CENTERS, record["centers"])),
        ("Country", text(record["country"]) or "not stated"),
        ("Patients treated", years(record["study_enrol_start"], record["study_enrol_end"]) or "years not stated"),
        ("Patients with liver metastases", f"n = {record['n_total']:,}" if known(record["n_total"]) else "not stated"),
        ("Median follow-up", f"{follow_up} months" if follow_up else "not stated"),
        ("Primary sites", listed(sites, 6) or "none: no survival figure of its own"),
    ]


def arms_table(rows: pd.DataFrame) -> pd.DataFrame:
    """One row an arm of the study."""
    arms = rows[rows["arm_key"].notna()].drop_duplicates("arm_key")
    return pd.DataFrame(
        {
            "Arm": [text(v) for v in arms["label"]],
            "Treatment": [label(MODALITIES, m) for m in arms["modality"]],
            "Primary site": [
                label(PRIMARY_SITES, s) + (f" ({sub})" if known(sub) else "")
                for s, sub in zip(arms["primary_site"], arms["primary_subsite"], strict=True)
            ],
            "n": arms["n"].to_numpy(),
            "Subgroup": np.where(arms["is_subgroup"].to_numpy(dtype=bool), "yes", ""),
            "Years": [
                years(a, b) + (" (published)" if basis == "publication" else "")
                for a, b, basis in zip(arms["era_start"], arms["era_end"], arms["era_basis"], strict=True)
            ],
            "Population": [text(v) for v in arms["population"]],
        }
    )


def figures_table(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a printed figure, as it was printed, with where it was read."""
    figures = rows[rows["row_kind"].eq("figure").fillna(False)]
    names = dict(zip(rows["arm_id"], rows["label"], strict=True))
    return pd.DataFrame(
        {
            "Arm": [text(v) for v in figures["label"]],
            "Endpoint": [label(ENDPOINTS, e) for e in figures["endpoint"]],
            "Measure": [_measure(row) for row in records(figures)],
            "Value": [_value(row) for row in records(figures)],
            "95% CI": [_interval(row) for row in records(figures)],
            "p, as printed": [text(p) for p in figures["p_value"]],
            "Compared with, or factor": [
                text(names.get(c, c)) if known(c) else text(f)
                for c, f in zip(figures["comparator_arm_id"], figures["factor"], strict=True)
            ],
            "Adjusted": [text(a) for a in figures["adjusted"]],
            "Time origin": [label(TIME_ORIGINS, o) for o in figures["time_origin"]],
            "Qualifier": [label(QUALIFIERS, q) for q in figures["qualifier"]],
            "Read in": [text(v) or "place not noted" for v in figures["locator"]],
            "Note": [text(v) for v in figures["note"]],
            "Cautions": [text(v).replace("\n", " ") for v in figures["flag_text"]],
        }
    )


def _measure(row: Any) -> str:
    name = label(MEASURES, row.measure)
    return f"{name} at {row.time_months:g} months" if known(row.time_months) else name


def _value(row: Any) -> str:
    if not known(row.value):
        return "not reached" if row.measure == "median_months" and "not reached" in text(row.note) else ""
    sign = row.qualifier if row.qualifier in (">", "<", "~") else ""
    return f"{sign}{_number(row.measure, row.value)}" + (" (ambiguous)" if row.qualifier == "?" else "")


def _number(measure: str, value: float) -> str:
    if measure in _PER_CENT:
        return f"{round(100 * value, 4):g}%"
    return f"{value:g} months" if measure in ("median_months", "mean_months") else f"{value:g}"


def _interval(row: Any) -> str:
    if not known(row.value) and not known(row.ci_low):
        return ""
    ends = [_number(row.measure, v) if known(v) else "not reached" for v in (row.ci_low, row.ci_high)]
    return "not reported" if not known(row.ci_low) and not known(row.ci_high) else " to ".join(ends)


def flag_sentences(rows: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """(title, sentences) of every kind of caution in these rows, in the order of the vocabulary; each sentence once."""
    found: dict[str, list[str]] = {}
    for codes, sentences, name in zip(rows["flags"], rows["flag_text"], rows["label"], strict=True):
        for code, sentence in zip(text(codes).split(";"), text(sentences).split("\n"), strict=False):
            if code:
                about = f"{text(name)}: " if known(name) and FLAGS[code].scope != "study" else ""
                found.setdefault(code, []).append(about + sentence)
    return [(FLAGS[code].title, list(dict.fromkeys(found[code]))) for code in FLAGS if code in found]


def _names(table: pd.DataFrame) -> pd.DataFrame:
    return table.drop_duplicates("study_id")


def _overlapping(table: pd.DataFrame, record: dict[str, Any]) -> list[tuple[str, str]]:
    """Studies that share patients with this one: (study_id, words)."""
    if not known(record["cohort"]):
        return []
    same = table[table["cohort"].eq(record["cohort"]).fillna(False) & table["study_id"].ne(record["study_id"])]
    return [(str(row.study_id), _described(row)) for row in records(_names(same))]


def _described(row: Any) -> str:
    size = f", n = {row.n_total:,}" if known(row.n_total) else ""
    title = re.sub(r"\s+", " ", text(row.title))
    return f"{author_year(row.first_author, row.year)}{size}: {title}"


def _related(table: pd.DataFrame, rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Studies of the same primary sites and treatments: most in common first, then nearest in years."""
    pair = table["primary_site"] + "|" + table["modality"]
    own = set(pair[rows.index].dropna())
    if not own:
        return []
    cohort = rows["cohort"].iloc[0]
    other = pair.isin(own) & table["study_id"].ne(rows["study_id"].iloc[0])
    if known(cohort):
        other &= ~table["cohort"].eq(cohort).fillna(False)
    candidates = table.loc[other, _NAMED].assign(pair=pair[other])
    if candidates.empty:
        return []
    middle = (float(rows["era_start"].iloc[0]) + float(rows["era_end"].iloc[0])) / 2
    of = candidates.groupby("study_id", sort=False)
    shared = of["pair"].nunique()
    first = _names(candidates).set_index("study_id")
    apart = ((first["era_start"].astype(float) + first["era_end"].astype(float)) / 2 - middle).abs()
    rank = pd.DataFrame({"shared": -shared, "apart": apart}).sort_values(["shared", "apart"], kind="stable")
    chosen = first.loc[rank.index[:RELATED]].reset_index()
    return [(str(row.study_id), _described(row)) for row in records(chosen)]
