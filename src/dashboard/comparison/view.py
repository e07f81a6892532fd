"""Everything the Compare page shows for one question, as one value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.comparison.curves import Curves
from dashboard.comparison.groups import Group, Summary, make_groups
from dashboard.comparison.words import caution_line, left_out_lines, sentence
from dashboard.selection import Selection, rows_without_figures
from dashboard.synthesis.group_curve import group_curve
from dashboard.vocabulary import ENDPOINTS, MODALITIES, PRIMARY_SITES, label

OPENING_STUDY = "fairweather-2017"
CURVE_MEASURES = ("survival", "median_months")


@dataclass(frozen=True, eq=False)
class Comparison:
    """A comparison: its groups and what is said about them."""

    title: str
    groups: list[Group]
    sentence: str
    caution: str
    left_out: list[str]
    silent: np.ndarray  # rows of the table, one for each arm that matches but prints nothing to draw
    study_id: str | None

    @property
    def arms(self) -> int:
        """Arms on the plot."""
        return sum(group.arms for group in self.groups)


def focus(curves: Curves, chosen: np.ndarray, selection: Selection, study: str | None) -> str | None:
    """The one study to show: the one asked for if the selection holds it; the opening example when nothing is asked."""
    wanted = study or (OPENING_STUDY if selection == Selection() else None)
    return wanted if wanted is not None and wanted in curves.arms["study_id"][chosen].tolist() else None


def title_of(selection: Selection, by: str, study: str | None, curves: Curves, chosen: np.ndarray) -> str:
    """The question in words."""
    endpoint = label(ENDPOINTS, selection.endpoint)
    sites = {str(s) for s in set(curves.arms["primary_site"][chosen].tolist())}
    where = "liver metastases"
    if len(sites) == 1 and not sites & {"mixed", "primary-liver-sarcoma"}:
        name = label(PRIMARY_SITES, next(iter(sites)))
        where = f"{name if name.isupper() else name.lower()} liver metastases"
    how = {"treatment": "by treatment", "family": "by family of treatment", "site": "by primary site"}.get(by, "")
    how = how or ("by decade of enrolment" if by == "era" else "arm by arm")
    only = ""
    if len(selection.modalities) == 1:
        only = f" after {label(MODALITIES, selection.modalities[0]).lower()}"
    return f"{endpoint} of patients with {where}{only}, {how}" + (" in one study" if study else "")


def _pooled(curves: Curves, kept: np.ndarray) -> Summary | None:
    """The pooled curve of disjoint curves, where there are enough of them."""
    pooled = group_curve(curves, kept)
    if pooled is None:
        return None
    return Summary(pooled.months, pooled.survival, pooled.arms, pooled.patients, pooled.ci_low, pooled.ci_high)


def compare(
    table: pd.DataFrame,
    curves: Curves,
    rows: pd.DataFrame | np.ndarray,
    selection: Selection,
    *,
    by: str = "treatment",
    study: str | None = None,
    dark: bool = False,
) -> Comparison:
    """The comparison that answers `selection`, grouped by a key of `groups.BY`; optionally of one study."""
    chosen = curves.of_rows(rows)
    one = focus(curves, chosen, selection, study)
    if one is not None:
        chosen = chosen[curves.arms["study_id"][chosen] == one]
    groups = make_groups(curves, chosen, by, dark=dark, pool=_pooled)
    silent = rows_without_figures(table, selection, CURVE_MEASURES)
    if one is not None:
        silent = silent[table["study_id"].array.take(silent) == one]
    return Comparison(
        title=title_of(selection, by, one, curves, chosen),
        groups=groups,
        sentence=sentence(curves, groups, selection.endpoint),
        caution=caution_line(curves, groups),
        left_out=left_out_lines(curves, groups),
        silent=silent,
        study_id=one,
    )
