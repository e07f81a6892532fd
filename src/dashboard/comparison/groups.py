"""Groups of curves: which curve belongs to which group, and the descriptive summary of a group.

The summary is not a pooled estimate. It answers "if all patients of these arms were one cohort": between grid times t
and u its conditional survival is the mean of the arms' S(u)/S(t), weighted by the patients expected alive at t (n
S(t)); an arm leaves at its last published time, as if censored. It therefore never rises when an arm leaves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from dashboard.comparison.curves import GRID_MONTHS, Curves, survival_once
from dashboard.vocabulary import FAMILIES, MODALITIES, ORIGIN_PREFERENCE, PRIMARY_SITES, Term

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagon", "triangle-down", "pentagon")
SITE_COLOURS = {
    "light": (
        "#0072B2",
        "#B87400",
        "#D55E00",
        "#007A5A",
        "#A8507F",
        "#5B4A8A",
        "#1F87BE",
        "#8F5A00",
        "#A63F00",
        "#2B6777",
    ),
    "dark": (
        "#4BA3DB",
        "#E69F00",
        "#F0803C",
        "#2DBD93",
        "#DE97BF",
        "#A898DB",
        "#56B4E9",
        "#F2BC55",
        "#F79F79",
        "#7FB9C9",
    ),
}
ERA_COLOURS = {
    "light": ("#9C8F5A", "#B87400", "#D55E00", "#A8507F", "#5B4A8A", "#0072B2", "#004C78"),
    "dark": ("#C9BD86", "#E69F00", "#F0803C", "#DE97BF", "#A898DB", "#4BA3DB", "#7CC0EC"),
}
BY = {
    "treatment": "Treatment",
    "family": "Treatment family",
    "site": "Primary site",
    "era": "Decade of enrolment",
    "arm": "Single arms",
}
TERMS: dict[str, Mapping[str, Term]] = {"treatment": MODALITIES, "family": FAMILIES, "site": PRIMARY_SITES}


@dataclass(frozen=True, eq=False)
class Summary:
    """Summary curve of a group: months, survival (0..1), and the arms and patients behind it.

    `low` and `high` are the 95% confidence band of a pooled curve; a descriptive one has none.
    """

    months: np.ndarray
    survival: np.ndarray
    arms: int
    patients: int
    low: np.ndarray | None = None
    high: np.ndarray | None = None

    @property
    def pooled(self) -> bool:
        """Whether this is a random-effects curve and not a description."""
        return self.low is not None

    def at(self, months: float) -> tuple[float, float, float]:
        """Survival and its band at a time, NaN where the curve does not reach; constant hazard between its points."""
        times = self.months.tolist()

        def value(line: np.ndarray | None) -> float:
            return math.nan if line is None else survival_once(tuple(zip(times, line.tolist(), strict=True)), months)

        return value(self.survival), value(self.low), value(self.high)


@dataclass(frozen=True, eq=False)
class Group:
    """One treatment group (or site, decade, arm) of the comparison; `members` are positions in `Curves`."""

    key: str
    label: str
    colour: str
    dash: str
    symbol: str
    members: np.ndarray
    arms: int
    studies: int
    patients: int | None
    summary: Summary | None = None
    left_out: tuple[tuple[int, str], ...] = ()


def decades(start: np.ndarray, end: np.ndarray) -> list[str]:
    """Decade of the middle of the enrolment, so that every arm lies in one decade only."""
    return [f"{int(m // 10) * 10}s" if math.isfinite(m) else "not stated" for m in ((start + end) / 2).tolist()]


def _keys(curves: Curves, chosen: np.ndarray, by: str) -> list[str]:
    if by == "arm":
        return [str(k) for k in chosen]
    if by == "era":
        return decades(curves.arms["era_start"][chosen], curves.arms["era_end"][chosen])
    column = {"treatment": "modality", "family": "family", "site": "primary_site"}[by]
    return [str(value) for value in curves.arms[column][chosen].tolist()]


def arm_name(curves: Curves, k: int, *, with_study: bool) -> str:
    """Name of an arm on a plot: its treatment and study; its own label where all arms come from one study."""
    arms = curves.arms
    modality = MODALITIES.get(str(arms["modality"][k]))
    if not with_study:
        return str(arms["label"][k])
    name = str(arms["label"][k]) if modality is None else modality.short
    return f"{name}, {arms['first_author'][k] or 'author not known'} {arms['year'][k]:.0f}"


def _style(by: str, key: str, modality: str, position: int, seen: int, dark: bool) -> tuple[str, str, str]:
    """Colour, dash and symbol of a group; a modality keeps its colour in every figure of the product."""
    turn = DASHES[position % len(DASHES)], SYMBOLS[position % len(SYMBOLS)]
    term = MODALITIES.get(modality) if by in ("treatment", "arm") else None
    if term is not None:
        colour = term.colour_dark if dark else term.colour
        again = DASHES[seen % len(DASHES)], SYMBOLS[seen % len(SYMBOLS)]
        return (colour, term.dash, term.symbol) if seen == 0 else (colour, *again)
    if by == "family" and key in FAMILIES:
        return (FAMILIES[key].colour_dark if dark else FAMILIES[key].colour, *turn)
    palette = (ERA_COLOURS if by == "era" else SITE_COLOURS)["dark" if dark else "light"]
    return (palette[position % len(palette)], *turn)


def _order(keys: Iterable[str], by: str) -> list[str]:
    known = dict.fromkeys(keys)
    vocabulary = TERMS.get(by)
    if vocabulary is None:
        return sorted(known) if by == "era" else list(known)
    rank = {slug: i for i, slug in enumerate(vocabulary)}
    return sorted(known, key=lambda key: rank.get(key, len(rank)))


def _label(curves: Curves, key: str, by: str, one_study: bool) -> str:
    if by == "arm":
        return arm_name(curves, int(key), with_study=not one_study)
    if by == "treatment" and key in MODALITIES:
        return MODALITIES[key].short
    return TERMS[by][key].label if by in TERMS and key in TERMS[by] else key


def make_groups(
    curves: Curves,
    chosen: np.ndarray,
    by: str,
    *,
    dark: bool = False,
    pool: Callable[[Curves, np.ndarray], Summary | None] | None = None,
) -> list[Group]:
    """Groups of the chosen curves (positions), in the vocabulary's order.

    `by` is treatment, family, site, era or arm. Where `pool` gives no summary of the disjoint curves of a group,
    `describe` does.
    """
    keys = np.array(_keys(curves, chosen, by), dtype=object)
    one_study = len(set(curves.arms["study_id"][chosen].tolist())) == 1
    groups: list[Group] = []
    seen: dict[str, int] = {}
    for position, key in enumerate(_order(keys, by)):
        members = chosen[keys == key]
        modality = str(curves.arms["modality"][members[0]])
        colour, dash, symbol = _style(by, key, modality, position, seen.get(modality, 0) if by == "arm" else 0, dark)
        seen[modality] = seen.get(modality, 0) + 1
        summary: Summary | None = None
        left_out: tuple[tuple[int, str], ...] = ()
        if by != "arm":
            kept, left_out = disjoint(curves, members)
            summary = (pool and pool(curves, kept)) or describe(curves, kept)
        groups.append(
            Group(
                key=key,
                label=_label(curves, key, by, one_study),
                colour=colour,
                dash=dash,
                symbol=symbol,
                members=members,
                arms=len(set(curves.arms["arm_key"][members].tolist())),
                studies=len(set(curves.arms["study_id"][members].tolist())),
                patients=_patients(curves, members),
                summary=summary,
                left_out=left_out,
            )
        )
    return groups


def _patients(curves: Curves, members: np.ndarray) -> int | None:
    """Patients of the disjoint arms, each arm once; of a single arm its own number."""
    arms = curves.arms
    counted = members if len(members) == 1 else members[~arms["is_subgroup"][members].astype(bool)]
    sizes = dict(zip(arms["arm_key"][counted].tolist(), arms["n"][counted].tolist(), strict=True))
    stated = [n for n in sizes.values() if math.isfinite(n)]
    return int(sum(stated)) if stated else None


def disjoint(curves: Curves, members: np.ndarray) -> tuple[np.ndarray, tuple[tuple[int, str], ...]]:
    """Curves of disjoint arms with a size and at least one usable figure, and (curve, reason) of the others.

    Out: subgroups; arms without n or without a usable figure; a second time origin of the same arm; all but one study
    of an overlapping cohort (the one with most patients stays).
    """
    arms = curves.arms
    subgroup = arms["is_subgroup"][members].astype(bool)
    empty = ~subgroup & (curves.figures[members] == 0)
    unsized = ~subgroup & ~empty & ~np.isfinite(arms["n"][members])
    left = [(k, "subgroup of other arms") for k in members[subgroup].tolist()]
    left += [(k, "no exact survival figure") for k in members[empty].tolist()]
    left += [(k, "number of patients not stated") for k in members[unsized].tolist()]
    usable = members[~(subgroup | empty | unsized)]
    kept, dropped = _one_curve_an_arm(curves, usable)
    left += [(k, "same arm, another time origin") for k in dropped]
    cohorts, studies, n = (arms[name][kept].tolist() for name in ("cohort", "study_id", "n"))
    sizes: dict[str, dict[str, float]] = {}
    for cohort, study, patients in zip(cohorts, studies, n, strict=True):
        if cohort:
            of = sizes.setdefault(cohort, {})
            of[study] = of.get(study, 0) + patients
    largest = {cohort: min(of, key=lambda study: (-of[study], study)) for cohort, of in sizes.items() if len(of) > 1}
    repeated = np.array([largest.get(c, study) != study for c, study in zip(cohorts, studies, strict=True)], dtype=bool)
    left += [(k, "overlaps a larger report of the same patients") for k in kept[repeated].tolist()]
    return kept[~repeated], tuple(sorted(left))


def _one_curve_an_arm(curves: Curves, usable: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Of the curves of an arm the one that says most, and the others."""
    keys = curves.arms["arm_key"][usable].tolist()
    if len(set(keys)) == len(keys):
        return np.sort(usable), []
    best: dict[str, int] = {}
    dropped: list[int] = []
    for k, arm in zip(usable.tolist(), keys, strict=True):
        other = best.setdefault(arm, k)
        if other != k:
            best[arm], worse = (k, other) if _better(curves, k, other) else (other, k)
            dropped.append(worse)
    return np.array(sorted(best.values()), dtype=int), dropped


def _better(curves: Curves, k: int, other: int) -> bool:
    """Whether curve k says more about its arm than another curve of the same arm."""

    def rank(i: int) -> tuple[int, int]:
        origin = str(curves.arms["time_origin"][i])
        place = ORIGIN_PREFERENCE.index(origin) if origin in ORIGIN_PREFERENCE else len(ORIGIN_PREFERENCE)
        return int(curves.figures[i]), -place

    return rank(k) > rank(other)


def describe(curves: Curves, kept: np.ndarray) -> Summary | None:
    """Patient-weighted descriptive curve of disjoint curves; None with fewer than two to summarise."""
    if len(kept) < 2:
        return None
    n = curves.arms["n"][kept]
    before, after = curves.grid[kept, :-1], curves.grid[kept, 1:]
    present = np.isfinite(after) & (before > 0)
    start = np.where(present, before, 1.0)
    weight = np.where(present, n[:, None] * start, 0.0)
    enough = present.sum(axis=0) >= 2
    steps = len(enough) if enough.all() else int(np.argmin(enough))
    if steps == 0:
        return None
    lived = (weight * np.where(present, after, 0.0) / start).sum(axis=0)[:steps] / weight.sum(axis=0)[:steps]
    survival = np.concatenate([[1.0], np.cumprod(lived)])
    return Summary(GRID_MONTHS[: steps + 1], survival, len(kept), int(n.sum()))
