"""Results computed from a table, kept by (table key, arguments).

Those of the shipped table are kept for the process, those of a session's own table inside that session.

Results are shared between sessions and never copied: treat them as read-only.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache, wraps
from threading import Condition
from typing import Any, Concatenate, Final, ParamSpec, Protocol, TypeVar, cast

import pandas as pd
import streamlit as st
from cachetools import LRUCache, cached
from cachetools.keys import hashkey
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.pooled.ask import Ask
from dashboard.selection import Selection

P = ParamSpec("P")
R = TypeVar("R")

SHIPPED: Final = "shipped-"
_of_sessions: Final[list[Any]] = []


class Source(Protocol):
    """What results are computed from: a table and the key that names its content."""

    @property
    def table(self) -> pd.DataFrame:
        """The study table."""

    @property
    def table_key(self) -> str:
        """Names the content of the table."""


def per_table(
    *, max_entries: int = 128
) -> Callable[[Callable[Concatenate[pd.DataFrame, P], R]], Callable[Concatenate[Source, P], R]]:
    """Cache `compute(table, *args)`; call it with a page context: `result(context, *args)`.

    Every argument after the table must be hashable by Streamlit (a Selection, strings, numbers, tuples of these).
    """

    def decorate(compute: Callable[Concatenate[pd.DataFrame, P], R]) -> Callable[Concatenate[Source, P], R]:
        # A leading underscore keeps Streamlit from hashing the table: its key names it.
        @wraps(compute)
        def keyed(_table: pd.DataFrame, table_key: str, *args: P.args, **kwargs: P.kwargs) -> R:
            return compute(_table, *args, **kwargs)

        del keyed.__wrapped__  # the signature that Streamlit reads is the one with the key
        function = cast("Callable[..., R]", keyed)
        # A hit costs a microsecond; Streamlit's own cache takes a hundred times that, a dozen times a run.
        for_process = cached(LRUCache(max_entries), key=_key, condition=Condition())(function)
        for_session = st.cache_resource(
            max_entries=max_entries // 4 or 1,
            show_spinner=False,
            hash_funcs={Selection: repr, Ask: repr},
            scope="session",
        )(function)
        _of_sessions.append(for_session)

        @wraps(compute)
        def result(source: Source, *args: P.args, **kwargs: P.kwargs) -> R:
            own = not source.table_key.startswith(SHIPPED)
            if own and get_script_run_ctx(suppress_warning=True) is None:
                # A download is built on the click, in a thread that belongs to no session.
                return compute(source.table, *args, **kwargs)
            cache = for_session if own else for_process
            return cast("R", cache(source.table, source.table_key, *args, **kwargs))

        return result

    return decorate


def forget_results() -> None:
    """Drop whatever was computed from this session's own table. Other sessions keep theirs."""
    for kept in _of_sessions:
        kept.clear()


def _key(_table: pd.DataFrame, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
    return hashkey(*args, **kwargs)


@cache
def freeze_loaded() -> None:
    """Once a process: move everything loaded so far out of the collector's sight.

    Streamlit collects all generations after every run; with the scientific stack loaded that was 80% of a rerun.
    """
    gc.collect()
    gc.freeze()
    # A run makes tens of thousands of objects without cycles; Python's default looks through them every 700.
    gc.set_threshold(20_000, 20, 20)


def collect_frozen() -> None:
    """Collect also what was frozen: the sessions that were open then, whose data would never be let go of otherwise."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
