"""The comparison in words: what the plot shows, with its numbers, and why the groups differ before treatment does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from dashboard.comparison.curves import DERIVED, REPORTED, Curves
from dashboard.comparison.groups import Group
from dashboard.vocabulary import ENDPOINTS, TIME_ORIGINS, label

DESCRIPTIVE = "descriptive"
QUALIFIER_WORDS = {"=": "", ">": "more than ", "<": "less than ", "~": "about ", "?": "ambiguous: "}


@lru_cache(maxsize=4096)
def percent(value: float) -> str:
    """A proportion as per cent with the decimals the source has."""
    return f"{round(100 * value, 4):g}%"


def interval(low: float, high: float, *, as_percent: bool) -> str:
    """`95% CI 18-40`, or that none was printed."""
    if not (math.isfinite(low) or math.isfinite(high)):
        return "CI not reported"
    ends = [("not reached" if not math.isfinite(v) else percent(v) if as_percent else f"{v:g}") for v in (low, high)]
    return f"95% CI {ends[0]} to {ends[1]}"


def figure_words(qualifier: str, measure: str, value: float, months: float, low: float, high: float) -> str:
    """A printed figure: "90% at 60 months (95% CI 82% to 95%)", "median 26 months (CI not reported)"."""
    sign, is_rate = QUALIFIER_WORDS.get(qualifier, ""), measure == "survival"
    ci = interval(low, high, as_percent=is_rate)
    if is_rate:
        return f"{sign}{percent(value)} at {months:g} months ({ci})"
    return "median not reached" if not math.isfinite(value) else f"median {sign}{value:g} months ({ci})"


def _value_at(curves: Curves, group: Group, months: int) -> tuple[float, str] | None:
    """Survival of a group at a milestone and how it is known."""
    if len(group.members) == 1:
        k = group.members[0]
        value, status = float(curves.cells[f"s{months}"][k]), str(curves.cells[f"s{months}_status"][k])
        return (value, status) if math.isfinite(value) else None
    if group.summary is None:
        return None
    value, low, high = group.summary.at(months)
    if not math.isfinite(value):
        return None
    return value, f"{percent(round(low, 2))} to {percent(round(high, 2))}" if group.summary.pooled else DESCRIPTIVE


def sentence(curves: Curves, groups: Sequence[Group], endpoint: str) -> str:
    """What is seen: survival of each group, best to worst, and the range of medians.

    At five years where at least half of the groups that can be compared have it, else at an earlier milestone.
    """
    name = label(ENDPOINTS, endpoint)
    at = {
        m: [(g, value) for g in groups if (value := _value_at(curves, g, m)) is not None] for m in (60, 36, 24, 12, 120)
    }
    most = max(len(found) for found in at.values())
    milestone, known = next((m, found) for m, found in at.items() if len(found) >= most / 2)
    if not known:
        return f"{name}: no group has a figure at 1, 2, 3, 5 or 10 years; the plot shows single points."
    known.sort(key=lambda item: -item[1][0])
    parts = [_part(g, value, how) for g, (value, how) in known[:6]]
    more = f" and {len(known) - 6} more groups" if len(known) > 6 else ""
    basis = _basis({how for _, (_, how) in known})
    years = milestone // 12
    text = f"{name} at {years} {'year' if years == 1 else 'years'}: {', '.join(parts)}{more} ({basis})."
    return text + _medians(curves, groups)


def _part(group: Group, value: float, how: str) -> str:
    """One group in the sentence; a pooled value with its interval, a descriptive one marked."""
    name = _in_sentence(group.label)
    if how in (REPORTED, DERIVED, DESCRIPTIVE):
        return f"{name} {percent(value if how == REPORTED else round(value, 2))}{'†' if how == DESCRIPTIVE else ''}"
    return f"{name} {percent(round(value, 2))} ({how})"


def _basis(hows: set[str]) -> str:
    if hows == {REPORTED}:
        return "as printed"
    said = []
    if hows - {REPORTED, DERIVED, DESCRIPTIVE}:
        said.append("with an interval: pooled, random effects, 95% CI")
    if DESCRIPTIVE in hows:
        said.append("† description only, weighted by patients")
    if hows & {REPORTED, DERIVED}:
        said.append("others one arm, printed or derived; the table says which")
    return "; ".join(said)


def _in_sentence(text: str) -> str:
    return text if text[:2].isupper() or text[:1].isdigit() else text[:1].lower() + text[1:]


def _medians(curves: Curves, groups: Sequence[Group]) -> str:
    if any(len(g.members) > 1 for g in groups):
        return ""
    cells = curves.cells
    known = [(float(cells["median"][g.members[0]]), cells["median_status"][g.members[0]], g.label) for g in groups]
    known = [item for item in known if math.isfinite(item[0])]
    if len(known) < 2:
        return ""
    (low, low_how, low_name), (high, high_how, high_name) = min(known), max(known)
    how = "as printed" if {low_how, high_how} == {REPORTED} else "in part derived"
    return (
        f" Median survival runs from {low:.3g} months ({_in_sentence(low_name)}) to {high:.3g} months "
        f"({_in_sentence(high_name)}), {how}."
    )


def cautions(curves: Curves, groups: Sequence[Group]) -> list[str]:
    """Why the groups are not comparable without care: studies, choice of treatment, time origins, era."""
    if not groups:
        return []
    members = np.concatenate([group.members for group in groups])
    arms = curves.arms
    studies = set(arms["study_id"][members].tolist())
    randomised = set(arms["design"][members].tolist()) == {"rct"} and len(studies) == 1
    said: list[str] = []
    if len(groups) > 1 and not randomised:
        said.append("treatment was chosen by the disease and the patient's condition, not at random")
    if len(studies) > 1:
        said.append(f"the arms come from {len(studies)} different studies")
    origins = {str(o) for o in set(arms["time_origin"][members].tolist())}
    if origins == {"not-stated"}:
        said.append(
            "the time origin is not stated: if time counts from diagnosis, who lived long enough to be treated "
            "looks better (immortal-time bias)"
        )
    elif len(origins) > 1:
        names = ", ".join(sorted(label(TIME_ORIGINS, o) for o in origins))
        said.append(f"time counts from different origins ({names}), which can favour a group (immortal-time bias)")
    elif origins & {"metastasis-diagnosis", "primary-diagnosis"}:
        said.append("time counts from diagnosis, so treated patients had to live until treatment (immortal-time bias)")
    starts = arms["era_start"][members]
    if np.isfinite(starts).any() and np.nanmax(starts) - np.nanmin(starts) >= 15:
        said.append(f"patients were enrolled from {np.nanmin(starts):.0f} to {np.nanmax(arms['era_end'][members]):.0f}")
    return said


def caution_line(curves: Curves, groups: Sequence[Group]) -> str:
    """One line under the sentence; empty where there is nothing to warn of."""
    said = cautions(curves, groups)
    what = "Not a comparison of treatments without care" if len(groups) > 1 else "Read with care"
    return "" if not said else f"{what}: {'; '.join(said)}."


def left_out_lines(curves: Curves, groups: Sequence[Group]) -> list[str]:
    """What the descriptive summaries leave out, by reason."""
    by_reason: dict[str, int] = {}
    for group in groups:
        if group.summary is not None:
            for _, reason in group.left_out:
                by_reason[reason] = by_reason.get(reason, 0) + 1
    return [f"{count} {'curve' if count == 1 else 'curves'}: {reason}" for reason, count in sorted(by_reason.items())]


def cell_words(value: float, status: str, low: float, high: float, *, as_percent: bool) -> str:
    """A table cell without its mark: `90%`, `26 (18 to 40)`, `not reached`, or empty."""
    if not math.isfinite(value):
        return status if status and status not in (REPORTED, DERIVED) else ""
    text = percent(round(value, 2) if status == DERIVED else value) if as_percent else f"{value:.3g}"
    if math.isfinite(low) or math.isfinite(high):
        text += " " + interval(low, high, as_percent=as_percent).replace("95% CI ", "(") + ")"
    return text
