"""Published trials with known patients, and simulated populations with known truth."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.paths import ROOT
from dashboard.survival.estimate import KaplanMeier, median_follow_up

Array = NDArray[np.float64]
MILESTONES = (12.0, 24.0, 36.0, 60.0)
MONTHS = {"months": 1.0, "years": 12.0, "weeks": 7 / (365.25 / 12), "days": 12 / 365.25}
WRONG_UNIT = {"SMART_3": "months"}
"""SMART_3 is labelled days, but its median of 11.4 and its last time of 12 can only be months."""


def reference_dir() -> Path | None:
    """The folder with kmdata.csv.gz: $ATLAS_REFERENCE or ../shared/reference; None when there is none."""
    for folder in (os.environ.get("ATLAS_REFERENCE"), ROOT.parent / "shared" / "reference"):
        if folder and (Path(folder) / "kmdata.csv.gz").exists():
            return Path(folder)
    return None


@dataclass(frozen=True, eq=False)
class Arm:
    """Patients of one arm and the figures a paper would print of them."""

    times: Array
    events: Array
    fit: KaplanMeier

    @classmethod
    def of(cls, times: Array, events: Array) -> Arm:
        return cls(times, events.astype(float), KaplanMeier.fit(times, events))

    @property
    def n(self) -> int:
        return len(self.times)

    def rates(self, milestones: tuple[float, ...] = MILESTONES) -> list[tuple[float, float]]:
        known = [t for t in milestones if t <= self.times.max()]
        return [(t, float(s)) for t, s in zip(known, self.fit.survival_at(known), strict=True)]

    @property
    def median(self) -> float:
        return self.fit.median()[0]

    @property
    def follow_up(self) -> float | None:
        value = median_follow_up(self.times, self.events)
        return value if np.isfinite(value) and value > 0 else None

    def until(self, tau: float) -> tuple[Array, Array]:
        return np.minimum(self.times, tau), np.where(self.times > tau, 0.0, self.events)


def trials(folder: Path, endpoint: str = "OS") -> dict[str, list[Arm]]:
    """Two-arm trials of kmdata, times in months, arms in the order of the source."""
    about = json.loads((folder / "kmdata.json").read_text())
    frame = pd.read_csv(folder / "kmdata.csv.gz")
    found = {}
    for name, rows in frame.groupby("dataset"):
        meta = about[str(name)]
        if meta["event"] == endpoint:
            months = rows["time"].to_numpy() * MONTHS[WRONG_UNIT.get(str(name), meta["units"])]
            arm, event = rows["arm"].to_numpy(), rows["event"].to_numpy()
            found[str(name)] = [Arm.of(months[arm == a["arm"]], event[arm == a["arm"]]) for a in meta["arms"]]
    return found


@dataclass(frozen=True)
class Population:
    """A known survival function: S(t), and draws from it."""

    name: str
    shape: float
    scale: float
    cured: float = 0.0
    log_logistic: bool = False

    def survival(self, t: Array) -> Array:
        x = (np.asarray(t) / self.scale) ** self.shape
        alive = 1 / (1 + x) if self.log_logistic else np.exp(-x)
        return self.cured + (1 - self.cured) * alive

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        u = rng.uniform(size=n)
        with np.errstate(divide="ignore"):
            x = 1 / u - 1 if self.log_logistic else -np.log(u)
        return np.where(rng.uniform(size=n) < self.cured, np.inf, self.scale * x ** (1 / self.shape))

    @property
    def median(self) -> float:
        alive = (0.5 - self.cured) / (1 - self.cured)
        return float(self.scale * (1 / alive - 1 if self.log_logistic else -np.log(alive)) ** (1 / self.shape))

    def rmst(self, tau: float) -> float:
        t = np.linspace(0, tau, 4001)
        return float(np.trapezoid(self.survival(t), t))


POPULATIONS = (
    Population("Weibull, rising hazard", 1.4, 45),
    Population("Weibull, falling hazard", 0.8, 45),
    Population("log-logistic", 1.6, 36, log_logistic=True),
    Population("cure of 25%", 1.2, 28, cured=0.25),
)
CENSORING = {"light": (60.0, 120.0), "heavy": (6.0, 72.0)}
"""Censoring times are uniform between these months."""


def simulate(population: Population, n: int, censoring: str, rng: np.random.Generator) -> Arm:
    death, last = population.draw(n, rng), rng.uniform(*CENSORING[censoring], size=n)
    return Arm.of(np.minimum(death, last), (death <= last).astype(float))
