"""The evidence: curated tables, the study table built from them, its checks and flags."""

from dashboard.evidence.load import load

__all__ = ["load"]
