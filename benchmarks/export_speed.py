"""Time and size of slides, report and ZIP of the five-arm study, against what a reader should have to wait."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from dashboard.evidence import load
from dashboard.export.bundle import bundle
from dashboard.export.report import report
from dashboard.export.request import Request, make_deck
from dashboard.export.slides import slides

LIMITS = {"slides": (1.5, 2.0), "report": (3.0, 8.0), "ZIP": (5.0, 8.0)}


def timed(build: Callable[[], bytes], repeats: int = 3) -> tuple[float, float]:
    """Median seconds and megabytes."""
    seconds = []
    made = b""
    for _ in range(repeats):
        start = time.perf_counter()
        made = build()
        seconds.append(time.perf_counter() - start)
    return median(seconds), len(made) / 1e6


def main() -> int:
    """Print the table; 1 when a limit is missed."""
    table, request = load(), Request(study_id="fairweather-2017")
    builds: dict[str, Callable[[], bytes]] = {
        "slides": lambda: slides(make_deck(table, request)),
        "report": lambda: report(make_deck(table, request)),
        "ZIP": lambda: bundle(table, request),
    }
    missed = 0
    print(f"{'what':8} {'seconds':>8} {'limit':>6} {'MB':>6} {'limit':>6}")
    for name, build in builds.items():
        seconds, size = timed(build)
        most_seconds, most_size = LIMITS[name]
        missed += seconds > most_seconds or size > most_size
        print(f"{name:8} {seconds:8.2f} {most_seconds:6.1f} {size:6.2f} {most_size:6.1f}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
