"""Figures as small static SVG without a browser: the same data as on the slides, as shapes and text."""

from __future__ import annotations

import math
from html import escape

from dashboard.export.deck import CurvePlot, Figure, ForestPlot, Line
from dashboard.export.fit import cut
from dashboard.figures.labels import spread
from dashboard.figures.theme import LIGHT

WIDE, TALL = 960, 540
DASH = {"dash": "9 5", "dot": "2 4", "dashdot": "9 4 2 4", "longdash": "14 6", "longdashdot": "14 5 2 5"}
COLOURS = {"highlight": "#C04F00", "pooled": "#0B5C8C", "prediction": "#0B5C8C"}


def figure_svg(plot: Figure, title: str) -> str:
    """The figure as an SVG document with a title, in light colours on white."""
    body, tall = _curves(plot) if isinstance(plot, CurvePlot) else _forest(plot)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {tall}" width="{WIDE}" height="{tall}" '
        f'font-family="Arial, Helvetica, sans-serif" font-size="14" fill="{LIGHT.text}">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="100%" height="100%" fill="#FFFFFF"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _curves(plot: CurvePlot) -> tuple[list[str], int]:
    left, right, top, bottom = 64, 650, 16, TALL - 56
    horizon = plot.horizon_months

    def at(months: float, survival: float) -> tuple[float, float]:
        return left + (right - left) * months / horizon, bottom - (bottom - top) * survival

    out = []
    for percent in range(0, 101, 20):
        y = at(0, percent / 100)[1]
        out.append(_line((left, y), (right, y), LIGHT.grid))
        out.append(_text(left - 8, y + 5, f"{percent}%", "end"))
    step = 6 if horizon <= 36 else 12 if horizon <= 84 else 24
    for months in range(0, horizon + 1, step):
        x = at(months, 0)[0]
        out += [_line((x, bottom), (x, bottom + 5), LIGHT.axis), _text(x, bottom + 22, str(months), "middle")]
    out.append(_line((left, bottom), (right, bottom), LIGHT.axis))
    out.append(_text((left + right) / 2, TALL - 10, "Time (months)", "middle"))
    ends: list[tuple[Line, float, float]] = []
    for line in plot.lines():
        points = [at(float(x), float(y)) for x, y in zip(line.x, line.y, strict=True)]
        if points:
            path = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
            dash = f' stroke-dasharray="{DASH[line.dash]}"' if line.dash in DASH else ""
            out.append(f'<path d="{path}" fill="none" stroke="{line.colour}" stroke-width="2.4"{dash}/>')
        marks = [at(float(x), float(y)) for x, y in zip(line.printed_x, line.printed_y, strict=True)]
        for (x, y), used in zip(marks, line.on_curve, strict=True):
            fill = line.colour if used else "#FFFFFF"
            out.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{fill}" stroke="{line.colour}" stroke-width="1.6"/>'
            )
        if points or marks:
            ends.append((line, *(points or sorted(marks))[-1]))
    for (line, x, y), level in zip(ends, spread([y for _, _, y in ends], 19, top, bottom), strict=True):
        out.append(_line((x, y), (right + 8, float(level)), "#C9D2DA"))
        out.append(_text(right + 12, float(level) + 5, cut(line.label, 14, 4.1), "start", line.colour))
    return out, TALL


def _forest(plot: ForestPlot) -> tuple[list[str], int]:
    left, right, row = 350, 650, 30
    low, high = plot.limits()
    bottom = 20 + row * len(plot.rows)

    def across(value: float) -> float:
        inside = min(max(value, low), high)
        share = (
            (inside - low) / (high - low) if plot.scale == "survival" else math.log(inside / low) / math.log(high / low)
        )
        return left + (right - left) * share

    out = [_line((left, bottom), (right, bottom), LIGHT.axis)]
    for tick in plot.ticks():
        said = f"{tick:.0%}" if plot.scale == "survival" else f"{tick:g}"
        out += [_line((across(tick), bottom), (across(tick), bottom + 5), LIGHT.axis)]
        out.append(_text(across(tick), bottom + 22, said, "middle"))
    if plot.scale == "ratio":
        out.append(_line((across(1), 10), (across(1), bottom), LIGHT.axis))
    out.append(_text((left + right) / 2, bottom + 46, plot.x_title, "middle"))
    for place, each in enumerate(plot.rows):
        y = 20 + row * place + row / 2
        colour = COLOURS.get(each.kind, LIGHT.text)
        if math.isfinite(each.low) and math.isfinite(each.high):
            dash = ' stroke-dasharray="6 4"' if each.kind == "prediction" else ""
            out.append(
                f'<path d="M{across(each.low):.1f} {y:.1f} H{across(each.high):.1f}" stroke="{colour}" '
                f'stroke-width="2"{dash}/>'
            )
        x = across(each.estimate)
        if each.kind == "derived":
            out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#FFFFFF" stroke="{colour}" stroke-width="2"/>')
        elif each.kind in ("pooled", "highlight"):
            out.append(f'<path d="M{x - 7:.1f} {y:.1f} l7 -7 l7 7 l-7 7 Z" fill="{colour}"/>')
        elif each.kind == "reported":
            out.append(f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill="{colour}"/>')
        out.append(_text(left - 10, y + 5, cut(each.label, 14, 4.5), "end"))
        out.append(_text(right + 10, y + 5, cut(each.text, 14, 4.0), "start"))
    return out, bottom + 60


def _line(a: tuple[float, float], b: tuple[float, float], colour: str) -> str:
    return f'<path d="M{a[0]:.1f} {a[1]:.1f} L{b[0]:.1f} {b[1]:.1f}" stroke="{colour}" stroke-width="1"/>'


def _text(x: float, y: float, text: str, anchor: str, colour: str | None = None) -> str:
    fill = f' fill="{colour}"' if colour else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{fill}>{escape(text)}</text>'
