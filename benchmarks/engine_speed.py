"""Speed of the survival engine beside lifelines in the same run: `python -m benchmarks.engine_speed`."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test

from dashboard.survival import Reconstruction, compare, guyot, reconstruct

ROUNDS = 15


def milliseconds(what: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median time of a call after one warm-up."""
    what()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        what()
        taken.append(time.perf_counter() - start)
    return float(np.median(taken)) * 1000


def five_arms() -> pd.DataFrame:
    """Five arms of the size of the opening comparison, drawn from their printed figures."""
    arms = [
        reconstruct([(12, 0.9 - i / 12), (36, 0.7 - i / 9), (60, 0.55 - i / 10)], 130, follow_up_months=48).patients
        for i in range(5)
    ]
    return pd.concat([a.assign(arm=f"arm {i}") for i, a in enumerate(arms)], ignore_index=True)


def main() -> None:
    warnings.simplefilter("ignore")
    points = [(12, 0.85), (36, 0.55), (60, 0.35)]

    def arm() -> Reconstruction:
        return reconstruct(points, 200, median_months=42.0, follow_up_months=50.0)

    patients = arm().patients
    km = milliseconds(lambda: KaplanMeierFitter().fit(patients["time_months"], patients["event"]))
    times = np.linspace(0, 60, 200)
    curve = arm().curve(times)
    five = five_arms()
    dummies = pd.get_dummies(five["arm"], drop_first=True).astype(float)
    frame = pd.concat([five[["time_months", "event"]], dummies], axis=1)

    def lifelines_comparison() -> None:
        multivariate_logrank_test(five["time_months"], five["arm"], five["event"])
        CoxPHFitter().fit(frame, "time_months", "event")

    other = milliseconds(lifelines_comparison)
    rows = [
        (
            "reconstruct an arm: curve",
            milliseconds(arm),
            "one Kaplan-Meier fit",
            km,
            1,
        ),
        (
            "reconstruct an arm: with patients",
            milliseconds(lambda: arm().patients),
            "one Kaplan-Meier fit",
            km,
            1,
        ),
        (
            "Guyot, 200 points",
            milliseconds(lambda: guyot(times, curve, [0, 12, 24, 36, 48, 60], [200, 165, 125, 90, 50, 20])),
            "one Kaplan-Meier fit",
            km,
            10,
        ),
        ("five-arm comparison", milliseconds(lambda: compare(five, "arm")), "log-rank + Cox", other, 2),
    ]
    print("| what | ms | lifelines | ms | ratio | allowed |\n|---|---|---|---|---|---|")
    for what, mine, against, theirs, allowed in rows:
        print(f"| {what} | {mine:.2f} | {against} | {theirs:.2f} | {mine / theirs:.2f} | < {allowed} |")


if __name__ == "__main__":
    main()
