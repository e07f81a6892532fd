"""The steps of a comparison: the question, the curves, the table, what confounds it, questions, references."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dashboard.comparison.curves import Curves
from dashboard.comparison.groups import Group
from dashboard.comparison.table import MILESTONES
from dashboard.comparison.view import Comparison
from dashboard.comparison.words import cautions, cell_words, percent
from dashboard.export.deck import CurvePlot, Deck, Step, pages_of
from dashboard.export.printed import reference
from dashboard.export.study_steps import METHODS
from dashboard.vocabulary import TIME_ORIGINS, label

MOST_GROUPS = 9
DESCRIPTIVE = (
    "Summaries of several arms are descriptive means weighted by the patients expected alive; "
    "they are not pooled estimates."
)


def comparison_deck(
    table: pd.DataFrame,
    curves: Curves,
    comparison: Comparison,
    *,
    endpoint: str = "os",
    version: str = "",
    link: str = "",
) -> Deck:
    """The deck of a comparison; steps with nothing to say are left out."""
    groups = sorted(comparison.groups, key=lambda group: -(group.patients or 0))[:MOST_GROUPS]
    groups = [group for group in comparison.groups if group in groups]
    members = np.concatenate([group.members for group in groups]) if groups else np.zeros(0, dtype=int)
    studies = tuple(dict.fromkeys(str(each) for each in curves.arms["study_id"][members]))
    by_study = table.drop_duplicates("study_id").set_index("study_id", drop=False)
    said = cautions(curves, groups)
    hidden = len(comparison.groups) - len(groups)
    lines = [comparison.sentence]
    if hidden:
        lines.append(f"{hidden} smaller groups are in the table of the app, not here.")
    steps = [
        _question(curves, groups, members),
        Step(
            "curves",
            "Survival of the groups",
            lines=tuple(lines),
            figure=CurvePlot(curves, groups, endpoint) if groups else None,
            caption="Marks: printed. Lines: derived. A group of several arms is shown by its descriptive summary.",
            notes=tuple(f"Left out of the summaries: {line}." for line in comparison.left_out),
        ),
        *pages_of(Step("groups", "The groups in figures", table=_table(curves, groups))),
        Step(
            "traps",
            "Why the groups differ before treatment does",
            lines=tuple(_sentence(each) for each in said),
            notes=(comparison.caution,) if comparison.caution else (),
        ),
        Step("questions", "Questions for discussion", lines=_questions(said, len(groups))),
        _references(by_study, studies),
    ]
    return Deck(
        title=comparison.title,
        subtitle=f"{len(studies)} {'study' if len(studies) == 1 else 'studies'}, {comparison.arms} arms",
        steps=tuple(step for step in steps if not step.empty),
        study_ids=studies,
        data_version=version,
        link=link,
        methods=(*METHODS[:1], DESCRIPTIVE),
        left_out=tuple(comparison.left_out),
    )


def _question(curves: Curves, groups: list[Group], members: np.ndarray) -> Step:
    if not len(members):
        return Step("question", "The question")
    arms = curves.arms
    origins = ", ".join(dict.fromkeys(label(TIME_ORIGINS, o) for o in arms["time_origin"][members]))
    start, end = arms["era_start"][members], arms["era_end"][members]
    years = f"{np.nanmin(start):.0f} to {np.nanmax(end):.0f}" if np.isfinite(start).any() else "years not stated"
    patients = [group.patients for group in groups if group.patients is not None]
    lines = (
        "Groups: " + ", ".join(group.label for group in groups),
        f"{len(set(arms['study_id'][members]))} studies, {sum(patients):,} patients in arms that state n; {years}",
        f"Time counts {origins}",
    )
    return Step("question", "The question", lines=lines)


def _table(curves: Curves, groups: list[Group]) -> pd.DataFrame:
    return pd.DataFrame([_record(curves, group) for group in groups])


def _record(curves: Curves, group: Group) -> dict[str, str]:
    record = {
        "Group": group.label,
        "Arms": str(group.arms),
        "n": "not stated" if group.patients is None else f"{group.patients:,}",
    }
    if len(group.members) == 1:
        k, cells = int(group.members[0]), curves.cells
        for name, title in (("median", "Median, months"), *((f"s{m}", f"{m // 12} y") for m in MILESTONES)):
            limits = float(cells[f"{name}_ci_low"][k]), float(cells[f"{name}_ci_high"][k])
            status = str(cells[f"{name}_status"][k])
            text = cell_words(float(cells[name][k]), status, *limits, as_percent=name != "median")
            record[title] = f"{text} (derived)" if text and status == "derived" else text or "–"
        return record
    record["Median, months"] = "–"
    for months in MILESTONES:
        text = "–"
        if group.summary is not None and (at := np.flatnonzero(group.summary.months == months)).size:
            text = f"{percent(round(float(group.summary.survival[at[0]]), 2))} (derived)"
        record[f"{months // 12} y"] = text
    return record


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _questions(said: list[str], groups: int) -> tuple[str, ...]:
    if groups < 2:
        return ()
    asked = [f"What would the plot look like without this: {each.split(':')[0]}?" for each in said[:4]]
    return (*asked, "Which two groups could have been treated the other way, and is there a trial of them?")


def _references(by_study: pd.DataFrame, studies: tuple[str, ...]) -> Step:
    lines = [reference(by_study.loc[each]) for each in studies[:9]]
    if len(studies) > 9:
        lines.append(f"and {len(studies) - 9} more studies: all are in the ZIP's citations.")
    return Step("references", "References", lines=tuple(lines))
