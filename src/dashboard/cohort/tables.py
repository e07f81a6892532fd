"""A cohort and the published arms behind it as tables: one for the screen, several for downloads."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dashboard.cohort.fits import FEW_AT_RISK, MILESTONES, Analysis, GroupFit, Value
from dashboard.cohort.published import Published
from dashboard.cohort.thinning import COLUMNS, drawn_times
from dashboard.cohort.words import follow_up_words
from dashboard.comparison.curves import DERIVED, NOT_REACHED, Curves
from dashboard.comparison.groups import arm_name
from dashboard.comparison.words import cell_words
from dashboard.intake.problems import Problem, problem_frame
from dashboard.intake.safe_text import neutralise_frame, printable
from dashboard.survival.compare import Comparison
from dashboard.vocabulary import TIME_ORIGINS, label

OWN = "from your patients"
MOST_ARMS = 150
Cell = dict[str, object]


def _origin(slug: str | None) -> str:
    return label(TIME_ORIGINS, slug or "not-stated").removeprefix("from ").replace("time origin ", "")


def _value_cell(value: Value, *, as_percent: bool, status: str = "") -> Cell:
    """An estimate with its interval as a cell; a dash where there is none."""
    if math.isnan(value.value):
        return {"t": "–", "v": None}

    def text(x: float) -> str:
        return NOT_REACHED if math.isinf(x) else f"{100 * x:.0f}%" if as_percent else f"{x:.1f}"

    interval = "" if math.isnan(value.low) else f" ({text(value.low)} to {text(value.high)})"
    finite = math.isfinite(value.value)
    return {"t": text(value.value) + interval, "v": value.value if finite else None, "s": status}


def grid(
    analysis: Analysis, behind: Published | None, curves: Curves | None, *, origin: str | None, colours: Sequence[str]
) -> dict[str, Any]:
    """The table on the screen: the cohort's groups, the pooled curve, every published arm.

    `colours` are those of the groups on the plot. Figures of the cohort carry no mark: they are estimated from its
    patients. Those of the literature say whether they are reported or derived.
    """
    columns: list[dict[str, object]] = [
        {"t": "Curve"},
        {"t": "n", "num": True, "d": "Patients."},
        {"t": "Events", "num": True, "d": "Patients who had the event; arms seldom print it."},
        {"t": "Follow-up", "num": True, "d": "Median follow-up, months; yours by reverse Kaplan-Meier."},
        {"t": "Time from", "d": "From when time counts. Curves with different origins are not alike."},
        {"t": "Median, months", "num": True, "d": "Median survival (95% CI)."},
        *({"t": f"{m // 12} y", "num": True, "d": f"{m // 12}-year survival (95% CI)."} for m in MILESTONES),
    ]
    if analysis.tau > 0:
        what = f"Mean survival within the first {analysis.tau:.0f} months, months (95% CI)."
        columns.append({"t": f"Mean to {analysis.tau:.0f} mo", "num": True, "d": what})
    rows = [_group_row(g, analysis.tau, origin, c) for g, c in zip(analysis.groups, colours, strict=True)]
    if behind is not None and curves is not None:
        rows += _pooled_rows(behind, analysis.tau)
        rows += [_arm_row(curves, k, analysis.tau) for k in _by_size(behind, curves)[:MOST_ARMS]]
    hidden = 0 if behind is None else max(len(behind.members) - MOST_ARMS, 0)
    return {"columns": columns, "rows": rows, "total": len(rows) + hidden}


def _by_size(behind: Published, curves: Curves) -> list[int]:
    return sorted(behind.members.tolist(), key=lambda k: -float(curves.arms["n"][k]))


def _group_row(group: GroupFit, tau: float, origin: str | None, colour: str) -> list[Cell]:
    row: list[Cell] = [
        {"t": printable(group.name), "c": colour},
        {"t": f"{group.n:,}", "v": group.n},
        {"t": f"{group.events:,}", "v": group.events},
        {"t": follow_up_words(group).removesuffix(" months"), "v": _finite(group.follow_up_months)},
        {"t": _origin(origin)},
        _value_cell(group.median, as_percent=False),
        *(_value_cell(group.at(m), as_percent=True) for m in MILESTONES),
    ]
    return [*row, _value_cell(group.rmst(tau), as_percent=False)] if tau > 0 else row


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _pooled_rows(behind: Published, tau: float) -> list[list[Cell]]:
    pooled = behind.pooled
    if pooled is None:
        return []
    at = [behind.pooled_at(m) for m in MILESTONES]
    dash: Cell = {"t": "–", "v": None}
    mean: list[Cell] = [{"t": f"Pooled, {pooled.arms} arms"}, {"t": f"{pooled.patients:,}", "v": pooled.patients}]
    mean += [dash, dash, {"t": "mixed"}, dash]
    further: list[Cell] = [{"t": "Prediction for a further arm"}, dash, dash, dash, {"t": ""}, dash]
    for each in at:
        mean.append(dash if each is None else _value_cell(each.mean, as_percent=True, status=DERIVED))
        words = "" if each is None else f"{100 * each.further.low:.0f}% to {100 * each.further.high:.0f}%"
        further.append(dash if each is None else {"t": words, "v": each.further.low, "s": DERIVED})
    if tau > 0:
        area = behind.pooled_rmst(tau)
        cell: Cell = dash if math.isnan(area) else {"t": f"{area:.1f}", "v": area, "s": DERIVED}
        mean.append(cell)
        further.append(dash)
    return [mean, further]


def _arm_row(curves: Curves, k: int, tau: float) -> list[Cell]:
    arms = curves.arms
    follow_up = float(arms["follow_up_median_months"][k])
    row: list[Cell] = [
        {"t": arm_name(curves, k, with_study=True), "d": str(arms["label"][k]), "h": str(arms["url"][k] or "")},
        {"t": f"{arms['n'][k]:,.0f}", "v": float(arms["n"][k])},
        {"t": "–", "v": None},
        {"t": f"{follow_up:g}" if math.isfinite(follow_up) else "–", "v": _finite(follow_up)},
        {"t": _origin(arms["time_origin"][k])},
        _published_cell(curves, "median", k),
        *(_published_cell(curves, f"s{m}", k) for m in MILESTONES),
    ]
    return [*row, {"t": "–", "v": None}] if tau > 0 else row


def _published_cell(curves: Curves, name: str, k: int) -> Cell:
    cells = curves.cells
    value, status = float(cells[name][k]), str(cells[f"{name}_status"][k])
    low, high = float(cells[f"{name}_ci_low"][k]), float(cells[f"{name}_ci_high"][k])
    text = cell_words(value, status, low, high, as_percent=name != "median")
    return {"t": text or "–", "v": _finite(value), "s": status if text and math.isfinite(value) else ""}


def curve_rows(
    analysis: Analysis, behind: Published | None, curves: Curves | None, horizon_months: float
) -> pd.DataFrame:
    """What the figure shows, one row a point: your curves at their drawn steps, the pooled curve, the printed points.

    Columns: Curve, Kind, Months, Survival, CI low, CI high, Prediction low, Prediction high, At risk. Survival 0..1.
    Text from data cannot start a formula.
    """
    parts = [_own_rows(group, horizon_months) for group in analysis.groups]
    if behind is not None and curves is not None:
        parts += _literature_rows(behind, curves)
    columns = ["Curve", "Kind", "Months", "Survival", "CI low", "CI high"]
    columns += ["Prediction low", "Prediction high", "At risk"]
    return neutralise_frame(pd.concat(parts, ignore_index=True).reindex(columns=columns))


def _own_rows(group: GroupFit, horizon: float) -> pd.DataFrame:
    times = drawn_times(group.fit, horizon)
    low, high = group.fit.limits_at(times)
    return pd.DataFrame(
        {
            "Curve": printable(group.name),
            "Kind": OWN,
            "Months": times,
            "Survival": group.fit.survival_at(times),
            "CI low": low,
            "CI high": high,
            "At risk": group.fit.at_risk_at(times).astype(int),
        }
    )


def _literature_rows(behind: Published, curves: Curves) -> list[pd.DataFrame]:
    parts = []
    pooled = behind.pooled
    if pooled is not None:
        bands = {"CI low": pooled.ci_low, "CI high": pooled.ci_high}
        bands |= {"Prediction low": pooled.pi_low, "Prediction high": pooled.pi_high}
        shown = {"Curve": f"Pooled, {pooled.arms} arms", "Kind": "derived: pooled, random effects"}
        parts.append(pd.DataFrame({**shown, "Months": pooled.months, "Survival": pooled.survival, **bands}))
    for k in _by_size(behind, curves):
        points = curves.points_of([k])
        rate = points[curves.points["measure"][points] == "survival"]
        source = {name: curves.points[name][rate] for name in ("x", "y", "ci_low", "ci_high", "reported")}
        parts.append(
            pd.DataFrame(
                {
                    "Curve": f"{arm_name(curves, k, with_study=True)} ({curves.arms['arm_key'][k]})",
                    "Kind": np.where(source["reported"], "reported", DERIVED),
                    "Months": source["x"],
                    "Survival": source["y"],
                    "CI low": source["ci_low"],
                    "CI high": source["ci_high"],
                }
            )
        )
    return parts


def between_groups(analysis: Analysis) -> pd.DataFrame:
    """The groups compared with the first: hazard ratio, milestone differences and difference of restricted means.

    Columns: Group, Reference, Measure, Value, CI low, CI high. No p-value: the groups were not made at random.
    """
    comparison = analysis.comparison
    if comparison is None:
        return pd.DataFrame(columns=["Group", "Reference", "Measure", "Value", "CI low", "CI high"])
    first = comparison.groups[0]
    lines = []
    sources = (
        (comparison.hazard_ratios, lambda row: "Hazard ratio (Cox)", "hr"),
        (comparison.rmst, lambda row: f"Mean survival to {row['tau']:.0f} months, difference in months", "difference"),
        (comparison.milestones, lambda row: f"{row['time_months'] / 12:g}-year survival, difference", "difference"),
    )
    for frame, name, column in sources:
        for row in frame[frame["reference"].eq(first)].to_dict("records"):
            ends = (row[column], row["ci_low"], row["ci_high"])
            lines.append((printable(row["comparator"]), printable(first), name(row), *map(float, ends)))
    return pd.DataFrame(lines, columns=["Group", "Reference", "Measure", "Value", "CI low", "CI high"])


def between_words(frame: pd.DataFrame) -> pd.DataFrame:
    """`between_groups` for the screen: one row a group and measure, the value with its interval."""

    def words(row: dict[Hashable, Any]) -> str:
        ends = (row["Value"], row["CI low"], row["CI high"])
        if any(math.isnan(end) for end in ends):
            return "cannot be estimated"
        if row["Measure"].startswith("Hazard"):
            return f"{ends[0]:.2f} ({ends[1]:.2f} to {ends[2]:.2f})"
        if "survival, difference" in row["Measure"]:
            return f"{100 * ends[0]:+.0f} points ({100 * ends[1]:+.0f} to {100 * ends[2]:+.0f})"
        return f"{ends[0]:+.1f} ({ends[1]:+.1f} to {ends[2]:+.1f})"

    shown = frame[["Group", "Measure"]].copy()
    shown["Estimate (95% CI)"] = [words(row) for row in frame.to_dict("records")]
    return neutralise_frame(shown.sort_values("Group", kind="stable"))


def logrank_words(comparison: Comparison) -> str:
    """The log-rank test of the groups, with its pairs adjusted where there are several."""

    def p(value: float) -> str:
        return "p cannot be had" if math.isnan(value) else "p < 0.001" if value < 0.001 else f"p = {value:.3f}"

    test = comparison.logrank
    text = f"Log-rank test of {len(comparison.groups)} groups: {p(test.p)} (chi-squared {test.chi2:.2f}, {test.df} df)."
    if len(comparison.groups) == 2:
        return text
    rows = comparison.pairwise.to_dict("records")
    pairs = [f"{row['comparator']} v {row['reference']} {p(row['p_holm'])}" for row in rows]
    return f"{text} Pairs, adjusted for their number (Holm): {'; '.join(pairs)}."


def grid_frame(shown: dict[str, Any]) -> pd.DataFrame:
    """The table on the screen for a download: texts as shown, and how each is known."""
    titles = [column["t"] for column in shown["columns"]]
    rows = [[f"{c['t']} [{c['s']}]" if c.get("s") else str(c["t"]) for c in row] for row in shown["rows"]]
    return neutralise_frame(pd.DataFrame(rows, columns=titles))


def at_risk_table(analysis: Analysis, times: Sequence[float]) -> list[tuple[str, list[str]]]:
    """Numbers at risk of each group at `times` (months)."""
    return [(g.name, [f"{g.at_risk(t):,}" for t in times]) for g in analysis.groups]


def problems_table(problems: Sequence[Problem]) -> pd.DataFrame:
    """Unusable cells for the screen and for a download: row, column, value, rule, what is wrong, remedy."""
    frame = problem_frame(problems).drop(columns="sheet")
    titles = {"row": "Row", "column": "Column", "value": "Value", "rule": "Rule", "message": "What is wrong"}
    return neutralise_frame(frame.rename(columns={**titles, "remedy": "What to do"}))


def drawing_words(analysis: Analysis, horizon: float) -> str:
    """How the cohort's curves are drawn, for the caption: where they are thin, and that many steps are thinned."""
    words = f"thin where fewer than {FEW_AT_RISK} are at risk"
    if any(len(drawn_times(group.fit, horizon)) < (group.fit.deaths > 0).sum() for group in analysis.groups):
        words += f"; of many thousand steps {COLUMNS:,} are drawn, less than a pixel apart and each at its exact height"
    return words
