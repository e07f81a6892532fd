"""The controls of the Pooled survival page, all of them in the link, and what a click on a row does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.pooled.ask import ESTIMATORS, GROUPS, MEASURES, SCALES, SORTS, TESTS, Ask
from dashboard.ui.cache import Source
from dashboard.ui.choices import Choice, choices
from dashboard.ui.links import check_choice
from dashboard.ui.open_study import open_study
from dashboard.ui.pooled_view import PANELS, SENSITIVITY
from dashboard.ui.state import MODALITY_OPTIONS, bound, modality_slugs, write
from dashboard.ui.study_choice import choose_studies

ACROSS, WITHIN, RATIOS = "Across studies", "Within studies", "All hazard ratios"
VIEWS = {
    ACROSS: "Each row is one series. Groups are **different patients in different studies**: no test.",
    WITHIN: "Each row is one study that treated **some of its patients each way**: every study is its own control.",
    RATIOS: "Every hazard ratio that a study prints **between two of its treatments**: every study is its own control.",
}
Width = int | Literal["stretch"]
TAKES_OUT, OPENS = "Takes its study out", "Opens its study"
EVERY_ARM, GROUPS_ONLY = "Every arm", "Groups only"
# Offered beside the milestones, though a ratio needs two arms of one study: it leads to the view of ratios.
HAZARD_RATIO = "Hazard ratio"
_TO_RATIOS = "_to_hazard_ratios"
_FIRST_MILESTONE = "5 years"
_SORT = Choice("sort", "Sort by", list(SORTS))


@dataclass(frozen=True)
class Options:
    """How the rows are shown and pooled in either view."""

    sort: str
    every_arm: bool
    out: tuple[str, ...]
    derived: bool
    bounds: bool
    method: str
    test: str
    scale: str
    click: str


def _choose(label: str, options: Iterable[str], name: str, *, width: Width) -> str:
    """A select box of a bound name; a value of the link that is no option is noted."""
    offered = list(options)
    check_choice(name, offered)
    return str(st.selectbox(label, offered, width=width, **bound(name)))


def choose_view() -> str:
    """Across studies, or within them for two treatments or for all, with the difference in a sentence."""
    if st.session_state.pop(_TO_RATIOS, False):
        write({"view": RATIOS, "milestone": _FIRST_MILESTONE})
    check_choice("view", VIEWS)
    with st.container(horizontal=True, vertical_alignment="center", key="pooled_view", gap="medium"):
        view = st.segmented_control(
            "View", list(VIEWS), default=ACROSS, required=True, label_visibility="collapsed", **bound("view")
        )
        st.markdown(VIEWS[view])
    return str(view)


def across_controls(source: Source, endpoint: str) -> tuple[Ask, Options]:
    """What to pool across studies, and how to show it."""
    row = (
        Choice("milestone", "Survival at", [*MEASURES, HAZARD_RATIO]),
        Choice("group", "Group by", list(GROUPS)),
        _SORT,
        Choice("rows", "Show", [EVERY_ARM, GROUPS_ONLY], "segments"),
    )
    with _controls():
        milestone, group, sort, shown = choices(row, key="pooled_across")
        if milestone == HAZARD_RATIO:
            st.session_state[_TO_RATIOS] = True
            st.rerun()
        options = _options(source, sort, shown == EVERY_ARM, across=True)
    ask = Ask(
        endpoint=endpoint,
        months=MEASURES[milestone],
        group=GROUPS[group],
        derived=options.derived,
        bounds=options.bounds,
        scale=options.scale,
        method=options.method,
        test=options.test,
    )
    return ask, options


def within_controls(source: Source) -> tuple[str, str, Options]:
    """Which two treatments to compare within studies, and how to show it."""
    row = (
        Choice("treatment", "Treatment", MODALITY_OPTIONS),
        Choice("comparator", "Compared with", MODALITY_OPTIONS),
        _SORT,
    )
    with _controls():
        treatment, comparator, sort = choices(row, key="pooled_within")
        options = _options(source, sort, across=False)
    return treatment, comparator, options


def ratio_controls(source: Source) -> Options:
    """How to show every printed hazard ratio."""
    with _controls():
        (sort,) = choices([_SORT], key="pooled_ratios")
        return _options(source, sort, across=False)


def _controls() -> DeltaGenerator:
    return st.container(horizontal=True, vertical_alignment="bottom", key="pooled_controls", gap="small")


def modalities_of(label: str) -> tuple[str, ...]:
    """Single modalities of a chosen treatment, which may be a family."""
    return modality_slugs([label])


def _options(source: Source, sort: str, every_arm: bool = True, *, across: bool) -> Options:
    out = choose_studies(
        source,
        "Studies taken out",
        "out",
        placeholder="None",
        width=230,
        help="They stay in the plot, crossed and without weight.",
    )
    with st.popover("Method"):
        derived = st.toggle(
            "Add derived figures",
            help="Survival, or a hazard ratio, worked out from other printed figures; marked and counted separately.",
            **bound("derived"),
        )
        bounds = across and st.toggle(
            "Add bounds and approximations", help="“More than 50%” is taken as 50%.", **bound("bounds")
        )
        method = _choose("Estimator of heterogeneity", ESTIMATORS, "method", width="stretch")
        test = _choose("Interval", TESTS, "test", width="stretch")
        scale = _choose("Scale", SCALES, "scale", width="stretch") if across else next(iter(SCALES))
        click = _click_choice()
    return Options(sort, every_arm, tuple(out), derived, bounds, ESTIMATORS[method], TESTS[test], SCALES[scale], click)


def _click_choice() -> str:
    offered = [TAKES_OUT, OPENS]
    check_choice("click", offered)
    return str(st.radio("A click on a row", offered, **bound("click")))


def choose_panel(groups: dict[str, str], *, sensitivity: bool = True) -> tuple[str | None, str | None]:
    """Which panel to open, and for which group (key -> label). Nothing is computed for a panel that is not open."""
    options = [*PANELS, *([SENSITIVITY] if sensitivity else [])] if groups else []
    check_choice("panel", [*PANELS, SENSITIVITY])
    if not options:
        return None, None
    with st.container(horizontal=True, vertical_alignment="bottom", key="pooled_panels", gap="medium"):
        panel = st.segmented_control("Also look at", options, **bound("panel"))
        if panel is None or len(groups) < 2:
            return panel, next(iter(groups))
        labels = {label: key for key, label in groups.items()}
        chosen = _choose("Group", labels, "of", width=240)
    return panel, labels[chosen]


def clicked(key: str, click: str) -> None:
    """Callback of a click in a chart: take the study out, put it back, or open its page."""
    points = st.session_state[key]["selection"]["points"]
    if not points or "customdata" not in points[0]:
        return
    study = str(points[0]["customdata"][1])
    if click == OPENS:
        open_study(study)
        return
    out = list(st.session_state.get("out", []))
    st.session_state["out"] = [each for each in out if each != study] if study in out else [*out, study]
