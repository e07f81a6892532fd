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


def bare_rerun() -> float:
    """Median seconds of a rerun of the bare script."""
    app = AppTest.from_file(str(BARE), default_timeout=60).run()
    slider = app.slider[0]
    times = []
    for step in range(RERUNS):
        slider.set_value(int(slider.min) + step % 2)
        start = time.perf_counter()
        app.run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


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


def pooled_rerun() -> tuple[float, float]:
    """Median seconds of a rerun that pools anew, and of one that changes nothing."""
    app = AppTest.from_function(_page, default_timeout=120)
    app.query_params["panel"] = "Funnel plot"
    app.run()
    if app.exception:
        raise RuntimeError(app.exception[0].value)
    anew, again = [], []
    for step in range(RERUNS):
        app.multiselect(key="out").set_value([f"study-{step}"])
        for times in (anew, again):
            start = time.perf_counter()
            app.run()
            times.append(time.perf_counter() - start)
    return statistics.median(anew), statistics.median(again)


def main() -> None:
    """Print the ratios."""
    bare = bare_rerun()
    anew, again = pooled_rerun()
    print(f"pooled view of {ARMS} arms, forest, statistics and funnel; bare script {1000 * bare:.1f} ms a rerun")
    print(
        f"| a study taken out: its group pooled, all drawn anew | {1000 * anew:.0f} ms | {anew / bare:.1f} x | target <= {TARGET:g} x |"
    )
    print(f"| nothing changed | {1000 * again:.0f} ms | {again / bare:.1f} x | |")


if __name__ == "__main__":
    main()
