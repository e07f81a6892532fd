"""What this session brought of its own: evidence, a cohort. In the session's memory, nowhere else."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.evidence import shared, validate_tables
from dashboard.intake.cohort import Cohort
from dashboard.intake.limits import IntakeError
from dashboard.intake.own_ids import OwnIds
from dashboard.intake.own_table import Mode, study_table
from dashboard.ui.closed_tabs import collect_soon
from dashboard.ui.context import use_table
from dashboard.ui.words import count

EVIDENCE: Final = "_own_evidence"
ADDED: Final = "_own_added"
COHORT: Final = "_own_cohort"
IDS: Final = "_own_ids"
NUMBERED: Final = "_own_numbered"
ROUND: Final = "_own_round"
HELD: Final = "_own_held"
PREFIX: Final = "own_data_"


@dataclass(frozen=True)
class OwnEvidence:
    """Good rows as text in the columns of the curated tables, and what to do with the shipped evidence."""

    studies: pd.DataFrame
    arms: pd.DataFrame
    figures: pd.DataFrame
    mode: Mode = "add"

    def joined(self, studies: pd.DataFrame, arms: pd.DataFrame, figures: pd.DataFrame) -> OwnEvidence:
        """With further rows. A study that is here already keeps its row; a new arm or study is appended.

        Raises
        ------
        IntakeError
            An arm of that name is here already.
        """
        known = pd.MultiIndex.from_frame(self.arms[["study_id", "arm_id"]])
        taken = pd.MultiIndex.from_frame(arms[["study_id", "arm_id"]]).isin(known)
        if taken.any():
            study, arm = arms.loc[taken, ["study_id", "arm_id"]].iloc[0]
            raise IntakeError(
                f"Your evidence has an arm {arm} of study {study} already.", remedy="Give it another name."
            )
        new = studies[~studies["study_id"].isin(self.studies["study_id"])]
        return replace(
            self,
            studies=pd.concat([self.studies, new], ignore_index=True),
            arms=pd.concat([self.arms, arms], ignore_index=True),
            figures=pd.concat([self.figures, figures], ignore_index=True),
        )


def own_evidence() -> OwnEvidence | None:
    """The evidence of this session, None without any."""
    kept: OwnEvidence | None = st.session_state.get(EVIDENCE)
    return kept


def own_cohort() -> Cohort | None:
    """The patients of this session, None without any."""
    kept: Cohort | None = st.session_state.get(COHORT)
    return kept


def held_by_tab() -> tuple[str, bool]:
    """What there is of the reader's own, in a word or two; and whether there was something that they let go of.

    A new session under an open tab (the server was started again) holds nothing and let go of nothing: the tab, which
    remembers the words, says that they are gone.
    """
    names = {"table": own_evidence(), "cohort": own_cohort()}
    held = " and ".join(name for name, kept in names.items() if kept is not None)
    if held:
        st.session_state[HELD] = True
    return held, not held and HELD in st.session_state


def own_in_words() -> str:
    """What there is of the reader's own, on one line; Markdown."""
    evidence, cohort = own_evidence(), own_cohort()
    parts = []
    if evidence is not None:
        how = "added" if evidence.mode == "add" else "instead of the shipped evidence"
        parts.append(f"{count(len(evidence.studies), 'study', 'studies')} {how}")
    if cohort is not None:
        parts.append(f"a cohort of {count(len(cohort.patients), 'patient')}")
    return f"**Yours:** {' and '.join(parts)}, in this session only"


def keep_evidence(studies: pd.DataFrame, arms: pd.DataFrame, figures: pd.DataFrame, mode: Mode) -> None:
    """From the next run on every page works on this evidence, alone or added to the shipped one.

    It takes the place of what was kept before; arms that came through `add_rows` stay, unless it has them itself.
    Call it in a callback, or follow it by `st.rerun()`: what stands above the page is drawn already.

    Parameters
    ----------
    studies, arms, figures : DataFrame
        Valid rows as text in the columns of the curated tables (`EvidenceUpload.studies`, `.arms`, `.outcomes`).

    Raises
    ------
    IntakeError
        There is no study. What was kept before stays.
    """
    evidence = OwnEvidence(studies, arms, figures, mode)
    for rows in st.session_state.get(ADDED, []):
        with suppress(IntakeError):
            evidence = evidence.joined(*rows)
    _keep(evidence)


def set_mode(mode: Mode) -> None:
    """Add the evidence of this session to the shipped one, or work on it alone. A callback."""
    evidence = own_evidence()
    if evidence is not None:
        _keep(replace(evidence, mode=mode))


def add_rows(studies: pd.DataFrame, arms: pd.DataFrame, figures: pd.DataFrame) -> None:
    """Join a new arm with its figures to the evidence of this session, which is made when there is none.

    Call it in a callback, or follow it by `st.rerun()`.

    Parameters
    ----------
    studies : DataFrame
        The study of the arm in the columns of the curated table, as text; left out where your evidence has it already.
    arms, figures : DataFrame
        As text in the columns of the curated tables.

    Raises
    ------
    IntakeError
        A row breaks a rule of the schema (the first one is said), or the arm is there already. Nothing is kept then.
    """
    before = own_evidence()
    joined = before.joined(studies, arms, figures) if before else OwnEvidence(studies, arms, figures)
    found = validate_tables(joined.studies, joined.arms, joined.figures)
    if len(found):
        column, words = str(found["column"].iloc[0]), str(found["message"].iloc[0])
        what, _, remedy = words.partition(". ")
        raise IntakeError(what.rstrip(".") + ".", f"column {column}", remedy)
    _keep(joined)
    st.session_state[ADDED] = [*st.session_state.get(ADDED, []), (studies, arms, figures)]


def _keep(evidence: OwnEvidence) -> None:
    shipped = shared() if evidence.mode == "add" else None
    tables = evidence.studies, evidence.arms, evidence.figures
    before: OwnIds = st.session_state.get(IDS) or OwnIds(before=st.session_state.get(NUMBERED, 0))
    ids = before.extended(*tables)
    use_table(study_table(*tables, shipped=shipped, mode=evidence.mode, ids=ids))
    st.session_state.update({IDS: ids, NUMBERED: ids.used})
    st.session_state.pop(EVIDENCE, None)
    st.session_state[EVIDENCE] = evidence


def keep_cohort(cohort: Cohort | None) -> None:
    """Keep the patients for this session; None forgets them."""
    st.session_state[COHORT] = cohort


def widget_key(name: str) -> str:
    """Key under which a widget, or `st.session_state`, holds user data: `forget` drops it, and it is another one after.

    Use it for uploaders, pasted text, what was read from them and whatever depends on them.
    """
    return f"{PREFIX}{name}_{st.session_state.get(ROUND, 0)}"


def forget() -> None:
    """Drop everything this session brought and return to the shipped table. A callback."""
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    for key in list(st.session_state):
        if key in (EVIDENCE, ADDED, COHORT, IDS) or str(key).startswith(PREFIX):
            del st.session_state[key]
    use_table(None)
    collect_soon()
    ctx = get_script_run_ctx()
    if ctx is not None:
        ctx.uploaded_file_mgr.remove_session_files(ctx.session_id)
