"""A small table as HTML text; everything from data is escaped."""

from __future__ import annotations

from html import escape

import pandas as pd


def html_table(table: pd.DataFrame, caption: str = "") -> str:
    """`<table>` with headings; cells are text."""
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in table.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in table.itertuples(index=False)
    )
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{said}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
