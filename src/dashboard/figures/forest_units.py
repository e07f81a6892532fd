"""How the numbers of a forest plot are written, by what is pooled."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """How the numbers of a forest plot are shown. `factor` goes from the frame's unit to the axis."""

    title: str
    head: str
    factor: float
    log: bool
    range: tuple[float, float] | None
    suffix: str
    decimals: int
    noun: str = "arm"

    def number(self, value: float) -> str:
        """A computed number, without more decimals than it deserves."""
        return f"{value:.{self.decimals}f}{self.suffix}"

    def printed(self, value: float) -> str:
        """A single arm's value, with a decimal where its source has one."""
        return f"{round(value, max(self.decimals, 1)):g}{self.suffix}"

    def interval(self, low: float, high: float) -> str:
        """`[30%, 50%]`."""
        return f"[{self.number(low)}, {self.number(high)}]"

    def numbers(self, value: float, low: float, high: float) -> str:
        """`40% [30%, 50%]`."""
        return f"{self.number(value)} {self.interval(low, high)}"


UNITS = {
    "survival": Unit("Survival", "Survival [95% CI]", 100.0, False, (-1.5, 101.5), "%", 0),
    "median": Unit("Median survival, months (log scale)", "Months [95% CI]", 1.0, True, None, "", 0),
    "hazard_ratio": Unit("Hazard ratio (log scale)", "HR [95% CI]", 1.0, True, None, "", 2, "contrast"),
}
