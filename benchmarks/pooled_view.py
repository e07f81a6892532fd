"""Speed of the Pooled survival page with 500 arms, in times the bare one-chart script.

`python -m benchmarks.pooled_view`: the forest plot, its statistics and a funnel plot are made anew at every rerun,
because another study is taken out each time; groups that lose no study keep their result.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

from dashboard.evidence import load

ARMS = 500
RERUNS = 15
TARGET = 12.0
BARE = Path(__file__).with_name("bare.py")


def five_hundred_arms() -> pd.DataFrame:
    """Arms of the shipped table with a printed 5-year survival and a size, copied into studies of their own."""
    table = load()
    at = table["measure"].eq("survival") & table["time_months"].eq(60) & table["endpoint"].eq("os")
    usable = table[
        at.fillna(False) & table["n"].notna() & ~table["is_subgroup"] & table["qualifier"].eq("=").fillna(False)
    ]
    usable = usable[usable["design"].ne("review") & usable["primary_site"].ne("primary-liver-sarcoma")]
    rows = usable.iloc[np.arange(ARMS) % len(usable)].reset_index(drop=True)
    number = pd.Series(np.arange(ARMS).astype(str), dtype="string")
    rows["study_id"] = ("study-" + number).astype(table["study_id"].dtype)
    rows["arm_key"] = (rows["study_id"].astype("string") + "/a").astype(table["arm_key"].dtype)
    rows["figure_id"] = rows["arm_key"]
    rows["cohort"] = pd.array([pd.NA] * ARMS, dtype=table["cohort"].dtype)
    return rows


def _page() -> None:
    import streamlit as st

    from benchmarks.pooled_view import five_hundred_arms
    from dashboard.selection import Selection
    from dashboard.ui.context import CONTEXT, OWN_TABLE, OpenTable, PageContext
    from dashboard.ui.links import read_link
    from dashboard.ui.pooled_controls import choose_view
    from dashboard.ui.pooled_page import across_page

    if OWN_TABLE not in st.session_state:
        st.session_state[OWN_TABLE] = OpenTable(five_hundred_arms(), "own-benchmark")
    opened = st.session_state[OWN_TABLE]
    read_link()
    context = PageContext(opened.table, opened.table_key, Selection(), "light")
    st.session_state[CONTEXT] = context
    choose_view()
    across_page(context)


def reruns() -> tuple[float, float, float]:
    """Median seconds of a rerun of the bare script, of the view that pools anew, and of the view without a change.

    They take turns, so that whatever else the machine does falls on all of them.
    """
    bare = AppTest.from_file(str(BARE), default_timeout=60).run()
    slider = bare.slider[0]
    app = AppTest.from_function(_page, default_timeout=120)
    app.query_params["panel"] = "Funnel plot"
    app.run()
    if app.exception:
        raise RuntimeError(app.exception[0].value)
    taken: tuple[list[float], list[float], list[float]] = ([], [], [])
    for step in range(RERUNS):
        slider.set_value(int(slider.min) + step % 2)
        app.multiselect(key="out").set_value([f"study-{step}"])
        for times, script in zip(taken, (bare, app, app), strict=True):
            start = time.perf_counter()
            script.run()
            times.append(time.perf_counter() - start)
    plain, anew, again = (statistics.median(times) for times in taken)
    return plain, anew, again


def main() -> None:
    """Print the ratios."""
    bare, anew, again = reruns()
    print(f"pooled view of {ARMS} arms, forest, statistics and funnel; bare script {1000 * bare:.1f} ms a rerun")
    what = "a study taken out: its group pooled, all drawn anew"
    print(f"| {what} | {1000 * anew:.0f} ms | {anew / bare:.1f} x | target <= {TARGET:g} x |")
    print(f"| nothing changed | {1000 * again:.0f} ms | {again / bare:.1f} x | |")


if __name__ == "__main__":
    main()
