"""Native charts of a slide: survival curves and forest plots as XY scatter charts with their data behind them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from pptx.chart.chart import Chart
from pptx.chart.data import XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE
from pptx.oxml.ns import qn
from pptx.slide import Slide
from pptx.util import Inches, Pt

from dashboard.export.deck import CurvePlot, ForestPlot, Line
from dashboard.export.fit import cut, two_lines, width
from dashboard.figures.labels import spread
from dashboard.figures.theme import LIGHT
from dashboard.intake.safe_text import neutralise

Box = tuple[float, float, float, float]
DASHES = {
    "solid": MSO_LINE.SOLID, "dash": MSO_LINE.DASH, "dot": MSO_LINE.ROUND_DOT, "dashdot": MSO_LINE.DASH_DOT,
    "longdash": MSO_LINE.LONG_DASH, "longdashdot": MSO_LINE.LONG_DASH_DOT,
}  # fmt: skip
LABEL_GAP = 0.065
INK, MUTED, GRID = (colour.lstrip("#") for colour in (LIGHT.text, LIGHT.muted, LIGHT.grid))
ACCENT, FONT = "0B5C8C", "Arial"
TOP_INCHES, AXIS_INCHES = 0.05, 0.72
FOREST_SIZE = 14.0
STRONG = ("highlight", "pooled")


def rgb(colour: str) -> RGBColor:
    """`#0072B2` as a colour of a slide."""
    return RGBColor.from_string(colour.lstrip("#").upper())


def curve_chart(slide: Slide, plot: CurvePlot, box: Box) -> None:
    """Survival curves: lines derived, solid marks printed, hollow marks off the curve, names at the ends."""
    lines, horizon = plot.lines(), plot.horizon_months
    ends = [(line, *_end(line)) for line in lines if len(line.x) or len(line.printed_x)]
    heights = spread([y for _, _, y in ends], LABEL_GAP, 0.03, 0.97)
    drawn = [_Drawn("Half of the patients", [(0.0, 0.5), (float(horizon), 0.5)], "help")]
    for (line, at, survival), level in zip(ends, heights, strict=True):
        drawn.append(
            _Drawn(f"{line.label}: leads to its name", [(at, survival), (horizon * 1.012, float(level))], "help")
        )
    for line in lines:
        printed = list(zip(line.printed_x.tolist(), line.printed_y.tolist(), line.on_curve.tolist(), strict=True))
        on, off = ([(x, y) for x, y, used in printed if used is keep] for keep in (True, False))
        curve = list(zip(line.x.tolist(), line.y.tolist(), strict=True))
        drawn.append(_Drawn(f"{line.label}: derived", curve, "line", line))
        drawn.append(_Drawn(f"{line.label}: printed", on, "printed", line))
        drawn.append(_Drawn(f"{line.label}: printed, off the curve", off, "off", line))
    drawn.append(_Drawn("Names", [(horizon * 1.015, float(at)) for at in heights], "names"))
    # The longest first: LibreOffice loses every series that comes before a longer one.
    drawn = sorted((each for each in drawn if each.points), key=lambda each: -len(each.points))
    data = XyChartData()
    for each in drawn:
        _points(data, each.name, [(round(x, 4), round(y, 6)) for x, y in each.points])
    chart = _add(slide, data, box)
    for series, each in zip(chart.plots[0].series, drawn, strict=True):
        if each.how == "names":
            _name_the_ends(series, [line for line, _, _ in ends])
        elif each.line is None:
            _quiet(series)
        else:
            _style(series, each.how, each.line)
    _survival_axes(chart, horizon, max((width(line.label, 12, bold=True) for line in lines), default=0.0), box)


@dataclass(frozen=True)
class _Drawn:
    """One series of a chart of curves before it is added."""

    name: str
    points: list[tuple[float, float]]
    how: str
    line: Line | None = None


def _end(line: Line) -> tuple[float, float]:
    if len(line.x):
        return float(line.x[-1]), float(line.y[-1])
    last = int(line.printed_x.argmax())
    return float(line.printed_x[last]), float(line.printed_y[last])


def _add(slide: Slide, data: XyChartData, box: Box) -> Chart:
    shapes: Any = slide.shapes
    frame = shapes.add_chart(XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, *(Inches(v) for v in box), data)
    chart: Chart = frame.chart
    chart.has_legend = False
    chart.has_title = False
    chart.font.size, chart.font.name = Pt(13), FONT
    chart.font.color.rgb = rgb(MUTED)
    return chart


def _style(series: Any, how: str, line: Line) -> None:
    series.smooth = False
    if how == "line":
        series.format.line.color.rgb = rgb(line.colour)
        series.format.line.width = Pt(2.5)
        series.format.line.dash_style = DASHES.get(line.dash, MSO_LINE.SOLID)
        series.marker.style = XL_MARKER_STYLE.NONE
        return
    series.format.line.fill.background()
    # LibreOffice draws no border of a mark, so a hollow one would vanish: a cross says "off the curve".
    series.marker.style = XL_MARKER_STYLE.CIRCLE if how == "printed" else XL_MARKER_STYLE.X
    series.marker.size = 9
    series.marker.format.line.color.rgb = rgb(line.colour)
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.rgb = rgb(line.colour)


def _quiet(series: Any) -> None:
    """A thin grey line: help for the eye, no data."""
    series.smooth = False
    series.marker.style = XL_MARKER_STYLE.NONE
    series.format.line.color.rgb = rgb("C9D2DA")
    series.format.line.width = Pt(0.75)


def _name_the_ends(series: Any, lines: Sequence[Line]) -> None:
    series.smooth = False
    series.format.line.fill.background()
    series.marker.style = XL_MARKER_STYLE.NONE
    for index, line in enumerate(lines):
        label = series.points[index].data_label
        label.position = XL_LABEL_POSITION.RIGHT
        run = label.text_frame.paragraphs[0].add_run()
        run.text = line.label
        run.font.size, run.font.bold, run.font.name = Pt(12), True, FONT
        run.font.color.rgb = rgb(line.colour)
        label.text_frame.word_wrap = False


def _survival_axes(chart: Chart, horizon: int, label_inches: float, box: Box) -> None:
    step = 6 if horizon <= 36 else 12 if horizon <= 84 else 24
    room = (label_inches + 0.25) / max(1.0, box[2] - 1.0 - label_inches)
    _axis(chart.category_axis, "Time (months)", 0, math.ceil(horizon * (1 + room) / step) * step, step, "0")
    _axis(chart.value_axis, "Survival", 0, 1, 0.2, "0%")
    chart.value_axis.has_major_gridlines = True
    chart.value_axis.major_gridlines.format.line.color.rgb = rgb(GRID)


def _axis(axis: Any, title: str, low: float, high: float, step: float | None, number_format: str) -> None:
    axis.has_title = bool(title)
    if title:
        axis.axis_title.text_frame.text = title
        font = axis.axis_title.text_frame.paragraphs[0].runs[0].font
        font.size, font.bold, font.color.rgb = Pt(13), False, rgb(INK)
    axis.minimum_scale, axis.maximum_scale = low, high
    if step is not None:
        axis.major_unit = step
    axis.has_major_gridlines = False
    axis.major_tick_mark = XL_TICK_MARK.OUTSIDE
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = number_format, False
    axis.tick_labels.font.size = Pt(12)
    axis.format.line.color.rgb = rgb(LIGHT.axis)


def forest_chart(slide: Slide, plot: ForestPlot, box: Box) -> None:
    """A forest plot: each interval a line of two points, row names and figures as text at the height of their rows."""
    x, y, w, h = box
    count = len(plot.rows)
    size = max(9.0, min(FOREST_SIZE, (h - TOP_INCHES - AXIS_INCHES) / count * 72 / 1.35))
    left = min(0.42 * w, 0.2 + max(width(row.label, size, bold=row.kind in STRONG) for row in plot.rows))
    right = min(0.3 * w, 0.2 + max(width(row.text, size, bold=row.kind in STRONG) for row in plot.rows))
    low, high = plot.limits()
    data = XyChartData()
    if plot.scale == "ratio":
        _points(data, "No difference", [(1.0, 0.4), (1.0, count + 0.6)])
    for row, at in _placed(plot):
        if math.isfinite(row.low) and math.isfinite(row.high):
            ends = [(min(max(end, low), high), at) for end in (row.low, row.high)]
            _points(data, f"{row.label}: interval", ends)
    for row, at in _placed(plot):  # after the intervals: they are longer, see curve_chart
        if row.kind != "prediction":
            _points(data, f"{row.label}: estimate", [(min(max(row.estimate, low), high), at)])
    chart = _add(slide, data, (x + left, y, w - left - right, h))
    for series in chart.plots[0].series:
        _style_forest(series, plot)
    _axis(
        chart.category_axis,
        plot.x_title,
        low,
        high,
        2 if plot.scale == "ratio" else 0.2,
        "0%" if plot.scale == "survival" else "General",
    )
    _axis(chart.value_axis, "", 0.4, count + 0.6, 1, "0")
    chart.value_axis.tick_label_position = XL_TICK_LABEL_POSITION.NONE
    chart.value_axis.major_tick_mark = XL_TICK_MARK.NONE
    chart.value_axis.format.line.fill.background()
    _fix_plot_area(chart, h, logarithmic=plot.scale == "ratio")
    tall = h - TOP_INCHES - AXIS_INCHES
    for row, at in _placed(plot):
        middle = y + TOP_INCHES + tall * (count + 0.6 - at) / (count + 0.2)
        bold = row.kind in STRONG
        _label(slide, row.label, (x, middle, left), size, bold, right=True)
        _label(slide, row.text, (x + w - right, middle, right), size, bold, right=False)


def _placed(plot: ForestPlot) -> list[tuple[Any, float]]:
    return [(row, float(len(plot.rows) - i)) for i, row in enumerate(plot.rows)]


def _points(data: XyChartData, name: str, points: Sequence[tuple[float, float]]) -> None:
    series = data.add_series(neutralise(name))
    for at in points:
        series.add_data_point(*at)


def _style_forest(series: Any, plot: ForestPlot) -> None:
    series.smooth = False
    name = series.name
    kinds = {row.label: row.kind for row in plot.rows}
    kind = kinds.get(name.rpartition(": ")[0], "reported")
    colour = rgb({"highlight": "D55E00", "derived": MUTED, "pooled": ACCENT, "prediction": ACCENT}.get(kind, INK))
    if name == "No difference" or name.endswith(": interval"):
        series.marker.style = XL_MARKER_STYLE.NONE
        series.format.line.color.rgb = rgb(LIGHT.axis) if name == "No difference" else colour
        series.format.line.width = Pt(1.0 if name == "No difference" else 2.0)
        if name == "No difference" or kind == "prediction":
            series.format.line.dash_style = MSO_LINE.DASH
        return
    series.format.line.fill.background()
    shapes = {
        "pooled": XL_MARKER_STYLE.DIAMOND,
        "highlight": XL_MARKER_STYLE.DIAMOND,
        "derived": XL_MARKER_STYLE.CIRCLE,
    }
    series.marker.style = shapes.get(kind, XL_MARKER_STYLE.SQUARE)
    series.marker.size = 13 if kind == "pooled" else 10
    series.marker.format.line.color.rgb = colour
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.rgb = colour


def _fix_plot_area(chart: Chart, h: float, *, logarithmic: bool) -> None:
    """A fixed inner plot area, so that the texts beside it stand at the height of their rows; a logarithmic x axis."""
    area = chart._chartSpace.find(f".//{qn('c:plotArea')}")
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    layout = etree.SubElement(area, qn("c:layout"))
    area.insert(0, layout)
    manual = etree.SubElement(layout, qn("c:manualLayout"))
    for name, value in (
        ("layoutTarget", "inner"), ("xMode", "edge"), ("yMode", "edge"), ("x", "0.03"), ("y", str(TOP_INCHES / h)),
        ("w", "0.94"), ("h", str((h - TOP_INCHES - AXIS_INCHES) / h)),
    ):  # fmt: skip
        etree.SubElement(manual, qn(f"c:{name}")).set("val", value)
    across, up = area.findall(qn("c:valAx"))
    for axis in (across, up):
        crosses = axis.find(qn("c:crosses"))
        if crosses is not None:
            crosses.set("val", "min")
    if logarithmic:
        scaling = across.find(qn("c:scaling"))
        base = etree.SubElement(scaling, qn("c:logBase"))
        base.set("val", "2")
        scaling.insert(0, base)


def _label(slide: Slide, text: str, place: tuple[float, float, float], size: float, bold: bool, *, right: bool) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN

    x, middle, room = place
    lines = [text] if width(text, size, bold=bold) <= room - 0.1 else two_lines(text, 0)
    tall = len(lines) * size * 1.25 / 72
    shape = slide.shapes.add_textbox(Inches(x), Inches(middle - tall / 2), Inches(room), Inches(tall))
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = Inches(0.05)
    frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor, frame.word_wrap = MSO_ANCHOR.MIDDLE, False
    for index, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        run = paragraph.add_run()
        run.text = cut(line, size, room - 0.1, bold=bold)
        run.font.size, run.font.bold, run.font.name, run.font.color.rgb = Pt(size), bold, FONT, rgb(INK)
