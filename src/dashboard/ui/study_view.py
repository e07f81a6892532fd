"""The page of one study, part by part; `study_actions` is the place for what can be done with a study."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.comparison.table import comparison_table
from dashboard.comparison.words import caution_line, sentence
from dashboard.explore.factors import factor_table, factors, finding
from dashboard.explore.place import place_table
from dashboard.explore.study_page import StudyPage
from dashboard.export.citations import bibtex, bibtex_key, ris
from dashboard.figures.curves import survival_figure
from dashboard.figures.factors import factors_figure
from dashboard.figures.strip import strip_figure
from dashboard.intake.safe_text import markdown_text
from dashboard.paths import PAGES_DIR
from dashboard.ui.chart import chart
from dashboard.ui.compare_view import curves_of
from dashboard.ui.context import PageContext
from dashboard.ui.export_menu import export_row
from dashboard.ui.links import check_choice
from dashboard.ui.quality_view import study_quality
from dashboard.ui.state import bound, write
from dashboard.ui.study_parts import page_of, places_of, study_groups
from dashboard.vocabulary import ENDPOINTS, label

ASKED: Final = "_asked_study"


def open_study(study_id: str | None) -> None:
    """Callback: show the page of this study; None returns to the list."""
    write({"study": study_id})


def ask_for_study(study_id: str) -> None:
    """Callback of other pages: `follow_study` then goes to the page of this study."""
    st.session_state[ASKED] = study_id


def follow_study() -> None:
    """First thing on a page that lists studies: go where a click on a study asked to go."""
    asked = st.session_state.pop(ASKED, None)
    if asked:
        st.switch_page(PAGES_DIR / "studies.py", query_params={"study": asked})


def choose_study(context: PageContext) -> str | None:
    """The study in the link or the search box; the same box as on Compare, so that a study stays chosen."""
    studies = sorted(context.table["study_id"].dropna().unique())
    check_choice("study", studies)
    return st.selectbox(
        "Study", studies, index=None, placeholder="Find a study by author and year", width=320, **bound("study")
    )


def study_actions(page: StudyPage) -> None:
    """One row of things to do with a study."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="study_actions"):
        for name, address in page.links:
            st.link_button(name, address, type="tertiary", help=f"Opens {address}")
        stem = bibtex_key(page.record)
        for name, written, kind in (("BibTeX", bibtex(page.record), "bib"), ("RIS", ris(page.record), "ris")):
            st.download_button(
                f"Cite: {name}",
                written.encode(),
                f"{stem}.{kind}",
                "text/plain",
                on_click="ignore",
                type="tertiary",
                key=f"cite_{kind}",
            )


def study_view(context: PageContext, study_id: str) -> None:
    """One study from its citation to its neighbours."""
    page = page_of(context, study_id)
    st.button(
        "All studies",
        icon=":material/arrow_back:",
        type="tertiary",
        key="all_studies",
        on_click=open_study,
        args=(None,),
    )
    st.title(markdown_text(page.title))
    st.write(markdown_text(page.reference))
    if page.inferred:
        st.caption(
            "Citation partly inferred: author, title, journal or year was completed unseen; the figures were seen."
        )
    study_actions(page)
    export_row(context, study_id=study_id)
    _facts(page)
    _curves(context, page)
    _place(context, page)
    _factors(context, page)
    _tables(page)
    study_quality(context, page)
    _neighbours(page)


def _facts(page: StudyPage) -> None:
    with st.container(key="study_facts", gap="small"):
        st.markdown("  \n".join(f"**{name}**: {markdown_text(value)}" for name, value in page.facts))
        if page.notes:
            st.markdown(f"**Notes of the atlas**: {markdown_text(page.notes)}")
    if page.flags:
        st.subheader("What to distrust, and why")
        for title, sentences in page.flags:
            if len(sentences) == 1:
                st.markdown(f"- **{title}.** {markdown_text(sentences[0])}")
            else:
                with st.expander(f"{title}: {len(sentences)} figures or arms"):
                    st.markdown("\n".join(f"- {markdown_text(text)}" for text in sentences))


def _curves(context: PageContext, page: StudyPage) -> None:
    endpoint, groups, only_subgroups = study_groups(context, page.study_id)
    st.subheader("Its curves")
    if endpoint is None or not groups:
        st.write("The study prints no survival rate and no median in what was read: there is nothing to draw.")
        return
    curves = curves_of(context)
    words = sentence(curves, groups, endpoint)
    st.write(markdown_text(words))
    if endpoint != context.selection.endpoint:
        st.caption(f"The filter asks for another endpoint; this study prints {label(ENDPOINTS, endpoint).lower()}.")
    if only_subgroups:
        st.caption("These arms are subgroups: the same patients may be in several of them.")
    caution = caution_line(curves, groups)
    if caution:
        st.caption(markdown_text(caution))
    chart(
        survival_figure(curves, groups, dark=context.theme == "dark"),
        comparison_table(curves, groups),
        name=f"{label(ENDPOINTS, endpoint)}, {page.name}",
        alt=words,
        key="study_curves",
        caption="Solid markers are printed; lines between them are derived and end at the last printed figure.",
    )


def _place(context: PageContext, page: StudyPage) -> None:
    endpoint = study_groups(context, page.study_id)[0]
    found = [] if endpoint is None else places_of(context, context.table_key, page.study_id, endpoint)
    if not found:
        return
    st.subheader("Is this result surprising?")
    st.markdown("\n".join(f"- {markdown_text(place.sentence)}" for place in found))
    curves = curves_of(context)
    chart(
        strip_figure(curves, found, dark=context.theme == "dark"),
        place_table(found),
        name=f"{page.name} among its kind",
        alt=" ".join(place.sentence for place in found),
        key="study_strip",
        caption="Diamond: this study. Hollow circles: other studies as printed, overlapping cohorts once. "
        "Band: 95% prediction interval of the others; dotted stroke: their pooled estimate (random effects, derived).",
    )


def _factors(context: PageContext, page: StudyPage) -> None:
    rows = context.table[context.table["study_id"].eq(page.study_id).fillna(False)]
    found = factors(rows)
    if not found:
        return
    st.subheader("Prognostic factors and contrasts")
    words = finding(found, page.name)
    chart(
        factors_figure(found, dark=context.theme == "dark"),
        factor_table(found),
        name=f"Prognostic factors, {page.name}",
        alt=words,
        key="study_factors",
        caption="As printed. Hollow square: no confidence interval was printed. No marker: only a p-value was printed.",
    )


def _tables(page: StudyPage) -> None:
    st.subheader("Arms")
    st.dataframe(page.arms, hide_index=True, alt=f"Arms of {page.name}")
    st.subheader("Every printed figure")
    st.dataframe(page.figures, hide_index=True, alt=f"Printed figures of {page.name}")


def _neighbours(page: StudyPage) -> None:
    for title, studies, why in (
        (
            "Overlapping studies",
            page.overlapping,
            "They report some of the same patients; only one may be counted or pooled.",
        ),
        ("Related studies", page.related, "The same primary site and treatment; nearest in years first."),
    ):
        if studies:
            st.subheader(title)
            st.caption(why)
            with st.container(key=f"neighbours_{title.split()[0].lower()}", gap=None):
                for study_id, words in studies:
                    st.button(
                        markdown_text(words),
                        key=f"to_{study_id}",
                        type="tertiary",
                        on_click=open_study,
                        args=(study_id,),
                    )
