"""One moderator at a time: how much of the spread between arms goes with era, size, follow-up, design or site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.synthesis.regression import Regression, meta_regression

NUMBERS = ("era_start", "n", "follow_up_median_months")
CATEGORIES = ("design", "primary_site")
_FEWEST = 4
_FEWEST_OF_A_KIND = 2
_NOT_STATED = "not-stated"


@dataclass(frozen=True, eq=False)
class Moderator:
    """The regression on one column of the pooled rows.

    Attributes
    ----------
    name : the column
    fit : its meta-regression; None where these arms carry none, and then `why_not` says why
    at : value, k, estimate, ci_low, ci_high on the pooling scale: at the quartiles of a number (k: all arms that state
        it), at every kind of a category (k: arms of the kind)
    """

    name: str
    fit: Regression | None
    at: pd.DataFrame
    why_not: str = ""


def moderators(rows: pd.DataFrame, *, method: str = "REML", test: str = "hksj") -> tuple[Moderator, ...]:
    """Regress the effect on each moderator that the rows have, one at a time.

    Parameters
    ----------
    rows : DataFrame
        yi, vi and the columns named in `NUMBERS` and `CATEGORIES`; those that are absent are passed over. Arms that do
        not state a moderator are left out of its regression. The size of an arm counts by its doublings.
    method, test : see `meta_regression`

    Returns
    -------
    tuple of Moderator, in the order of `NUMBERS` and `CATEGORIES`
    """
    found = [_number(rows, name, method, test) for name in NUMBERS if name in rows]
    return (*found, *(_category(rows, name, method, test) for name in CATEGORIES if name in rows))


def _number(rows: pd.DataFrame, name: str, method: str, test: str) -> Moderator:
    values = pd.to_numeric(rows[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    stated = np.isfinite(values) & (values > 0)
    values = values[stated]
    if len(values) < _FEWEST or np.ptp(values) == 0:
        return _none(name, f"{len(values)} arms state it" if len(values) < _FEWEST else "all arms are alike")
    scaled = np.log2(values) if name == "n" else values
    centre = float(scaled.mean())
    fit = meta_regression(rows["yi"][stated], rows["vi"][stated], scaled - centre, method=method, test=test)
    shown = np.unique(np.quantile(values, [0.25, 0.75]).round())
    shown = shown if len(shown) > 1 else np.array([values.min(), values.max()])
    line = fit.predict((np.log2(shown) if name == "n" else shown) - centre)
    return Moderator(name, fit, _at([*shown], [len(values)] * len(shown), line))


def _category(rows: pd.DataFrame, name: str, method: str, test: str) -> Moderator:
    kinds = rows[name].astype("string").where(rows[name].ne(_NOT_STATED))
    counts = kinds.value_counts()
    levels = sorted(counts.index[counts >= _FEWEST_OF_A_KIND])
    used = kinds.isin(levels).fillna(False).to_numpy(dtype=bool)
    if len(levels) < 2 or used.sum() < len(levels) + 2:
        return _none(name, "fewer than two kinds with two arms or more")
    fit = meta_regression(
        rows["yi"][used], rows["vi"][used], kinds[used].astype(str).rename(name), method=method, test=test
    )
    indicators = np.vstack([np.zeros(len(levels) - 1), np.eye(len(levels) - 1)])
    return Moderator(name, fit, _at(levels, [int(counts[level]) for level in levels], fit.predict(indicators)))


def _at(values: list[object], k: list[int], line: pd.DataFrame) -> pd.DataFrame:
    return line[["estimate", "ci_low", "ci_high"]].assign(value=pd.Series(values, dtype=object), k=k)


def _none(name: str, why: str) -> Moderator:
    return Moderator(name, None, pd.DataFrame(columns=["value", "k", "estimate", "ci_low", "ci_high"]), why)
