"""The bare script with its heap frozen once: what Streamlit costs when the collector does not walk its own modules.

Without that a bare script cannot serve fifty readers, and a comparison with it would flatter the atlas.
"""

from __future__ import annotations

import gc
import runpy
from pathlib import Path

import streamlit as st


@st.cache_resource(show_spinner=False)
def freeze() -> None:
    """Once a process."""
    gc.collect()
    gc.freeze()


runpy.run_path(str(Path(__file__).with_name("bare.py")))
freeze()
