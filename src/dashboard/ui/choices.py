"""A row of choices as one component over state drawn on demand: a widget of its own would cost every run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import streamlit as st

from dashboard.ui.component import ask
from dashboard.ui.links import check_choice
from dashboard.ui.state import ON_DEMAND, bound, needed, value_of, write

MOST_SENT: Final = 500  # options that go to the browser with every run; of more, the rest must be typed in full


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
            "options": list(choice.options[:MOST_SENT]),
            "more": len(choice.options) > MOST_SENT,
            "placeholder": choice.placeholder,
            "chosen": value,
        }
        for choice, value in zip(row, values, strict=True)
    ]

    def chosen(changes: dict[str, Any]) -> None:
        offered = {choice.name: choice.options for choice in row}
        write({name: value for name, value in changes.items() if value is None or value in offered[name]})

    ask("choices", {"fields": fields}, chosen, key=key)
    return values


def _first(choice: Choice) -> int | None:
    default = ON_DEMAND[choice.name]
    return None if default is None else choice.options.index(default)
