"""The steps of one study: question, curves, results, effects, factors, its place among others, traps, questions."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from dashboard.comparison.curves import Curves
from dashboard.comparison.groups import make_groups
from dashboard.comparison.words import caution_line, cell_words, sentence
from dashboard.evidence.flags import FLAGS
from dashboard.explore.factors import factors
from dashboard.export.among import among_step
from dashboard.export.deck import CurvePlot, Deck, ForestPlot, ForestRow, Step, pages_of
from dashboard.export.effects import effect_step
from dashboard.export.printed import reference, source_of, stated
from dashboard.export.traps import discussion, trap_table
from dashboard.vocabulary import (
    CENTERS,
    DESIGNS,
    ENDPOINTS,
    MILESTONES_MONTHS,
    MODALITIES,
    PRIMARY_SITES,
    TIME_ORIGINS,
    label,
)

MOST_ARMS = 8
UNFILTERED = "Every figure of the study is here, and it stands among all studies: no filter of the atlas was applied."
METHODS = (
    "Lines between printed figures assume a constant hazard and end at the last printed figure.",
    "Reconstructed hazard ratios come from these lines and the numbers of patients; they are derived, not reported.",
    "Pooled survival: complementary log-log scale, random effects (REML), modified Knapp-Hartung interval; the "
    "prediction interval says where a further study would lie.",
)


def study_deck(
    table: pd.DataFrame, curves: Curves, study_id: str, *, dark: bool = False, version: str = "", link: str = ""
) -> Deck:
    """The deck of one study. Raises ValueError when the table does not hold it."""
    rows = table[table["study_id"] == study_id]
    if rows.empty:
        raise ValueError(f"study_id must be one of the table, but was {study_id!r}")
    first = rows.iloc[0]
    among, others = among_step(table, study_id)
    steps = [
        _question(rows),
        *_curve_steps(curves, study_id, dark),
        *pages_of(_results(curves, rows, study_id)),
        *pages_of(effect_step(rows), 6),
        *pages_of(_factors(rows), 7),
        among,
        *pages_of(Step("traps", "What could mislead", table=trap_table(rows), notes=_flag_notes(rows)), 6),
        Step("questions", "Questions for discussion", lines=discussion(rows)),
        _references(table, study_id, others),
    ]
    author = first["first_author"] if pd.notna(first["first_author"]) else "Author not known"
    return Deck(
        title=str(first["title"]),
        subtitle=f"{author} {first['year']}, {stated(first['journal'], 'journal not stated')}",
        steps=tuple(step for step in steps if step is not None and not step.empty),
        study_ids=(study_id, *others),
        data_version=version,
        link=link,
        methods=(*METHODS, UNFILTERED),
    )


def _arms(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["arm_key"].notna()].drop_duplicates("arm_key")


def main_arms(rows: pd.DataFrame) -> pd.DataFrame:
    """The disjoint arms of a study; all its arms where it has only subgroups."""
    arms = _arms(rows)
    whole = arms[~arms["is_subgroup"].astype(bool)]
    return whole if len(whole) else arms


def _question(rows: pd.DataFrame) -> Step:
    first, arms = rows.iloc[0], main_arms(rows)
    sites = ", ".join(dict.fromkeys(label(PRIMARY_SITES, site) for site in arms["primary_site"]))
    treatments = list(dict.fromkeys(label(MODALITIES, m) for m in arms["modality"]))
    populations = "; ".join(dict.fromkeys(arms["population"].dropna()))
    endpoints = ", ".join(label(ENDPOINTS, e) for e in dict.fromkeys(rows["endpoint"].dropna()))
    n = f"n = {first['n_total']:,}" if pd.notna(first["n_total"]) else "n not stated"
    start, end = first["study_enrol_start"], first["study_enrol_end"]
    years = f"treated {start} to {end}" if pd.notna(start) and pd.notna(end) else "years of treatment not stated"
    follow_up = first["follow_up_median_months"]
    followed = f"median follow-up {follow_up:g} months" if pd.notna(follow_up) else "follow-up not stated"
    origins = ", ".join(dict.fromkeys(label(TIME_ORIGINS, o) for o in rows["time_origin"].dropna()))
    lines = [
        f"Population: patients with liver metastases, primary site {sites or 'not stated'}"
        + (f" ({_short(populations, 140)})" if populations else ""),
        f"{'Treatments' if len(treatments) > 1 else 'Treatment'}: {', '.join(treatments) or 'not stated'}",
        f"Outcome: {endpoints or 'no survival figure'}" + (f"; {origins}" if origins else ""),
        f"Design: {label(DESIGNS, first['design'])}, {label(CENTERS, first['centers']).lower()}, "
        f"{stated(first['country'], 'country not stated')}",
        f"{n}, {years}, {followed}",
    ]
    notes = (str(first["notes"]),) if pd.notna(first["notes"]) else ()
    return Step("question", "The question", lines=tuple(lines), notes=notes, sources=(reference(first),))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + "…"


def _members(curves: Curves, study_id: str, endpoint: str) -> tuple[np.ndarray, int]:
    """Curves of the study's disjoint arms (all where none is disjoint), at most eight; how many are left."""
    arms = curves.arms
    found = np.flatnonzero((arms["study_id"] == study_id) & (arms["endpoint"] == endpoint))
    whole = found[~arms["is_subgroup"][found].astype(bool)]
    chosen = whole if len(whole) else found
    if len(chosen) <= MOST_ARMS:
        return chosen, 0
    largest = chosen[np.argsort(-np.nan_to_num(arms["n"][chosen].astype(float)), kind="stable")[:MOST_ARMS]]
    return np.sort(largest), len(chosen) - MOST_ARMS


def _curve_steps(curves: Curves, study_id: str, dark: bool) -> list[Step]:
    steps = []
    for endpoint in ENDPOINTS:
        chosen, more = _members(curves, study_id, endpoint)
        chosen = np.array([k for k in chosen if len(_drawable(curves, int(k)))], dtype=int)
        if not len(chosen):
            continue
        groups = make_groups(curves, chosen, "arm", dark=dark)
        said = [sentence(curves, groups, endpoint), caution_line(curves, groups)]
        if more:
            said.append(f"{more} smaller arms are not drawn; they are in the table.")
        points = curves.points_of(chosen.tolist())
        located = dict.fromkeys(str(place) for place in curves.points["locator"][points] if place)
        steps.append(
            Step(
                key=f"curves-{endpoint}",
                title=f"{label(ENDPOINTS, endpoint)}, arm by arm",
                lines=tuple(line for line in said if line),
                figure=CurvePlot(curves, groups, endpoint),
                caption="Marks: printed. Lines: derived, constant hazard between them. Cross or hollow: off the curve.",
                notes=tuple(
                    dict.fromkeys(t for k in chosen for t in str(curves.arms["flag_text"][k]).split("\n") if t)
                ),
                sources=tuple(f"Read in: {place}" for place in located),
            )
        )
    return steps


def _drawable(curves: Curves, k: int) -> np.ndarray:
    points = curves.points_of([k])
    return points[np.isfinite(curves.points["x"][points])]


def _results(curves: Curves, rows: pd.DataFrame, study_id: str) -> Step:
    """Every arm with the figures that are printed, and nothing that is derived."""
    arms, cells = curves.arms, curves.cells
    names = ("median", *(f"s{m}" for m in MILESTONES_MONTHS))
    titles = ("Median, months", *(f"{m // 12} y" for m in MILESTONES_MONTHS))
    records = []
    for k in np.flatnonzero(arms["study_id"] == study_id):
        n = float(arms["n"][k])
        record = {"Arm": str(arms["label"][k]), "n": f"{n:.0f}" if math.isfinite(n) else "not stated"}
        record["Endpoint"] = str(arms["endpoint"][k]).upper()
        for name, title in zip(names, titles, strict=True):
            status = str(cells[f"{name}_status"][k])
            known = cell_words(
                float(cells[name][k]),
                status,
                float(cells[f"{name}_ci_low"][k]),
                float(cells[f"{name}_ci_high"][k]),
                as_percent=name != "median",
            )
            record[title] = known if status in ("reported", "not reached") else ""
        record["p as printed"] = _printed_p(rows, str(arms["arm_id"][k]), str(arms["endpoint"][k]))
        records.append(record)
    frame = pd.DataFrame(records)
    if frame.empty:
        return Step("results", "Results as printed")
    shown = [column for column in frame if column in ("Arm", "n") or frame[column].ne("").any()]
    if frame["Endpoint"].nunique() == 1:
        shown.remove("Endpoint")
    frame = frame[shown].replace("", "–")
    return Step(
        "results",
        "Results as printed",
        table=frame,
        caption="95% CI in brackets where printed. Bounds and ambiguous figures are on the plot, not here.",
        sources=tuple(dict.fromkeys(source_of(row) for _, row in rows[rows["locator"].notna()].iterrows())),
    )


def _printed_p(rows: pd.DataFrame, arm_id: str, endpoint: str) -> str:
    found = rows[(rows["arm_id"] == arm_id) & (rows["endpoint"] == endpoint) & (rows["measure"] == "logrank_p")]
    labels = dict(zip(rows["arm_id"], rows["label"], strict=True))
    said = []
    for _, row in found.iterrows():
        other = row["comparator_arm_id"]
        against = f" v {labels.get(other, other)}" if pd.notna(other) else ""
        unnamed = " (test not named)" if "unnamed-test" in str(row["flags"]).split(";") else ""
        if pd.notna(row["p_value"]):
            said.append(f"{row['p_value']}{against}{unnamed}")
    return "; ".join(dict.fromkeys(said))


def _factors(rows: pd.DataFrame) -> Step:
    found = [factor for factor in factors(rows) if not factor.contrast]
    if not found:
        return Step("factors", "Prognostic factors")
    forest, records = [], []
    for factor in found:
        low, high, ratio = factor.ci_low, factor.ci_high, factor.hazard_ratio
        printed = math.isfinite(ratio)
        interval = f"{low:g} to {high:g}" if math.isfinite(low) and math.isfinite(high) else "not reported"
        records.append(
            {
                "Factor": factor.name,
                "HR": f"{ratio:g}" if printed else "–",
                "95% CI": interval if printed else "–",
                "p as printed": factor.p_value or "–",
                "Adjusted": factor.adjusted or "not stated",
            }
        )
        if printed and factor.exact:
            words = f"{ratio:g} ({interval})" if interval != "not reported" else f"{ratio:g} (CI not reported)"
            forest.append(ForestRow(factor.name, ratio, low, high, words))
    figure = ForestPlot(tuple(forest[:12]), "ratio", "Hazard ratio, below 1: lower hazard") if forest else None
    return Step(
        "factors",
        "Prognostic factors",
        figure=figure,
        table=None if figure is not None and len(forest) == len(records) <= 12 else pd.DataFrame(records),
        caption="Hazard ratios as printed. A point without a line: no interval was reported.",
        notes=("A factor found in one series is a lead, not a rule: ask how many were tried.",),
        sources=tuple(dict.fromkeys(factor.source for factor in found)),
    )


def _flag_notes(rows: pd.DataFrame) -> tuple[str, ...]:
    codes = dict.fromkeys(code for cell in rows["flags"].dropna() for code in cell.split(";") if code in FLAGS)
    return tuple(f"{FLAGS[code].title}: {FLAGS[code].meaning}" for code in codes)


def _references(table: pd.DataFrame, study_id: str, others: tuple[str, ...]) -> Step:
    by_study = table.drop_duplicates("study_id").set_index("study_id", drop=False)
    shown = [study_id, *others][:9]
    lines = [reference(by_study.loc[each]) for each in shown]
    more = len(others) + 1 - len(shown)
    if more > 0:
        lines.append(f"and {more} more studies behind the pooled estimate: all are in the ZIP's citations.")
    return Step("references", "References", lines=tuple(lines))
