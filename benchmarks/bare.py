"""What Streamlit itself costs: one slider, one chart."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

count = st.slider("Points", 1, 50, 5)
st.plotly_chart(go.Figure(go.Scatter(y=list(range(count)))))
st.button("Next", on_click=lambda: st.session_state.update(n=st.session_state.get("n", 0) + 1))
st.write(f"Step {st.session_state.get('n', 0)}")
