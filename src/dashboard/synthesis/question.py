"""What is to be pooled, and the effect of one arm that answers it."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.synthesis._rows import Record
from dashboard.synthesis.effects import Effect, median_effect, milestone_effect

QUANTITIES = ("survival", "median")


@dataclass(frozen=True)
class Question:
    """What is to be pooled.

    `quantity` is "survival" (at `milestone_months`) or "median"; `group` a column of the study table (modality,
    family, primary_site, design, ...) or None; `include_derived` admits derived survival of arms that print none;
    `include_bounds` admits bounds and approximations at face value; `include_assumed` admits variances known from the
    number of patients only.
    """

    endpoint: str = "os"
    quantity: str = "survival"
    milestone_months: float = 60.0
    group: str | None = "modality"
    transform: str = "cloglog"
    include_derived: bool = False
    include_bounds: bool = False
    include_assumed: bool = True

    def __post_init__(self) -> None:
        if self.quantity not in QUANTITIES:
            raise ValueError(f"quantity must be one of {', '.join(QUANTITIES)}, but was {self.quantity!r}.")

    @property
    def scale(self) -> str:
        """Name of the scale on which the effects are pooled."""
        return self.transform if self.quantity == "survival" else "log"


def effect_of(row: Record, question: Question) -> Effect:
    """Effect and variance of one record of `Eligible.rows` on the question's scale (also on another than its own)."""
    interval = None if row["ci_low"] is None or row["ci_high"] is None else (row["ci_low"], row["ci_high"])
    if question.quantity == "median":
        return median_effect(row["estimate"], ci=interval, n=row["n"], events=row["events"])
    return milestone_effect(
        row["estimate"],
        se=row["derived_se"],
        ci=interval,
        n=row["n"],
        n_at_risk=row["n_at_risk"],
        events=row["events"],
        transform=question.transform,
        time_months=question.milestone_months,
        follow_up_months=row["follow_up_median_months"],
    )
