"""The controls of the Pooled survival page, all of them in the link, and what a click on a row does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pandas as pd
import streamlit as st

from dashboard.intake.safe_text import markdown_text
from dashboard.paths import PAGES_DIR
from dashboard.pooled.ask import ESTIMATORS, GROUPS, MEASURES, SCALES, SORTS, TESTS, Ask
from dashboard.ui.links import check_choice
from dashboard.ui.pooled_view import PANELS, SENSITIVITY
from dashboard.ui.state import MODALITY_OPTIONS, bound, modality_slugs

ACROSS, WITHIN = "Across studies", "Within studies"
VIEWS = {
    ACROSS: "Each row is one series. Groups are **different patients in different studies**: no test.",
    WITHIN: "Each row is one study that treated **some of its patients each way**: every study is its own control.",
}
Width = int | Literal["stretch"]
TAKES_OUT, LINKS = "Takes its study out", "Links to its study"
EVERY_ARM, GROUPS_ONLY = "Every arm", "Groups only"
FIRST_TREATMENT, SECOND_TREATMENT = "Surgery", "Ablation"
CLICKED = "_clicked_study"


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


def _choose(label: str, options: Iterable[str], name: str, *, index: int = 0, width: Width = 160) -> str:
    """A select box of a bound name; a value of the link that is no option is noted."""
    choices = list(options)
    check_choice(name, choices)
    return str(st.selectbox(label, choices, index=index, width=width, **bound(name)))


def choose_view() -> str:
    """Across studies or within them, with the difference in a sentence."""
    check_choice("view", VIEWS)
    with st.container(horizontal=True, vertical_alignment="center", key="pooled_view", gap="medium"):
        view = st.segmented_control(
            "View", list(VIEWS), default=ACROSS, required=True, label_visibility="collapsed", **bound("view")
        )
        st.markdown(VIEWS[view])
    return str(view)


def across_controls(studies: list[str], endpoint: str) -> tuple[Ask, Options]:
    """What to pool across studies, and how to show it."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="pooled_controls", gap="small"):
        milestone = _choose("Survival at", MEASURES, "milestone", index=3, width=120)
        group = _choose("Group by", GROUPS, "group", width=180)
        options = _options(studies, across=True)
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


def within_controls(studies: list[str]) -> tuple[str, str, Options]:
    """Which two treatments to compare within studies, and how to show it."""
    first, second = (MODALITY_OPTIONS.index(name) for name in (FIRST_TREATMENT, SECOND_TREATMENT))
    with st.container(horizontal=True, vertical_alignment="bottom", key="pooled_controls", gap="small"):
        treatment = _choose("Treatment", MODALITY_OPTIONS, "treatment", index=first, width=200)
        comparator = _choose("Compared with", MODALITY_OPTIONS, "comparator", index=second, width=200)
        options = _options(studies, across=False)
    return treatment, comparator, options


def modalities_of(label: str) -> tuple[str, ...]:
    """Single modalities of a chosen treatment, which may be a family."""
    return modality_slugs([label])


def _options(studies: list[str], *, across: bool) -> Options:
    sort = _choose("Sort by", SORTS, "sort", width=110)
    check_choice("rows", (EVERY_ARM, GROUPS_ONLY))
    every = EVERY_ARM
    if across:
        every = st.segmented_control(
            "Show", [EVERY_ARM, GROUPS_ONLY], default=EVERY_ARM, required=True, **bound("rows")
        )
    check_choice("out", studies)
    out = st.multiselect(
        "Studies taken out",
        studies,
        placeholder="None",
        width=230,
        help="They stay in the plot, crossed and without weight.",
        **bound("out"),
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
    return Options(
        sort, every == EVERY_ARM, tuple(out), derived, bounds, ESTIMATORS[method], TESTS[test], SCALES[scale], click
    )


def _click_choice() -> str:
    choices = [TAKES_OUT, LINKS]
    check_choice("click", choices)
    return str(st.radio("A click on a row", choices, **bound("click")))


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
    """Callback of a click in a chart: take the study out, put it back, or show its links."""
    points = st.session_state[key]["selection"]["points"]
    if not points or "customdata" not in points[0]:
        return
    study = str(points[0]["customdata"][1])
    if click == LINKS:
        st.session_state[CLICKED] = study
        return
    out = list(st.session_state.get("out", []))
    st.session_state["out"] = [each for each in out if each != study] if study in out else [*out, study]


def clicked_study(table: pd.DataFrame) -> None:
    """The study of the last click, with the way to its page and its paper."""
    study = str(st.session_state.get(CLICKED, ""))
    rows = table[table["study_id"] == study] if study else table.iloc[:0]
    if len(rows):
        row = rows.iloc[0]
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="clicked_study"):
            st.markdown(f"Clicked: **{markdown_text(study)}**", width="content")
            st.page_link(PAGES_DIR / "studies.py", label="Study page", query_params={"study": study})
            if isinstance(row["url"], str):
                st.page_link(row["url"], label="Paper")
