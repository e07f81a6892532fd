"""What Streamlit itself costs: one slider, one chart. The button moves the slider, so its click redraws the chart."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st


def further() -> None:
    """One point more; after the last, one."""
    st.session_state["points"] = st.session_state["points"] % 50 + 1


count = st.slider("Points", 1, 50, 5, key="points")
st.plotly_chart(go.Figure(go.Scatter(y=list(range(count)))))
st.button("Next", on_click=further)
st.write(f"Points {count}")
