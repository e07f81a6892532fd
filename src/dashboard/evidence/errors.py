"""The error of evidence that cannot be read."""

from __future__ import annotations


class EvidenceError(Exception):
    """The study table cannot be used: what is wrong, where, and what to do about it."""

    def __init__(self, what: str, where: str, remedy: str) -> None:
        super().__init__(f"{what} ({where}). {remedy}")
        self.what = what
        self.where = where
        self.remedy = remedy
