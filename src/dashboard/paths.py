"""Where the shipped files are, relative to this checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EVIDENCE_DIR = ROOT / "data" / "evidence"
COLUMNS_CSV = EVIDENCE_DIR / "columns.csv"
STUDIES_PARQUET = ROOT / "data" / "studies.parquet"
ACCURACY_JSON = ROOT / "data" / "accuracy.json"
STORIES_DIR = ROOT / "data" / "stories"
PAGES_DIR = ROOT / "pages"
