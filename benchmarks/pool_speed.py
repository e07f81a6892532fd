"""Speed of pooling, beside R's metafor in the same run where R is installed.

Run: `python benchmarks/pool_speed.py`. R beside it needs Debian's r-base-core, r-cran-metafor and r-cran-survival.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from dashboard.synthesis import Question, eligible, leave_one_out, pool, pooled_curve, specification  # noqa: E402

REFERENCE = ROOT / "tests" / "reference"
HAZARD_RATIOS = REFERENCE / "meta" / "riley2003_logHR_OS.csv"
CURVES = REFERENCE / "pooled_curves" / "hepatology.csv"
R_CURVE_SECONDS = 0.8
"""A pooled curve of these 27 studies by metaSurvival 0.1.0 / RISCA 1.0.7 in R 4.2.2, 10,000 draws, measured elsewhere:
neither package is in Debian."""

R_SCRIPT = """
suppressMessages(library(metafor))
args <- commandArgs(trailingOnly = TRUE)
d <- read.csv(args[1])
invisible(rma(yi, vi, data = d, method = "REML", test = "knha"))
one <- replicate(30, system.time(rma(yi, vi, data = d, method = "REML", test = "knha"))[["elapsed"]])
both <- function() confint(rma(yi, vi, data = d, method = "REML", test = "knha"))
full <- replicate(10, system.time(both())[["elapsed"]])
r <- rma(yi, vi, data = d, method = "REML", test = "knha", control = list(threshold = 1e-10, maxiter = 1000))
cat(sprintf('{"fit": %f, "with_interval": %f, "estimate": %.12f, "se": %.12f}',
            median(one), median(full), r$beta, r$se))
"""


def milliseconds(function: Callable[[], object], repeats: int) -> float:
    """Median time of one call after one warm-up call."""
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def metafor() -> dict[str, float] | str:
    """Times of metafor in seconds on the same data, or why there are none."""
    if shutil.which("Rscript") is None:
        return "R is not installed here (Debian: r-base-core r-cran-metafor r-cran-survival)"
    with tempfile.NamedTemporaryFile("w", suffix=".R", delete=False) as script:
        script.write(R_SCRIPT)
    run = subprocess.run(["Rscript", script.name, str(HAZARD_RATIOS)], capture_output=True, text=True, check=False)
    Path(script.name).unlink()
    if run.returncode:
        return f"R is installed but metafor did not run: {run.stderr.strip().splitlines()[-1]}"
    return json.loads(run.stdout)


def main() -> None:
    """Print the table."""
    ratios, curves = pd.read_csv(HAZARD_RATIOS), pd.read_csv(CURVES)
    studies = pd.read_parquet(ROOT / "data" / "studies.parquet")
    rng = np.random.default_rng(0)
    many_y, many_v = rng.normal(0, 1, 500), rng.uniform(0.01, 0.3, 500)
    import_time = subprocess.run(
        [
            sys.executable,
            "-c",
            "import time; t = time.perf_counter(); import dashboard.synthesis; print(time.perf_counter() - t)",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
    )
    rows = [
        ("import dashboard.synthesis", 1000 * float(import_time.stdout)),
        (
            "pool, REML, Knapp-Hartung, all intervals, 56 studies",
            milliseconds(lambda: pool(ratios["yi"], ratios["vi"], test="hksj"), 50),
        ),
        ("pool, REML, modified Knapp-Hartung, 500 studies", milliseconds(lambda: pool(many_y, many_v), 50)),
        ("leave_one_out, 500 studies", milliseconds(lambda: leave_one_out(many_y, many_v), 3)),
        ("pooled_curve, 27 studies, with prediction band", milliseconds(lambda: pooled_curve(curves), 20)),
        ("eligible, whole study table", milliseconds(lambda: eligible(studies, Question()), 5)),
        ("specification, whole study table", milliseconds(lambda: specification(studies, Question()), 3)),
    ]
    for what, value in rows:
        print(f"{what:<56} {value:9.2f} ms")
    ours, curve = rows[1][1], rows[4][1]
    answer = metafor()
    if isinstance(answer, str):
        print(f"metafor beside it: {answer}")
    else:
        for name, key in (("rma, REML, Knapp-Hartung", "fit"), ("rma and confint (tau2 interval)", "with_interval")):
            theirs = 1000 * answer[key]
            print(f"{'metafor: ' + name:<56} {theirs:9.2f} ms   pool takes {ours / theirs:.0%} of it, allowed 100%")
        here = pool(ratios["yi"], ratios["vi"], test="hksj")
        apart = max(abs(here.estimate - answer["estimate"]), abs(here.se - answer["se"]))
        print(f"largest difference from metafor: {apart:.1e}")
    faster = 1000 * R_CURVE_SECONDS / curve
    print(
        f"pooled_curve is {faster:.0f} times as fast as R's {R_CURVE_SECONDS} s, allowed 5 "
        "(metaSurvival 0.1.0, measured elsewhere: it is in no Debian package)"
    )


if __name__ == "__main__":
    main()
