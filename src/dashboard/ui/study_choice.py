"""Choosing studies: by their identity in the address, by author and year on the screen where they are the reader's own.

A bound widget puts what it shows into the address. So where a name must not stand there, the bound one is hidden and
another one shows it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.ui.cache import Source, per_table
from dashboard.ui.choices import Choice, choices
from dashboard.ui.context import page_context
from dashboard.ui.links import check_choice
from dashboard.ui.state import bound, write
from dashboard.vocabulary import OWN_ID


@per_table(max_entries=4)
def studies_of(table: pd.DataFrame) -> list[str]:
    """Every study of the table: one's own as they came, then the others by name; kept."""
    studies = table["study_id"].dropna().unique().tolist()
    own = [study for study in studies if study.startswith(OWN_ID)]
    return own + sorted(study for study in studies if not study.startswith(OWN_ID))


@per_table(max_entries=4)
def own_names(table: pd.DataFrame) -> dict[str, str]:
    """Study of one's own -> author and year, with its number where two are called the same; kept."""
    if "own" not in table:
        return {}
    own = table[table["own"]].drop_duplicates("study_id")
    said = {
        study: author if pd.isna(year) else f"{author} {year}"
        for study, author, year in zip(own["study_id"], own["first_author"], own["year"], strict=True)
    }
    called = Counter(said.values())
    return {study: name if called[name] == 1 else f"{name}, {study}" for study, name in said.items()}


def name_of(source: Source, study_id: str) -> str:
    """What a study is called on the screen."""
    return own_names(source).get(study_id, study_id)


def names_now() -> dict[str, str]:
    """`own_names` of the table in this run, for what outlives a run and must not keep the names."""
    return own_names(page_context())


def choose_study(source: Source, label: str, name: str, placeholder: str) -> str | None:
    """One study or none, bound to the address as `name`, which is state drawn on demand."""
    field = Choice(name, label, studies_of(source), "find", placeholder, names_now)
    (chosen,) = choices([field], key=f"find_{name}")
    return chosen


def choose_studies(source: Source, label: str, name: str, **look: Any) -> list[str]:
    """Some studies, bound to the address as `name`."""
    studies = studies_of(source)
    check_choice(name, studies)
    names = own_names(source)
    if not names:
        return st.multiselect(label, studies, **look, **bound(name))
    with st.container(key=f"bound_{name}"):
        chosen = st.multiselect(label, studies, **bound(name))
    st.multiselect(label, studies, format_func=lambda study: names.get(study, study), **look, **_shown(name, chosen))
    return chosen


def _shown(name: str, chosen: Any) -> dict[str, Any]:
    """The widget that is seen: it holds what the bound one holds, and writes what is chosen in it there."""
    key = f"shown_{name}"
    st.session_state[key] = chosen

    def taken() -> None:
        write({name: st.session_state[key]})

    return {"key": key, "on_change": taken}
