"""A cohort beside the published arms in words: where its curve lies, and what to be careful about."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from dashboard.cohort.fits import EVERYBODY, FEW_AT_RISK, Analysis, GroupFit, Value
from dashboard.cohort.place import Place, Standing
from dashboard.cohort.published import Published, in_sentence
from dashboard.comparison.curves import REPORTED, Curves
from dashboard.comparison.groups import arm_name
from dashboard.evidence.words import count
from dashboard.selection import Selection
from dashboard.vocabulary import ENDPOINTS, MODALITIES, PRIMARY_SITES, TIME_ORIGINS, label

NAMED_ARMS = 3
APART_YEARS = 8
UNKNOWN_ORIGIN = "not-stated"


def percent(value: float) -> str:
    """A proportion as a whole per cent."""
    return f"{100 * value:.0f}%"


def with_interval(value: Value) -> str:
    """`48% (95% CI 41% to 55%)`; says why there is no interval."""
    if math.isnan(value.low):
        why = "no event yet, so no interval" if value.value >= 1 else "nobody left, so no interval"
        return f"{percent(value.value)} ({why})"
    return f"{percent(value.value)} (95% CI {percent(value.low)} to {percent(value.high)})"


def months_words(value: Value) -> str:
    """A median: `26.1 months (95% CI 18.4 to not reached)`, or that it is not reached."""
    low, high = (f"{end:.1f}" if math.isfinite(end) else "not reached" for end in (value.low, value.high))
    if not math.isfinite(value.value):
        return "not reached" + (f" (95% CI from {low} months)" if math.isfinite(value.low) else "")
    return f"{value.value:.1f} months (95% CI {low} to {high})"


def years_words(months: int) -> str:
    """`5 years`."""
    return count(months // 12, "year")


def arms_words(selection: Selection) -> str:
    """`colorectal liver metastases after resection`: what the published arms are of."""
    sites = [label(PRIMARY_SITES, slug) for slug in selection.sites]
    where = " or ".join(map(in_sentence, sites))
    how = " or ".join(in_sentence(MODALITIES[slug].label) for slug in selection.modalities)
    return f"{where} liver metastases".strip() + (f" after {how}" if how else "")


def sentence(
    analysis: Analysis, at: Standing | None, behind: Published | None, curves: Curves | None, endpoint: str
) -> str:
    """What is seen: survival at the milestone, the pooled curve there, and which arms lie above and below."""
    name = label(ENDPOINTS, endpoint)
    if at is None:
        return f"{name}: your follow-up ends before one year; the plot shows what there is. {_medians(analysis)}"
    said = [f"{name} at {years_words(at.months)}: {_values(at.places)}."]
    if behind is not None:
        said.append(_pooled(at, behind))
        if len(at.places) == 1 and curves is not None and at.arms and not math.isnan(at.places[0].value.value):
            said.append(_arms(at, curves))
    said.append(_medians(analysis))
    return " ".join(part for part in said if part)


def _values(places: Sequence[Place]) -> str:
    def one(place: Place) -> str:
        if math.isnan(place.value.value):
            return f"{place.group.name}: followed less long"
        words = with_interval(place.value)
        return words if place.group.name == EVERYBODY else f"{place.group.name} {words}"

    if len(places) == 1 and places[0].group.name == EVERYBODY:
        return f"{one(places[0])} of your patients"
    return "; ".join(map(one, places))


def _pooled(at: Standing, behind: Published) -> str:
    what = arms_words(behind.selection)
    if behind.pooled is None:
        number = len(behind.members)
        if not number:
            return f"No published arm of {what} can be shown."
        reach = "" if len(at.arms) == number else f", {len(at.arms)} of them at {years_words(at.months)}"
        return f"{count(number, 'published arm')} of {what}{reach}: too few to pool."
    if at.pooled is None:
        return f"The published arms of {what} cannot be pooled as far as {years_words(at.months)}."
    mean, further = at.pooled.mean, at.pooled.further
    text = (
        f"{count(behind.pooled.arms, 'published arm')} of {what}, pooled: {with_interval(mean)}; a further such arm "
        f"would lie between {percent(further.low)} and {percent(further.high)} (95% prediction interval)."
    )
    known = [place for place in at.places if place.verdict is not None]
    if len(known) == 1:
        return f"{text} Yours lies {known[0].verdict}."
    return text + " " + "; ".join(f"{place.group.name} lies {place.verdict}" for place in known) + "."


def _arms(at: Standing, curves: Curves) -> str:
    own = at.places[0].value.value
    above = [arm for arm in at.arms if arm.survival > own]
    below = [arm for arm in at.arms if arm.survival < own]
    level = len(at.arms) - len(above) - len(below)
    derived = sum(arm.status != REPORTED for arm in at.arms)

    def named(arms: Sequence, side: str) -> str:
        text = f"{len(arms)} {'lies' if len(arms) == 1 else 'lie'} {side}"
        names = [arm_name(curves, arm.k, with_study=True) for arm in arms[:NAMED_ARMS]]
        return f"{text} ({'; '.join(names)})" if 0 < len(arms) <= NAMED_ARMS else text

    parts = [named(above, "above"), named(below, "below"), *([f"{level} level"] if level else [])]
    basis = f" ({derived} derived)" if derived else ""
    return f"Of {count(len(at.arms), 'arm')} with a figure there{basis}, {', '.join(parts)}."


def _medians(analysis: Analysis) -> str:
    if len(analysis.groups) == 1:
        return f"Your median: {months_words(analysis.groups[0].median)}."
    return "Medians: " + "; ".join(f"{g.name} {months_words(g.median)}" for g in analysis.groups) + "."


def cautions(
    analysis: Analysis,
    at: Standing | None,
    behind: Published | None,
    curves: Curves | None,
    origin: str | None,
    patients: pd.DataFrame,
) -> list[str]:
    """What makes the comparison weaker than it looks; the cohort's own warnings come with it (`intake`)."""
    said = [*analysis.notes]
    if at is not None:
        said += [words for place in at.places if (words := _thin(place, at.months))]
    if behind is None or not len(behind.members) or curves is None:
        return said
    said.append(
        "The published arms are other patients, chosen for treatment elsewhere and in other years: a difference is no "
        "effect of your care. If your patients are among those of an arm, they are compared with themselves."
    )
    said += _origins(behind, curves, origin)
    said += _years(behind, curves, patients)
    if behind.pooled is not None and len(analysis.groups) > 1:
        said.append("The pooled curve is of whole arms: your groups may be parts that no published arm stands for.")
    return said


def _thin(place: Place, months: int) -> str:
    group = place.group
    name = "" if group.name == EVERYBODY else f"{group.name}: "
    when = years_words(months)
    if math.isnan(place.value.value):
        return f"{name}no patient was followed for {when}."
    if group.follow_up_months < months:
        return (
            f"{name}median follow-up is {group.follow_up_months:.0f} months (reverse Kaplan-Meier), shorter than "
            f"{when}: {count(place.at_risk, 'patient')} of {group.n:,} carry the figure there."
        )
    return f"{name}only {count(place.at_risk, 'patient')} at risk at {when}." if place.at_risk < FEW_AT_RISK else ""


def _origins(behind: Published, curves: Curves, origin: str | None) -> list[str]:
    """How the arms' time origins differ from the cohort's."""
    found = Counter(str(curves.arms["time_origin"][k]) for k in behind.members.tolist())
    silent = found.pop(UNKNOWN_ORIGIN, 0)
    total = len(behind.members)
    if origin is None or origin == UNKNOWN_ORIGIN:
        return [
            "From when your time counts is not stated. If it counts from diagnosis and theirs from treatment, your "
            "patients had to live until treatment and look better (immortal-time bias)."
        ]
    other = sum(number for slug, number in found.items() if slug != origin)
    if not other and not silent:
        return []
    parts = [f"{other} count otherwise"] if other else []
    parts += [f"{silent} do not say"] if silent else []
    name = label(TIME_ORIGINS, origin)
    return [
        f"Your time counts {name}; of the {count(total, 'published arm')} {' and '.join(parts)}. Time from diagnosis "
        "includes the months until treatment, which only those who lived through them can have (immortal-time bias)."
    ]


def follow_up_words(group: GroupFit) -> str:
    """Median follow-up in words."""
    if not math.isfinite(group.follow_up_months):
        return "not reached"
    return f"{group.follow_up_months:.0f} months"


def left_out_words(behind: Published) -> str:
    """What is neither drawn nor pooled, by reason; empty when nothing."""
    if not behind.left_out:
        return ""
    return "Left out of the published arms: " + "; ".join(f"{reason} ({n})" for reason, n in behind.left_out) + "."


def _years(behind: Published, curves: Curves, patients: pd.DataFrame) -> list[str]:
    """That the patients were treated after, or before, most of the arms enrolled."""
    own = patients["year"].dropna()
    ends = pd.Series(curves.arms["era_end"][behind.members]).dropna()
    if own.empty or ends.empty or abs(float(own.median()) - float(ends.median())) < APART_YEARS:
        return []
    side = "later" if own.median() > ends.median() else "earlier"
    return [
        f"Half of your patients were treated in {own.median():.0f} or {side}; half of the published arms stopped "
        f"enrolling in {ends.median():.0f} or {'earlier' if side == 'later' else 'later'}: care has changed between."
    ]
