"""A row of choices as one component over state drawn on demand: a widget of its own would cost every run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from dashboard.ui.component import ask
from dashboard.ui.links import check_choice
from dashboard.ui.state import ON_DEMAND, bound, needed, value_of, write


@dataclass(frozen=True)
class Choice:
    """One choice by its URL name: a few options as segments, more as a list, many to be found by typing."""

    name: str
    label: str
    options: Sequence[str]
    kind: Literal["segments", "list", "find"] = "list"
    placeholder: str = ""


def choices(row: Sequence[Choice], *, key: str) -> tuple[Any, ...]:
    """Draw the row; the values, in its order. A value in the link that is no option is noted (`ui.links`)."""
    with st.container(key=f"bound_{key}"):
        for choice in row:
            check_choice(choice.name, choice.options)
            if needed(choice.name):
                st.selectbox(choice.label, choice.options, index=_first(choice), **bound(choice.name))
    values = tuple(value_of(choice.name) for choice in row)
    fields = [
        {
            "name": choice.name,
            "label": choice.label,
            "kind": choice.kind,
            "options": list(choice.options),
            "placeholder": choice.placeholder,
            "chosen": value,
        }
        for choice, value in zip(row, values, strict=True)
    ]
    ask("choices", {"fields": fields}, write, key=key)
    return values


def _first(choice: Choice) -> int | None:
    default = ON_DEMAND[choice.name]
    return None if default is None else choice.options.index(default)
