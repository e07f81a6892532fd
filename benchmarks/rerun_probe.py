"""One line of JSON: milliseconds of reruns in AppTest, the atlas and the bare script in turn in one process.

Started by `app_speed.py` as `python rerun_probe.py <main script> <bare script>`. In turn, so that a busy machine slows
both; in one process, so that the garbage collector has the same work with both.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from itertools import product

from streamlit.testing.v1 import AppTest

from dashboard.evidence import shared
from dashboard.selection import Selection, facet_counts

SITES = ("Colorectal", "Neuroendocrine", "Uveal melanoma", "Renal", "Breast", "Mixed primaries")
TREATMENTS = ("Surgery", "Ablation", "Intra-arterial", "Combined or mixed")


def median_ms(seconds: list[float]) -> float:
    """Median in milliseconds."""
    return statistics.median(seconds) * 1000


def timed(run: AppTest) -> float:
    """Seconds of one rerun."""
    start = time.perf_counter()
    run.run()
    return time.perf_counter() - start


def reruns(app: AppTest, bare: AppTest) -> tuple[list[float], list[float]]:
    """Seconds of every question once, and of the bare script's slider in between."""
    of_app, of_bare = [], []
    for step, (site, treatment) in enumerate(product(SITES, TREATMENTS)):
        app.multiselect(key="site").set_value([site])
        of_app.append(timed(app.multiselect(key="modality").set_value([treatment])))
        of_bare.append(timed(bare.slider[0].set_value(step % 40 + 2)))
    if app.exception:
        raise RuntimeError(str(app.exception))
    return of_app, of_bare


def facet_counts_ms() -> float:
    """Facet counts of the whole table, not from a cache."""
    table, seconds = shared(), []
    facet_counts(table, Selection())
    for n in range(1, 20):
        start = time.perf_counter()
        facet_counts(table, Selection(min_n=n))
        seconds.append(time.perf_counter() - start)
    return median_ms(seconds)


def main(app_script: str, bare_script: str) -> None:
    """Measure: `new` questions, the same again (`known`), the bare script beside each, facet counts."""
    app = AppTest.from_file(app_script, default_timeout=300).run()
    bare = AppTest.from_file(bare_script, default_timeout=60).run()
    new, bare_new = reruns(app, bare)
    known, bare_known = reruns(app, bare)
    print(
        json.dumps(
            {
                "bare": median_ms(bare_new + bare_known),
                "new": median_ms(new),
                "known": median_ms(known),
                "facets": facet_counts_ms(),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
