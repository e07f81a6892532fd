"""Where an arm lies among all arms of the same primary site and treatment, and whether that is a surprise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd

from dashboard.comparison.curves import Curves
from dashboard.comparison.groups import arm_name
from dashboard.comparison.words import percent
from dashboard.explore.milestones import Effects, side_by_side
from dashboard.synthesis import back_transform, pool
from dashboard.synthesis._tails import t_quantile
from dashboard.vocabulary import ENDPOINTS, MODALITIES, PRIMARY_SITES, label

FEWEST = 3


@dataclass(frozen=True, eq=False)
class Place:
    """One arm among its peers.

    `arm` and `peers` are positions of curves; survival is 0..1 at `months`. `estimate`, `pi_low` and `pi_high` belong
    to the peers alone (random effects; 95% prediction interval), nan with fewer than three.
    """

    arm: int
    peers: np.ndarray
    months: int
    group: str
    name: str
    survival: float
    estimate: float
    pi_low: float
    pi_high: float
    sentence: str


def places(curves: Curves, of: Effects, study_id: str, endpoint: str, months: int) -> list[Place]:
    """Every disjoint arm of the study that prints a figure at the milestone, among other studies' arms of its kind.

    Arms of studies that share patients with this one are no peers, and a subgroup is compared with nobody.
    """
    arms = curves.arms
    own = np.flatnonzero((arms["study_id"] == study_id) & (arms["endpoint"] == endpoint))
    found = []
    for k in side_by_side(of, own, np.arange(len(own))).tolist():
        alike = np.flatnonzero(
            (arms["endpoint"] == endpoint)
            & (arms["primary_site"] == arms["primary_site"][k])
            & (arms["modality"] == arms["modality"][k])
            & (of.cohort != of.cohort[k])
        )
        peers = side_by_side(of, alike, np.zeros(len(alike), dtype=np.int64))
        found.append(_placed(curves, of, k, peers, endpoint, months))
    return found


def _placed(curves: Curves, of: Effects, k: int, peers: np.ndarray, endpoint: str, months: int) -> Place:
    arms = curves.arms
    group = f"{label(PRIMARY_SITES, arms['primary_site'][k])}, {label(MODALITIES, arms['modality'][k]).lower()}"
    name, survival = arm_name(curves, k, with_study=False), float(of.value[k])
    estimate = low = high = math.nan
    years = f"{months // 12}-year {label(ENDPOINTS, endpoint).lower()}"
    printed = f"{name}: {years} printed as {percent(survival)}"
    others = (
        f"{len(peers)} other {'study arm' if len(peers) == 1 else 'study arms'} of the same primary site and treatment"
    )
    if len(peers) < FEWEST:
        sentence = f"{printed}. Only {others} print it: too few to say what would be a surprise."
        if not len(peers):
            sentence = f"{printed}. No other study of the same primary site and treatment in this atlas prints it."
    else:
        pooled = pool(of.yi[peers], of.vi[peers])
        natural = back_transform(pooled, "cloglog")
        estimate, low, high = natural.estimate, natural.pi_low, natural.pi_high
        reach = t_quantile(0.975, pooled.k - 1.0) * sqrt(pooled.tau2 + pooled.se**2 + of.vi[k])
        verdict = _verdict(survival, low, high, abs(of.yi[k] - pooled.estimate) <= reach)
        sentence = (
            f"{printed}. {others[0].upper()}{others[1:]} pool to {percent(round(estimate, 2))}, and 95% of such "
            f"studies are expected between {percent(round(low, 2))} and {percent(round(high, 2))} (derived). {verdict}"
        )
    return Place(k, peers, months, group, name, survival, estimate, low, high, sentence)


def _verdict(survival: float, low: float, high: float, within_chance: bool) -> str:
    if low <= survival <= high:
        return "Not a surprise: the figure lies inside that range."
    side = "above" if survival > high else "below"
    if within_chance:
        return f"It lies {side} that range, but an arm of this size can land there by chance."
    return (
        f"A surprise: it lies {side} that range by more than chance in an arm of this size explains. "
        "Look at who was treated."
    )


def place_table(found: list[Place]) -> pd.DataFrame:
    """The places as a table for a reader; survival as a proportion."""
    return pd.DataFrame(
        {
            "Arm": [p.name for p in found],
            "Primary site and treatment": [p.group for p in found],
            "Months": [p.months for p in found],
            "Survival (printed)": [p.survival for p in found],
            "Other arms": [len(p.peers) for p in found],
            "Pooled estimate of the others (derived)": [p.estimate for p in found],
            "95% prediction interval, low (derived)": [p.pi_low for p in found],
            "95% prediction interval, high (derived)": [p.pi_high for p in found],
        }
    )
