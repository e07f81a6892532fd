"""Two arms of one study: what the paper printed about their difference, beside what its figures imply.

Every derived number says its route (`survival.Route`) and, for the hazard ratio, how far such ratios were from the
truth on trials with known patients (`data/accuracy.json`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from dashboard.comparison.curves import DERIVED, REPORTED, Curves
from dashboard.comparison.words import cell_words, interval, percent
from dashboard.evidence.tables import records
from dashboard.survival import (
    HazardRatio,
    Reconstruction,
    Route,
    e_value,
    hr_between,
    hr_full_follow_up,
    reconstruct_arm,
)
from dashboard.survival.accuracy import disagrees, typical_error
from dashboard.survival.intervals import Z95, Estimate
from dashboard.vocabulary import MILESTONES_MONTHS

HORIZON_CLASSES = ((12.0, "0_12"), (36.0, "12_36"), (math.inf, "36_999"))

Both = tuple[tuple[int, Reconstruction], tuple[int, Reconstruction]]


@dataclass(frozen=True)
class Line:
    """One line of the comparison of two arms.

    `hows` says of each arm's value whether it is reported or derived; the difference is derived unless `printed`.
    """

    measure: str
    reference: str
    arm: str
    difference: str
    hows: tuple[str, str]
    basis: str
    printed: bool = False


@dataclass(frozen=True, eq=False)
class Difference:
    """The comparison of two arms of one study: its lines, a sentence, and what to distrust."""

    lines: tuple[Line, ...]
    sentence: str
    warnings: tuple[str, ...]


def ratio_error(horizon_months: float) -> float | None:
    """Mean absolute error of derived log hazard ratios at such a horizon, on trials with known patients."""
    key = next(name for limit, name in HORIZON_CLASSES if horizon_months <= limit)
    measured = typical_error(f"log_hr_same_horizon_{key}") or typical_error("log_hr_same")
    return None if measured is None else float(measured["value"])


def comparable(curves: Curves, study_id: str, members: list[int]) -> list[int]:
    """Curves of one study that can be compared: with patients and at least one usable figure."""
    arms = curves.arms
    return [k for k in members if arms["study_id"][k] == study_id and arms["n"][k] > 0 and curves.figures[k] > 0]


def _rows_of(table: pd.DataFrame, curves: Curves, k: int) -> pd.DataFrame:
    rows = table[table["arm_key"].eq(curves.arms["arm_key"][k]) & table["endpoint"].eq(curves.arms["endpoint"][k])]
    at_origin = rows["time_origin"].eq(curves.arms["time_origin"][k])
    return rows[at_origin & rows["measure"].isin(["survival", "median_months", "n_at_risk", "deaths"])]


def difference(table: pd.DataFrame, curves: Curves, reference: int, arm: int) -> Difference:
    """Compare curve `arm` with curve `reference` of the same study (positions in `curves`)."""
    left, right = (reconstruct_arm(_rows_of(table, curves, k)) for k in (reference, arm))
    names = [str(curves.arms["label"][k]) for k in (reference, arm)]
    horizon = min(left.horizon_months, right.horizon_months)
    ratio = hr_between(left, right)
    printed = list(_printed(table, curves, reference, arm))
    both = ((reference, left), (arm, right))
    lines = [_median_line(curves, both), _restricted_mean_line(left, right, horizon)]
    lines += [_milestone_line(curves, both, m) for m in MILESTONES_MONTHS if m <= horizon]
    lines.append(_ratio_line(ratio, horizon))
    if any(value is not None for _, value in printed):
        lines += _whole_follow_up_line(left, right, str(curves.arms["endpoint"][arm]))
    lines += [line for line, _ in printed]
    warnings = [*left.warnings, *right.warnings, *_disagreements(ratio, horizon, [v for _, v in printed])]
    if curves.arms["time_origin"][reference] != curves.arms["time_origin"][arm]:
        warnings.append(
            "Time counts from different origins in the two arms: immortal-time bias can make the difference."
        )
    return Difference(tuple(lines), _sentence(names, ratio, horizon), tuple(dict.fromkeys(warnings)))


def _interval(estimate: Estimate, unit: str = "") -> str:
    value = "not reached" if math.isinf(estimate.value) else f"{estimate.value:.3g}{unit}"
    if not math.isfinite(estimate.low):
        return f"{value} (no interval)"
    high = "not reached" if math.isinf(estimate.high) else f"{estimate.high:.3g}"
    return f"{value} ({estimate.low:.3g} to {high})"


def _cell(curves: Curves, k: int, name: str, derived: str, low: float, high: float) -> tuple[str, str]:
    """A value with its interval, and how the value is known. A derived interval of a printed value says so."""
    of = curves.cells
    as_percent = name != "median"
    if of[f"{name}_status"][k] != REPORTED:
        return derived, DERIVED
    ends = (float(of[f"{name}_ci_low"][k]), float(of[f"{name}_ci_high"][k]))
    text = cell_words(float(of[name][k]), REPORTED, *ends, as_percent=as_percent)
    if any(map(math.isfinite, ends)) or not math.isfinite(low):
        return text, REPORTED
    return f"{text}; {interval(low, high, as_percent=as_percent).replace('95% CI', 'derived CI')}", REPORTED


def _basis(first: Route, second: Route) -> str:
    """Where the uncertainty of the two arms comes from."""
    return first.label if first is second else f"First arm {first.label}; second arm {second.label}"


def _median_line(curves: Curves, both: Both) -> Line:
    a, b = (of.median_interval() for _, of in both)
    cells = []
    for (k, _), x in zip(both, (a, b), strict=True):
        low, high = (float(f"{v:.3g}") for v in (x.low, x.high))
        cells.append(_cell(curves, k, "median", _interval(x), low, high))
    (left, left_how), (right, right_how) = cells
    return Line("Median, months", left, right, "", (left_how, right_how), _basis(a.route, b.route))


def _restricted_mean_line(left: Reconstruction, right: Reconstruction, horizon: float) -> Line:
    a, b = left.rmst_interval(horizon), right.rmst_interval(horizon)
    gap, se = b.value - a.value, math.hypot(a.se, b.se)
    words = f"{gap:+.3g} ({gap - Z95 * se:+.3g} to {gap + Z95 * se:+.3g})"
    name = f"Restricted mean to {horizon:g} months"
    return Line(name, _interval(a), _interval(b), words, (DERIVED, DERIVED), _basis(a.route, b.route))


def _milestone_line(curves: Curves, both: Both, months: int) -> Line:
    a, b = (of.survival_interval([months]).iloc[0] for _, of in both)
    gap, se = b["survival"] - a["survival"], math.hypot(a["se"], b["se"])
    cells = []
    for (k, _), x in zip(both, (a, b), strict=True):
        low, high = round(x["low"], 2), round(x["high"], 2)
        words = f"{percent(round(x['survival'], 2))} ({percent(low)} to {percent(high)})"
        cells.append(_cell(curves, k, f"s{months}", words, low, high))
    (left, left_how), (right, right_how) = cells
    ends = [f"{round(100 * v) + 0:+d}" for v in (gap, gap - Z95 * se, gap + Z95 * se)]
    difference = f"{ends[0]} points ({ends[1]} to {ends[2]})"
    routes = _basis(*(of.route for _, of in both))
    return Line(f"Survival at {months // 12} y", left, right, difference, (left_how, right_how), routes)


def _ratio_words(value: float, low: float, high: float) -> str:
    return f"{value:.2f} ({low:.2f} to {high:.2f})"


def _ratio_line(ratio: HazardRatio, horizon: float) -> Line:
    error = ratio_error(horizon)
    factor = "" if error is None else f"; such ratios were off by a factor of {math.exp(error):.2f} on average"
    words = "not estimable" if not math.isfinite(ratio.hr) else _ratio_words(ratio.hr, *ratio.ci)
    return Line("Hazard ratio", "", "", words, ("", ""), f"{ratio.route.label}{factor}")


def _whole_follow_up_line(left: Reconstruction, right: Reconstruction, endpoint: str) -> list[Line]:
    """What stands beside a printed ratio, which counts deaths after the last printed rate too: an assumption.

    Only where its error was measured (overall survival, both arms with a printed follow-up), and without an interval:
    assumed deaths tell nothing.
    """
    measured = typical_error("log_hr_full")
    followed = all(arm.support is not None and arm.support.follow_up is not None for arm in (left, right))
    if endpoint != "os" or not followed or measured is None:
        return []
    ratio = hr_full_follow_up(left, right)
    if not math.isfinite(ratio.hr):
        return []
    basis = (
        "Assumes that after the last rate printed for both, both arms die at one rate; such ratios were off by a "
        f"factor of {math.exp(measured['value']):.2f} on average"
    )
    return [Line("Hazard ratio, whole follow-up (assumption)", "", "", f"{ratio.hr:.2f}", ("", ""), basis)]


def _printed(table: pd.DataFrame, curves: Curves, reference: int, arm: int) -> Iterator[tuple[Line, float | None]]:
    """Hazard ratios and P values that the paper prints for these two arms, the ratio turned to arm v reference."""
    arms = curves.arms
    pair = {str(arms["arm_id"][reference]), str(arms["arm_id"][arm])}
    rows = table[table["study_id"].eq(arms["study_id"][arm]) & table["endpoint"].eq(arms["endpoint"][arm])]
    for row in records(rows[rows["measure"].isin(["hazard_ratio", "logrank_p"])]):
        if {str(row.arm_id), str(row.comparator_arm_id)} != pair:
            continue
        note = "" if pd.isna(row.note) else f": {row.note}"
        where = "place not noted" if pd.isna(row.locator) else str(row.locator)
        p = "" if pd.isna(row.p_value) else f"p {row.p_value}" if str(row.p_value)[0] in "<>" else f"p = {row.p_value}"
        if row.measure == "logrank_p":
            yield Line("P value, as printed", "", "", p, ("", ""), where + note, printed=True), None
            continue
        turned = str(row.arm_id) != str(arms["arm_id"][arm])
        value, low, high = (float(v) for v in (row.value, row.ci_low, row.ci_high))
        if turned:
            value, low, high = 1 / value, 1 / high, 1 / low
        words = _ratio_words(value, low, high) if math.isfinite(low) else f"{value:.2f} (CI not reported)"
        adjusted = {"yes": ", adjusted", "no": ", not adjusted"}.get(str(row.adjusted), "")
        inverted = ", inverted to this direction" if turned else ""
        basis = where + inverted + note
        yield Line(f"Hazard ratio, as printed{adjusted}", "", words, p, ("", REPORTED), basis, printed=True), value


def _disagreements(ratio: HazardRatio, horizon: float, printed: list[float | None]) -> Iterator[str]:
    """A printed ratio further from the derived one than nine of ten derived ratios were from the truth."""
    for value in printed:
        if value is not None and math.isfinite(ratio.log_hr) and disagrees(ratio.log_hr, math.log(value)):
            yield (
                f"The printed hazard ratio ({value:.2f}) and the derived one ({ratio.hr:.2f}, to {horizon:g} months) "
                "differ by more than nine of ten derived ratios did from the truth: the paper adjusted, followed "
                "longer, or contradicts itself."
            )


def _sentence(names: list[str], ratio: HazardRatio, horizon: float) -> str:
    if not math.isfinite(ratio.hr):
        return f"{names[1]} against {names[0]}: no hazard ratio can be derived."
    low, high = ratio.ci
    point, _ = e_value(ratio.hr, low, high)
    return (
        f"{names[1]} against {names[0]}: hazard ratio {_ratio_words(ratio.hr, low, high)}, derived from the printed "
        f"figures up to {horizon:g} months; below 1 favours {names[1]}. Without randomisation, a confounder tied to "
        f"treatment and to death by risk ratios of {point:.1f} could explain it away (E-value)."
    )


def as_frame(result: Difference, names: tuple[str, str]) -> pd.DataFrame:
    """The lines as a table for a download."""
    return pd.DataFrame(
        [
            (
                x.measure,
                x.reference,
                x.hows[0],
                x.arm,
                x.hows[1],
                x.difference,
                REPORTED if x.printed else DERIVED,
                x.basis,
            )
            for x in result.lines
        ],
        columns=[
            *("Measure", names[0], f"{names[0]}: is", names[1], f"{names[1]}: is"),
            *("Difference (95% CI)", "Difference is", "Basis"),
        ],
    )
