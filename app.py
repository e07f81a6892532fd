"""The application, run as `streamlit run app.py`: src/dashboard/main.py behind security headers."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from streamlit.runtime.app_session import AppSession

from dashboard.intake.limits import LIMITS
from dashboard.ui.closed_tabs import ending_closed_sessions
from dashboard.ui.failure import calm, log_without_values
from dashboard.ui.headers import SecurityHeaders
from dashboard.ui.page_head import PageHead, page_script

log_without_values()
# By itself the server writes an upload over 1 MB to a temporary file: uploads stay in memory.
MultiPartParser.spool_max_size = 2 * LIMITS.file_bytes
# A session that comes back would watch source files although that is switched off: 12% of the work with many readers.
AppSession.register_file_watchers = lambda _: None  # type: ignore[assignment]
app = st.App(
    Path(__file__).resolve().parent / "src" / "dashboard" / "main.py",
    middleware=[Middleware(SecurityHeaders), Middleware(PageHead, script=page_script())],
    on_script_error=calm,
    lifespan=ending_closed_sessions,
)
