"""How many cases a fuzz target runs: some hundred at a desk, 10,000 where `CI_FUZZ` is set or the profile is `ci`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st


def _thorough() -> bool:
    return bool(os.environ.get("CI_FUZZ")) or settings.get_current_profile_name() == "ci"


CASES = 10_000 if _thorough() else 200
# Rows of one sheet; a sheet costs far more than a row, so that tables are fuzzed by the row.
ROWS_A_SHEET = 100
FUZZ = settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
FUZZ_PART = settings(FUZZ, max_examples=CASES // 5)
FUZZ_REST = settings(FUZZ, max_examples=CASES - CASES // 5)
FUZZ_SHEETS = settings(FUZZ, max_examples=max(CASES // ROWS_A_SHEET, 10))

# fmt: off
NASTY = st.sampled_from([
    "", " ", "NR", "not reached", "69 %", "0,69", "1,234", ">60", "<5", "~12", "26 mo", "26 (18–40)",
    "18–40", "–", "-", "2003-05-01", "5-Mar", "=cmd|' /C calc'!A0", "+1", "@x", "<script>alert(1)</script>",
    "../../etc/passwd", "nan", "inf", "-inf", "1e400", "9" * 70, "１２", "٣", "²", "\u202e12", "0x10",
    "1_000", "#REF!", "#FORMULA!", "yes", "no", "true", "resection", "Resection", "RFA", "colorectal", "os",
    "survival", "median_months", "n_at_risk", "deaths", "hazard_ratio", "=", ">", "0", "1", "2", "12",
    "0.5", "-5", "a-2001", "b-2002", "percent", "p = 0,04", "1982–2001", "31.12.2010", "12/31/2010",
    "40000", "dead", "alive", "50 (", "(", "5 (1-2) %", "\ufeff", "\x85", "é",
])
# fmt: on
CELL = st.one_of(NASTY, st.text(max_size=12), st.floats().map(repr), st.integers(-10_000, 10_000).map(str))
_PLACE = st.integers(0, 1 << 20)
# Pieces cut, put in or replaced; and single bytes changed, which more often leave a file that can be opened.
EDITS = st.one_of(
    st.lists(st.tuples(_PLACE, st.integers(0, 6), st.binary(max_size=6)), min_size=1, max_size=6),
    st.lists(st.tuples(_PLACE, st.just(1), st.binary(min_size=1, max_size=1)), min_size=1, max_size=2),
)


def edited(data: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """The bytes with pieces replaced: (place, bytes removed, bytes put there)."""
    out = bytearray(data)
    for place, removed, added in edits:
        at = place % (len(out) + 1)
        out[at : at + removed] = added
    return bytes(out)
