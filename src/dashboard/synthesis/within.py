"""Within-study contrasts: two treatments compared among patients of the same study.

Another thing than setting group summaries of different studies side by side: here each study is its own control. Where
treatment was chosen and not drawn, the contrast still carries that choice, which the notices say.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import pandas as pd

from dashboard.synthesis._rows import CARRIED, Record, largest_of_each_cohort, records
from dashboard.synthesis.contrast_effects import preference, printed_logrank, ratio_effect, unusable
from dashboard.synthesis.effects import Effect
from dashboard.synthesis.notices import Notice, contrast_notices

REASONS = {
    "no-hazard-ratio": "Both treatments are in the study, but it prints no hazard ratio between these arms and none "
    "could be derived.",
    "subgroup": "A comparison within a subgroup of the study.",
    "ambiguous": "The source can be read in more than one way, so the figure is shown but never pooled.",
    "bounded": "Printed only as a bound or an approximation.",
    "other-analysis": "Another analysis of the same patients is in the pool.",
    "shared-arm": "Its patients are in the pool already, in another comparison of the same study.",
    "no-variance": "No confidence interval, exact two-sided p-value or deaths in both arms: no weight.",
    "overlapping-cohort": "Its patients overlap with those of another study in the pool that has more patients.",
}

_COLUMNS = (*CARRIED, "measure", "value", "p_value", "comparator_arm_id", "factor", "adjusted")
ROW_COLUMNS = (
    "study_id",
    "first_author",
    "year",
    "design",
    "primary_site",
    "cohort",
    "arm_key",
    "comparator_arm_key",
    "label",
    "comparator_label",
    "n",
    "n_comparator",
    "endpoint",
    "hazard_ratio",
    "ci_low",
    "ci_high",
    "yi",
    "vi",
    "route",
    "status",
    "adjusted",
    "flipped",
    "time_origin",
    "comparator_time_origin",
    "figure_id",
    "locator",
    "note",
    "era_start",
    "era_end",
)
LEFT_OUT_COLUMNS = ("study_id", "arm_key", "comparator_arm_key", "figure_id", "reason", "sentence")


@dataclass(frozen=True)
class Contrasts:
    """`rows`: one contrast a study or disjoint pair, hazard ratio of `treatment` v `comparator` (below 1 favours
    `treatment`), with yi = log HR and vi. `left_out`: with reason and sentence. `notices`: what to read first."""

    treatment: str
    comparator: str
    rows: pd.DataFrame
    left_out: pd.DataFrame
    notices: tuple[Notice, ...]


def contrasts(
    table: pd.DataFrame,
    treatment: str,
    comparator: str,
    *,
    endpoint: str = "os",
    column: str = "modality",
    derived: pd.DataFrame | None = None,
) -> Contrasts:
    """Contrasts of two treatments in the studies that have both.

    Parameters
    ----------
    table : DataFrame
        Rows of the study table.
    treatment, comparator : str
        Values of `column` ("modality" or "family"). The hazard ratio is that of `treatment` over `comparator`; a ratio
        printed the other way round is inverted and marked `flipped`.
    derived : DataFrame, optional
        Contrasts derived from reconstructed patients, used where a pair prints none that has a variance: `arm_key`,
        `comparator_arm_key`, `log_hr`, `se`. Either direction.

    Returns
    -------
    Contrasts
        `route` of the variance: "ci", "p" or "events" as in `effects`, "se" for derived. A log-rank p-value serves only
        if exact, two-sided and of a named test, with the deaths of both arms and a direction that their printed medians
        or survival give.

    Raises
    ------
    ValueError
        When both treatments are the same, or `column` is not in the table.
    """
    if treatment == comparator:
        raise ValueError(f"Two different treatments are needed, but both were {treatment!r}.")
    if column not in table.columns:
        raise ValueError(f"column must be one of the table, but was {column!r}.")
    wanted = table[table["arm_key"].notna() & table[column].isin([treatment, comparator]).fillna(False)]
    by_study: dict[str, list[Record]] = {}
    for record in records(wanted, tuple(dict.fromkeys((*_COLUMNS, column)))):
        by_study.setdefault(record["study_id"], []).append(record)
    engine = _derived(derived)

    found: list[Record] = []
    left: list[Record] = []
    for study in by_study.values():
        sides = {side: _arms_of(study, column, side) for side in (treatment, comparator)}
        if all(sides.values()):
            pairs = [
                _contrast(arm, other, study, endpoint, engine, left)
                for arm in sides[treatment].values()
                for other in sides[comparator].values()
            ]
            found += _disjoint([pair for pair in pairs if pair], left)
    winner = largest_of_each_cohort(found, lambda row: (row["n"] or 0) + (row["n_comparator"] or 0))
    kept = []
    for row in found:
        if row["cohort"] and winner[row["cohort"]] != row["study_id"]:
            left.append(_left(row, row["comparator_arm_key"], "overlapping-cohort", f"Kept: {winner[row['cohort']]}."))
        else:
            kept.append(row)
    rows = pd.DataFrame(kept, columns=list(ROW_COLUMNS))
    return Contrasts(
        treatment, comparator, rows, pd.DataFrame(left, columns=list(LEFT_OUT_COLUMNS)), contrast_notices(rows)
    )


def _derived(derived: pd.DataFrame | None) -> dict[tuple[str, str], tuple[float, float]]:
    if derived is None:
        return {}
    effects: dict[tuple[str, str], tuple[float, float]] = {}
    for row in records(derived, ("arm_key", "comparator_arm_key", "log_hr", "se")):
        effects[row["arm_key"], row["comparator_arm_key"]] = (row["log_hr"], row["se"])
        effects.setdefault((row["comparator_arm_key"], row["arm_key"]), (-row["log_hr"], row["se"]))
    return effects


def _arms_of(study: list[Record], column: str, side: str) -> dict[str, Record]:
    arms: dict[str, Record] = {}
    for record in study:
        if record[column] == side:
            arms.setdefault(record["arm_key"], record)
    return arms


def _contrast(
    arm: Record,
    other: Record,
    study: list[Record],
    endpoint: str,
    engine: dict[tuple[str, str], tuple[float, float]],
    left: list[Record],
) -> Record | None:
    """The best contrast of one pair of arms, if any; what is passed over goes to `left`."""
    figures = [r for r in study if r["endpoint"] == endpoint and _is_between(r, arm, other)]
    ratios = [r for r in figures if r["measure"] == "hazard_ratio"]
    if arm["is_subgroup"] or other["is_subgroup"]:
        left.extend(_left(r, other["arm_key"], "subgroup") for r in ratios)
        return None
    usable: list[tuple[Record, Effect]] = []
    for figure in sorted(ratios, key=lambda r: preference(r, arm["design"])):
        problem = unusable(figure)
        effect = None if problem else ratio_effect(figure, arm, study, endpoint)
        if effect is None:
            detail = f"Note of the table: {figure['note']}." if figure["note"] else ""
            left.append(_left(figure, other["arm_key"], problem or "no-variance", detail))
        elif usable:
            left.append(_left(figure, other["arm_key"], "other-analysis"))
        else:
            usable.append((figure, effect))
    if usable:
        figure, effect = usable[0]
        flipped = figure["arm_key"] != arm["arm_key"]
        return _row(arm, other, study, endpoint, effect, figure, "reported", flipped=flipped)
    for figure in figures:
        effect = printed_logrank(figure, arm, other, study, endpoint)
        if effect:
            return _row(arm, other, study, endpoint, effect, figure, "reported", flipped=False)
    if (arm["arm_key"], other["arm_key"]) in engine:
        log_hr, se = engine[arm["arm_key"], other["arm_key"]]
        effect = Effect(log_hr, se**2, "se", "log", exp(log_hr))
        return _row(arm, other, study, endpoint, effect, None, "derived", flipped=False)
    if not ratios:
        left.append(_left(arm, other["arm_key"], "no-hazard-ratio"))
    return None


def _is_between(record: Record, arm: Record, other: Record) -> bool:
    ends = (record["arm_key"], f"{record['study_id']}/{record['comparator_arm_id']}")
    return ends in ((arm["arm_key"], other["arm_key"]), (other["arm_key"], arm["arm_key"]))


def _row(
    arm: Record,
    other: Record,
    study: list[Record],
    endpoint: str,
    effect: Effect,
    figure: Record | None,
    status: str,
    *,
    flipped: bool,
) -> Record:
    low, high = (None, None) if figure is None else (figure["ci_low"], figure["ci_high"])
    if figure is None or figure["measure"] != "hazard_ratio":
        low = high = None
    elif flipped and low and high:
        low, high = 1 / high, 1 / low
    shown = figure or {"adjusted": None, "figure_id": None, "locator": None, "note": None}
    return {
        **{name: arm[name] for name in ("study_id", "first_author", "year", "design", "primary_site", "cohort")},
        **{name: arm[name] for name in ("arm_key", "label", "n", "era_start", "era_end", "n_total")},
        "comparator_arm_key": other["arm_key"],
        "comparator_label": other["label"],
        "n_comparator": other["n"],
        "endpoint": endpoint,
        "hazard_ratio": effect.estimate,
        "ci_low": low,
        "ci_high": high,
        "yi": effect.yi,
        "vi": effect.vi,
        "route": effect.route,
        "status": status,
        "flipped": flipped,
        "time_origin": _origin(arm, study, endpoint, figure),
        "comparator_time_origin": _origin(other, study, endpoint, figure),
        **{name: shown[name] for name in ("adjusted", "figure_id", "locator", "note")},
    }


def _origin(arm: Record, study: list[Record], endpoint: str, figure: Record | None) -> str:
    """Time origin of an arm: that of the contrast's own figure, else of the arm's figures of the endpoint."""
    if figure and figure["time_origin"] not in (None, "not-stated"):
        return str(figure["time_origin"])
    for record in study:
        if record["arm_key"] == arm["arm_key"] and record["endpoint"] == endpoint and record["measure"] != "logrank_p":
            stated = record["time_origin"]
            if stated not in (None, "not-stated"):
                return str(stated)
    return "not-stated"


def _disjoint(pairs: list[Record], left: list[Record]) -> list[Record]:
    """Pairs of one study that share no arm: reported before derived, then the most patients."""
    kept: list[Record] = []
    used: set[str] = set()
    for row in sorted(pairs, key=lambda r: (r["status"] != "reported", -((r["n"] or 0) + (r["n_comparator"] or 0)))):
        ends = {row["arm_key"], row["comparator_arm_key"]}
        if used & ends:
            left.append(_left(row, row["comparator_arm_key"], "shared-arm"))
        else:
            used |= ends
            kept.append(row)
    return kept


def _left(record: Record, comparator: str, reason: str, detail: str = "") -> Record:
    return {
        "study_id": record["study_id"],
        "arm_key": record["arm_key"],
        "comparator_arm_key": comparator,
        "figure_id": record["figure_id"],
        "reason": reason,
        "sentence": f"{REASONS[reason]} {detail}".strip(),
    }
