"""One line of JSON: seconds of reruns of a script in AppTest, in a process of its own. Started by `app_speed.py`.

`python rerun_probe.py app <main script>` changes the filters of the atlas; `... bare <script>` moves the one slider.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import product

from streamlit.testing.v1 import AppTest

REPEATS = 24


def median_ms(seconds: list[float]) -> float:
    """Median in milliseconds."""
    return statistics.median(seconds) * 1000


def timed(run: AppTest) -> float:
    """Seconds of one rerun."""
    start = time.perf_counter()
    run.run()
    return time.perf_counter() - start


def new_questions() -> Iterator[tuple[str, str]]:
    """Pairs of filters, each asked for the first time: nothing about it is cached."""
    sites = ("Colorectal", "Neuroendocrine", "Uveal melanoma", "Renal", "Breast", "Mixed primaries")
    return iter(product(sites, ("Surgery", "Ablation", "Intra-arterial", "Combined or mixed")))


def probe_app(script: str) -> dict[str, float]:
    """Reruns of the opening page: new questions, and questions already asked."""
    app = AppTest.from_file(script, default_timeout=120).run()
    if app.exception:
        raise RuntimeError(str(app.exception))
    fresh, known = [], []
    asked = list(new_questions())[:REPEATS]
    for site, modality in asked:
        app.multiselect(key="site").set_value([site])
        fresh.append(timed(app.multiselect(key="modality").set_value([modality])))
    for site, modality in asked:
        app.multiselect(key="site").set_value([site])
        known.append(timed(app.multiselect(key="modality").set_value([modality])))
    return {"fresh": median_ms(fresh), "known": median_ms(known), "facets": facet_counts_ms()}


def facet_counts_ms() -> float:
    """Uncached facet counts of the whole table."""
    from dashboard.evidence import shared
    from dashboard.selection import Selection, facet_counts

    table, seconds = shared(), []
    facet_counts(table, Selection())
    for n in range(9):
        start = time.perf_counter()
        facet_counts(table, Selection(min_n=n))
        seconds.append(time.perf_counter() - start)
    return median_ms(seconds)


def probe_bare(script: str) -> dict[str, float]:
    """Reruns of the script of one slider and one chart."""
    app = AppTest.from_file(script, default_timeout=60).run()
    return {"fresh": median_ms([timed(app.slider[0].set_value(n + 2)) for n in range(REPEATS)])}


if __name__ == "__main__":
    print(json.dumps({"app": probe_app, "bare": probe_bare}[sys.argv[1]](sys.argv[2])))
