"""Values of bound widgets as the texts of a link, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

from dashboard.selection import Selection
from dashboard.ui.links import unknown_values
from dashboard.ui.state import FILTER_DEFAULTS, link_texts, values_from

MOST_PARAMETERS = 500


def query_of(selection: Selection, own: Mapping[str, Any]) -> str:
    """The query string of a view: its filters, and the page's `own` parameters; what is at its default is left out."""
    filters = {name: value for name, value in values_from(selection).items() if value != FILTER_DEFAULTS[name]}
    given = {name: value for name, value in {**filters, **own}.items() if value not in (None, "")}
    return urlencode({name: link_texts(value) for name, value in given.items()}, doseq=True)


def filters_in(query: str) -> dict[str, Any]:
    """Every filter as the query string of a view sets it; what it does not name, or no filter knows, is its default.

    Raises ValueError for a text with more parameters than any view has.
    """
    params = parse_qs(query.removeprefix("?"), max_num_fields=MOST_PARAMETERS)
    unknown = unknown_values(params)
    known = {name: [v for v in texts if (name, v) not in unknown] for name, texts in params.items()}
    if any(name == "era" for name, _ in unknown):
        known.pop("era", None)
    return {name: _value(default, known.get(name, [])) for name, default in FILTER_DEFAULTS.items()}


def _value(default: Any, texts: list[str]) -> Any:
    """The texts as a value of the default's kind."""
    if not texts:
        return default
    if isinstance(default, list):
        return list(dict.fromkeys(texts))
    if isinstance(default, tuple):
        return tuple(int(text) for text in texts)
    if isinstance(default, bool):
        return texts[-1].lower() == "true"
    return int(texts[-1]) if isinstance(default, int) else texts[-1]
