"""The checkbox trees of the sidebar: a stateless component over the bound multiselects."""

from __future__ import annotations

from typing import Any

FacetRows = dict[str, dict[str, Any]]


def site_facet(counts: FacetRows) -> None:
    """Primary sites with their counts."""


def modality_facet(families: FacetRows, singles: FacetRows) -> None:
    """Families and single modalities with their counts."""
