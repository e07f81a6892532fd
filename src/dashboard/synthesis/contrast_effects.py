"""Effect of one printed comparison of two arms: which figure serves, and what its variance rests on."""

from __future__ import annotations

import re

from dashboard.synthesis._rows import Record
from dashboard.synthesis.effects import Effect, hazard_ratio_effect, logrank_effect

_EXACT_P = re.compile(r"^0?\.\d+$")
_ONE_SIDED = re.compile(r"one-sided", re.IGNORECASE)
_UNNAMED_TEST = re.compile(r"not named|propensity|compared together", re.IGNORECASE)


def preference(figure: Record, design: str | None) -> tuple[bool, bool]:
    """Randomised: the unadjusted comparison first. Otherwise the adjusted one. Then the one with an interval."""
    adjusted = figure["adjusted"] == "yes"
    return adjusted if design == "rct" else not adjusted, figure["ci_low"] is None


def unusable(figure: Record) -> str | None:
    """Why a printed ratio may not be pooled; None where it may."""
    if figure["qualifier"] == "?":
        return "ambiguous"
    if figure["qualifier"] in (">", "<", "~") or figure["value"] is None:
        return "bounded"
    return None


def ratio_effect(figure: Record, arm: Record, study: list[Record], endpoint: str) -> Effect | None:
    """Effect of a printed ratio from its interval, exact p-value or the deaths of both arms."""
    flip = figure["arm_key"] != arm["arm_key"]
    ends = (figure["arm_key"], f"{figure['study_id']}/{figure['comparator_arm_id']}")
    deaths = [_deaths(study, key, endpoint) for key in ends]
    both = (float(deaths[0]), float(deaths[1])) if deaths[0] and deaths[1] else None
    interval = None if figure["ci_low"] is None or figure["ci_high"] is None else (figure["ci_low"], figure["ci_high"])
    p = None if _ONE_SIDED.search(figure["note"] or "") else _exact_p(figure["p_value"])
    try:
        return hazard_ratio_effect(figure["value"], ci=interval, p=p, events=both, flip=flip)
    except ValueError:
        return None


def _exact_p(text: str | None) -> float | None:
    """A p-value printed as a number; None for bounds such as <0.05."""
    return float(text) if text and _EXACT_P.match(text.strip()) and 0 < float(text) < 1 else None


def _deaths(study: list[Record], arm_key: str, endpoint: str) -> float | None:
    for record in study:
        if record["arm_key"] == arm_key and record["measure"] == "deaths" and record["endpoint"] == endpoint:
            return float(record["value"])
    return None


def printed_logrank(figure: Record, arm: Record, other: Record, study: list[Record], endpoint: str) -> Effect | None:
    """Effect of a printed log-rank p-value: exact, two-sided, of a named test, with deaths and direction known."""
    p = _exact_p(figure["p_value"])
    note = figure["note"] or ""
    if figure["measure"] != "logrank_p" or p is None or _ONE_SIDED.search(note) or _UNNAMED_TEST.search(note):
        return None
    deaths = [_deaths(study, key, endpoint) for key in (arm["arm_key"], other["arm_key"])]
    favours = _favours(arm, other, study, endpoint)
    if favours is None or not all(deaths) or not arm["n"] or not other["n"]:
        return None
    events = sum(d for d in deaths if d)
    return logrank_effect(p, events, arm["n"], other["n"], favours_arm=favours)


def _favours(arm: Record, other: Record, study: list[Record], endpoint: str) -> bool | None:
    """Whether the arm's printed medians and rates are the better ones; None when they disagree or are absent."""
    printed: dict[tuple[str, float | None], dict[str, float]] = {}
    for r in study:
        if r["endpoint"] == endpoint and r["measure"] in ("median_months", "survival") and r["value"] is not None:
            printed.setdefault((r["measure"], r["time_months"]), {})[r["arm_key"]] = r["value"]
    signs = {
        values[arm["arm_key"]] > values[other["arm_key"]]
        for values in printed.values()
        if arm["arm_key"] in values
        and other["arm_key"] in values
        and values[arm["arm_key"]] != values[other["arm_key"]]
    }
    return signs.pop() if len(signs) == 1 else None
