"""Accuracy of derived numbers against known patients: `python -m benchmarks.accuracy`.

Prints one table, and writes it to docs/accuracy.md and data/accuracy.json. Trials with known patients are read from
$ATLAS_REFERENCE or ../shared/reference; without them nothing is overwritten and only the simulations are printed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable

import numpy as np

from benchmarks.accuracy_data import CENSORING, MILESTONES, POPULATIONS, Arm, reference_dir, simulate, trials
from dashboard.paths import ROOT
from dashboard.survival import Reconstruction, Route, hr_between, hr_full_follow_up, reconstruct
from dashboard.survival.cox import log_hazard_ratios
from dashboard.survival.early import EARLY_SHAPE
from dashboard.survival.estimate import merge_ties

SIZES = (20, 60, 200, 1000)
REPEATS = 40
SEED = 20240601
Row = dict[str, object]


def row(key: str, what: str, value: float | np.floating, unit: str, target: str, cases: int) -> Row:
    return {"key": key, "what": what, "value": round(float(value), 4), "unit": unit, "target": target, "cases": cases}


def log_hr(a: tuple[np.ndarray, np.ndarray], b: tuple[np.ndarray, np.ndarray]) -> tuple[float, float]:
    times, events = merge_ties(np.concatenate([a[0], b[0]])), np.concatenate([a[1], b[1]]).astype(float)
    group = np.repeat([0, 1], [len(a[0]), len(b[0])])
    beta, covariance = log_hazard_ratios(times, events, group, 2)
    return float(beta[0]), float(np.sqrt(covariance[0, 0]))


def printed(arm: Arm, shape: float = EARLY_SHAPE) -> Reconstruction:
    """The benchmark's figures: n, median, S(12, 24, 36, 60) within the follow-up, median follow-up."""
    return reconstruct(arm.rates(), arm.n, median_months=arm.median, follow_up_months=arm.follow_up, early_shape=shape)


def pseudo(r: Reconstruction, tau: float = math.inf) -> tuple[np.ndarray, np.ndarray]:
    t, e = r.patients["time_months"].to_numpy(), r.patients["event"].to_numpy()
    return np.minimum(t, tau), np.where(t > tau, 0, e)


def measure(found: dict[str, list[Arm]], shape: float) -> dict[str, np.ndarray]:
    """Errors of every trial, one array a measure."""
    out: dict[str, list[float]] = {
        k: [] for k in ("same", "full", "full_same", "same_patients", "full_patients", "s", "rmst")
    }
    out |= {k: [] for k in ("se_s", "se_rmst", "se_hr", "tau")}
    for arms in found.values():
        derived = [printed(arm, shape) for arm in arms]
        tau = min(r.horizon_months for r in derived)
        truth, se = log_hr(arms[0].until(tau), arms[1].until(tau))
        full, _ = log_hr((arms[0].times, arms[0].events), (arms[1].times, arms[1].events))
        found_hr = hr_between(derived[0], derived[1])
        out["same"].append(abs(found_hr.log_hr - truth))
        out["full"].append(abs(hr_full_follow_up(derived[0], derived[1]).log_hr - full))
        out["full_same"].append(abs(found_hr.log_hr - full))
        out["same_patients"].append(abs(log_hr(pseudo(derived[0], tau), pseudo(derived[1], tau))[0] - truth))
        out["full_patients"].append(abs(log_hr(pseudo(derived[0]), pseudo(derived[1]))[0] - full))
        out["se_hr"].append(found_hr.se / se)
        out["tau"].append(tau)
        for arm, r in zip(arms, derived, strict=True):
            grid = np.linspace(0, r.horizon_months, 101)[1:]
            out["s"].append(float(np.mean(np.abs(r.curve(grid) - arm.fit.survival_at(grid)))))
            known = arm.fit.se_at(grid)
            mine = r.survival_interval(grid)["se"].to_numpy()
            use = np.isfinite(known) & (known > 0) & np.isfinite(mine) & (mine > 0)
            if use.any():
                out["se_s"].append(float(np.median(mine[use] / known[use])))
            mean, mean_se = arm.fit.rmst(tau)
            out["rmst"].append(abs(r.rmst(tau) - mean))
            if mean_se > 0:
                out["se_rmst"].append(r.rmst_interval(tau).se / mean_se)
    return {k: np.array(v) for k, v in out.items()}


def trial_rows(found: dict[str, list[Arm]]) -> list[Row]:
    m = measure(found, EARLY_SHAPE)
    k, arms = len(m["same"]), len(m["s"])
    rows = [
        row("log_hr_same", "log hazard ratio, same horizon: mean absolute error", m["same"].mean(), "", "<= 0.032", k),
        row("log_hr_same_median", "the same: median absolute error", np.median(m["same"]), "", "", k),
        row("log_hr_same_p90", "the same: 9 of 10 trials are below", np.quantile(m["same"], 0.9), "", "", k),
        row("log_hr_same_patients", "the same from pseudo-patients", m["same_patients"].mean(), "", "", k),
        row(
            "log_hr_full", "log hazard ratio, full follow-up: mean absolute error", m["full"].mean(), "", "<= 0.063", k
        ),
        row("log_hr_full_median", "the same: median absolute error", np.median(m["full"]), "", "", k),
        row("log_hr_full_p90", "the same: 9 of 10 trials are below", np.quantile(m["full"], 0.9), "", "", k),
        row(
            "log_hr_full_none",
            "the same, deaths after the last printed rate left out",
            m["full_same"].mean(),
            "",
            "",
            k,
        ),
        row("log_hr_full_patients", "the same from pseudo-patients", m["full_patients"].mean(), "", "", k),
        row("survival", "survival: mean absolute error", m["s"].mean(), "", "<= 0.016", arms),
        row("rmst", "restricted mean: mean absolute error", m["rmst"].mean(), "months", "", arms),
        row(
            "se_survival", "standard error of survival / full data: median", np.median(m["se_s"]), "", "0.95-1.05", arms
        ),
        row("se_rmst", "standard error of restricted mean: median", np.median(m["se_rmst"]), "", "0.95-1.05", arms),
        row("se_log_hr", "standard error of log hazard ratio: median", np.median(m["se_hr"]), "", "0.95-1.05", k),
    ]
    for name, low, high in (("up to 12 months", 0, 12), ("12 to 36 months", 12, 36), ("over 36 months", 36, 999)):
        use = (m["tau"] > low) & (m["tau"] <= high)
        key = f"log_hr_same_horizon_{low}_{high}"
        if use.any():
            rows.append(row(key, f"log hazard ratio, horizon {name}", m["same"][use].mean(), "", "", int(use.sum())))
    names = sorted(found)
    for shape in (1.0, 1.2, 1.4, 1.6):
        label = "constant hazard from time 0" if shape == 1 else f"early shape {shape:g}"
        other = measure(found, shape)
        rows.append(row(f"survival_shape_{shape:g}", f"survival, {label}", other["s"].mean(), "", "", arms))
        rows.append(
            row(f"log_hr_shape_{shape:g}", f"log hazard ratio, same horizon, {label}", other["same"].mean(), "", "", k)
        )
    rows += held_out({n: found[n] for n in names[::2]}, {n: found[n] for n in names[1::2]})
    return [*rows, *median_rows(found)]


OTHER_ENDPOINTS = ("DFS", "EFS", "LRR", "PFS", "RFS")


def other_rows(found: dict[str, list[Arm]]) -> list[Row]:
    """Trials of other endpoints, on which nothing was chosen."""
    m = measure(found, EARLY_SHAPE)
    k, arms = len(m["same"]), len(m["s"])
    rows = [
        row("other_log_hr_same", "other endpoints: log hazard ratio, same horizon", m["same"].mean(), "", "", k),
        row("other_log_hr_full", "other endpoints: log hazard ratio, full follow-up", m["full"].mean(), "", "", k),
        row("other_log_hr_full_none", "the same, later events left out", m["full_same"].mean(), "", "", k),
        row("other_survival", "other endpoints: survival", m["s"].mean(), "", "", arms),
    ]
    for shape in (1.4, 1.6):
        other = measure(found, shape)
        rows.append(
            row(f"other_survival_{shape:g}", f"the same, early shape {shape:g}", other["s"].mean(), "", "", arms)
        )
        text = f"other endpoints: log hazard ratio, same horizon, early shape {shape:g}"
        rows.append(row(f"other_log_hr_same_{shape:g}", text, other["same"].mean(), "", "", k))
    return rows


def held_out(first: dict[str, list[Arm]], second: dict[str, list[Arm]]) -> list[Row]:
    """Choose the early shape on one half of the trials, measure on the other, both ways."""
    shapes = (1.0, 1.2, 1.4, 1.6)
    errors = [{s: measure(half, s)["s"] for s in shapes} for half in (first, second)]
    chosen = [min(shapes, key=lambda s, e=e: float(e[s].mean())) for e in errors]  # type: ignore[misc]
    out = np.concatenate([errors[1][chosen[0]], errors[0][chosen[1]]])
    text = f"survival, early shape chosen on the other half ({chosen[0]:g}, {chosen[1]:g})"
    return [row("survival_held_out", text, out.mean(), "", "<= 0.016", len(out))]


def median_rows(found: dict[str, list[Arm]]) -> list[Row]:
    errors = []
    for arm in (a for arms in found.values() for a in arms):
        rates = arm.rates((12.0, 36.0, 60.0))
        if len(rates) < 3 or not math.isfinite(arm.median):
            continue
        derived = reconstruct(rates, arm.n).median_months
        if math.isfinite(derived):
            errors.append(abs(derived - arm.median))
    text = "median from S(12), S(36), S(60) only: mean absolute error"
    return [row("median", text, float(np.mean(errors)), "months", "<= 1.0", len(errors))]


def by_route(arm: Arm) -> dict[Route, Reconstruction]:
    """The same arm as four papers would print it. Rates are printed while a tenth and at least 3 are at risk."""
    floor = max(3, arm.n / 10)
    rates = [(t, s) for t, s in arm.rates() if arm.fit.at_risk_at(t) >= floor and s > 0]
    if not rates:
        return {}
    horizon = rates[-1][0]
    median = arm.median if arm.median <= horizon else None
    times = [t for t, _ in rates]
    low, high = arm.fit.limits_at(times)
    ci = [(t, a, b) for t, a, b in zip(times, low, high, strict=True) if not math.isnan(a)]
    at_risk = {t: float(arm.fit.at_risk_at(t)) for t in (0.0, *times)}
    return {
        Route.REPORTED_CI: reconstruct(
            rates, arm.n, median_months=median, survival_ci=ci, follow_up_months=arm.follow_up
        ),
        Route.AT_RISK: reconstruct(rates, arm.n, median_months=median, n_at_risk=at_risk),
        Route.DEATHS_FOLLOW_UP: reconstruct(
            rates, arm.n, median_months=median, total_events=arm.events.sum(), follow_up_months=arm.follow_up
        ),
        Route.N_ONLY: reconstruct(rates, arm.n, median_months=median),
    }


def coverage_rows() -> list[Row]:
    rng = np.random.default_rng(SEED)
    hits: dict[tuple[str, str], list[bool]] = {}
    for population in POPULATIONS:
        for n in SIZES:
            for censoring in CENSORING:
                for _ in range(REPEATS):
                    pair = [by_route(simulate(population, n, censoring, rng)) for _ in range(2)]
                    for route, r in pair[0].items():
                        record(hits, route, censoring, n, r, pair[1].get(route), population)
    rows = []
    for (group, what), values in sorted(hits.items()):
        key = f"coverage_{group}_{what}".replace(" ", "_")
        rows.append(row(key, f"coverage of 95% limits, {group}, {what}", np.mean(values), "", "0.92-0.98", len(values)))
    return rows


def record(
    hits: dict[tuple[str, str], list[bool]],
    route: Route,
    censoring: str,
    n: int,
    r: Reconstruction,
    other: Reconstruction | None,
    population: object,
) -> None:
    times = np.array([t for t in (1.0, 3.0, 6.0, *MILESTONES, 18.0, 48.0) if t <= r.horizon_months])
    band = r.survival_interval(times)
    truth = population.survival(times)  # type: ignore[attr-defined]
    inside = (band["low"].to_numpy() <= truth) & (truth <= band["high"].to_numpy())
    groups = (route.value, f"{route.value} {censoring} censoring", f"{route.value} n={n}")
    tau = r.horizon_months
    mean = r.rmst_interval(tau)
    median = r.median_interval()
    true_median = population.median  # type: ignore[attr-defined]
    for group in groups:
        hits.setdefault((group, "median"), []).append(bool(median.low <= true_median <= median.high))
        hits.setdefault((group, "survival"), []).extend(inside.tolist())
        hits.setdefault((group, "restricted mean"), []).append(
            bool(mean.low <= population.rmst(tau) <= mean.high)  # type: ignore[attr-defined]
        )
        if other is not None:
            hr = hr_between(r, other)
            if math.isfinite(hr.log_hr):
                hits.setdefault((group, "hazard ratio"), []).append(hr.ci[0] <= 1 <= hr.ci[1])


def table(rows: Iterable[Row]) -> str:
    lines = ["| what | measured | target | cases |", "|---|---|---|---|"]
    for r in rows:
        lines.append(f"| {r['what']} | {r['value']:g} {r['unit']} | {r['target']} | {r['cases']} |".replace("  ", " "))
    return "\n".join(lines) + "\n"


def coverage_table(rows: list[Row]) -> str:
    """Coverage by route and estimand in a few lines: over all, and the worst and best over sizes and censoring."""
    lines = ["| route | estimand | all | lowest | highest |", "|---|---|---|---|---|"]
    found = {str(r["key"]): r for r in rows if str(r["key"]).startswith("coverage_")}
    for route in (r.value for r in Route if r is not Route.NONE):
        for what in ("survival", "restricted_mean", "median", "hazard_ratio"):
            kind = f"_{what}"
            parts = [
                (float(str(r["value"])), k[len(f"coverage_{route}_") : -len(kind)].replace("_", " "))
                for k, r in found.items()
                if k.startswith(f"coverage_{route}_") and k.endswith(kind) and k != f"coverage_{route}{kind}"
            ]
            if parts:
                low, high = min(parts), max(parts)
                total, words = found[f"coverage_{route}{kind}"]["value"], what.replace("_", " ")
                lines.append(f"| {route} | {words} | {total:g} | {low[0]:g} ({low[1]}) | {high[0]:g} ({high[1]}) |")
    return "\n".join(lines) + "\n"


INTRODUCTION = """# Accuracy of derived numbers

Written by `make bench-accuracy`; do not edit. Published two-arm trials whose patients are known are reduced to the
figures an abstract prints (n, median, survival at 12, 24, 36 and 60 months, median follow-up), rebuilt from these
alone, and compared with the full data. Coverage is measured on simulated populations with known truth (Weibull,
log-logistic, cure; n 20 to 1,000; light and heavy censoring), by the route of the uncertainty.

What was chosen on what. Four settings (early shape 1.2, follow-up shape 4, two allowances for unknown shape) were
chosen while looking at the 82 overall-survival trials and the simulations, among some forty combinations: figures for
these trials are somewhat optimistic. Held out are the line "chosen on the other half" and the lines "other endpoints"
(76 trials of progression-free, disease-free and similar survival, on which nothing was chosen). Both would take an
early shape of 1.4 to 1.6 for the curve alone; 1.2 stays because hazard ratios on the other endpoints and medians from
rates are better with it.

Full follow-up. A paper's ratio counts deaths after its last printed rate, which no figure tells. `hr_full_follow_up`
assumes that from there both arms die at one rate. That assumption was picked over letting each arm keep its own hazard
among thirty variants on half of the 82 trials and measured on the other half, both ways: error 0.060 and 0.062 held
out, where leaving later deaths out gives 0.070 and 0.067. The form now
used takes its later rate from the arm printed longer (0.056 and 0.061 on the halves). It is an assumption: on the
other endpoints it is slightly worse than leaving later events out (0.060 and 0.056).
One trial with 25 deaths (INT0142_2A, hazard ratio 2.7 at 5 years, 1.3 at 12 years) weighs heavily in these means.

Digitised curves. The tools' published errors are root mean squares over an even grid of times up to the last true time
(found by reproducing one of them to ten digits); `tests/survival/test_guyot.py` compares on that metric: exact steps
and hand clicks are at least as close to the truth as the best tool in all 17 arms. How clicked curves are read was
developed on these same arms.

Single cells. Cells of 320 cases have a standard error of 0.8 points: with other draws the 0.984 of medians at n = 60
was 0.974. At n = 20 survival is covered by 0.98 for a reason: at a quarter of the times less than one death is
expected, where limits are exact binomial ones and cover 0.998; log-log limits at the other times cover 0.969 to 0.975.

"""


def main() -> None:
    folder = reference_dir()
    rows = trial_rows(trials(folder)) if folder else []
    if folder:
        rows += other_rows({f"{e} {n}": arms for e in OTHER_ENDPOINTS for n, arms in trials(folder, e).items()})
    covered = coverage_rows()
    text = table(rows) + "\nCoverage of 95% limits (target 0.92 to 0.98); every line is in data/accuracy.json.\n\n"
    text += coverage_table(covered)
    rows += covered
    print(text)
    if not folder:
        print("No trials with known patients were found: docs/accuracy.md and data/accuracy.json are left as they are.")
        return
    (ROOT / "docs" / "accuracy.md").write_text(INTRODUCTION + text)
    (ROOT / "data" / "accuracy.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
