"""Build `data/studies.parquet` from the curated tables: `python -m dashboard.evidence.build`."""

from __future__ import annotations

from dashboard.evidence.tables import join, read_text, typed
from dashboard.paths import EVIDENCE_DIR, STUDIES_PARQUET


def main() -> None:
    studies, arms, outcomes = (
        typed(read_text(EVIDENCE_DIR / f"{name}.csv")) for name in ("studies", "arms", "outcomes")
    )
    join(studies, arms, outcomes).to_parquet(STUDIES_PARQUET, index=False)


if __name__ == "__main__":
    main()
