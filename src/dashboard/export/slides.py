"""A deck as PowerPoint, 16:9: native charts, tables as tables, notes with sources, every text measured to fit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import pandas as pd
from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR
from pptx.slide import Slide
from pptx.util import Inches, Pt

from dashboard.export.deck import CurvePlot, Deck, Step
from dashboard.export.fit import LINE, cut, height, size_that_fits, width, wrapped
from dashboard.export.slide_charts import ACCENT, INK, MUTED, curve_chart, forest_chart, rgb

WIDE, TALL = 13.333, 7.5
MARGIN = 0.6
BODY = WIDE - 2 * MARGIN
TOP, BOTTOM = 1.25, 6.85
FONT = "Arial"
LINE_SIZES = (26, 24, 22, 20, 18, 16, 14, 13, 12, 11)
CELL_SIZES = (18, 17, 16, 15, 14, 13, 12, 11, 10, 9)
CELL_PAD = 0.09
STAMP = datetime(2000, 1, 1)  # a fixed date: the same deck gives the same document


def slides(deck: Deck) -> bytes:
    """The deck as a .pptx: a title slide, then one slide a step."""
    document = Presentation()
    document.slide_width, document.slide_height = Inches(WIDE), Inches(TALL)
    document.core_properties.title = deck.title
    document.core_properties.author = "Liver Metastases Survival Atlas"
    document.core_properties.created = document.core_properties.modified = STAMP
    blank = document.slide_layouts[6]
    _cover(document.slides.add_slide(blank), deck)
    for number, step in enumerate(deck.steps, 2):
        _step(document.slides.add_slide(blank), step, number)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _cover(slide: Slide, deck: Deck) -> None:
    box = (BODY, 2.6)
    _text(
        slide,
        [deck.title],
        (MARGIN, 1.7, *box),
        size_that_fits([deck.title], box, (38, 34, 30, 26, 22), bold=True) or 18,
        bold=True,
        bottom=True,
    )
    _text(slide, [deck.subtitle], (MARGIN, 4.5, BODY, 0.6), 20, colour=MUTED)
    said = ["Published figures for discussion among professionals; not medical advice."]
    if deck.data_version:
        said.append(f"Evidence {deck.data_version}")
    _text(slide, said, (MARGIN, 6.3, BODY, 0.7), 13, colour=MUTED)
    _notes(slide, [*deck.methods, deck.link])


def _step(slide: Slide, step: Step, number: int) -> None:
    title_size = size_that_fits([step.title], (BODY, 0.75), (32, 28, 24, 20), bold=True) or 18
    _text(slide, [step.title], (MARGIN, 0.35, BODY, 0.75), title_size, bold=True)
    caption = cut(step.caption, 12, BODY - 0.8)
    left_over: list[str] = []
    if step.figure is not None and step.table is not None:
        left_over = _stacked(slide, step)
    elif step.figure is not None:
        left_over = _beside(slide, step)
    elif step.table is not None:
        top = TOP + _lines_above(slide, step.lines)
        _table(slide, step.table, (MARGIN, top, BODY, BOTTOM - top))
    else:
        left_over = _lines(slide, step.lines, (MARGIN, TOP, BODY, BOTTOM - TOP))
    _text(slide, [caption], (MARGIN, 6.97, BODY - 0.7, 0.3), 12, colour=MUTED)
    _text(slide, [str(number)], (WIDE - MARGIN - 0.5, 6.97, 0.5, 0.3), 12, colour=MUTED)
    _notes(slide, [*step.lines, *left_over, *step.notes, *(f"Source: {each}" for each in step.sources)])


def _beside(slide: Slide, step: Step) -> list[str]:
    """A figure with its lines to the right, or alone."""
    if isinstance(step.figure, CurvePlot):
        chart_width = 8.6 if step.lines else BODY
        curve_chart(slide, step.figure, (MARGIN - 0.2, TOP, chart_width, BOTTOM - TOP))
        at = MARGIN + chart_width
        return _lines(
            slide, step.lines, (at, TOP + 0.1, WIDE - MARGIN - at, BOTTOM - TOP - 0.2), (18, 17, 16, 15, 14, 13, 12, 11)
        )
    top = TOP + _lines_above(slide, step.lines)
    forest_chart(slide, step.figure, (MARGIN, top, BODY, BOTTOM - top))  # type: ignore[arg-type]
    return []


def _stacked(slide: Slide, step: Step) -> list[str]:
    """A forest plot above its table."""
    assert step.table is not None
    top = TOP - 0.1 + _lines_above(slide, step.lines, size=14)
    size, widths, heights = _table_plan(step.table, BODY, 2.9)
    tall = sum(heights)
    chart = (MARGIN, top, BODY, BOTTOM - top - tall - 0.1)
    if isinstance(step.figure, CurvePlot):
        curve_chart(slide, step.figure, chart)
    elif step.figure is not None:
        forest_chart(slide, step.figure, chart)
    _table(slide, step.table, (MARGIN, BOTTOM - tall, BODY, tall), (size, widths, heights))
    return []


def _lines_above(slide: Slide, lines: Sequence[str], size: float = 16) -> float:
    """Lines under the title; the height they take."""
    if not lines:
        return 0.0
    tall = height(list(lines), size, BODY, after=3) + 0.1
    _text(slide, lines, (MARGIN, TOP - 0.1, BODY, tall), size, after=3)
    return tall


def _lines(
    slide: Slide, lines: Sequence[str], box: tuple[float, float, float, float], sizes: Sequence[float] = LINE_SIZES
) -> list[str]:
    """Lines in a box at the largest size that fits; what does not fit even at the smallest goes to the notes."""
    kept, moved = list(lines), list[str]()
    while kept and size_that_fits(kept, (box[2], box[3]), sizes, after=10) is None:
        moved.insert(0, kept.pop())
    if kept:
        size = size_that_fits(kept, (box[2], box[3]), sizes, after=10)
        _text(slide, kept, box, size or sizes[-1], after=10)
    return moved


def _text(
    slide: Slide,
    paragraphs: Sequence[str],
    box: tuple[float, float, float, float],
    size: float,
    *,
    bold: bool = False,
    colour: str = INK,
    after: float = 0.0,
    bottom: bool = False,
) -> None:
    if not any(paragraphs):
        return
    frame = slide.shapes.add_textbox(*(Inches(v) for v in box)).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = MSO_ANCHOR.BOTTOM if bottom else MSO_ANCHOR.TOP
    for index, text in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(after)
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.name, run.font.color.rgb = Pt(size), bold, FONT, rgb(colour)


Plan = tuple[float, list[float], list[float]]


def _table_plan(table: pd.DataFrame, wide: float, tall: float) -> Plan:
    """Type size, column widths and row heights at which the table fits; the smallest size where nothing does."""
    rows = [[str(name) for name in table.columns], *([str(v) for v in row] for row in table.itertuples(index=False))]
    columns = list(zip(*rows, strict=True))
    plan: Plan | None = None
    for size in CELL_SIZES:
        wanted = [
            max(width(cell, size, bold=i == 0) for i, cell in enumerate(c)) + 2 * CELL_PAD + 0.03 for c in columns
        ]
        least = [
            max(width(word, size, bold=True) for cell in c for word in cell.split() or [""]) + 2 * CELL_PAD + 0.03
            for c in columns
        ]
        widths = _share(wanted, least, wide)
        heights = [
            max(wrapped(cell, size, w - 2 * CELL_PAD, bold=i == 0) for cell, w in zip(row, widths, strict=True))
            * size * LINE / 72 + 0.1
            for i, row in enumerate(rows)
        ]  # fmt: skip
        plan = (size, widths, heights)
        if sum(heights) <= tall and sum(least) <= wide:
            break
    assert plan is not None
    return plan


def _share(wanted: list[float], least: list[float], wide: float) -> list[float]:
    """Column widths that add up to `wide`: what each wants, the long ones giving way first."""
    if sum(wanted) <= wide:
        return [w + (wide - sum(wanted)) * w / sum(wanted) for w in wanted]
    cap = max(wanted)
    while cap > 0.3 and sum(max(min(w, cap), low) for w, low in zip(wanted, least, strict=True)) > wide:
        cap -= 0.05
    widths = [max(min(w, cap), low) for w, low in zip(wanted, least, strict=True)]
    return [w * wide / sum(widths) for w in widths]


def _table(slide: Slide, table: pd.DataFrame, box: tuple[float, float, float, float], plan: Plan | None = None) -> None:
    size, widths, heights = plan or _table_plan(table, box[2], box[3])
    shape: Any = slide.shapes.add_table(
        len(table) + 1, len(table.columns), Inches(box[0]), Inches(box[1]), Inches(box[2]), Inches(sum(heights))
    )
    drawn = shape.table
    drawn.horz_banding = False
    for column, wide in zip(drawn.columns, widths, strict=True):
        column.width = Inches(wide)
    texts = [list(table.columns), *table.itertuples(index=False)]
    for i, (row, tall, cells) in enumerate(zip(drawn.rows, heights, texts, strict=True)):
        row.height = Inches(tall)
        for cell, text in zip(row.cells, cells, strict=True):
            _cell(cell, str(text), size, heading=i == 0)


def _cell(cell: Any, text: str, size: float, *, heading: bool) -> None:
    cell.margin_left = cell.margin_right = Inches(CELL_PAD)
    cell.margin_top = cell.margin_bottom = Inches(0.04)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.fill.solid()
    cell.fill.fore_color.rgb = rgb(ACCENT if heading else "FFFFFF")
    run = cell.text_frame.paragraphs[0].add_run()
    run.text = text
    run.font.size, run.font.bold, run.font.name = Pt(size), heading, FONT
    run.font.color.rgb = rgb("FFFFFF" if heading else INK)


def _notes(slide: Slide, lines: Sequence[str]) -> None:
    said = [line for line in lines if line]
    if said:
        frame: Any = slide.notes_slide.notes_text_frame
        frame.text = "\n".join(said)
