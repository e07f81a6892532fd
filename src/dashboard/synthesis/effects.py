"""From what a paper prints to an effect with its variance.

The variance comes from the best rung of a ladder that the paper allows, and the rung is part of the result (`route`):
a figure whose variance had to be assumed never looks like one whose interval was printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import expm1, isfinite, log, sqrt

import numpy as np

from dashboard.synthesis._tails import normal_quantile
from dashboard.synthesis.scales import SURVIVAL_SCALES, scale_of

# From the best to the weakest. The text is what the screen says of the route.
ROUTES = {
    "se": "standard error as reported",
    "ci": "from the reported confidence interval",
    "ci-one-side": "from one side of the reported confidence interval, whose other end is 0 or 1",
    "p": "from the reported p-value",
    "n-at-risk": "from the number at risk at that time",
    "events": "from the number of events",
    "n-follow-up": "from the number of patients and the median follow-up; constant censoring assumed",
    "n-only": "from the number of patients alone, as if all had been followed to that time: too narrow if not",
}
ASSUMED_ROUTES = frozenset({"n-follow-up", "n-only"})
_MAX_SE_OF_A_PROPORTION = 0.5


@dataclass(frozen=True)
class Effect:
    """An effect on its pooling scale. Unpacks as `yi, vi`; `estimate` is in its own unit (survival, months, HR)."""

    yi: float
    vi: float
    route: str
    transform: str
    estimate: float
    corrected: bool = False
    notes: tuple[str, ...] = ()

    @property
    def se(self) -> float:
        """Standard error on the pooling scale."""
        return sqrt(self.vi)

    @property
    def assumed(self) -> bool:
        """True when the variance rests on an assumption about follow-up."""
        return self.route in ASSUMED_ROUTES

    def __iter__(self) -> Iterator[float]:
        yield self.yi
        yield self.vi


def milestone_effect(
    survival: float,
    *,
    se: float | None = None,
    n: float | None = None,
    n_at_risk: float | None = None,
    events: float | None = None,
    ci: tuple[float, float] | None = None,
    transform: str = "cloglog",
    se_scale: str = "survival",
    time_months: float | None = None,
    follow_up_months: float | None = None,
) -> Effect:
    """Survival at a time as an effect with its variance on a pooling scale.

    Parameters
    ----------
    survival : float
        Proportion surviving, 0..1.
    se : float, optional
        Standard error of the survival (Greenwood's), or on the pooling scale when `se_scale` is "transform".
    ci : (low, high), optional
        95% confidence interval, 0..1. Its scale is not printed, so it is taken as the one on which the interval is
        most symmetric: plain, log (R's default) or log-log (cloglog); plain when it is so within one unit of the last
        digit. A bound of 0 or 1 was cut off there: only the other side is used, on the plain scale.
    n_at_risk : float, optional
        Patients still at risk at that time; Peto's variance S^2 (1 - S) / n_at_risk (Peto et al. 1977).
    events : float, optional
        Events (deaths) in the arm by any time. They carry the information of at least events / (1 - S) patients
        followed throughout, never more than n: variance S (1 - S) / min(n, events / (1 - S)).
    n : float, optional
        Patients in the arm. Alone it gives the binomial variance S (1 - S) / n, as if nobody was lost before that
        time. With `time_months` and the median `follow_up_months` it is widened for patients not yet followed that
        long: Greenwood's integral under constant hazards of death and of censoring.
    transform : {"cloglog", "logit", "plain", "arcsine"}

    Returns
    -------
    Effect
        The best rung of se, ci, n_at_risk, events, n with follow-up, n; `route` names it.

    Notes
    -----
    Survival of 0 or 1 has no variance of its own and no cloglog or logit. With n it becomes (n S + 1/2) / (n + 1) with
    the binomial variance of n + 1 patients (half a patient added to the dead and to the living), `corrected` is true,
    and any printed interval is not used. The arcsine scale needs no correction.

    Raises
    ------
    ValueError
        Survival outside 0..1, an interval that does not hold it, a negative standard error, a variance that cannot be
        had: the message says which figure would give it.
    """
    if transform not in SURVIVAL_SCALES:
        raise ValueError(f"transform must be one of {', '.join(SURVIVAL_SCALES)}, but was {transform!r}.")
    if not isfinite(survival) or not 0 <= survival <= 1:
        raise ValueError(f"survival must be a proportion from 0 to 1, but was {survival!r}. Divide per cent by 100.")
    for name, count in (("n", n), ("n_at_risk", n_at_risk), ("events", events)):
        if count is not None and not (isfinite(count) and count > 0):
            raise ValueError(f"{name} must be above 0 or left out, but was {count!r}.")
    scale = scale_of(transform)
    if survival in (0.0, 1.0):
        return _at_the_border(survival, n, transform)

    if se is not None and se_scale == "transform":
        return Effect(scale.forward(survival), _square(se), "se", transform, survival)
    notes: tuple[str, ...] = ()
    if se is not None:
        if se > _MAX_SE_OF_A_PROPORTION:
            raise ValueError(
                f"A standard error of {se:g} is impossible for a proportion. If it is on the {transform} scale, "
                'pass se_scale="transform".'
            )
        variance, route = _square(se), "se"
    elif ci is not None:
        se, route = _se_from_ci(survival, ci)
        variance = se**2
    elif n_at_risk is not None:
        variance, route = survival**2 * (1 - survival) / n_at_risk, "n-at-risk"
    elif events is not None:
        followed = events / (1 - survival)
        variance, route = survival * (1 - survival) / (followed if n is None else min(n, followed)), "events"
    elif n is not None:
        variance, route = _variance_from_n(survival, n, time_months, follow_up_months)
        notes = (ROUTES[route][0].upper() + ROUTES[route][1:] + ".",)
    else:
        raise ValueError(
            "No variance can be had: it needs a confidence interval, a standard error, the number "
            "at risk, the number of events or at least the number of patients. Leave the arm out and list it."
        )
    return Effect(
        scale.forward(survival), variance * scale.slope(survival) ** 2, route, transform, survival, notes=notes
    )


def _square(se: float) -> float:
    if not (isfinite(se) and se > 0):
        raise ValueError(f"A standard error must be above 0, but was {se!r}.")
    return se**2


def _at_the_border(survival: float, n: float | None, transform: str) -> Effect:
    if n is None:
        raise ValueError(
            f"Survival of {survival:g} has a variance only with the number of patients: pass n, or leave the arm out "
            "and list it."
        )
    scale = scale_of(transform)
    if transform == "arcsine":
        return Effect(scale.forward(survival), 1 / (4 * n), "n-only", transform, survival)
    moved = (n * survival + 0.5) / (n + 1)
    variance = moved * (1 - moved) / (n + 1) * scale.slope(moved) ** 2
    note = f"Survival of {survival:.0%} pooled as {moved:.1%}: half a patient added to the dead and to the living."
    return Effect(scale.forward(moved), variance, "n-only", transform, survival, corrected=True, notes=(note,))


def _decimals(value: float) -> int:
    text = np.format_float_positional(value, precision=6, trim="-")
    return len(text.partition(".")[2])


def _se_from_ci(survival: float, ci: tuple[float, float]) -> tuple[float, str]:
    """Standard error on the plain scale, and the route."""
    low, high = ci
    if not (isfinite(low) and isfinite(high) and 0 <= low <= survival <= high <= 1 and low < high):
        raise ValueError(
            f"The interval must hold the survival and lie in 0..1, but was {low!r} to {high!r} around {survival!r}."
        )
    z = normal_quantile(0.975)
    below, above = survival - low, high - survival
    rounding = 10.0 ** -max(map(_decimals, (survival, low, high)))
    if abs(below - above) <= rounding * (1 + 1e-9):
        return (high - low) / (2 * z), "ci"
    if low == 0 or high == 1:
        side = below if high == 1 and low > 0 else above
        if side <= 0:
            raise ValueError(f"The interval {low!r} to {high!r} around {survival!r} gives no standard error.")
        return side / z, "ci-one-side"

    # A computed interval is symmetric on the scale of its making; rounding and tails blur it, so take the nearest.
    def asymmetry(a: float, b: float) -> float:
        return abs(a - b) / (a + b)

    best, best_asymmetry = (high - low) / (2 * z), asymmetry(below, above)
    for forward, slope in (
        (log, 1 / survival),
        (SURVIVAL_SCALES["cloglog"].forward, SURVIVAL_SCALES["cloglog"].slope(survival)),
    ):
        left, right = abs(forward(survival) - forward(low)), abs(forward(high) - forward(survival))
        if asymmetry(left, right) < best_asymmetry:
            best, best_asymmetry = (left + right) / (2 * z) / slope, asymmetry(left, right)
    return best, "ci"


def _variance_from_n(survival: float, n: float, time: float | None, follow_up: float | None) -> tuple[float, str]:
    """Variance on the plain scale from n, widened for censoring where the median follow-up is known.

    Greenwood's integral Var(log S) = 1/n * int hazard / (S G) with constant hazards of death and of censoring:
    h / (h + c) * (exp(h + c) - 1) / n with h = -log S and c = log 2 * time / follow_up.
    """
    if time is None or follow_up is None or not (time > 0 and follow_up > 0):
        return survival * (1 - survival) / n, "n-only"
    h, c = -log(survival), log(2) * time / follow_up
    return survival**2 * h / (h + c) * expm1(h + c) / n, "n-follow-up"


def median_effect(
    median_months: float,
    *,
    n: float | None = None,
    events: float | None = None,
    ci: tuple[float, float] | None = None,
) -> Effect:
    """Median survival on the log scale.

    With a 95% interval its half-width on the log scale gives the standard error. Without one, the variance is that of
    survival at the median carried over by a constant hazard, Var(log t) = Var(S) / (S log S)^2 at S = 1/2, which is
    its variance on the cloglog scale; `events` and `n` enter as in `milestone_effect`.

    Raises
    ------
    ValueError
        A median that is not a positive finite number (an unreached median cannot be pooled), or no variance.
    """
    if not (isfinite(median_months) and median_months > 0):
        raise ValueError(
            f"A median must be a positive number of months, but was {median_months!r}. An unreached median cannot be "
            "pooled; pool survival at a milestone instead."
        )
    y = log(median_months)
    if ci is not None:
        return Effect(y, _log_se(median_months, ci) ** 2, "ci", "log", median_months)
    half = milestone_effect(0.5, n=n, events=events)
    return Effect(y, half.vi, half.route, "log", median_months, notes=half.notes)


def hazard_ratio_effect(
    hazard_ratio: float,
    *,
    ci: tuple[float, float] | None = None,
    se_log: float | None = None,
    p: float | None = None,
    events: tuple[float, float] | None = None,
    flip: bool = False,
) -> Effect:
    """Hazard ratio on the log scale; below 0 favours the first treatment named.

    `flip` inverts a ratio printed for the other direction (B v A). The standard error comes from `se_log`, the 95%
    interval, the exact two-sided p-value (Parmar, Torri and Stewart 1998, equation 7) or the events in both arms
    (variance 1/d1 + 1/d2).

    Raises
    ------
    ValueError
        A ratio that is not positive, or none of the figures that give a variance.
    """
    if not (isfinite(hazard_ratio) and hazard_ratio > 0):
        raise ValueError(f"A hazard ratio must be above 0, but was {hazard_ratio!r}.")
    y = log(hazard_ratio)
    if se_log is not None:
        variance, route = _square(se_log), "se"
    elif ci is not None:
        variance, route = _log_se(hazard_ratio, ci) ** 2, "ci"
    elif p is not None and 0 < p < 1 and y != 0:
        variance, route = (y / normal_quantile(1 - p / 2)) ** 2, "p"
    elif events is not None and min(events) > 0:
        variance, route = 1 / events[0] + 1 / events[1], "events"
    else:
        raise ValueError(
            "No variance can be had for this hazard ratio: it needs a confidence interval, an exact p-value or the "
            "events in both arms. Leave it out and list it."
        )
    return Effect(-y if flip else y, variance, route, "log", 1 / hazard_ratio if flip else hazard_ratio)


def logrank_effect(p: float, events: float, n_arm: float, n_comparator: float, *, favours_arm: bool) -> Effect:
    """Log hazard ratio from an exact log-rank p-value, all events and the arms' sizes, with the direction stated.

    V = events * n_arm * n_comparator / (n_arm + n_comparator)^2, log HR = +-z / sqrt(V), variance 1 / V
    (Parmar, Torri and Stewart 1998, equations 5 to 8; Tierney et al. 2007).
    """
    if not 0 < p < 1 or min(events, n_arm, n_comparator) <= 0:
        raise ValueError(f"p must lie between 0 and 1 and counts above 0, but were {p!r}, {events!r}, {n_arm!r}.")
    information = events * n_arm * n_comparator / (n_arm + n_comparator) ** 2
    y = normal_quantile(1 - p / 2) / sqrt(information) * (-1 if favours_arm else 1)
    return Effect(y, 1 / information, "p", "log", float(np.exp(y)))


def _log_se(value: float, ci: tuple[float, float]) -> float:
    low, high = ci
    if not (isfinite(low) and isfinite(high) and 0 < low <= value <= high and low < high):
        raise ValueError(f"The interval must hold {value!r} and be above 0, but was {low!r} to {high!r}.")
    return (log(high) - log(low)) / (2 * normal_quantile(0.975))
