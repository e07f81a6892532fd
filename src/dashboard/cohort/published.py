"""The published arms that a cohort is held against: the same primary site and treatment, disjoint, and pooled."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from dashboard.cohort.fits import Value
from dashboard.comparison.curves import Curves
from dashboard.comparison.groups import disjoint
from dashboard.selection import Selection, selected_positions
from dashboard.survival.curve import ConstantHazardCurve
from dashboard.synthesis.group_curve import GroupCurve, group_curve
from dashboard.vocabulary import MODALITIES, PRIMARY_SITES

REVIEW: Final = "review of other studies"
NOT_METASTASIS: Final = "primary-liver-sarcoma"


@dataclass(frozen=True, eq=False)
class PooledAt:
    """The pooled curve at one time: the mean with its 95% confidence interval, and the 95% prediction interval."""

    mean: Value
    further: Value


@dataclass(frozen=True, eq=False)
class ArmAt:
    """A published arm at one time: position in the curves, survival, and whether it is reported or derived there."""

    k: int
    survival: float
    status: str


@dataclass(frozen=True, eq=False)
class Published:
    """What stands behind a cohort's curve.

    Attributes
    ----------
    selection : what was asked of the study table
    members : (K,) positions in the curves: disjoint arms with a size and a usable figure
    pooled : their random-effects curve; None where fewer than three reach any time together
    left_out : (reason, number of arms)
    """

    selection: Selection
    members: np.ndarray
    pooled: GroupCurve | None
    left_out: tuple[tuple[str, int], ...]

    def pooled_at(self, months: float) -> PooledAt | None:
        """The pooled curve and its bands, constant hazard between its points; None where it does not reach."""
        if self.pooled is None or months > self.pooled.months[-1]:
            return None
        bands = (getattr(self.pooled, name) for name in ("survival", "ci_low", "ci_high", "pi_low", "pi_high"))
        s, ci_low, ci_high, pi_low, pi_high = (
            float(ConstantHazardCurve(self.pooled.months, band).survival(months)) for band in bands
        )
        return PooledAt(Value(s, ci_low, ci_high), Value(s, pi_low, pi_high))

    def pooled_rmst(self, tau: float) -> float:
        """Area under the pooled curve to `tau` months; NaN where it does not reach."""
        if self.pooled is None or not 0 < tau <= self.pooled.months[-1]:
            return math.nan
        return ConstantHazardCurve(self.pooled.months, self.pooled.survival).area(tau)

    def arms_at(self, curves: Curves, months: int) -> list[ArmAt]:
        """Arms that reach a milestone (12, 24, 36, 60 or 120 months), highest survival first."""
        values, status = curves.cells[f"s{months}"], curves.cells[f"s{months}_status"]
        found = [ArmAt(k, float(values[k]), str(status[k])) for k in self.members.tolist() if math.isfinite(values[k])]
        return sorted(found, key=lambda arm: -arm.survival)


def published(table: pd.DataFrame, curves: Curves, selection: Selection) -> Published:
    """Find and pool the published arms that answer `selection` (its sites, modalities and endpoint among the rest).

    Left out, with the reason: what `comparison.groups.disjoint` leaves out, reviews of other studies, primary liver
    tumours.
    """
    chosen = curves.of_rows(selected_positions(table, replace(selection, subgroups=True)))
    arms = curves.arms
    out: Counter[str] = Counter()
    usable = []
    for k in chosen.tolist():
        if arms["design"][k] == "review":
            out[REVIEW] += 1
        elif arms["primary_site"][k] == NOT_METASTASIS:
            out[f"{PRIMARY_SITES[NOT_METASTASIS].label.lower()}, not a metastasis"] += 1
        else:
            usable.append(k)
    kept, left = disjoint(curves, np.array(usable, dtype=int))
    out.update(reason for _, reason in left)
    return Published(selection, kept, group_curve(curves, kept, prediction=True), tuple(out.most_common()))


def in_sentence(label: str) -> str:
    """A label of the vocabulary inside a sentence; abbreviations keep their capitals."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def comparable_patients(
    patients: pd.DataFrame, site: str | None, modality: str | None
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The patients of this site and treatment (slugs; None: any), and in words what that did.

    A column restricts where at least one of its values is the one asked for; otherwise the choice is taken as true of
    everybody, which is said.
    """
    words = []
    kept = patients
    sites = {slug: term.label for slug, term in PRIMARY_SITES.items()}
    treatments = {slug: term.label for slug, term in MODALITIES.items()}
    asked = (("site", site, "primary site", sites), ("modality", modality, "treatment", treatments))
    for column, wanted, what, terms in asked:
        if wanted is None or not kept[column].notna().any():
            continue
        same = kept[column].eq(wanted).fillna(False).to_numpy(dtype=bool)
        name = in_sentence(terms[wanted])
        if same.all():
            continue
        if same.any():
            words.append(f"{int((~same).sum()):,} of your patients with another or no stated {what} are left out here.")
            kept = kept[same]
        elif kept[column].isin(list(terms)).any():
            words.append(f"Your file states another {what} than {name} for your patients: they are shown all the same.")
        else:
            words.append(f"The {what} in your file is in no words the atlas knows; all patients are taken as {name}.")
    return kept, tuple(words)
