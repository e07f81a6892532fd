"""The study table coded as integers, once a table, so that a filter costs a few array operations.

Everything a filter asks for but the endpoint and the ambiguity of a figure is a fact of the arm. The index therefore
holds one entry an arm, and for each facet the distinct (study, value) pairs, which is what counting studies needs.
"""

from __future__ import annotations

import unicodedata
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

STUDY_TEXT: Final = ("first_author", "title", "journal", "notes", "study_id")
ARM_TEXT: Final = ("label", "population")
FACET_COLUMNS: Final = ("primary_site", "modality", "family", "design", "centers")
TEXTS_KEPT: Final = 32

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


class Facet:
    """One column of the arms as codes 0..K-1 (-1: null), with what it takes to count a selection by its values."""

    def __init__(self, column: pd.Series, study: Codes, cohort: Codes, weights: Floats) -> None:
        codes, values = pd.factorize(column)
        self.codes: Codes = codes.astype(np.int64)
        self.values: tuple[str, ...] = tuple(str(value) for value in values)
        self._k = len(self.values)
        self._weights = weights
        pair, self._pair = np.unique(study * (self._k + 1) + self.codes + 1, return_inverse=True)
        self._pair_value: Codes = pair % (self._k + 1) - 1
        first = np.zeros(len(pair), dtype=np.int64)
        first[self._pair] = np.arange(len(self._pair))
        group, inverse = np.unique(cohort[first] * (self._k + 1) + self._pair_value + 1, return_inverse=True)
        self._order = np.argsort(inverse, kind="stable")
        self._starts = np.searchsorted(inverse[self._order], np.arange(len(group)))
        self._group_value: Codes = group % (self._k + 1) - 1

    def mask(self, chosen: Sequence[str]) -> Bools:
        """Arms whose value is one of the chosen."""
        wanted = np.zeros(self._k + 1, dtype=bool)
        wanted[[i for i, value in enumerate(self.values) if value in set(chosen)]] = True
        return wanted[self.codes]

    def count(self, arms: Bools) -> Counts:
        """Counts by value over a set of arms; patients of one cohort count once, by the study with the largest n."""
        pairs, k = len(self._pair_value), self._k
        if not pairs:
            return Counts(*(np.zeros(k, dtype=np.int64) for _ in range(4)))
        pair = self._pair[arms]
        weights = self._weights[arms]
        states = ~np.isnan(weights)
        arms_of = np.bincount(pair, minlength=pairs)
        stated_of = np.bincount(pair[states], minlength=pairs)
        patients_of = np.bincount(pair[states], weights=weights[states], minlength=pairs)
        largest = np.maximum.reduceat(patients_of[self._order], self._starts).astype(np.int64)
        return Counts(
            studies=_sums(self._pair_value, arms_of > 0, k),
            arms=_sums(self._pair_value, arms_of, k),
            patients=_sums(self._group_value, largest, k),
            stated=_sums(self._pair_value, stated_of, k),
        )


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
        self._printed: dict[tuple[str, bool, tuple[str, ...]], Bools] = {}

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Endpoints that some row of the table has."""
        return tuple(self._endpoint[1])

    def rows(self, endpoint: str, ambiguous: bool, measures: tuple[str, ...] = ()) -> Bools:
        """Rows (R,) that are figures of the endpoint; `measures` empty means any."""
        rows = self.figure & _equals(self._endpoint, endpoint)
        if not ambiguous:
            rows &= ~self.ambiguous
        if measures:
            rows &= np.logical_or.reduce([_equals(self._measure, measure) for measure in measures])
        return rows

    def prints(self, endpoint: str, ambiguous: bool, measures: tuple[str, ...] = ()) -> Bools:
        """Arms (A,) that have such a figure."""
        key = (endpoint, ambiguous, measures)
        if key not in self._printed:
            arms = np.zeros(self.size, dtype=bool)
            arms[self.arm_of_row[self.rows(*key)]] = True
            self._printed[key] = arms
        return self._printed[key]

    def mentions(self, text: str) -> Bools:
        """Arms (A,) in whose study or arm every word of the text occurs, whatever its case and accents."""
        words = tuple(fold(text).split())
        key = " ".join(words)
        if key not in self._texts:
            if len(self._texts) >= TEXTS_KEPT:
                self._texts.clear()
            self._texts[key] = self._search(words)
        return self._texts[key]

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


def _sums(values: Codes, amounts: Codes | Bools, k: int) -> Codes:
    """Sums of the amounts by value code 0..k-1; the code -1 (null) is left out. Exact: float64 holds such integers."""
    return np.bincount(values + 1, weights=amounts, minlength=k + 1)[1:].astype(np.int64)


def _haystack(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    """One folded text a row; a word never matches across two columns, for it holds no line break."""
    parts = [frame[name].fillna("").astype(str).tolist() for name in columns if name in frame]
    return [fold("\n".join(row)) for row in zip(*parts, strict=True)]
