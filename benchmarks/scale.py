"""How time grows with the table: `python benchmarks/scale.py` measures and writes docs/performance.md and its plot.

The shipped table resampled to 1,000, 10,000 and 100,000 studies; processor time, medians, in one run. `--studies` and
`--out` for less.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

import pandas as pd  # noqa: E402

from benchmarks.synthetic import resample  # noqa: E402
from dashboard.comparison import curves  # noqa: E402
from dashboard.comparison.table import grid  # noqa: E402
from dashboard.comparison.view import compare  # noqa: E402
from dashboard.evidence import load  # noqa: E402
from dashboard.evidence.build import EVIDENCE_DATE, write_atomically  # noqa: E402
from dashboard.evidence.index import index_of  # noqa: E402
from dashboard.evidence.parquet import encode  # noqa: E402
from dashboard.figures.curves import survival_figure  # noqa: E402
from dashboard.selection import Selection, apply, facet_counts, selected_positions  # noqa: E402
from dashboard.synthesis import Question, eligible, summarise  # noqa: E402

SIZES = (1_000, 10_000, 100_000)
COLOURS = ("#0072B2", "#E69F00", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#5B4A8A", "#6B7280", "#A63F00")
Times = dict[str, float]


def milliseconds(work: Callable[[int], Any], repeats: int) -> float:
    """Median processor time of `work(0)`, `work(1)`, ...: each a new question, so that nothing is found in a cache."""
    taken = []
    for i in range(repeats):
        start = time.process_time()
        work(i)
        taken.append(time.process_time() - start)
    return 1000 * statistics.median(taken)


def measure(table: pd.DataFrame) -> Times:
    """Milliseconds of every step on one table."""
    repeats = 5 if len(table) < 100_000 else 3
    found: Times = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "studies.parquet"
        found["write the Parquet file"] = milliseconds(
            lambda _: write_atomically(path, encode(table, EVIDENCE_DATE)), 1
        )
        found["load"] = milliseconds(lambda _: load(path), repeats)
    found["index, once a table"] = milliseconds(lambda _: index_of(table), 1)
    found["facets"] = milliseconds(lambda i: facet_counts(table, Selection(min_n=i + 1)), repeats)
    made: list[curves.Curves] = []
    found["curves, once a table"] = milliseconds(lambda _: made.append(curves.build(table)), 1)
    every = made[0]

    def question(i: int) -> Selection:
        return Selection(sites=("colorectal",), min_n=i + 1)

    def comparison(i: int) -> Any:
        return compare(table, every, selected_positions(table, question(i)), question(i))

    def anew(draw: Callable[[], Any]) -> Any:
        every.made.clear()
        return draw()

    shown = comparison(0)
    found["compare"] = milliseconds(comparison, repeats)
    found["survival figure"] = milliseconds(lambda _: anew(lambda: survival_figure(every, shown.groups)), repeats)
    found["its table on screen"] = milliseconds(lambda _: anew(lambda: grid(every, shown.groups)), repeats)
    pooled = Question()
    found["pool"] = milliseconds(lambda i: summarise(eligible(apply(table, question(i)), pooled).rows, pooled.scale), 1)
    if find_spec("dashboard.explore") is None:
        print("The evidence map is not measured: this version does not have it.", file=sys.stderr)
        return found
    from dashboard.explore.evidence_map import evidence_map
    from dashboard.explore.milestones import Effects, effects

    of: list[Effects] = []
    found["effects of the map, once a table"] = milliseconds(lambda _: of.append(effects(table, every, 60)), 1)
    found["evidence map"] = milliseconds(lambda i: evidence_map(table, every, of[0], question(i), "Families"), repeats)
    return found


def plot(results: dict[int, Times]) -> str:
    """The log-log plot as SVG."""
    width, height, left, top, right, bottom = 760, 460, 70, 20, 200, 50
    sizes = sorted(results)
    times = [max(value, 0.01) for found in results.values() for value in found.values()]
    low, high = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))
    first, last = math.log10(sizes[0]), math.log10(max(sizes[-1], sizes[0] + 1))

    def x(studies: float) -> float:
        return left + (math.log10(studies) - first) / (last - first) * (width - left - right)

    def y(value: float) -> float:
        return height - bottom - (math.log10(max(value, 0.01)) - low) / (high - low) * (height - top - bottom)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        'font-size="12"><title>Processor time against the number of studies, both axes logarithmic</title>'
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
    ]
    for power in range(low, high + 1):
        parts.append(
            f'<line x1="{left}" x2="{width - right}" y1="{y(10**power):.1f}" y2="{y(10**power):.1f}" stroke="#ddd"/>'
            f'<text x="{left - 8}" y="{y(10**power) + 4:.1f}" text-anchor="end">{10**power:g} ms</text>'
        )
    parts += [f'<text x="{x(s):.1f}" y="{height - 28}" text-anchor="middle">{s:,}</text>' for s in sizes]
    parts.append(f'<text x="{(left + width - right) / 2}" y="{height - 8}" text-anchor="middle">studies</text>')
    names = sorted(results[sizes[0]], key=lambda name: -results[sizes[-1]].get(name, 0))
    label_y = -math.inf
    for name, colour in zip(names, COLOURS * 2, strict=False):
        found = [(s, results[s][name]) for s in sizes if name in results[s]]
        points = " ".join(f"{x(s):.1f},{y(v):.1f}" for s, v in found)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(s):.1f}" cy="{y(v):.1f}" r="3" fill="{colour}"/>' for s, v in found]
        label_y = max(y(found[-1][1]), label_y + 16)
        parts.append(f'<text x="{width - right + 10}" y="{label_y + 4:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>\n"])


def table_of(results: dict[int, Times]) -> str:
    """The Markdown table: a row a step, a column a size, and the growth over the largest tenfold."""
    sizes = sorted(results)
    head = "| ms of processor time | " + " | ".join(f"{s:,} studies" for s in sizes) + " | growth, last step |"
    lines = [head, "|---|" + "---:|" * (len(sizes) + 1)]
    for name, first in results[sizes[0]].items():
        values = [first, *(results[s][name] for s in sizes[1:])]
        growth = values[-1] / max(values[-2], 0.01) if len(values) > 1 else float("nan")
        lines.append(f"| {name} | " + " | ".join(f"{v:,.1f}" for v in values) + f" | x {growth:.1f} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "performance.md")
    options = parser.parse_args()
    shipped = load()
    results = {int(shipped["study_id"].nunique()): measure(shipped)}
    for studies in options.studies:
        results[studies] = measure(resample(shipped, studies))
        print(f"{studies:,} studies measured", file=sys.stderr)
    picture = options.out.with_suffix(".svg")
    write_between(options.out, table_of(results) + f"\n\n![Time against size]({picture.name})")
    picture.write_text(plot(results), encoding="utf-8")
    print(table_of(results))


def write_between(path: Path, text: str) -> None:
    """Put the text between the two marks of the page; what people wrote around them stays."""
    start, end = "<!-- scale -->", "<!-- /scale -->"
    page = path.read_text(encoding="utf-8") if path.is_file() else f"# Performance\n\n{start}\n{end}\n"
    before, _, rest = page.partition(start)
    path.write_text(f"{before}{start}\n{text}\n{end}{rest.partition(end)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
