"""Pooled survival: one number for many series, with its interval, its heterogeneity and its traps."""

from __future__ import annotations

from dashboard.ui.context import page_context
from dashboard.ui.pooled_controls import ACROSS, choose_view
from dashboard.ui.pooled_page import across_page, within_page
from dashboard.ui.study_view import follow_study

follow_study()
context = page_context()
if choose_view() == ACROSS:
    across_page(context)
else:
    within_page(context)
