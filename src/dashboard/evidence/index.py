"""The study table coded as integers, once a table, so that a filter costs a few array operations.

Everything a filter asks for but the endpoint and the ambiguity of a figure is a fact of the arm. The index therefore
holds one entry an arm, and for each facet the distinct (study, value) pairs, which is what counting studies needs.
"""

from __future__ import annotations

import unicodedata
import weakref
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

STUDY_TEXT: Final = ("first_author", "title", "journal", "notes", "study_id")
ARM_TEXT: Final = ("label", "population")
FACET_COLUMNS: Final = ("primary_site", "modality", "family", "design", "centers")
TEXTS_KEPT: Final = 32
MASKS_KEPT: Final = 8

Bools = NDArray[np.bool_]
Codes = NDArray[np.int64]
Floats = NDArray[np.float64]


def fold(text: str) -> str:
    """Lower case without accents, for searching: `Müller` is found as `muller`."""
    lower = text.casefold()
    if lower.isascii():
        return lower
    return "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))


@dataclass(frozen=True)
class Counts:
    """What a set of arms holds of each value: arrays of length K, the number of values. `stated`: arms that give n."""

    studies: Codes
    arms: Codes
    patients: Codes
    stated: Codes


@dataclass(frozen=True)
class Figures:
    """The figures (F,) of an endpoint: their rows in the table, ascending, their arms, and how many an arm (A,) has."""

    rows: Codes
    arms: Codes
    of_arm: Codes


class Facet:
    """One column of the arms as codes 0..K-1 (-1: null), with what it takes to count a selection by its values."""

    def __init__(self, column: pd.Series, study: Codes, cohort: Codes, weights: Floats) -> None:
        codes, values = pd.factorize(column)
        self.codes: Codes = codes.astype(np.int64)
        self.values: tuple[str, ...] = tuple(str(value) for value in values)
        pair = study * (len(self.values) + 1) + self.codes + 1
        _, first, of_arm = np.unique(pair, return_index=True, return_inverse=True)
        # A study has one cohort: that of the first arm of the pair.
        group = cohort[first][of_arm] * (len(self.values) + 1) + self.codes + 1
        # By group and pair: arms that are counted together stand together, however few are chosen.
        order = np.lexsort((of_arm, group))
        self._place = np.argsort(order)
        self._pair, self._group = of_arm[order], group[order]
        self._value, self._stated = self.codes[order] + 1, ~np.isnan(weights[order])
        self._n: Codes = np.nan_to_num(weights[order]).astype(np.int64)

    def mask(self, chosen: Sequence[str]) -> Bools:
        """Arms whose value is one of the chosen."""
        wanted = np.zeros(len(self.values) + 1, dtype=bool)
        wanted[[i for i, value in enumerate(self.values) if value in set(chosen)]] = True
        return wanted[self.codes]

    def count(self, arms: Bools) -> Counts:
        """Counts by value over a set of arms; patients of one cohort count once, by the study with the largest n."""
        chosen = np.sort(self._place[np.flatnonzero(arms)])
        if not len(chosen):
            return Counts(*(np.zeros(len(self.values), dtype=np.int64) for _ in range(4)))
        value = self._value[chosen]
        pairs = _starts(self._pair[chosen])
        groups = _starts(self._group[chosen[pairs]])
        largest = np.maximum.reduceat(np.add.reduceat(self._n[chosen], pairs), groups)
        return Counts(
            studies=self._sums(value[pairs]),
            arms=self._sums(value),
            patients=self._sums(value[pairs[groups]], largest),
            stated=self._sums(value[self._stated[chosen]]),
        )

    def _sums(self, values: Codes, amounts: Codes | None = None) -> Codes:
        """Sums of the amounts (None: one each) by value; null is left out. Exact: float64 holds such integers."""
        return np.bincount(values, weights=amounts, minlength=len(self.values) + 1)[1:].astype(np.int64)


class Arms:
    """One entry an arm of the rows (A,): study and cohort as codes, n, and the facet "everything"."""

    def __init__(self, rows: pd.DataFrame) -> None:
        arm_of_row, _ = pd.factorize(rows["arm_key"])
        self.arm_of_row: Codes = arm_of_row.astype(np.int64)
        _, first = np.unique(self.arm_of_row, return_index=True)
        self.first_row: Codes = first[self.arm_of_row[first] >= 0]
        self.size = len(self.first_row)
        study, studies = pd.factorize(rows["study_id"].iloc[self.first_row])
        self.study: Codes = study.astype(np.int64)
        cohort, _ = pd.factorize(rows["cohort"].iloc[self.first_row])
        # A study without a cohort is a cohort of its own; the two ranges of codes do not meet.
        self.cohort: Codes = np.where(cohort >= 0, cohort + len(studies), self.study)
        self.n: Floats = _floats(rows["n"].iloc[self.first_row])
        self.subgroup: Bools = rows["is_subgroup"].iloc[self.first_row].fillna(False).to_numpy(dtype=bool)
        self.everything = self.facet(pd.Series("all", index=range(self.size)))

    def facet(self, column: pd.Series) -> Facet:
        """A column of the arms (A,) as a facet; subgroups and arms without n carry no patients."""
        return Facet(column, self.study, self.cohort, np.where(self.subgroup, np.nan, self.n))


class TableIndex(Arms):
    """A study table as arrays: A arms, R rows. `index_of` builds it and keeps one a table."""

    def __init__(self, table: pd.DataFrame) -> None:
        super().__init__(table)
        arms = table.iloc[self.first_row]
        self.figure: Bools = table["row_kind"].eq("figure").fillna(False).to_numpy(dtype=bool) & (self.arm_of_row >= 0)
        self.ambiguous: Bools = table["qualifier"].eq("?").fillna(False).to_numpy(dtype=bool)
        self._endpoint = _coded(table["endpoint"])
        self._measure = _coded(table["measure"])

        self.era_start, self.era_end = _floats(arms["era_start"]), _floats(arms["era_end"])
        self.facets = {name: self.facet(arms[name]) for name in FACET_COLUMNS}

        first_arm = np.zeros(self.study.max(initial=-1) + 1, dtype=np.int64)
        first_arm[self.study[::-1]] = np.arange(self.size)[::-1]
        self._study_text = _haystack(arms.iloc[first_arm], STUDY_TEXT)
        self._arm_text = _haystack(arms, ARM_TEXT)
        self._texts: dict[str, Bools] = {}
        self._figures: dict[tuple[str, bool, tuple[str, ...]], Figures] = {}
        self._masks: dict[Hashable, dict[str, Bools]] = {}

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Endpoints that some row of the table has."""
        return tuple(self._endpoint[1])

    def figures(self, endpoint: str, ambiguous: bool, measures: tuple[str, ...] = ()) -> Figures:
        """The figures of the endpoint, kept; `measures` empty means any."""
        key = (endpoint, ambiguous, measures)
        if key not in self._figures:
            rows = self.figure & _equals(self._endpoint, endpoint)
            if not ambiguous:
                rows &= ~self.ambiguous
            if measures:
                rows &= np.logical_or.reduce([_equals(self._measure, measure) for measure in measures])
            arms = self.arm_of_row[rows]
            self._figures[key] = Figures(np.flatnonzero(rows), arms, np.bincount(arms, minlength=self.size))
        return self._figures[key]

    def prints(self, endpoint: str, ambiguous: bool, measures: tuple[str, ...] = ()) -> Bools:
        """Arms (A,) that have such a figure."""
        return self.figures(endpoint, ambiguous, measures).of_arm > 0

    def masks(self, asked: Hashable, make: Callable[[], dict[str, Bools]]) -> dict[str, Bools]:
        """`make()`, kept for what was asked last: one view asks for the masks of its filters several times."""
        masks = self._masks.get(asked)
        if masks is None:
            masks = make()
            if len(self._masks) >= MASKS_KEPT:
                self._masks.clear()
            self._masks[asked] = masks
        return masks

    def mentions(self, text: str) -> Bools:
        """Arms (A,) in whose study or arm every word of the text occurs, whatever its case and accents."""
        words = tuple(fold(text).split())
        key = " ".join(words)
        found = self._texts.get(key)
        if found is None:
            found = self._search(words)
            # another session may clear it at any moment
            if len(self._texts) >= TEXTS_KEPT:
                self._texts.clear()
            self._texts[key] = found
        return found

    def _search(self, words: tuple[str, ...]) -> Bools:
        found = np.ones(self.size, dtype=bool)
        for word in words:
            # Each word is looked for only where it can still matter: in what the words before have left.
            left = np.zeros(len(self._study_text), dtype=bool)
            left[self.study[found]] = True
            studies = np.zeros(len(left), dtype=bool)
            studies[left] = [word in self._study_text[i] for i in np.flatnonzero(left).tolist()]
            in_study = studies[self.study]
            open_arms = found & ~in_study
            found &= in_study
            found[open_arms] = [word in self._arm_text[i] for i in np.flatnonzero(open_arms).tolist()]
        return found


_kept: dict[int, tuple[weakref.ref[pd.DataFrame], TableIndex]] = {}


def index_of(table: pd.DataFrame) -> TableIndex:
    """The index of a table, built at its first use and kept as long as the table lives.

    It is found again by the identity of the table: a table that was asked once must not be changed in place.
    """
    key = id(table)
    kept = _kept.get(key)
    if kept is not None and kept[0]() is table:
        return kept[1]
    index = TableIndex(table)
    _kept[key] = (weakref.ref(table, lambda ref: _forget(key, ref)), index)
    return index


def _forget(key: int, ref: weakref.ref[pd.DataFrame]) -> None:
    """Drop the entry of a table that is gone, unless a new table got its id meanwhile."""
    kept = _kept.get(key)
    if kept is not None and kept[0] is ref:
        del _kept[key]


def _coded(column: pd.Series) -> tuple[Codes, dict[str, int]]:
    codes, values = pd.factorize(column)
    return codes.astype(np.int64), {str(value): i for i, value in enumerate(values)}


def _equals(coded: tuple[Codes, dict[str, int]], value: str) -> Bools:
    codes, position = coded
    return codes == position.get(value, -2)


def _floats(column: pd.Series) -> Floats:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _starts(codes: Codes) -> Codes:
    """Where each run of equal codes begins."""
    return np.flatnonzero(np.append(True, codes[1:] != codes[:-1]))


def _haystack(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    """One folded text a row; a word never matches across two columns, for it holds no line break."""
    parts = [frame[name].fillna("").astype(str).tolist() for name in columns if name in frame]
    return [fold("\n".join(row)) for row in zip(*parts, strict=True)]
