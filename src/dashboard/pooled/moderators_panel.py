"""The panel that asks what the spread between arms goes with."""

from __future__ import annotations

from typing import Final

import pandas as pd

from dashboard.evidence.words import count
from dashboard.figures.sequence import steps
from dashboard.pooled.panels import Frame, Panel, natural
from dashboard.pooled.tables import VALUES
from dashboard.pooled.words import noun
from dashboard.synthesis.scales import back_transform
from dashboard.synthesis.single_moderators import Moderator, moderators
from dashboard.vocabulary import DESIGNS, PRIMARY_SITES, label

NAMES: Final = {
    "era_start": "start of enrolment",
    "n": "size of the arm",
    "follow_up_median_months": "median follow-up",
    "design": "design",
    "primary_site": "primary site",
}
_PER: Final = {"era_start": "a year", "n": "a doubling", "follow_up_median_months": "a month"}


def moderators_panel(frame: Frame) -> Panel:
    """What the pooled result would be at either end of each moderator, and how much of tau² each explains."""
    rows, name = frame.rows, f"Moderators, {frame.label}"
    found = moderators(rows, method=frame.method)
    fitted = [each for each in found if each.fit is not None]
    if not fitted:
        return Panel(name, f"{count(len(rows), noun(frame.quantity))}: too few, or too alike, for a moderator.")
    points = pd.concat([natural(each.at, frame).assign(moderator=each.name) for each in fitted], ignore_index=True)
    labels = [_at_words(m, v) for m, v in zip(points["moderator"], points["value"], strict=True)]
    whole = back_transform(frame.summary.pooled[frame.group], frame.summary.scale)
    ends = (whole.estimate, whole.ci_low, whole.ci_high)
    figure = steps(points, labels, quantity=frame.quantity, whole=ends, dark=frame.dark)
    return Panel(name, _words(found, frame), figure, _table(fitted, points, labels, frame))


def _at_words(moderator: str, value: object) -> str:
    return {
        "era_start": lambda: f"Enrolment from {value:.0f}",
        "n": lambda: f"{value:.0f} patients",
        "follow_up_median_months": lambda: f"Followed {value:.0f} months",
        "design": lambda: label(DESIGNS, str(value)),
        "primary_site": lambda: label(PRIMARY_SITES, str(value)),
    }[moderator]()


def _words(found: tuple[Moderator, ...], frame: Frame) -> str:
    shares = sorted(
        ((each.fit.r2, each.fit.k, each.name) for each in found if each.fit is not None and each.fit.r2 == each.fit.r2),
        key=lambda share: -share[0],
    )
    said = "; ".join(f"{NAMES[name]} {r2:.0f}% ({count(k, noun(frame.quantity))})" for r2, k, name in shares)
    none = [f"{NAMES[each.name]} ({each.why_not})" for each in found if each.fit is None]
    explained = f"Share of tau² that each explains, one at a time: {said}." if said else "There is no tau² to explain."
    left = f" Not fitted: {', '.join(none)}." if none else ""
    return (
        f"{explained}{left} Numbers are shown at the quartiles of these arms, with 95% Knapp-Hartung intervals. Arms "
        "differ in all of these at once: none of it is a cause."
    )


def _table(fitted: list[Moderator], points: pd.DataFrame, labels: list[str], frame: Frame) -> pd.DataFrame:
    value, decimals = VALUES[frame.quantity]
    columns: dict[str, list[object]] = {
        "R² (%)": [], "Residual tau²": [], "Slope, pooling scale": [], "Slope low": [], "Slope high": [], "Per": []
    }  # fmt: skip
    for each in fitted:
        assert each.fit is not None
        one = each.fit.coefficients.iloc[1] if each.name in _PER else None
        for _ in range(len(each.at)):
            columns["R² (%)"].append(round(each.fit.r2, 1))
            columns["Residual tau²"].append(round(each.fit.tau2, 4))
            for title, term in (
                ("Slope, pooling scale", "estimate"),
                ("Slope low", "ci_low"),
                ("Slope high", "ci_high"),
            ):
                columns[title].append(None if one is None else round(float(one[term]), 4))
            columns["Per"].append(_PER.get(each.name, ""))
    ends = {"estimate": value, "ci_low": "95% CI low", "ci_high": "95% CI high"}
    return pd.DataFrame(
        {
            "Moderator": [NAMES[m] for m in points["moderator"]],
            "At": labels,
            "Arms": points["k"],
            **{title: points[key].astype(float).round(decimals) for key, title in ends.items()},
            **columns,
        }
    )
