"""One study: its citation, what is known of it, its arms and printed figures, its cautions and its neighbours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dashboard.evidence.flags import FLAGS
from dashboard.evidence.index import index_of
from dashboard.explore.rows import plain_rows
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
_NAMED = ("study_id", "first_author", "year", "title", "n_total")
_ARM_COLUMNS = (
    "arm_key", "label", "modality", "primary_site", "primary_subsite", "n", "is_subgroup", "era_start", "era_end",
    "era_basis", "population",
)  # fmt: skip
_FIGURE_COLUMNS = (
    "row_kind", "arm_id", "label", "endpoint", "measure", "time_months", "value", "qualifier", "ci_low", "ci_high",
    "p_value", "comparator_arm_id", "factor", "adjusted", "time_origin", "locator", "note", "flag_text",
)  # fmt: skip
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
    every = plain_rows(rows, _ARM_COLUMNS)
    arms = list({row.arm_key: row for row in reversed(every) if known(row.arm_key)}.values())[::-1]
    return pd.DataFrame(
        {
            "Arm": [text(arm.label) for arm in arms],
            "Treatment": [label(MODALITIES, arm.modality) for arm in arms],
            "Primary site": [
                label(PRIMARY_SITES, arm.primary_site)
                + (f" ({arm.primary_subsite})" if known(arm.primary_subsite) else "")
                for arm in arms
            ],
            "n": pd.array([arm.n for arm in arms], dtype="Int64"),
            "Subgroup": ["yes" if arm.is_subgroup else "" for arm in arms],
            "Years": [
                years(arm.era_start, arm.era_end) + (" (published)" if arm.era_basis == "publication" else "")
                for arm in arms
            ],
            "Population": [text(arm.population) for arm in arms],
        }
    )


def figures_table(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a printed figure, as it was printed, with where it was read."""
    every = plain_rows(rows, _FIGURE_COLUMNS)
    names = {row.arm_id: row.label for row in every}
    return pd.DataFrame([_figure(row, names) for row in every if row.row_kind == "figure"], columns=list(FIGURES))


FIGURES = (
    "Arm", "Endpoint", "Measure", "Value", "95% CI", "p, as printed", "Compared with, or factor", "Adjusted",
    "Time origin", "Qualifier", "Read in", "Note", "Cautions",
)  # fmt: skip


def _figure(row: Any, names: dict[Any, Any]) -> tuple[str, ...]:
    """The cells of a printed figure, in the order of FIGURES."""
    other = row.comparator_arm_id
    return (
        text(row.label),
        label(ENDPOINTS, row.endpoint),
        _measure(row),
        _value(row),
        _interval(row),
        text(row.p_value),
        text(names.get(other, other)) if known(other) else text(row.factor),
        text(row.adjusted),
        label(TIME_ORIGINS, row.time_origin),
        label(QUALIFIERS, row.qualifier),
        text(row.locator) or "place not noted",
        text(row.note),
        text(row.flag_text).replace("\n", " "),
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


def _overlapping(table: pd.DataFrame, record: dict[str, Any]) -> list[tuple[str, str]]:
    """Studies that share patients with this one: (study_id, words)."""
    if not known(record["cohort"]):
        return []
    same = table[table["cohort"].eq(record["cohort"]).fillna(False) & table["study_id"].ne(record["study_id"])]
    return [(str(row.study_id), _described(row)) for row in plain_rows(same.drop_duplicates("study_id"), _NAMED)]


def _described(row: Any) -> str:
    size = f", n = {row.n_total:,}" if known(row.n_total) else ""
    title = re.sub(r"\s+", " ", text(row.title))
    return f"{author_year(row.first_author, row.year)}{size}: {title}"


def _related(table: pd.DataFrame, rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Studies of the same primary sites and treatments: most in common first, then nearest in years."""
    arms = index_of(table)
    site, modality = arms.facets["primary_site"], arms.facets["modality"]
    pair = site.codes * (len(modality.values) + 1) + modality.codes
    stated = (site.codes >= 0) & (modality.codes >= 0)
    mine = np.isin(arms.first_row, rows.index)
    own = np.unique(pair[mine & stated])
    if not len(own):
        return []
    alike = np.flatnonzero(np.isin(pair, own) & stated & ~np.isin(arms.cohort, arms.cohort[mine]))
    if not len(alike):
        return []
    studies, first = np.unique(arms.study[alike], return_index=True)
    both = np.unique(np.stack([arms.study[alike], pair[alike]]), axis=1)[0]
    shared = np.bincount(both, minlength=studies[-1] + 1)[studies]
    middle = (arms.era_start + arms.era_end) / 2
    apart = np.abs(middle[alike[first]] - (float(rows["era_start"].iloc[0]) + float(rows["era_end"].iloc[0])) / 2)
    best = np.lexsort((alike[first], apart, -shared))[:RELATED]
    chosen = table.iloc[arms.first_row[alike[first[best]]]]
    return [(str(row.study_id), _described(row)) for row in plain_rows(chosen, _NAMED)]
