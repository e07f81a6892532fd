"""The look that all figures share: ink, grid and type for the light and the dark theme.

Streamlit puts placeholder colours into plotly's default template, so every figure brings its own layout and explicit
colours.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

import plotly.graph_objects as go

FONT = "Inter, 'Source Sans 3', 'Source Sans Pro', 'Segoe UI', Helvetica, Arial, sans-serif"


@dataclass(frozen=True)
class Ink:
    """Colours of everything that is not data."""

    text: str
    muted: str
    grid: str
    axis: str
    paper: str
    hover: str


LIGHT = Ink("#1B2733", "#52606D", "#E4E8EC", "#8793A0", "rgba(0,0,0,0)", "#FFFFFF")
DARK = Ink("#E8EDF2", "#AAB6C2", "#2C3844", "#71808F", "rgba(0,0,0,0)", "#17212B")


def ink(dark: bool) -> Ink:
    """Ink of a theme."""
    return DARK if dark else LIGHT


def faded(colour: str, alpha: float) -> str:
    """A `#RRGGBB` colour as rgba with this opacity."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


def safe(text: object) -> str:
    """Text that plotly shows as it is: its labels and hovers would read `<b>` and entities as markup."""
    plain = str(text)
    return escape(plain, quote=False) if "<" in plain or "&" in plain or ">" in plain else plain


def axis(dark: bool, **more: Any) -> dict[str, Any]:
    """One axis: quiet grid, no box."""
    colours = ink(dark)
    base: dict[str, Any] = {
        "gridcolor": colours.grid,
        "linecolor": colours.axis,
        "tickcolor": colours.axis,
        "tickfont": {"color": colours.muted, "size": 13},
        "title": {"font": {"color": colours.text, "size": 14}},
        "zeroline": False,
        "showline": True,
        "ticks": "outside",
        "ticklen": 5,
        "ticklabeloverflow": "allow",  # to find labels that run out of the figure would take longer than to draw it
        "automargin": True,
    }
    title = more.pop("title", None)
    if title is not None:
        base["title"] = base["title"] | {"text": title}
    return base | more


def room(texts: Iterable[str], size: float) -> int:
    """Pixels that the longest line of these texts needs in a margin, in type of `size` pixels.

    A margin given is a margin that the browser need not measure, which would take as long as to draw the data.
    """
    return 12 + math.ceil(0.54 * size * max((len(line) for text in texts for line in text.split("<br>")), default=0))


def survival_axis(dark: bool) -> dict[str, Any]:
    """Survival from 0 to 100%. Its margin is known, 60 pixels (`room`)."""
    return axis(dark, title="Survival", range=[-0.01, 1.02], tickformat=".0%", dtick=0.2, automargin=False)


def layout(dark: bool, **more: Any) -> dict[str, Any]:
    """Layout of a figure without its data: type, colours, margins, hover."""
    colours = ink(dark)
    base: dict[str, Any] = {
        "template": {"layout": {}},
        "font": {"family": FONT, "size": 14, "color": colours.text},
        "paper_bgcolor": colours.paper,
        "plot_bgcolor": colours.paper,
        "margin": {"l": 56, "r": 24, "t": 16, "b": 48},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": colours.hover,
            "bordercolor": colours.axis,
            "font": {"family": FONT, "size": 13, "color": colours.text},
            "align": "left",
        },
    }
    return base | more


class Drawing(go.Figure):
    """A plotly figure from plain parts that makes plotly's objects only when somebody asks for one of them.

    Making them costs several times the drawing, and a browser takes the parts as they are. Plotly's validation of the
    parts is done by the tests.
    """

    def __init__(self, parts: dict[str, Any]) -> None:
        # past plotly's own attribute protocol, which would build the objects
        self.__dict__["_plain"] = parts

    def __getattr__(self, name: str) -> Any:
        if "_data" in self.__dict__ or "_plain" not in self.__dict__:
            raise AttributeError(name)
        super().__init__(self.__dict__["_plain"], _validate=False)
        return getattr(self, name)

    def parts(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The traces and the layout as plain parts. Not a copy."""
        made = self.__dict__
        if "_data" in made:
            return made["_data"], made["_layout"]
        return made["_plain"]["data"], made["_plain"]["layout"]


def figure(data: list[dict[str, Any]], layout: dict[str, Any]) -> go.Figure:
    """A plotly figure from plain parts, without plotly's validation and, until needed, without its objects."""
    return Drawing({"data": data, "layout": layout})
