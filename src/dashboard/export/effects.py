"""Effect sizes of a study: what it reports beside what its printed curves give."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from dashboard.explore.factors import factors
from dashboard.export.deck import ForestPlot, ForestRow, Step
from dashboard.survival import Reconstruction, hr_between, reconstruct_arm
from dashboard.vocabulary import ENDPOINTS, label

FAVOURS = "Hazard ratio, below 1 favours the first-named arm"
MOST_DRAWN = 10
REFERENCES = ("observation", "systemic", "combined")
CURVE_MEASURES = ("survival", "median_months", "n_at_risk", "deaths")


@dataclass(frozen=True)
class Effect:
    """One hazard ratio; limits are NaN where no interval is known."""

    name: str
    ratio: float
    low: float
    high: float
    how: str
    p: str

    @property
    def text(self) -> str:
        """`0.37 (0.21 to 0.65)`."""
        said = "{:g}" if self.how == "reported" else "{:.2f}"  # printed digits stay; derived ones get no more than two
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            return f"{said.format(self.ratio)} (CI not reported)"
        return f"{said.format(self.ratio)} ({said.format(self.low)} to {said.format(self.high)})"


def reported_effects(rows: pd.DataFrame) -> list[Effect]:
    """Hazard ratios between arms as printed, in the table's order; ambiguous ones are left out."""
    return [
        Effect(
            name=f"{found.name}, {found.slug.upper()}" + (" (adjusted)" if found.adjusted == "yes" else ""),
            ratio=found.hazard_ratio,
            low=found.ci_low,
            high=found.ci_high,
            how="reported",
            p=found.p_value or "–",
        )
        for found in factors(rows)
        if found.contrast and found.exact and math.isfinite(found.hazard_ratio)
    ]


def reconstructed_effects(rows: pd.DataFrame, endpoint: str = "os") -> tuple[list[Effect], list[str]]:
    """Hazard ratio of every disjoint arm against one reference, from the derived curves, and what could not be derived.

    The reference is the arm without local treatment where there is one, else the arm with most patients. Only arms that
    share a time origin are set against each other, up to the shorter of their last printed times.
    """
    arms, said = _curves_of_arms(rows, endpoint)
    if len(arms) < 2:
        return [], said
    reference = _reference(rows, list(arms))
    origin, base = arms[reference]
    labels = dict(zip(rows["arm_key"], rows["label"], strict=True))
    effects = []
    for key, (its_origin, arm) in arms.items():
        if key == reference:
            continue
        if its_origin != origin:
            said.append(f"{labels[key]}: time counts from another origin than in {labels[reference]}")
            continue
        try:
            ratio = hr_between(base, arm)
        except ValueError as problem:
            said.append(f"{labels[key]}: {problem}")
            continue
        if math.isfinite(ratio.log_hr):
            end = min(base.horizon_months, arm.horizon_months)
            name = f"{labels[key]} v {labels[reference]}, to {end:g} mo"
            effects.append(Effect(name, ratio.hr, *ratio.ci, f"derived, {ratio.route.label}", "–"))
    return effects, said


def _curves_of_arms(rows: pd.DataFrame, endpoint: str) -> tuple[dict[str, tuple[str, Reconstruction]], list[str]]:
    """Derived curves of the disjoint arms with two printed figures or more, by arm, each with its time origin."""
    wanted = rows[
        (rows["endpoint"] == endpoint) & rows["measure"].isin(CURVE_MEASURES) & ~rows["is_subgroup"].fillna(True)
    ]
    arms: dict[str, tuple[str, Reconstruction]] = {}
    said: list[str] = []
    for (key, origin), figures in wanted.groupby(["arm_key", "time_origin"], sort=False):
        if figures["measure"].isin(["survival", "median_months"]).sum() == 0 or key in arms:
            continue
        try:
            curve = reconstruct_arm(figures)
        except ValueError as problem:
            said.append(f"{figures.iloc[0]['label']}: {problem}")
            continue
        if curve.n is None:
            said.append(f"{figures.iloc[0]['label']}: the number of patients is not stated")
        else:
            arms[str(key)] = (str(origin), curve)
    return arms, said


def _reference(rows: pd.DataFrame, keys: list[str]) -> str:
    first = rows[rows["arm_key"].isin(keys)].drop_duplicates("arm_key")
    for family in REFERENCES:
        found = first[first["family"] == family]
        if len(found):
            return str(found.iloc[0]["arm_key"])
    return str(first.sort_values("n", ascending=False, kind="stable").iloc[0]["arm_key"])


def _said(effect: Effect) -> str:
    """The ratio with its interval, how it is known, and the printed p."""
    if effect.how != "reported":
        return f"{effect.text}, derived"
    return f"{effect.text}, reported" + (f", p {effect.p}" if effect.p != "–" else "")


def effect_step(rows: pd.DataFrame) -> Step:
    """Reported beside reconstructed hazard ratios, as a forest plot and a table."""
    reported = reported_effects(rows)
    derived, missing = reconstructed_effects(rows)
    every = [*reported, *derived]
    if not every:
        return Step("effects", "Effect sizes")
    randomised = rows.iloc[0]["design"] == "rct"
    lines = []
    if not reported:
        lines.append(f"The paper reports no hazard ratio between arms ({label(ENDPOINTS, 'os').lower()}).")
    if not randomised:
        lines.append(
            "Treatment was not assigned at random: these ratios describe who was treated as much as the treatment."
        )
    routes = dict.fromkeys(e.how.removeprefix("derived, ") for e in derived)
    if routes:
        lines.append(f"Derived ratios: constant hazard between printed figures; uncertainty {', '.join(routes)}.")
    drawn = tuple(
        ForestRow(e.name, e.ratio, e.low, e.high, _said(e), "reported" if e.how == "reported" else "derived")
        for e in every
    )
    few = len(drawn) <= MOST_DRAWN
    table = pd.DataFrame(
        [{"Comparison": e.name, "HR (95% CI)": e.text, "How known": e.how, "p as printed": e.p} for e in every]
    )
    return Step(
        "effects",
        "Effect sizes: reported and reconstructed",
        lines=tuple(lines),
        figure=ForestPlot(drawn, "ratio", FAVOURS) if few else None,
        table=None if few else table,
        caption="Square: reported. Circle: derived here from printed figures, constant hazard between them.",
        notes=tuple(f"Not derived: {each}." for each in missing),
        sources=tuple(
            dict.fromkeys(found.source for found in factors(rows) if math.isfinite(found.hazard_ratio))
        ),
    )  # fmt: skip
