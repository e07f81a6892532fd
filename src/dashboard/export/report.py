"""A deck as a handout: one HTML file that needs nothing else, with interactive figures, that prints to A4."""

from __future__ import annotations

from html import escape

import pandas as pd

from dashboard.export.deck import Deck, Step
from dashboard.export.html_table import html_table

CONFIG = {"displaylogo": False, "showSendToCloud": False, "displayModeBar": False, "responsive": True}
STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 Arial, Helvetica, sans-serif; color: #1B2733; max-width: 190mm;
  margin: 12mm auto; padding: 0 6mm; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .3rem; }
h2 { font-size: 1.15rem; margin: 1.8rem 0 .5rem; border-bottom: 1px solid #C9D2DA; }
p { margin: 0 0 .5rem; } .quiet { color: #52606D; font-size: .87rem; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid #E4E8EC; }
th { border-bottom: 2px solid #8793A0; } ul { margin: 0; padding-left: 1.2rem; } .plot { width: 100%; }
a { color: #0B5C8C; overflow-wrap: anywhere; }
@page { size: A4; margin: 15mm; }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 10.5pt; }
  h2 { break-after: avoid; } .plot, tr, .step-head { break-inside: avoid; } thead { display: table-header-group; }
}
"""


def report(deck: Deck) -> bytes:
    """The handout as UTF-8 HTML. plotly's script is in it once; nothing is fetched."""
    from plotly.offline import get_plotlyjs

    sections = [_section(step, number) for number, step in enumerate(deck.steps)]
    with_figures = any(step.figure is not None for step in deck.steps)
    script = f"<script>{get_plotlyjs()}</script>" if with_figures else ""
    link = f'<p class="quiet">Link of this view: <a href="{escape(deck.link)}">{escape(deck.link)}</a></p>'
    text = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(deck.title)}</title><style>{STYLE}</style>{script}</head><body>"
        f'<h1>{escape(deck.title)}</h1><p class="quiet">{escape(deck.subtitle)}</p>{"".join(sections)}'
        f"<h2>Methods</h2>{_list(deck.methods)}"
        + (f"<h2>Left out</h2>{_list(deck.left_out)}" if deck.left_out else "")
        + f'<p class="quiet">Evidence {escape(deck.data_version or "version not stated")}. Published figures for '
        "discussion among professionals; not medical advice.</p>" + (link if deck.link else "") + "</body></html>"
    )
    return text.encode()


def _section(step: Step, number: int) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in step.lines)
    figure = _figure(step, number) if step.figure is not None else ""
    table = html_table(step.table) if isinstance(step.table, pd.DataFrame) else ""
    caption = f'<p class="quiet">{escape(step.caption)}</p>' if step.caption else ""
    said = [*step.notes, *(f"Source: {source}" for source in step.sources)]
    notes = f'<div class="quiet">{_list(said)}</div>' if said else ""
    return f"<h2>{escape(step.title)}</h2>{lines}{figure}{table}{caption}{notes}"


def _figure(step: Step, number: int) -> str:
    from dashboard.figures.steps import step_figure

    assert step.figure is not None
    drawn = step_figure(step.figure, size=14, height=400)
    drawn.update_layout(width=680, paper_bgcolor="#FFFFFF", plot_bgcolor="#FFFFFF")
    html = drawn.to_html(full_html=False, include_plotlyjs=False, config=CONFIG, div_id=f"figure-{number}")
    return f'<div class="plot">{html}</div>'


def _list(lines: tuple[str, ...] | list[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
