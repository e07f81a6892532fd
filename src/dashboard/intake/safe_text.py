"""What a user typed, made safe for each place that would interpret it: spreadsheets, HTML, plotly, Markdown."""

from __future__ import annotations

import html
import re
from typing import Any, Final

import numpy as np
import pandas as pd

# https://owasp.org/www-community/attacks/CSV_Injection; the full-width forms are read as formulas by some spreadsheets.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\Z")
# Controls that XML (xlsx, pptx) cannot hold, and the marks that reverse the direction of text to disguise it.
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
# What is markup anywhere; only before a letter (`:red[`, `https://`, `&lt;`); in `www.`; or where a line begins.
_MARKDOWN: Final = re.compile(
    r"[\\`*_{}\[\]<>~|$^]|:(?=[\w/+-])|&(?=[#\w])|(?<=www)\.|(?<=WWW)\.|^\s*[#+=-]|(?<=^\d)[.)]|(?<=^\d\d)[.)]"
)


# Browsers' Markdown makes links of bare addresses even where they are escaped: a word joiner, unseen, parts them.
_AUTOLINK: Final = re.compile(r"(?<=https:)(?=//)|(?<=http:)(?=//)|(?<=www)(?=\.)|(?<=\S)(?=@)", re.IGNORECASE)


def printable(value: object) -> str:
    """Text without control characters, lone surrogates and direction marks. None and NaN become an empty text."""
    if value is None or value is pd.NA or value != value:
        return ""
    return _UNPRINTABLE.sub("", str(value))


def neutralise(value: Any) -> Any:
    """A cell for a CSV or xlsx export that no spreadsheet will run as a formula.

    Only text is changed: a leading apostrophe makes the spreadsheet show it. Text that is a number (`-5`) is left.
    """
    if not isinstance(value, str):
        return value
    text = printable(value)
    if text.lstrip(" \u00a0").startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS):
        return text if _NUMBER.match(text) else "'" + text
    return text


def as_typed(text: str) -> str:
    """Text without the apostrophe that `neutralise` put before it, so that an export can be read back."""
    return text[1:] if text[:1] == "'" and text[1:].lstrip(" \u00a0").startswith(FORMULA_STARTS) else text


def neutralise_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with every text cell, column name and text index value passed through `neutralise`."""
    out = frame.copy()
    out.columns = pd.Index([neutralise(name) for name in frame.columns])
    if frame.index.dtype == np.dtype(object) or isinstance(frame.index.dtype, pd.StringDtype):
        out.index = pd.Index([neutralise(name) for name in frame.index], name=frame.index.name)
    for position, dtype in enumerate(frame.dtypes):
        if dtype == np.dtype(object) or isinstance(dtype, pd.StringDtype | pd.CategoricalDtype):
            cells = [neutralise(cell) for cell in frame.iloc[:, position].astype(object)]
            out.isetitem(position, np.array([*cells, None], dtype=object)[:-1])
    return out


def to_csv(frame: pd.DataFrame) -> bytes:
    """The frame as CSV in UTF-8 with a byte order mark (Excel needs it), formulas neutralised, without the index."""
    return neutralise_frame(frame).to_csv(index=False).encode("utf-8-sig")


def html_text(value: object) -> str:
    """A value as text inside HTML or an attribute of it."""
    return html.escape(printable(value), quote=True)


def plotly_text(value: object) -> str:
    """A value for a label, a tick, an annotation or hover text of a plotly figure.

    Plotly reads a few tags (`<b>`, `<a href>`, `<span style>`), entities, and `%{...}` in templates; all are shown here
    as they were typed.
    """
    return html.escape(printable(value), quote=False).replace("%{", "%&#123;")


def markdown_text(value: object) -> str:
    """A value inside Markdown: no link, image (which a browser would fetch), heading, formula or HTML comes of it."""
    line = _AUTOLINK.sub("\u2060", printable(value).replace("\r", " ").replace("\n", " ").strip())
    return _MARKDOWN.sub(lambda found: "\\" + found[0], line)


def safe_name(name: object, fallback: str = "upload") -> str:
    """The last part of a file name, for display and for the names of downloads only; never opened as a path."""
    last = re.split(r"[\\/]", printable(name))[-1]
    kept = re.sub(r"[^\w .()+-]", "_", last, flags=re.ASCII).strip(" .")
    return kept[:80].strip(" .") or fallback
