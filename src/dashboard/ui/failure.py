"""What a reader sees when something goes wrong, and what the server's log says: never a cell of a table.

The message of an exception may quote what a user uploaded (a `KeyError` is nothing but a value), so logs keep its type
and the places in the program, and nothing else.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any

import streamlit as st

from dashboard.evidence import EvidenceError

log = logging.getLogger("dashboard")


def places(error: BaseException) -> str:
    """Type of the error, of what caused it, and the lines of the program they passed; no values."""
    parts: list[str] = []
    at: BaseException | None = error
    seen: set[int] = set()
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        frames = traceback.extract_tb(at.__traceback__)
        lines = "".join(f"\n  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
        parts.append(type(at).__name__ + lines)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return "\ncaused by ".join(parts)


def log_without_values() -> None:
    """From now on no logger of the process, Streamlit's included, writes the message of an exception."""
    standard = logging.getLogRecordFactory()
    if getattr(standard, "without_values", False):
        return

    def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = standard(*args, **kwargs)
        if record.exc_info and isinstance(record.exc_info[1], BaseException):
            record.exc_text, record.exc_info = places(record.exc_info[1]), None
        if isinstance(record.args, tuple):
            record.args = tuple(type(arg).__name__ if isinstance(arg, BaseException) else arg for arg in record.args)
        return record

    factory.without_values = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(factory)


def calm(error: Exception) -> bool:
    """Draw the message for an error and keep its place in the server's log. True: nothing more is to be shown."""
    if isinstance(error, EvidenceError):  # its words are about the server's own files
        log.error("a page failed: %s\n%s", str(error), places(error))
        st.header("The study table cannot be read")
        st.write(str(error))
        st.write("Nothing is shown until it can be read: a survival figure from a damaged table could be wrong.")
        return True
    log.error("a page failed: %s", places(error))
    st.header("This view could not be drawn")
    st.write(
        "The fault is in the program, not in what you chose; the study table is unharmed. "
        "Reset the filters or reload the page. If it happens again, send the link of this page to whoever "
        "runs the atlas: it holds everything needed to repeat the fault."
    )
    return True
