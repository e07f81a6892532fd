"""Names for a session's own studies and arms that say nothing of them: what an address holds may be read by others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from dashboard.vocabulary import OWN_ID

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class OwnIds:
    """What stands for the ids of a session's own tables: study `own-1`, its arms `a`, `b`, ...

    Attributes
    ----------
    studies : study_id of the user -> name
    arms : (study_id, arm_id) of the user -> name within the study
    before : numbers that are not given again: those of studies that were forgotten
    """

    studies: Mapping[str, str] = field(default_factory=dict)
    arms: Mapping[tuple[str, str], str] = field(default_factory=dict)
    before: int = 0

    @property
    def used(self) -> int:
        """Numbers given so far."""
        return self.before + len(self.studies)

    def extended(self, studies: pd.DataFrame, arms: pd.DataFrame, outcomes: pd.DataFrame) -> OwnIds:
        """With names for these rows; a study or an arm that has one keeps it, so that a view stays what it was."""
        named, lettered = dict(self.studies), dict(self.arms)
        for study in studies["study_id"].dropna().tolist():
            if study not in named:
                named[study] = f"{OWN_ID}{self.before + len(named) + 1}"
        counts: dict[str, int] = {}
        for study, _ in lettered:
            counts[study] = counts.get(study, 0) + 1
        compared = outcomes.dropna(subset="comparator_arm_id")  # an arm that waits may be named here alone
        for key in (
            *zip(arms["study_id"].tolist(), arms["arm_id"].tolist(), strict=True),
            *zip(compared["study_id"].tolist(), compared["comparator_arm_id"].tolist(), strict=True),
        ):
            if key not in lettered:
                lettered[key] = _letters(counts.get(key[0], 0))
                counts[key[0]] = counts.get(key[0], 0) + 1
        return OwnIds(named, lettered, self.before)

    def renamed(
        self, studies: pd.DataFrame, arms: pd.DataFrame, outcomes: pd.DataFrame
    ) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """The three tables under these names. Raises KeyError for a study or an arm that has none."""
        return (
            studies.assign(study_id=self._studies(studies)),
            arms.assign(study_id=self._studies(arms), arm_id=self._arms(arms, "arm_id")),
            outcomes.assign(
                study_id=self._studies(outcomes),
                arm_id=self._arms(outcomes, "arm_id"),
                comparator_arm_id=self._arms(outcomes, "comparator_arm_id"),
            ),
        )

    def _studies(self, part: pd.DataFrame) -> pd.Series:
        return pd.Series([self.studies[study] for study in part["study_id"].tolist()], part.index, dtype="string")

    def _arms(self, part: pd.DataFrame, column: str) -> pd.Series:
        keys = zip(part["study_id"].tolist(), part[column].tolist(), strict=True)
        named = [None if pd.isna(key[1]) else self.arms[key] for key in keys]
        return pd.Series(named, part.index, dtype="string")


def _letters(position: int) -> str:
    """`a` to `z`, then `aa`, `ab`, ..."""
    more, letter = divmod(position, len(_LETTERS))
    return (_letters(more - 1) if more else "") + _LETTERS[letter]
