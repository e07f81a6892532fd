"""What stands beside the forest plot, one at a time: bias, era, each study's pull, every other way to pool."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import plotly.graph_objects as go

from dashboard.evidence.words import count
from dashboard.figures.bubble import bubble, regression_line
from dashboard.figures.funnel import funnel
from dashboard.figures.sequence import steps
from dashboard.figures.specification import specification_figure
from dashboard.pooled.ask import ESTIMATORS, SCALES
from dashboard.pooled.tables import VALUES, study_names
from dashboard.pooled.words import amount, noun
from dashboard.synthesis.bias import MIN_STUDIES, Egger, TrimAndFill, egger, trim_and_fill
from dashboard.synthesis.regression import meta_regression
from dashboard.synthesis.scales import back_transform, scale_of
from dashboard.synthesis.sensitivity import cumulative, influence, leave_one_out
from dashboard.synthesis.summary import Summary

_MIN_FOR_LINE = 4
_CENTRE_YEAR = 2000.0


@dataclass(frozen=True, eq=False)
class Panel:
    """A figure, its table and what it shows in words. `figure` is None where there is too little to draw."""

    name: str
    sentence: str
    figure: go.Figure | None = None
    table: pd.DataFrame | None = None


@dataclass(frozen=True)
class Frame:
    """What every panel is told: one group of a Summary, its name and colour, and how it is pooled."""

    summary: Summary
    group: str
    label: str
    quantity: str
    method: str = "REML"
    test: str = "hksj-adhoc"
    colour: str | None = None
    dark: bool = False

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The arms of the group that carry weight."""
        rows = self.summary.rows
        return rows[(rows["group"].astype(str) == self.group) & rows["weight"].notna()]


def funnel_panel(frame: Frame) -> Panel:
    """Funnel plot, with Egger's test and trim-and-fill from ten arms on."""
    rows, name = frame.rows, f"Funnel plot, {frame.label}"
    if len(rows) < 2:
        return Panel(name, f"{frame.label}: one arm makes no funnel.")
    test: Egger | None = None
    filled: TrimAndFill | None = None
    if len(rows) >= MIN_STUDIES:
        test = egger(rows["yi"], rows["vi"])
        filled = trim_and_fill(rows["yi"], rows["vi"], method=frame.method, test=frame.test)
    figure = funnel(
        rows,
        frame.summary.pooled[frame.group],
        frame.summary.scale,
        quantity=frame.quantity,
        colour=frame.colour,
        filled=filled,
        dark=frame.dark,
    )
    table = pd.DataFrame(
        {
            "Study": study_names(rows),
            VALUES[frame.quantity][0]: rows["estimate"].astype(float).round(4).to_numpy(),
            "Effect (pooling scale)": rows["yi"].astype(float).round(4).to_numpy(),
            "Standard error": (rows["vi"].astype(float) ** 0.5).round(4).to_numpy(),
        }
    )
    return Panel(name, _funnel_words(frame, test, filled), figure, table)


def _funnel_words(frame: Frame, test: Egger | None, filled: TrimAndFill | None) -> str:
    if test is None or filled is None:
        few = count(len(frame.rows), noun(frame.quantity))
        return f"{few}: Egger's test and trim-and-fill need {MIN_STUDIES}, with fewer they say nothing."
    p = "< 0.001" if test.p < 0.001 else f"= {test.p:.3f}" if test.p < 0.1 else f"= {test.p:.2f}"
    text = f"Egger's test of asymmetry: intercept {test.intercept:.2f}, p {p}. "
    if filled.k0:
        natural = back_transform(filled.adjusted, frame.summary.scale)
        text += (
            f"Trim-and-fill adds {count(filled.k0, 'arm')}; the pooled result would be "
            f"{amount(natural.estimate, frame.quantity)} (95% CI {amount(natural.ci_low, frame.quantity)} to "
            f"{amount(natural.ci_high, frame.quantity)}). "
        )
    else:
        text += "Trim-and-fill adds no arm. "
    return text + (
        "Asymmetry is a reason to look, not proof of bias: small series differ in patients and era, and the standard "
        "error of a survival rate depends on the rate."
    )


def era_panel(frame: Frame) -> Panel:
    """Effect against the start of enrolment, with the meta-regression line from four arms on."""
    rows = frame.rows
    year = pd.to_numeric(rows["era_start"], errors="coerce").astype(float)
    rows, year = rows[year.notna()], year[year.notna()]
    name = f"Effect by era, {frame.label}"
    if len(rows) < _MIN_FOR_LINE or year.nunique() < 2:
        drawn = bubble(
            rows, "era_start", quantity=frame.quantity, title="Start of enrolment", colour=frame.colour, dark=frame.dark
        )
        return Panel(
            name, f"{count(len(rows), noun(frame.quantity))}: too few years for a line.", drawn, _era_table(rows, frame)
        )
    fit = meta_regression(rows["yi"], rows["vi"], year.to_numpy() - _CENTRE_YEAR, method=frame.method)
    line = regression_line(fit, frame.summary.scale, float(year.min()), float(year.max()), _CENTRE_YEAR)
    figure = bubble(
        rows,
        "era_start",
        line,
        quantity=frame.quantity,
        title="Start of enrolment",
        colour=frame.colour,
        dark=frame.dark,
    )
    first, last = line.iloc[0], line.iloc[-1]
    slope = fit.coefficients.iloc[1]
    clear = slope["ci_low"] > 0 or slope["ci_high"] < 0
    explained = "" if fit.r2 != fit.r2 else f" The year explains {fit.r2:.0f}% of the heterogeneity."
    unit = " months" if frame.quantity == "median" else ""
    sentence = (
        f"The line goes from {amount(first['estimate'], frame.quantity)}{unit} ({first['x']:.0f}) to "
        f"{amount(last['estimate'], frame.quantity)}{unit} ({last['x']:.0f}), "
        f"{count(len(rows), noun(frame.quantity))}; its slope is {'clearly not' if clear else 'compatible with'} zero "
        f"(95% Knapp-Hartung interval).{explained} A trend across studies is not a trend in care: who was treated "
        "changed as well."
    )
    return Panel(name, sentence, figure, _era_table(rows, frame))


def _era_table(rows: pd.DataFrame, frame: Frame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Study": study_names(rows),
            "Start of enrolment": rows["era_start"].to_numpy(),
            "Years known from": rows["era_basis"].to_numpy(),
            VALUES[frame.quantity][0]: rows["estimate"].astype(float).round(4).to_numpy(),
            "Weight": rows["weight"].astype(float).round(4).to_numpy(),
        }
    )


def leave_one_out_panel(frame: Frame) -> Panel:
    """The pooled result without each study's arm in turn, the strongest pull on top."""
    rows, name = frame.rows, f"Leave one out, {frame.label}"
    if len(rows) < 2:
        return Panel(name, "Leaving one out needs two arms.")
    found = natural(
        leave_one_out(rows["yi"], rows["vi"], study_names(rows), method=frame.method, test=frame.test), frame
    )
    whole = back_transform(frame.summary.pooled[frame.group], frame.summary.scale)
    pull = (found["estimate"] - whole.estimate).abs()
    found = found.iloc[pull.argsort(kind="stable")[::-1]]
    strongest = found.iloc[0]
    text = (
        f"All {count(len(rows), noun(frame.quantity))}: {amount(whole.estimate, frame.quantity)}. Without any one of "
        f"them it lies between {amount(found['estimate'].min(), frame.quantity)} and "
        f"{amount(found['estimate'].max(), frame.quantity)}; {strongest['left_out']} moves it most."
    )
    if len(rows) >= 3:
        strong = influence(rows["yi"], rows["vi"], study_names(rows), method=frame.method)
        names = ", ".join(strong.loc[strong["influential"], "study"])
        text += f" Influential by DFFITS or weight: {names}." if names else " None is influential by DFFITS or weight."
    ends = (whole.estimate, whole.ci_low, whole.ci_high)
    labels = [f"without {each}" for each in found["left_out"]]
    figure = steps(found, labels, quantity=frame.quantity, whole=ends, dark=frame.dark)
    return Panel(name, text, figure, _steps_table(found, {"left_out": "Without"}, frame))


def cumulative_panel(frame: Frame) -> Panel:
    """The pooled result as studies were published."""
    rows, name = frame.rows, f"Cumulative by year of publication, {frame.label}"
    rows = rows[rows["year"].notna()]
    if len(rows) < 2:
        return Panel(name, "A cumulative plot needs two arms.")
    order = rows["year"].astype(float)
    found = cumulative(rows["yi"], rows["vi"], order, study_names(rows), method=frame.method, test=frame.test)
    found = natural(found, frame)
    figure = steps(found, [f"+ {each}" for each in found["added"]], quantity=frame.quantity, dark=frame.dark)
    half = found.iloc[len(found) // 2]
    last = found.iloc[-1]
    text = (
        f"By {half['order']:.0f} the pooled result was {amount(half['estimate'], frame.quantity)} from "
        f"{count(int(half['k']), noun(frame.quantity))}; "
        f"with all {last['k']:.0f} it is {amount(last['estimate'], frame.quantity)}."
    )
    return Panel(name, text, figure, _steps_table(found, {"added": "Added", "order": "Year"}, frame))


def natural(found: pd.DataFrame, frame: Frame) -> pd.DataFrame:
    """Estimates and intervals in their own unit."""
    scale = scale_of(frame.summary.scale)
    ends = ("ci_high", "ci_low") if scale.falls else ("ci_low", "ci_high")
    back = {name: found[name].map(scale.back) for name in ("estimate", *ends)}
    return found.assign(estimate=back["estimate"], ci_low=back[ends[0]], ci_high=back[ends[1]])


def _steps_table(found: pd.DataFrame, names: dict[str, str], frame: Frame) -> pd.DataFrame:
    value, decimals = VALUES[frame.quantity]
    shown = {**names, "k": "Arms", "estimate": value, "ci_low": "95% CI low", "ci_high": "95% CI high", "i2": "I² (%)"}
    return (
        found[list(shown)]
        .round({"estimate": decimals, "ci_low": decimals, "ci_high": decimals, "i2": 1})
        .rename(columns=shown)
    )


def specification_panel(specifications: pd.DataFrame, label: str, quantity: str, *, dark: bool = False) -> Panel:
    """The estimate of one group under every estimator, scale and inclusion rule."""
    name = f"Sensitivity, {label}"
    if specifications.empty:
        return Panel(name, f"{label}: fewer than two arms under every rule.")
    names = {slug: text for text, slug in (ESTIMATORS | SCALES).items()} | {"log": "Log scale"}
    figure = specification_figure(specifications, quantity=quantity, names=names, dark=dark)
    low, high = specifications["estimate"].min(), specifications["estimate"].max()
    asked = specifications[specifications["is_default"]]
    default = f"; as asked, {amount(asked['estimate'].iloc[0], quantity)}" if len(asked) else ""
    unit = " months" if quantity == "median" else ""
    text = (
        f"{len(specifications)} ways to pool give {amount(low, quantity)} to {amount(high, quantity)}{unit}{default}. "
        "The marks below each estimate say which rule, scale and estimator it is."
    )
    value, decimals = VALUES[quantity]
    shown = {"rule_label": "Rule", "transform": "Scale", "method": "Estimator", "k": "Arms", "estimate": value,
             "ci_low": "95% CI low", "ci_high": "95% CI high", "pi_low": "Prediction low", "pi_high": "Prediction high",
             "tau2": "tau²", "i2": "I² (%)"}  # fmt: skip
    digits = dict.fromkeys(("estimate", "ci_low", "ci_high", "pi_low", "pi_high"), decimals) | {"tau2": 4, "i2": 1}
    table = specifications[list(shown)].round(digits).replace({"transform": names, "method": names})
    return Panel(name, text, figure, table.rename(columns=shown))
