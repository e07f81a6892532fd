"""Scales on which effects are pooled: to the scale, back from it, and its slope.

Survival uses `cloglog` (log of minus log survival), `logit`, `plain` or `arcsine`; medians and hazard ratios use `log`.
Back-transformed survival never leaves 0..1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import asin, log, nan, sqrt
from typing import Any

import numpy as np

from dashboard.synthesis.pooling import Pooled


@dataclass(frozen=True)
class Scale:
    """A monotone scale. `back` takes floats or arrays.

    `slope` is the absolute derivative of `forward`; `falls` when higher survival scores lower.
    """

    forward: Callable[[float], float]
    back: Callable[[Any], Any]
    slope: Callable[[float], float]
    falls: bool = False


def _from_logit(y: Any) -> Any:
    return 1 / (1 + np.exp(-np.clip(y, -700, 700)))


def _from_cloglog(y: Any) -> Any:
    return np.exp(-np.exp(np.minimum(y, 700.0)))


def _from_arcsine(y: Any) -> Any:
    # Beyond 0..pi/2 the sine turns back: a bound there is survival of exactly 0 or 1.
    return np.where(np.asarray(y) >= np.pi / 2, 1.0, np.sin(np.clip(y, 0.0, np.pi / 2)) ** 2)[()]


def _from_plain(y: Any) -> Any:
    return np.clip(y, 0.0, 1.0)


def _from_log(y: Any) -> Any:
    return np.exp(np.minimum(y, 700.0))


SURVIVAL_SCALES = {
    "cloglog": Scale(lambda s: log(-log(s)), _from_cloglog, lambda s: -1 / (s * log(s)), falls=True),
    "logit": Scale(lambda s: log(s / (1 - s)), _from_logit, lambda s: 1 / (s * (1 - s))),
    "plain": Scale(lambda s: s, _from_plain, lambda s: 1.0),
    "arcsine": Scale(lambda s: asin(sqrt(s)), _from_arcsine, lambda s: 1 / (2 * sqrt(s * (1 - s)))),
}
POSITIVE_SCALES = {"log": Scale(log, _from_log, lambda t: 1 / t)}
SCALES = SURVIVAL_SCALES | POSITIVE_SCALES


def scale_of(transform: str) -> Scale:
    """The scale of that name, or a ValueError that lists the names."""
    if transform not in SCALES:
        raise ValueError(f"transform must be one of {', '.join(SCALES)}, but was {transform!r}.")
    return SCALES[transform]


@dataclass(frozen=True)
class Natural:
    """A pooled effect in its own unit: survival 0..1, months, or a hazard ratio."""

    estimate: float
    ci_low: float
    ci_high: float
    pi_low: float
    pi_high: float
    transform: str


def back_transform(pooled: Pooled, transform: str = "cloglog") -> Natural:
    """A pooled effect in its own unit; low stays low, also on scales that fall as survival rises."""
    scale = scale_of(transform)

    def back(y: float) -> float:
        return nan if y != y else float(scale.back(y))

    low, high, pi_low, pi_high = map(back, (pooled.ci_low, pooled.ci_high, pooled.pi_low, pooled.pi_high))
    if scale.falls:
        low, high, pi_low, pi_high = high, low, pi_high, pi_low
    return Natural(back(pooled.estimate), low, high, pi_low, pi_high, transform)
