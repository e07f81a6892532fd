"""How many cases a fuzz target runs: some hundred at a desk, 10,000 a reader where `CI_FUZZ` or profile `ci` is set.

Files are made of one number each: hypothesis chooses the number and prints the file that failed.
"""

from __future__ import annotations

import os
import random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st


def _thorough() -> bool:
    return bool(os.environ.get("CI_FUZZ")) or settings.get_current_profile_name() == "ci"


CASES = 10_000 if _thorough() else 200
FUZZ = settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
# Besides: sheets of a hundred rows, for what goes wrong between rows.
ROWS_A_SHEET = 100
FUZZ_SHEETS = settings(FUZZ, max_examples=max(CASES // 400, 3))


def per_cent(share: int) -> settings:
    """A target that has this share of a reader's cases; those of one reader add up to 100."""
    return settings(FUZZ, max_examples=CASES * share // 100)


SEEDS = st.integers(0, (1 << 60) - 1)

# fmt: off
NASTY = (
    "", " ", "NR", "not reached", "69 %", "0,69", "1,234", ">60", "<5", "~12", "26 mo", "26 (18–40)",
    "18–40", "–", "-", "2003-05-01", "5-Mar", "=cmd|' /C calc'!A0", "+1", "@x", "<script>alert(1)</script>",
    "../../etc/passwd", "nan", "inf", "-inf", "1e400", "9" * 70, "１２", "٣", "²", "\u202e12", "0x10",
    "1_000", "#REF!", "#FORMULA!", "yes", "no", "true", "resection", "Resection", "RFA", "colorectal", "os",
    "survival", "median_months", "n_at_risk", "deaths", "hazard_ratio", "=", ">", "0", "1", "2", "12",
    "0.5", "-5", "a-2001", "b-2002", "percent", "p = 0,04", "1982–2001", "31.12.2010", "12/31/2010",
    "40000", "dead", "alive", "50 (", "(", "5 (1-2) %", "\ufeff", "\x85", "é",
)
# fmt: on
CELL = st.one_of(
    st.sampled_from(NASTY), st.text(max_size=12), st.floats().map(repr), st.integers(-10_000, 10_000).map(str)
)
_LETTERS = "abcXYZ 0123456789,;.-–%<>()'\"=\té\u00a0\u202e\x85×日\U0001f600"


def odd_cell(made: random.Random) -> str:
    """A cell that was not asked for: one of the nasty ones, a number, or anything that can be typed."""
    kind = made.randrange(9)
    if kind < 5:
        return made.choice(NASTY)
    if kind == 5:
        return str(made.randint(-10_000, 10_000))
    if kind == 6:
        return repr(made.uniform(-1, 1) * 10.0 ** made.randint(-300, 300))
    if kind == 7:
        return "".join(chr(made.randrange(0x110000)) for _ in range(made.randrange(6)))
    return "".join(made.choices(_LETTERS, k=made.randrange(12)))


def _edits(seed: int) -> list[tuple[int, int, bytes]]:
    made = random.Random(seed)
    if made.random() < 0.5:
        return [(made.randrange(1 << 20), 1, made.randbytes(1)) for _ in range(made.randint(1, 2))]
    return [
        (made.randrange(1 << 20), made.randrange(7), made.randbytes(made.randrange(7)))
        for _ in range(made.randint(1, 6))
    ]


# Pieces cut, put in or replaced; and single bytes changed, which more often leave a file that can be opened.
EDITS = SEEDS.map(_edits)


def edited(data: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """The bytes with pieces replaced: (place, bytes removed, bytes put there)."""
    out = bytearray(data)
    for place, removed, added in edits:
        at = place % (len(out) + 1)
        out[at : at + removed] = added
    return bytes(out)


def delimited(seed: int) -> bytes:
    """Lines of odd cells between semicolons."""
    made = random.Random(seed)
    width, mark = made.randrange(6), made.choice((";", ";", ",", "\t", "|"))
    lines = (
        mark.join(odd_cell(made) for _ in range(width if made.random() < 0.8 else made.randrange(6)))
        for _ in range(made.randrange(7))
    )
    return made.choice(("\n", "\n", "\r\n")).join(lines).encode("utf-8", "surrogatepass")


def points(seed: int) -> str:
    """Points as a digitiser writes them: of a curve that falls, or odd ones."""
    made = random.Random(seed)
    if made.random() < 0.4:
        marks = (",", ";", "\t", ", ", " ")
        return "\n".join(odd_cell(made) + made.choice(marks) + odd_cell(made) for _ in range(made.randrange(7)))
    size = made.randint(2, 9)
    times = sorted(made.uniform(0, 130) for _ in range(size))
    values = sorted((made.choice((made.random(), 0.0, 1.0, 0.5)) for _ in range(size)), reverse=True)
    return "\n".join(f"{t:.2f};{s:.3f}" for t, s in zip(times, values, strict=True))


def at_risk(seed: int) -> str | None:
    """Numbers at risk: none, a falling row of them, or odd cells."""
    made = random.Random(seed)
    kind = made.randrange(3)
    if kind == 0:
        return None
    if kind == 1:
        return "\n".join(f"{12 * i};{max(90 - made.randint(5, 40) * i, 0)}" for i in range(made.randint(1, 5)))
    return "\n".join(f"{odd_cell(made)};{odd_cell(made)}" for _ in range(made.randrange(5)))
