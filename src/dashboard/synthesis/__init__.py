"""Pooling: effects and their variances, what may be pooled, random-effects summaries, curves and contrasts.

Names are loaded at first use, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dashboard.synthesis.bias import Egger, TrimAndFill, egger, trim_and_fill
    from dashboard.synthesis.curves import PooledCurve, pooled_curve
    from dashboard.synthesis.effects import (
        Effect,
        hazard_ratio_effect,
        logrank_effect,
        median_effect,
        milestone_effect,
    )
    from dashboard.synthesis.eligibility import Eligible, eligible
    from dashboard.synthesis.notices import Notice, time_notices
    from dashboard.synthesis.pooling import Pooled, pool
    from dashboard.synthesis.question import Question
    from dashboard.synthesis.regression import Regression, meta_regression
    from dashboard.synthesis.scales import Natural, back_transform
    from dashboard.synthesis.sensitivity import SubgroupTest, cumulative, influence, leave_one_out, subgroup_test
    from dashboard.synthesis.single_moderators import Moderator, moderators
    from dashboard.synthesis.specify import specification
    from dashboard.synthesis.summary import Summary, in_words, summarise
    from dashboard.synthesis.within import Contrasts, contrasts

_HOME = {
    "pooling": ("Pooled", "pool"),
    "effects": ("Effect", "milestone_effect", "median_effect", "hazard_ratio_effect", "logrank_effect"),
    "scales": ("Natural", "back_transform"),
    "regression": ("Regression", "meta_regression"),
    "sensitivity": ("SubgroupTest", "cumulative", "influence", "leave_one_out", "subgroup_test"),
    "curves": ("PooledCurve", "pooled_curve"),
    "bias": ("Egger", "TrimAndFill", "egger", "trim_and_fill"),
    "eligibility": ("Eligible", "eligible"),
    "question": ("Question",),
    "single_moderators": ("Moderator", "moderators"),
    "notices": ("Notice", "time_notices"),
    "within": ("Contrasts", "contrasts"),
    "summary": ("Summary", "in_words", "summarise"),
    "specify": ("specification",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "Contrasts",
    "Effect",
    "Egger",
    "Eligible",
    "Moderator",
    "Natural",
    "Notice",
    "Pooled",
    "PooledCurve",
    "Question",
    "Regression",
    "SubgroupTest",
    "Summary",
    "TrimAndFill",
    "back_transform",
    "contrasts",
    "cumulative",
    "egger",
    "eligible",
    "hazard_ratio_effect",
    "in_words",
    "influence",
    "leave_one_out",
    "logrank_effect",
    "median_effect",
    "meta_regression",
    "milestone_effect",
    "moderators",
    "pool",
    "pooled_curve",
    "specification",
    "subgroup_test",
    "summarise",
    "time_notices",
    "trim_and_fill",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = value  # found directly from now on
    return value
