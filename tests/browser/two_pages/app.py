"""The two pages behind the atlas's own head of the page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from dashboard.ui.page_head import PageHead, page_script

app = st.App(Path(__file__).parent / "main.py", middleware=[Middleware(PageHead, script=page_script())])
