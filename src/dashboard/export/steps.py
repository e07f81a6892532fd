"""The steps of a study or a comparison, as data: the one source of presenter, slides, report and bundle."""

from dashboard.export.comparison_steps import comparison_deck
from dashboard.export.deck import CurvePlot, Deck, ForestPlot, ForestRow, Step
from dashboard.export.study_steps import study_deck

__all__ = ["CurvePlot", "Deck", "ForestPlot", "ForestRow", "Step", "comparison_deck", "study_deck"]
