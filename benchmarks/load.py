"""Many readers on one server process, the atlas beside a bare script: `python benchmarks/load.py [--quick]`.

Every reader is a session over Streamlit's WebSocket that opens the app, changes filters with some seconds of thought
between, switches pages, leaves and comes back. Each answer is checked against what the study table gives for the same
filters: an answer of the question before would be an error, not a fast answer. Both apps run in turn at each level, so
that a busy machine slows both. Without options about five minutes; `--quick` under one.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "tests" / "browser")]

from harness import serve  # noqa: E402

from benchmarks.session import Answer, Session  # noqa: E402
from dashboard.evidence import shared  # noqa: E402
from dashboard.selection import Selection, selected_totals  # noqa: E402
from dashboard.ui.words import totals_sentence  # noqa: E402
from dashboard.vocabulary import family_members  # noqa: E402

SITES = ("colorectal", "neuroendocrine", "uveal-melanoma", "renal", "breast", "mixed", "gastric")
FAMILIES = ("surgery", "ablation", "intra-arterial", "combined")
THINK_SECONDS = 5.0
ALONE_SECONDS = 0.25
"""A single reader does not queue behind anybody: a short thought gives more answers to take the median of."""

AWAY_SECONDS = 1.0
"""Who comes back within milliseconds may meet the loop that still sends to the old connection: Streamlit then loses the
answer, of the bare script too, until the next click."""

GRACE_SECONDS = 10.0


@dataclass
class Level:
    """What N readers of one app saw; seconds, and bytes of resident memory."""

    app: str
    users: int
    opened: list[float] = field(default_factory=list)
    changed: list[float] = field(default_factory=list)
    moved: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0
    server_seconds: float = 0.0
    per_session: float = 0.0

    @property
    def median_ms(self) -> float:
        """Median milliseconds from a filter change to the script finished."""
        return statistics.median(self.changed) * 1000 if self.changed else float("nan")

    @property
    def p95_ms(self) -> float:
        """95th percentile of the same."""
        return sorted(self.changed)[int(0.95 * (len(self.changed) - 1))] * 1000 if self.changed else float("nan")


@dataclass(frozen=True)
class App:
    """An app under load: its script, how a reader asks it something, and what must be on the page then."""

    name: str
    script: Path
    ask: Callable[[Session, random.Random], Awaitable[Answer]]


def processor_seconds(process: subprocess.Popen[bytes]) -> float:
    """Processor time that a process has used (Linux). Unlike a clock it hardly minds what else the machine does."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def expect(true: bool, why: str) -> None:
    """Raise when the answer is not the answer to the question."""
    if not true:
        raise AssertionError(why)


async def ask_atlas(session: Session, rng: random.Random) -> Answer:
    """A question that most likely nobody asked before; the totals must be those of the study table."""
    sites = tuple(rng.sample(SITES, rng.randint(1, 3)))
    treatments = tuple(slug for family in rng.sample(FAMILIES, rng.randint(1, 3)) for slug in family_members(family))
    asked = Selection(sites=sites, modalities=treatments, min_n=rng.randint(0, 30))
    answer = await session.choose("atlas_filters", site=sites, modality=treatments, min_n=asked.min_n)
    expected = totals_sentence(selected_totals(shared(), asked))
    expect(answer.says(expected), f"{asked}: expected {expected!r}, got {answer.texts[:2]}")
    return answer


async def ask_bare(session: Session, rng: random.Random) -> Answer:
    """Another number of points; the chart must have that many."""
    points = rng.randint(2, 50)
    answer = await session.set(Points=points)
    expect(f'"y":{list(range(points))}'.replace(" ", "") in answer.specs[0], f"{points} points are not in the chart")
    return answer


async def reader(app: App, session: Session, level: Level, until: float, rng: random.Random) -> None:
    """One reader until the time is over. Every tenth step is a switch of page, or leaving and coming back."""
    think = THINK_SECONDS if level.users > 1 else ALONE_SECONDS
    if level.users > 1:
        await asyncio.sleep(rng.uniform(0, think))
    while time.perf_counter() < until:
        step = rng.random()
        try:
            if step < 0.05 and len(session.pages) > 1:
                level.moved.append((await session.go(rng.choice(list(session.pages)))).seconds)
                level.moved.append((await session.go("")).seconds)
            elif step < 0.1:
                await session.close()
                await asyncio.sleep(AWAY_SECONDS)
                level.moved.append((await session.open()).seconds)
            else:
                level.changed.append((await app.ask(session, rng)).seconds)
        except Exception as error:  # any fault is a result of the measurement
            level.errors.append(f"{type(error).__name__}: {error}")
        await asyncio.sleep(rng.uniform(0.7, 1.3) * think)


def resident(process: subprocess.Popen[bytes]) -> int:
    """Resident memory of a process, bytes (Linux)."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))


async def measure(app: App, url: str, process: subprocess.Popen[bytes], users: int, seconds: float) -> Level:
    """N readers: open one after another (their memory, idle), then all at work."""
    level = Level(app.name, users)
    sessions = [Session(url) for _ in range(users)]
    before = resident(process)
    for session in sessions:
        try:
            level.opened.append((await session.open()).seconds)
        except Exception as error:
            level.errors.append(f"{type(error).__name__}: {error}")
    level.per_session = (resident(process) - before) / users
    start, used = time.perf_counter(), processor_seconds(process)
    readers = [reader(app, s, level, start + seconds, random.Random(i)) for i, s in enumerate(sessions)]
    # Who still waits a while after the end counts as an error, and does not hold up the rest.
    tasks = [asyncio.create_task(each) for each in readers]
    _, late = await asyncio.wait(tasks, timeout=seconds + GRACE_SECONDS)
    level.errors += ["no answer in time"] * len(late)
    for task in late:
        task.cancel()
    level.seconds, level.server_seconds = time.perf_counter() - start, processor_seconds(process) - used
    for session in sessions:
        await session.close()
    return level


async def run(apps: list[tuple[App, str, subprocess.Popen[bytes]]], users: list[int], seconds: float) -> list[Level]:
    """Every level, the apps in turn. Before, one reader sees every page: modules are loaded once a process."""
    for app, url, _ in apps:
        warm = Session(url)
        await warm.open()
        for page in (*warm.pages, ""):
            if warm.pages:
                await warm.go(page)
        for seed in range(3):
            await app.ask(warm, random.Random(-1 - seed))
        await warm.close()
    return [await measure(app, url, process, n, seconds) for n in users for app, url, process in apps]


def report(levels: list[Level]) -> str:
    """The table that is printed, and below it the errors."""
    head = (
        f"{'app':<8}{'readers':>8}{'answers':>9}{'per s':>8}{'median ms':>11}{'p95 ms':>9}{'p95 x 1':>9}{'CPU ms':>8}"
    )
    lines = [head + f"{'open ms':>9}{'move ms':>9}{'MB/session':>12}{'errors':>8}"]
    alone = {level.app: level.median_ms for level in levels if level.users == 1}
    for level in levels:
        ratio = level.p95_ms / alone[level.app] if level.app in alone else float("nan")
        moved = statistics.median(level.moved) * 1000 if level.moved else float("nan")
        opened = statistics.median(level.opened) * 1000 if level.opened else float("nan")
        answers = len(level.changed)
        processor = 1000 * level.server_seconds / max(answers + len(level.moved), 1)
        lines.append(
            f"{level.app:<8}{level.users:>8}{answers:>9}{answers / level.seconds:>8.1f}{level.median_ms:>11.0f}"
            f"{level.p95_ms:>9.0f}{ratio:>9.1f}{processor:>8.1f}{opened:>9.0f}{moved:>9.0f}"
            f"{level.per_session / 2**20:>12.2f}{len(level.errors):>8}"
        )
    faults = [f"{level.app}, {level.users} readers: {error[:300]}" for level in levels for error in level.errors[:3]]
    note = (
        "median, p95: filter change to script finished; p95 x 1: p95 over the median of one reader alone; "
        "CPU: processor time of the server an answer."
    )
    return "\n".join([*lines, note, *faults])


def main() -> None:
    """Measure and print; exit code 1 when a reader saw an error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1 and 50 readers, under a minute")
    parser.add_argument("--users", type=int, nargs="+", default=None)
    parser.add_argument("--seconds", type=float, default=None, help="of each level")
    options = parser.parse_args()
    users = options.users or ([1, 50] if options.quick else [1, 10, 50, 100])
    seconds = options.seconds or (8.0 if options.quick else 30.0)
    apps = [App("bare", ROOT / "benchmarks" / "bare_frozen.py", ask_bare), App("atlas", ROOT / "app.py", ask_atlas)]
    with tempfile.TemporaryDirectory() as folder:
        served = [(app, *serve(app.script, Path(folder) / f"{app.name}.log")[::-1]) for app in apps]
        try:
            levels = asyncio.run(run(served, users, seconds))
        finally:
            for _, _, process in served:
                process.terminate()
                process.wait(10)
    print(report(levels))
    sys.exit(any(level.errors for level in levels))


if __name__ == "__main__":
    main()
