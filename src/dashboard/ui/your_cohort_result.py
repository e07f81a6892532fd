"""The cohort's curve beside the published arms: a sentence, the plot, the table, what to be careful about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import pandas as pd
import streamlit as st

from dashboard.cohort import tables, words
from dashboard.cohort.fits import Analysis, analyse
from dashboard.cohort.place import Standing, milestone, standing
from dashboard.cohort.published import Published, comparable_patients, published
from dashboard.comparison.curves import Curves
from dashboard.figures.cohort import cohort_figure, group_styles, horizon_of
from dashboard.intake.cohort import Cohort
from dashboard.intake.cohort_checks import ORIGIN_NOT_STATED
from dashboard.intake.cohort_plan import CohortPlan
from dashboard.intake.safe_text import markdown_text, neutralise_frame, to_csv
from dashboard.selection import Selection
from dashboard.ui.chart import chart
from dashboard.ui.compare_view import UNITS, curves_of
from dashboard.ui.context import PageContext
from dashboard.ui.evidence_table import evidence_table
from dashboard.ui.own_data import widget_key
from dashboard.ui.words import count
from dashboard.vocabulary import ENDPOINTS, MODALITIES, PRIMARY_SITES

KEPT: Final = 4
SHOWN_PROBLEMS: Final = 200
KEY: Final = (
    "Steps: your patients (Kaplan-Meier, 95% CI on the log(-log) scale, ticks: censored), {drawn}. Smooth lines: "
    "published, derived between printed figures (dots) at constant hazard. In the table ● reported, ○ derived."
)
T = TypeVar("T")


@dataclass(frozen=True)
class View:
    """Everything that one choice of site, treatment and reference shows."""

    analysis: Analysis
    behind: Published | None
    at: Standing | None
    restricted: tuple[str, ...]
    sentence: str
    cautions: tuple[str, ...]
    drawing: str


def result(
    context: PageContext, cohort: Cohort, plan: CohortPlan | None, endpoint: str, token: str, kept: dict[Any, Any]
) -> None:
    """Draw the result.

    Parameters
    ----------
    token : part of the keys of widgets and results
    kept : results of this cohort by what they were asked with; a few, in the session
    """
    curves = curves_of(context)
    heading = st.container(gap="xsmall")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="cohort_controls"):
        first = _once(
            kept, ("first",), lambda: (_most(cohort, "site", PRIMARY_SITES), _most(cohort, "modality", MODALITIES))
        )
        site = _choice("Primary site", PRIMARY_SITES, first[0] or _only(context.selection.sites), token)
        modality = _choice("Treatment", MODALITIES, first[1] or _only(context.selection.modalities), token)
        unit = st.segmented_control(
            "Time in", list(UNITS), default="Months", required=True, key=widget_key(f"cohort_{token}_unit")
        )
    selection = None
    if site is not None and modality is not None:
        selection = replace(context.selection, sites=(site,), modalities=(modality,), endpoint=endpoint)
    reference = st.session_state.get(widget_key(f"cohort_{token}_reference"))
    origin = None if plan is None else plan.time_origin
    asked = (context.table_key, selection, reference)
    view = _once(kept, ("view", asked), lambda: _view(context, curves, cohort, selection, reference, endpoint, origin))
    dark = context.theme == "dark"
    figure = _once(
        kept,
        ("figure", asked, unit, dark),
        lambda: cohort_figure(view.analysis, view.behind, curves, unit=UNITS[unit or "Months"], dark=dark),
    )
    with heading:
        st.markdown(markdown_text(view.sentence))
        if selection is None:
            st.caption("Choose primary site and treatment to lay the published arms and their pooled curve behind it.")
        elif narrowed := replace(selection, sites=(), modalities=(), endpoint=Selection().endpoint).active:
            st.caption(f"The sidebar narrows the published arms, too ({count(len(narrowed), 'filter')}).")
    horizon = horizon_of(view.analysis)
    chart(
        figure,
        lambda: tables.curve_rows(view.analysis, view.behind, curves, horizon),
        name=f"Your patients, {ENDPOINTS[endpoint].label.lower()}",
        alt=view.sentence,
        key="cohort_curve",
        caption=KEY.format(drawn=view.drawing),
    )
    colours = [colour for colour, _ in group_styles(len(view.analysis.groups), view.behind, dark)]
    grid = tables.grid(view.analysis, view.behind, curves, origin=origin, colours=colours)
    evidence_table(grid, title="Your patients and the published arms", key=f"cohort_table_{token}")
    st.download_button(
        "Table (CSV)", lambda: to_csv(tables.grid_frame(grid)), "your-patients-table.csv", "text/csv",
        on_click="ignore", type="tertiary", key=widget_key(f"cohort_{token}_table"),
        help="With few patients the curve's CSV shows single deaths: think before you pass it on.",
    )  # fmt: skip
    _between(view, token)
    _cautions(view, cohort)
    _problems(cohort, token)


def _choice(label: str, terms: dict[str, Any], default: str | None, token: str) -> str | None:
    slugs = list(terms)
    found: str | None = st.selectbox(
        label,
        slugs,
        index=slugs.index(default) if default in slugs else None,
        format_func=lambda slug: terms[slug].label,
        placeholder="Not compared",
        key=widget_key(f"cohort_{token}_{label}"),
        width=220,
    )
    return found


def _most(cohort: Cohort, column: str, terms: dict[str, Any]) -> str | None:
    """The term that most of the patients have; None where none has one."""
    counts = cohort.patients[column].value_counts()
    return next((str(value) for value in counts.index if value in terms), None)


def _only(selected: tuple[str, ...]) -> str | None:
    """What the sidebar selects, where that is one."""
    return selected[0] if len(selected) == 1 else None


def _once(kept: dict[Any, Any], key: Any, make: Callable[[], T]) -> T:
    """A result of this session, made when it is first asked for; the oldest goes when there are many."""
    if key not in kept:
        of_a_kind = [other for other in kept if other[0] == key[0]]
        if len(of_a_kind) >= KEPT:
            del kept[of_a_kind[0]]
        kept[key] = make()
    found: T = kept[key]
    return found


def _view(
    context: PageContext,
    curves: Curves,
    cohort: Cohort,
    selection: Selection | None,
    reference: str | None,
    endpoint: str,
    origin: str | None,
) -> View:
    patients = cohort.patients
    restricted: tuple[str, ...] = ()
    behind = None
    if selection is not None:
        patients, restricted = comparable_patients(patients, selection.sites[0], selection.modalities[0])
        behind = published(context.table, curves, selection)
    analysis = analyse(patients, reference=reference)
    at_months = milestone(analysis, behind, curves)
    at = None if at_months is None else standing(analysis, behind, curves, at_months)
    return View(
        analysis,
        behind,
        at,
        restricted,
        words.sentence(analysis, at, behind, curves, endpoint),
        tuple(words.cautions(analysis, at, behind, curves, origin, patients)),
        tables.drawing_words(analysis, horizon_of(analysis)),
    )


def _between(view: View, token: str) -> None:
    """The user's own groups against one of them; the p-value only when it is asked for, with the reasons why not."""
    comparison = view.analysis.comparison
    if comparison is None:
        return
    choice = widget_key(f"cohort_{token}_choice")

    def chosen() -> None:
        st.session_state[widget_key(f"cohort_{token}_reference")] = st.session_state[choice]

    with st.expander("Between your groups"):
        names = [group.name for group in view.analysis.groups]
        st.selectbox("Compared with", names, key=choice, width=320, on_change=chosen)
        frame = tables.between_groups(view.analysis)
        shown = tables.between_words(frame)
        st.dataframe(shown, hide_index=True, alt="Your groups compared: differences with 95% confidence intervals")
        st.caption(
            "Hazard ratio above 1: more events than in the group compared with. Difference: the group less that."
        )
        st.download_button(
            "CSV", lambda: to_csv(frame), "your-groups.csv", "text/csv", on_click="ignore", type="tertiary",
            key=widget_key(f"cohort_{token}_between"),
        )  # fmt: skip
        st.caption(
            "No p-value is shown unless you ask: nobody was assigned to these groups at random, so a small one would "
            "say that the patients differ, not that the treatment does; and looking at several groups finds small "
            "ones by chance. The intervals say how large a difference the data allow."
        )
        if st.toggle("Show the log-rank p-value all the same", key=widget_key(f"cohort_{token}_p")):
            st.markdown(markdown_text(tables.logrank_words(comparison)))


def _cautions(view: View, cohort: Cohort) -> None:
    said = [*view.restricted, *view.cautions, *cohort.warnings]
    if view.behind is not None and len(view.behind.members):
        said = [sentence for sentence in said if sentence != ORIGIN_NOT_STATED]  # said at greater length beside arms
    if said:
        st.markdown("**Read with care**")
        st.markdown("\n".join(f"- {markdown_text(sentence)}" for sentence in dict.fromkeys(said)))
    if view.behind is not None and (left := words.left_out_words(view.behind)):
        st.caption(markdown_text(left))


def _problems(cohort: Cohort, token: str) -> None:
    """Cells that could not be used, and cells read as something other than they say."""
    if cohort.problems:
        with st.expander(count(len(cohort.problems), "problem") + " in the table"):
            frame = tables.problems_table(cohort.problems)
            st.dataframe(frame.head(SHOWN_PROBLEMS), hide_index=True, alt="Problems in the table")
            if len(frame) > SHOWN_PROBLEMS:
                st.caption(f"The first {SHOWN_PROBLEMS}; all are in the CSV.")
            st.download_button(
                "CSV", lambda: to_csv(frame), "problems.csv", "text/csv", on_click="ignore", type="tertiary",
                key=widget_key(f"cohort_{token}_problems"),
            )  # fmt: skip
    if cohort.readings:
        with st.expander("Cells read as something other than they say"):
            readings = pd.DataFrame(
                [(r.row, r.column, r.raw, r.value, r.how, r.count) for r in cohort.readings[:SHOWN_PROBLEMS]],
                columns=["Row", "Column", "As typed", "Read as", "How", "Cells"],
            )
            st.dataframe(neutralise_frame(readings), hide_index=True, alt="Cells and what they were read as")
