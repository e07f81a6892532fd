"""From printed figures to curves, and comparing them."""

from dashboard.survival.intervals import Estimate
from dashboard.survival.reconstruct import reconstruct
from dashboard.survival.result import Reconstruction
from dashboard.survival.route import Route

__all__ = ["Estimate", "Reconstruction", "Route", "reconstruct"]
