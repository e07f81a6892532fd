"""Sessions that hold user data end soon after their tab closes, also on a server where nothing else happens.

Streamlit keeps the session of a closed tab for a while, in case the connection comes back, and lets go of it when the
next one closes. On an idle server that may be hours later.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.ui.cache import collect_frozen

log = logging.getLogger("dashboard")
PATIENCE_SECONDS: Final = 60.0
LOOK_EVERY_SECONDS: Final = 15.0
# Session -> since when its tab is closed, None while it is open. Names only: no data.
_watched: Final[dict[str, float | None]] = {}
_forgotten: Final[list[bool]] = []


def watch_session() -> None:
    """From now on this session ends a minute after its tab closes. Called before any user data arrives."""
    ctx = get_script_run_ctx(suppress_warning=True)
    if ctx is not None:
        _watched.setdefault(ctx.session_id, None)


def collect_soon() -> None:
    """Some session forgot its data: what only the garbage collector can find is let go at the next look."""
    _forgotten.append(True)


def end_closed(runtime: Runtime, now: float, patience: float = PATIENCE_SECONDS) -> list[str]:
    """End every watched session whose tab has been closed for `patience` seconds; the sessions that were ended."""
    ended: list[str] = []
    for session, closed in list(_watched.items()):
        if runtime.is_active_session(session):
            _watched[session] = None
        elif closed is None:
            _watched[session] = now
        elif now - closed >= patience:
            runtime.close_session(session)
            del _watched[session]
            ended.append(session)
    # A download stays until it is found unused twice.
    runtime.media_file_mgr.remove_orphaned_files()
    if ended or _forgotten:
        _forgotten.clear()
        collect_frozen()
    return ended


async def _look() -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        if _watched and Runtime.exists():
            try:
                end_closed(Runtime.instance(), time.monotonic())
            except Exception as error:
                log.error("closed sessions were not ended: %s", type(error).__name__)


@asynccontextmanager
async def ending_closed_sessions(_app: st.App) -> AsyncIterator[dict[str, Any] | None]:
    """Lifespan of the application: looks for closed tabs as long as it runs."""
    task = asyncio.create_task(_look())
    yield None
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
