"""From printed figures to curves with their uncertainty, and comparing them."""

from dashboard.survival.accuracy import accuracy, disagrees, typical_error
from dashboard.survival.arms import reconstruct_arm
from dashboard.survival.compare import Comparison, compare
from dashboard.survival.full_follow_up import hr_full_follow_up
from dashboard.survival.guyot import guyot
from dashboard.survival.hazard_ratio import (
    HazardRatio,
    e_value,
    hr_between,
    hr_from_ci,
    hr_from_medians,
    hr_from_p,
    hr_from_survival_rates,
)
from dashboard.survival.intervals import Estimate
from dashboard.survival.reconstruct import reconstruct
from dashboard.survival.result import Reconstruction
from dashboard.survival.route import Route

__all__ = [
    "Comparison",
    "Estimate",
    "HazardRatio",
    "Reconstruction",
    "Route",
    "accuracy",
    "compare",
    "disagrees",
    "e_value",
    "guyot",
    "hr_between",
    "hr_from_ci",
    "hr_from_medians",
    "hr_from_p",
    "hr_from_survival_rates",
    "hr_full_follow_up",
    "reconstruct",
    "reconstruct_arm",
    "typical_error",
]
