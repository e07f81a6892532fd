"""Pooled survival: one number for many series, with its interval, its heterogeneity and its traps."""

from __future__ import annotations

from dashboard.ui.context import page_context
from dashboard.ui.pooled_controls import ACROSS, RATIOS, WITHIN, choose_view
from dashboard.ui.pooled_page import across_page, ratios_page, within_page

context = page_context()
{ACROSS: across_page, WITHIN: within_page, RATIOS: ratios_page}[choose_view()](context)
