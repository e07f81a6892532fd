"""The evidence: curated tables, the study table built from them, its checks and flags."""

from dashboard.evidence.assemble import assemble
from dashboard.evidence.errors import EvidenceError
from dashboard.evidence.flags import FLAGS, has_flag
from dashboard.evidence.load import evidence_date, evidence_version, load, shared

__all__ = ["FLAGS", "EvidenceError", "assemble", "evidence_date", "evidence_version", "has_flag", "load", "shared"]
