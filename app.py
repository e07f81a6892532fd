"""The application, run as `streamlit run app.py`: src/dashboard/main.py behind security headers."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

import streamlit as st
from starlette.middleware import Middleware

from dashboard.ui.failure import calm, log_without_values
from dashboard.ui.headers import SecurityHeaders

log_without_values()
app = st.App(
    Path(__file__).resolve().parent / "src" / "dashboard" / "main.py",
    middleware=[Middleware(SecurityHeaders)],
    on_script_error=calm,
)
