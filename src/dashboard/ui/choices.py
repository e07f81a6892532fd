"""A row of choices as one component over state drawn on demand: a widget of its own would cost every run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal

import streamlit as st
from streamlit.errors import StreamlitAPIException

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
    names: Callable[[], Mapping[str, str]] = dict
    """What options are called on the screen, where that must not stand in the address; looked up when it is needed."""


def choices(row: Sequence[Choice], *, key: str) -> tuple[Any, ...]:
    """Draw the row; the values, in its order. A value in the link that is no option is noted (`ui.links`)."""
    values = []
    with st.container(key=f"bound_{key}"):
        for choice in row:
            check_choice(choice.name, choice.options)
            if choice.kind == "find":
                _forget_unknown(choice)
            values.append(_state(choice) if needed(choice.name) else ON_DEMAND[choice.name])
    fields = []
    for choice, value in zip(row, values, strict=True):
        names = choice.names()
        field = {
            "name": choice.name,
            "label": choice.label,
            "kind": choice.kind,
            "options": [names.get(option, option) for option in choice.options[:MOST_SENT]],
            "more": len(choice.options) > MOST_SENT,
            "placeholder": choice.placeholder,
            "chosen": names.get(value, value),
        }
        fields.append(field)

    def chosen(changes: dict[str, Any]) -> None:
        write({choice.name: _meant(choice, changes[choice.name]) for choice in row if _offers(choice, changes)})

    # a tuple: Streamlit looks at a list for long, whether it is a table
    ask("choices", {"fields": tuple(fields)}, chosen, key=key)
    return tuple(values)


def _state(choice: Choice) -> Any:
    """The bound widget, unseen: it keeps the link. Its value."""
    if choice.kind == "find":  # a list of every option would be sent and built in every run
        return st.text_input(choice.label, ON_DEMAND[choice.name], **bound(choice.name))
    return st.selectbox(choice.label, choice.options, index=_first(choice), **bound(choice.name))


def _forget_unknown(choice: Choice) -> None:
    """A text field would keep what is no option; where it comes from the link, `check_choice` has said so."""
    asked = value_of(choice.name) or st.query_params.get(choice.name)
    if asked and asked not in choice.options:
        with suppress(StreamlitAPIException):  # a field that is drawn already takes it out of the link itself
            del st.query_params[choice.name]
        st.session_state[choice.name] = ON_DEMAND[choice.name]


def _meant(choice: Choice, shown: str | None) -> str | None:
    """The option that is called so; None for none, and for what is no option."""
    named = {name: option for option, name in choice.names().items()}
    meant = named.get(shown, shown) if shown is not None else None
    return meant if meant in choice.options else None


def _offers(choice: Choice, changes: Mapping[str, Any]) -> bool:
    """Whether the choice was changed, to one of its options or to none."""
    return choice.name in changes and (changes[choice.name] is None or _meant(choice, changes[choice.name]) is not None)


def _first(choice: Choice) -> int | None:
    default = ON_DEMAND[choice.name]
    return None if default is None else choice.options.index(default)
