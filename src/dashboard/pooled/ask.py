"""What a reader may ask for on the Pooled survival page, as one frozen value and its choices by label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dashboard.synthesis.question import Question

# Label (it stands in links) -> months; None is the median.
MEASURES: Final[dict[str, int | None]] = {
    "1 year": 12,
    "2 years": 24,
    "3 years": 36,
    "5 years": 60,
    "10 years": 120,
    "Median": None,
}
GROUPS: Final = {
    "Treatment": "treatment",
    "Family of treatment": "family",
    "Primary site": "site",
    "Era": "era",
    "Design": "design",
}
# Label -> column of the rows and whether the largest comes first.
SORTS: Final[dict[str, tuple[str, bool]]] = {
    "Year": ("year", False),
    "Effect": ("estimate", True),
    "Size": ("n", True),
    "Era": ("era_start", False),
}
ESTIMATORS: Final = {
    "REML": "REML",
    "Paule-Mandel": "PM",
    "DerSimonian-Laird": "DL",
    "Maximum likelihood": "ML",
    "Fixed effect": "FE",
}
TESTS: Final = {"Modified Knapp-Hartung": "hksj-adhoc", "Knapp-Hartung": "hksj", "Normal (z)": "z"}
SCALES: Final = {"Log-log": "cloglog", "Logit": "logit", "Arcsine": "arcsine", "Plain": "plain"}


@dataclass(frozen=True)
class Ask:
    """One question across studies. `months` None asks for the median; `derived` and `bounds` admit such figures."""

    endpoint: str = "os"
    months: int | None = 60
    group: str = "treatment"
    derived: bool = False
    bounds: bool = False
    scale: str = "cloglog"
    method: str = "REML"
    test: str = "hksj-adhoc"

    @property
    def quantity(self) -> str:
        """`survival` or `median`."""
        return "median" if self.months is None else "survival"

    @property
    def question(self) -> Question:
        """The same for the pooling. Groups are made afterwards: an era is no column of the study table."""
        return Question(
            endpoint=self.endpoint,
            quantity=self.quantity,
            milestone_months=float(self.months or 60),
            group=None,
            transform=self.scale,
            include_derived=self.derived and self.months is not None,
            include_bounds=self.bounds,
        )
