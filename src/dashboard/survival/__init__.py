"""From printed figures to curves, and comparing them."""

from dashboard.survival.reconstruct import Reconstruction, reconstruct
from dashboard.survival.route import Route

__all__ = ["Reconstruction", "Route", "reconstruct"]
