"""The pooled result in words: the question, the answer with all its numbers, and what a reader must know before."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, isnan
from typing import Any, Final

import pandas as pd

from dashboard.evidence.flags import FLAGS
from dashboard.evidence.words import count
from dashboard.figures.pooling_marks import records
from dashboard.pooled.across import Across
from dashboard.pooled.ask import GROUPS, Ask
from dashboard.selection import Selection
from dashboard.synthesis.eligibility import REASONS
from dashboard.synthesis.sensitivity import subgroup_test
from dashboard.synthesis.within import REASONS as WITHIN_REASONS
from dashboard.vocabulary import ENDPOINTS, FAMILIES, MODALITIES, PRIMARY_SITES, family_members, label

FlagLetters = tuple[dict[str, str], dict[str, str]]
_IN_WORDS = 2
_TOO_FEW = 2
# Flags of figures that are never pooled need no mark beside those that are.
_NEVER_MARKED: Final = frozenset({"subgroup", "ambiguous", "unnamed-test"})
_LETTERS = "abcdefghijklm"
WHY_NO_TEST: Final = (
    "Why there is no test between the groups: their patients were chosen for one treatment or the other by their "
    "disease and their condition, in other hospitals and other years, and time does not always count from the same "
    "event. A difference between two diamonds is a difference between patients first. Treatments are compared under "
    "“Within studies”."
)


def lower_first(text: str) -> str:
    """`Resection` as `resection`; `RFA` and `2000s` as they are."""
    return text if text[:2].isupper() or text[:1].isdigit() else text[:1].lower() + text[1:]


def what(ask: Ask) -> str:
    """`5-year overall survival`, `median overall survival`."""
    endpoint = lower_first(label(ENDPOINTS, ask.endpoint))
    return f"median {endpoint}" if ask.months is None else f"{ask.months // 12}-year {endpoint}"


def where(selection: Selection) -> str:
    """The patients that the filters leave, in words."""
    sites = [label(PRIMARY_SITES, site) for site in selection.sites]
    names = [site if site.isupper() else site.lower() for site in sites]
    kind = f"{names[0]} liver metastases" if len(names) == 1 else "liver metastases"
    years = "" if "year_from" not in selection.active else f" treated since {selection.year_from}"
    return f"{kind}{' of ' + str(len(names)) + ' primary sites' if len(names) > 1 else ''}{years}"


def treatments(selection: Selection) -> str:
    """` after resection` where the filters leave one treatment or family; else empty."""
    chosen = set(selection.modalities)
    if len(chosen) == 1:
        return f" after {lower_first(label(MODALITIES, selection.modalities[0]))}"
    family = next((slug for slug in FAMILIES if chosen == set(family_members(slug))), None)
    return f" after {lower_first(FAMILIES[family].label)}" if family else ""


def question(ask: Ask, selection: Selection) -> str:
    """The question as a title."""
    by = next(name for name, key in GROUPS.items() if key == ask.group)
    text = f"{what(ask)}{treatments(selection)}, {where(selection)}, by {lower_first(by)}"
    return text[:1].upper() + text[1:]


def amount(value: float, quantity: str) -> str:
    """`45%`, `26 months` without its unit, or `0.81`."""
    return {"survival": f"{100 * value:.0f}%", "median": f"{value:.0f}"}.get(quantity, f"{value:.2f}")


def noun(quantity: str) -> str:
    """What is pooled: arms, or contrasts of two arms."""
    return "contrast" if quantity == "hazard_ratio" else "arm"


def result(group: Mapping[Any, Any], quantity: str) -> str:
    """`45% (95% CI 38% to 52%; prediction interval 20% to 70%), 21 arms of 20 studies, 2,345 patients, I² 80%`."""
    arms = noun(quantity)
    low, high = amount(group["ci_low"], quantity), amount(group["ci_high"], quantity)
    inside = f"95% CI {low} to {high}"
    if isfinite(group["pi_low"]):
        ends = amount(group["pi_low"], quantity), amount(group["pi_high"], quantity)
        inside += f"; prediction interval {ends[0]} to {ends[1]}"
    unit = " months" if quantity == "median" else ""
    text = f"**{amount(group['estimate'], quantity)}{unit}** ({inside})"
    if group["k"] == 1:
        return f"{text}, one {arms} only, {_patients(group, arms)}, nothing pooled"
    text += f", {count(group['k'], arms)} of {count(group['studies'], 'study', 'studies')}, {_patients(group, arms)}"
    if group["k"] == _TOO_FEW:
        return f"{text}, too few to pool with confidence: read the two themselves"
    return text if isnan(group["i2"]) else f"{text}, I² {group['i2']:.0f}%"


def _patients(group: Mapping[str, Any], arms: str) -> str:
    """`1,575 patients and 1 arm of unstated size`."""
    if not group["patients"]:
        return "number of patients not stated"
    unstated = f" and {count(group['without_n'], arms)} of unstated size" if group["without_n"] else ""
    return count(group["patients"], "patient") + unstated


def answer(across: Across, labels: Mapping[str, str]) -> str:
    """The answer in one or two sentences: the largest groups with every number, and what the numbers rest on."""
    ask, groups = across.ask, across.summary.groups
    if groups.empty:
        return f"No arm with {what(ask)} may be pooled here. The list below says why each was left out."
    head = what(ask)[:1].upper() + what(ask)[1:]
    largest = sorted(records(groups), key=lambda group: -group["k"])
    in_words = max(1, min(_IN_WORDS, sum(g["k"] > _TOO_FEW for g in largest)))
    told = [
        f"{lower_first(labels.get(str(g['group']), str(g['group'])))} {result(g, ask.quantity)}"
        for g in largest[:in_words]
    ]
    more = len(largest) - in_words
    rest = f"; {count(more, 'more group')} below" if more > 0 else ""
    return f"{head}: {'; '.join(told)}{rest}. {basis(across)}"


def basis(across: Across) -> str:
    """What the pooled figures are: printed or derived, and where their weights come from."""
    used, months = across.used, across.ask.months
    kind = "medians" if months is None else f"survival at {months} months"
    derived = int((used["status"] == "derived").sum())
    text = (
        f"Printed {kind} only"
        if not derived
        else f"{len(used) - derived} printed, {derived} derived from other figures"
    )
    if across.ask.bounds:
        text += ", bounds and approximations at face value"
    assumed = int((used["interval"] == "assumed").sum())
    if assumed:
        text += f"; {assumed} of {len(used)} print no interval, their weight rests on their number of patients"
    return f"{text}."


def between_groups(across: Across) -> str:
    """A test of the groups against each other, for who asks for it, with what it can and cannot say."""
    used = across.used
    found = subgroup_test(used["yi"], used["vi"], used["group"].astype(str), method=across.ask.method)
    p = "< 0.001" if found.p < 0.001 else f"= {found.p:.2g}"
    return (
        f"Test that all {count(found.df + 1, 'group')} have one mean: Q = {found.q:.1f} on {found.df} degrees of "
        f"freedom, p {p} (random effects, each group with its own heterogeneity, normal approximation). It compares "
        "series, not treatments: a small p-value says that these patients lived differently, not why. Do not quote it "
        "as evidence that one treatment is better."
    )


def cautions(across: Across, selection: Selection) -> list[str]:
    """What to know before reading the answer, most important first."""
    said = [notice.sentence for notice in across.notices]
    sites = set(across.used["primary_site"].dropna())
    if across.ask.group != "site" and len(sites) > 1 and len(selection.sites) != 1:
        said.append(f"{len(sites)} primary sites are mixed, with very different survival: choose one in the filters.")
    if across.ask.months is None:
        reached = across.left_out["reason"].eq("not-reached").sum()
        if reached:
            said.append(
                f"{count(int(reached), 'median was', 'medians were')} not reached and cannot be pooled: the "
                "result is too low."
            )
    return said


def reason_counts(left_out: pd.DataFrame) -> list[tuple[str, int]]:
    """(reason, arms left out for it), most frequent first."""
    unique = left_out.drop_duplicates(["arm_key", "reason"])
    return [(str(reason), int(n)) for reason, n in unique["reason"].value_counts().items()]


def reason_words(reason: str) -> str:
    """The sentence of a reason."""
    return REASONS.get(reason) or WITHIN_REASONS.get(reason, reason)


def flag_letters(rows: pd.DataFrame) -> FlagLetters:
    """(arm key -> letters of its flags, letter -> title), over the flags that occur in these rows."""
    pairs = zip(rows["arm_key"], rows["flags"].fillna("").astype(str), strict=True)
    held = {k: [c for c in codes.split(";") if c in FLAGS and c not in _NEVER_MARKED] for k, codes in pairs}
    present = [code for code in FLAGS if any(code in value for value in held.values())]
    letter = dict(zip(present, _LETTERS, strict=False))
    marks = {key: " ".join(letter[c] for c in value if c in letter) for key, value in held.items()}
    return marks, {letter[code]: FLAGS[code].title for code in present if code in letter}
