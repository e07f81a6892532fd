"""Compare: survival of treatment groups on one plot and in one table."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from dashboard.ui.chart import chart
from dashboard.ui.context import page_context
from dashboard.ui.starting_points import starting_points

context = page_context()
starting_points()
st.title("Survival of patients with liver metastases, by treatment")
rows = context.rows[context.rows["measure"].eq("survival")]
table = rows[["study_id", "label", "time_months", "value"]]
figure = go.Figure(
    go.Scatter(x=rows["time_months"], y=rows["value"] * 100, mode="markers"), {"template": "none", "height": 420}
)
chart(figure, table, name="Printed survival", alt="Printed survival rates against time.", key="printed")
