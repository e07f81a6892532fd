"""Studies: the list of studies, and the page of one study."""

from __future__ import annotations

import streamlit as st

from dashboard.ui.context import page_context
from dashboard.ui.open_study import STUDY
from dashboard.ui.study_choice import choose_study
from dashboard.ui.study_table import list_or_quality
from dashboard.ui.study_view import study_view

context = page_context()
study = choose_study(context, "Study", STUDY, "Find a study by author and year")
if study:
    study_view(context, study)
else:
    st.title("Studies")
    list_or_quality(context)
