"""A digitised curve as an arm of your own: its points, the patients behind them, the fit, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, get_args

import streamlit as st

from dashboard.cohort.curve_fit import CurveFit, fit_curve, fit_table, fit_words, point_rows
from dashboard.cohort.derived_arm import AT_RISK_AT_THE_END, Description, arm_tables
from dashboard.figures.curve_fit import curve_fit_figure
from dashboard.intake.cohort_plan import TimeUnit
from dashboard.intake.digitised import SurvivalUnit, read_digitised
from dashboard.intake.limits import LIMITS, IntakeError
from dashboard.intake.safe_text import markdown_text
from dashboard.ui.chart import chart
from dashboard.ui.context import PageContext
from dashboard.ui.own_data import add_rows, widget_key
from dashboard.ui.your_cohort import complain, steps_line
from dashboard.vocabulary import ENDPOINTS, MODALITIES, PRIMARY_SITES, TIME_ORIGINS, YEAR_FROM

STEPS: Final = ("Bring points and numbers at risk", "See the fit", "Add it as an arm")
FIT: Final = "curve_fit"
ADDED: Final = "curve_added"
UNITS: Final = get_args(TimeUnit)
SURVIVAL: Final[dict[str, SurvivalUnit | None]] = {
    "from the points": None,
    "per cent": "percent",
    "proportion": "proportion",
}
MOST_CHARACTERS: Final = 600_000


@dataclass(frozen=True)
class Shown:
    """A fit, or why there is none."""

    fit: CurveFit | None
    error: IntakeError | None = None


def your_curve(context: PageContext) -> None:
    """Draw the section."""
    shown: Shown | None = st.session_state.get(widget_key(FIT))
    added: str | None = st.session_state.get(widget_key(ADDED))
    steps_line(STEPS, 2 if added else 1 if shown is not None and shown.fit is not None else 0)
    _bring()
    if shown is None:
        return
    if shown.error is not None:
        complain(shown.error)
    if shown.fit is not None:
        _fit(shown.fit, dark=context.theme == "dark")
        _add(shown.fit, context)


def _bring() -> None:
    st.markdown(
        "Read the curve off a published plot with a digitiser such as WebPlotDigitizer, one curve at a time, and take "
        "the numbers at risk from under the plot. The patients behind it are then reconstructed (Guyot 2012)."
    )
    left, right = st.columns(2, gap="large")
    with left:
        points = st.text_area(
            "Points: time and survival, one pair a line",
            key=widget_key("curve_points"),
            height=170,
            placeholder="0, 1\n3.2, 0.97\n6.1, 0.91",
            max_chars=MOST_CHARACTERS,
        )
        upload = st.file_uploader("or a file of points", key=widget_key("curve_file"))
    with right:
        risk = st.text_area(
            "Numbers at risk: time and number, one pair a line, or two rows as under the plot",
            key=widget_key("curve_risk"),
            height=170,
            placeholder="0 12 24 36\n120 88 51 20",
            max_chars=MOST_CHARACTERS // 20,
        )
        first, second = st.columns(2)
        with first:
            n = st.number_input(
                "Patients at the start",
                1,
                LIMITS.rows,
                None,
                key=widget_key("curve_n"),
                help="Where the number at risk at time 0 is not given.",
            )
            unit = st.selectbox("Time is in", UNITS, index=UNITS.index("months"), key=widget_key("curve_unit"))
        with second:
            events = st.number_input(
                "Events in all, if printed",
                0,
                LIMITS.rows,
                None,
                key=widget_key("curve_events"),
                help="Settles how many were censored after the last number at risk.",
            )
            survival = st.selectbox("Survival is", list(SURVIVAL), key=widget_key("curve_survival"))
    if st.button("Reconstruct", key=widget_key("curve_go"), type="primary"):
        source = upload.getvalue() if upload is not None else (points or "").strip()
        st.session_state[widget_key(FIT)] = _reconstructed(source, risk or "", unit, SURVIVAL[survival], n, events)
        st.session_state.pop(widget_key(ADDED), None)
        st.rerun()


def _reconstructed(
    points: str | bytes,
    risk: str,
    unit: TimeUnit,
    survival: SurvivalUnit | None,
    n: int | None,
    events: int | None,
) -> Shown:
    try:
        if not points:
            raise IntakeError("No points are given.", remedy="Paste time and survival, one pair a line.")
        with st.spinner("Reconstructing"):
            curve = read_digitised(points, risk if risk.strip() else None, time_unit=unit, survival_unit=survival)
            return Shown(fit_curve(curve, n=n, total_events=events))
    except IntakeError as error:
        return Shown(None, error)


def _fit(fit: CurveFit, *, dark: bool) -> None:
    st.markdown(markdown_text(fit_words(fit)))
    chart(
        curve_fit_figure(fit, dark=dark),
        lambda: point_rows(fit),
        name="Digitised curve and its reconstruction",
        alt=fit_words(fit),
        key="curve_fit",
        caption="Hollow marks: digitised points. Steps: Kaplan-Meier curve of the reconstructed patients.",
    )
    said = [*fit.warnings, *fit.digitised.notes]
    if said:
        st.markdown("\n".join(f"- {markdown_text(sentence)}" for sentence in said))
    with st.expander("Numbers at risk, as given and reconstructed"):
        st.dataframe(fit_table(fit).round(2), hide_index=True, alt="Numbers at risk, as given and reconstructed")


def _add(fit: CurveFit, context: PageContext) -> None:
    """The form that makes the curve an arm of the user's table, or the line that says it is one."""
    added: str | None = st.session_state.get(widget_key(ADDED))
    if added:
        st.markdown(
            f"**{markdown_text(added)}** is an arm of your table now, marked derived; every page works with it."
        )
        return
    st.subheader("Add as an arm of your table")
    st.caption(
        f"Survival every six months, as far as {AT_RISK_AT_THE_END} patients are followed, and the median become "
        "figures that say they are derived: never marked as printed. Numbers at risk and events stay as you gave them."
    )
    selection = context.selection
    with st.form(widget_key("curve_form"), border=False):
        first, second, third = st.columns(3)
        with first:
            label = st.text_input("Label of the arm", key=widget_key("curve_label"), max_chars=120)
            author = st.text_input("First author", key=widget_key("curve_author"), max_chars=80)
            journal = st.text_input("Journal", key=widget_key("curve_journal"), max_chars=120)
        with second:
            site = _term("Primary site", PRIMARY_SITES, selection.sites[0] if len(selection.sites) == 1 else None)
            alone = selection.modalities[0] if len(selection.modalities) == 1 else None
            modality = _term("Treatment", MODALITIES, alone)
            endpoint = _term("Endpoint", ENDPOINTS, selection.endpoint)
        with third:
            origin = _term("Time counts", TIME_ORIGINS, "not-stated")
            this_year = date.today().year
            year = st.number_input(
                "Year of publication", YEAR_FROM, this_year + 1, this_year, key=widget_key("curve_year")
            )
            start, end = st.columns(2)
            with start:
                enrolled = st.number_input("Enrolled from", YEAR_FROM, this_year, None, key=widget_key("curve_from"))
            with end:
                until = st.number_input("to", YEAR_FROM, this_year, None, key=widget_key("curve_to"))
        pressed = st.form_submit_button("Add the arm", type="primary")
    if not pressed:
        return
    try:
        if site is None or modality is None or endpoint is None:
            raise IntakeError("Primary site and treatment are not chosen.", remedy="Choose both.")
        said = Description(
            author or "", int(year or this_year), label or "", site, modality, endpoint, origin or "not-stated",
            enrolled, until, journal or "",
        )  # fmt: skip
        add_rows(*arm_tables(fit, said))
    except IntakeError as error:
        complain(error)
        return
    st.session_state[widget_key(ADDED)] = f"{said.label}, {said.author} {said.year}"
    st.rerun()


def _term(label: str, terms: dict, default: str | None) -> str | None:
    slugs = list(terms)
    found: str | None = st.selectbox(
        label,
        slugs,
        index=slugs.index(default) if default in slugs else None,
        format_func=lambda slug: terms[slug].label,
        placeholder="Choose",
        key=widget_key(f"curve_{label}"),
    )
    return found
