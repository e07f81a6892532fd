"""The wide sheet, a row an arm: `study, label, primary_site, modality, n, median_os_months, os_12, os_36 ...`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from dashboard.evidence.tables import Cells
from dashboard.intake.cells import Kind, Reading, says_nothing, split_range, tidy
from dashboard.intake.evidence_draft import TABLES, Draft, Place, Sheet, take_first, unknown_columns
from dashboard.intake.limits import IntakeError
from dashboard.intake.problems import Problem

_ENDPOINT: Final = "os|css|dfs|rfs|pfs|lpfs"
_RATE: Final = re.compile(
    rf"(?P<endpoint>{_ENDPOINT})_(?P<time>[0-9]{{1,3}})(?:_?(?:mo|months))?(?:_(?P<unit>pct|percent|proportion))?"
    r"(?:_(?P<part>ci|ci_low|ci_high))?\Z"
)
_MEDIAN: Final = re.compile(
    rf"(?:median_(?P<a>{_ENDPOINT})(?:_months)?|(?P<b>{_ENDPOINT})_median(?:_months)?)"
    r"(?:_(?P<part>ci|ci_low|ci_high))?\Z"
)
_YEAR_AT_END: Final = r"[\s,]*\(?(?:19|20)[0-9]{2}[a-z]?\)?\s*$"
_ALIASES: Final = {
    "author": "first_author", "primary": "primary_site", "site": "primary_site", "treatment": "modality",
    "arm": "label", "group": "label", "arm_label": "label", "centres": "centers", "patients": "n",
    "follow_up_months": "follow_up_median_months", "subgroup": "is_subgroup",
}  # fmt: skip
_EXTRA: Final = frozenset({"study", "enrolment", "enrollment", "survival_unit", "time_origin", "locator", "note"})
_UNITS: Final = {
    "percent": "percent", "per cent": "percent", "pct": "percent", "%": "percent", "percentage": "percent",
    "proportion": "proportion", "fraction": "proportion", "0-1": "proportion",
}  # fmt: skip


def is_wide(keys: Iterable[str]) -> bool:
    """A sheet with a column of medians or of rates at a time."""
    return any(_MEDIAN.match(key) or _RATE.match(key) for key in keys)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", tidy(text).casefold()).strip("-")[:60] or "unnamed"


def _figure_columns(keys: Iterable[str]) -> dict[tuple[str, str, str], dict[str, str]]:
    """(endpoint, measure, time) -> {part: key}: value, ci, ci_low, ci_high, and `unit` when the name has one."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for key in keys:
        if rate := _RATE.match(key):
            parts = found.setdefault((rate["endpoint"], "survival", str(int(rate["time"]))), {})
            if rate["unit"]:
                parts["unit"] = "proportion" if rate["unit"] == "proportion" else "percent"
            part = rate["part"]
        elif median := _MEDIAN.match(key):
            parts = found.setdefault((median["a"] or median["b"], "median_months", ""), {})
            part = median["part"]
        else:
            continue
        if (part or "value") in parts:
            raise IntakeError("Two columns hold the same figure.", f"column {key}", "Keep one of them.")
        parts[part or "value"] = key
    return found


def wide_draft(sheet: Sheet, survival_unit: str) -> Draft:
    """A draft of a wide sheet.

    Parameters
    ----------
    survival_unit : {"percent", "proportion", ""}
        What rates without a per cent sign mean; a column `survival_unit` or a name like `os_60_pct` goes before it.

    Raises
    ------
    IntakeError
        The sheet does not name studies.
    """
    aliases = {old: new for old, new in _ALIASES.items() if old in sheet.names and new not in sheet.names}
    names = {aliases.get(key, key): name for key, name in sheet.names.items()}
    sheet = replace(sheet, names=names, cells={aliases.get(key, key): column for key, column in sheet.cells.items()})
    if "study" not in names and "study_id" not in names:
        raise IntakeError("There is no column of studies.", f"sheet {sheet.title}", 'Add a column "study".')
    figures = _figure_columns(names)
    used = {key for parts in figures.values() for part, key in parts.items() if part != "unit"}
    draft = Draft({}, {}, [])
    draft.problems = unknown_columns(sheet, used | _EXTRA | {*TABLES["studies"], *TABLES["arms"]})
    sheet = _identify(sheet, draft)
    shared = {key: name for key, name in names.items() if key != name}
    if "study_id" not in names:
        shared["study_id"] = names["study"]
    shared["arm_id"] = names.get("label", "label")
    places = [Place(sheet.title, row, shared) for row in sheet.rows]
    studies = {name: sheet.column(name) for name in TABLES["studies"]}
    take_first(draft, "studies", studies, ["study_id"], places)
    # Enrolment in a wide sheet is the study's: an arm's own years have no column there.
    years = ("enrol_start", "enrol_end")
    empty: list[str | None] = [None] * len(places)
    draft.tables["arms"] = {name: empty if name in years else sheet.column(name) for name in TABLES["arms"]}
    draft.places["arms"] = places
    _figures(sheet, figures, places, survival_unit, draft)
    return draft


def _identify(sheet: Sheet, draft: Draft) -> Sheet:
    """Identities, and what a wide sheet leaves unsaid: title, citation, subgroups, enrolment written as a range."""
    names, cells = sheet.names, dict(sheet.cells)
    study = cells.get("study")
    if study is not None:
        cells.setdefault("study_id", [None if text is None else _slug(text) for text in study])
        cells.setdefault("title", study)
        # What the user calls the study, less its year: "Miller 2010" is shown as Miller 2010, not by its identity.
        cells.setdefault(
            "first_author", [None if text is None else re.sub(_YEAR_AT_END, "", text).strip() or None for text in study]
        )
        if "year" not in cells:
            cells["year"] = [_only_year(text) for text in study]
            for row, text, year in zip(sheet.rows, study, cells["year"], strict=True):
                if year is not None:
                    told = Reading(row, names["study"], str(text), year, "year in the name", sheet=sheet.title)
                    draft.readings.append(told)
    cells.setdefault("title", cells["study_id"])
    # Title and identity were completed from the sheet, not from the publication.
    cells.setdefault("citation", ["inferred"] * len(sheet.rows))
    cells.setdefault("label", sheet.column("modality"))
    if "arm_id" not in cells:
        cells["arm_id"] = _arm_ids(cells["study_id"], cells["label"])
    cells.setdefault("is_subgroup", ["no"] * len(sheet.rows))
    written = next((key for key in ("enrolment", "enrollment") if key in cells), None)
    if written and "enrol_start" not in cells:
        ranges = [None if text is None else split_range(text) for text in cells[written]]
        cells["enrol_start"] = [found[0] if found else None for found in ranges]
        cells["enrol_end"] = [found[1] if found else None for found in ranges]
        draft.problems += [
            Problem(sheet.title, row, names[written], text, "range", "Not a range of years.", "Write it as 1982–2001.")
            for row, text, found in zip(sheet.rows, cells[written], ranges, strict=True)
            if text is not None and found is None
        ]
    return replace(sheet, cells=cells)


def _only_year(text: str | None) -> str | None:
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text or "")
    return years[0] if len(years) == 1 else None


def _arm_ids(studies: Sequence[str | None], labels: Sequence[str | None]) -> list[str | None]:
    """Identities from labels; the second arm of a study with the same one is `x-2`."""
    seen: Counter[tuple[str, str]] = Counter()
    found: list[str | None] = []
    for study, label in zip(studies, labels, strict=True):
        slug = _slug("arm" if label is None else label)
        seen[study or "", slug] += 1
        times = seen[study or "", slug]
        found.append(slug if times == 1 else f"{slug}-{times}")
    return found


def _units(sheet: Sheet, survival_unit: str, draft: Draft) -> list[str]:
    """What rates without a per cent sign mean in each row."""
    found: list[str] = []
    for row, text in zip(sheet.rows, sheet.column("survival_unit"), strict=True):
        unit = survival_unit if text is None else _UNITS.get(text.strip().casefold(), "")
        found.append(unit)
        if text is not None and not unit:
            draft.problems.append(
                Problem(sheet.title, row, sheet.names["survival_unit"], text, "vocabulary", "Not a unit of survival.",
                        'Write "percent" or "proportion".')
            )  # fmt: skip
    return found


def _figures(
    sheet: Sheet,
    figures: Mapping[tuple[str, str, str], Mapping[str, str]],
    places: Sequence[Place],
    survival_unit: str,
    draft: Draft,
) -> None:
    names, cells = sheet.names, sheet.cells
    units = _units(sheet, survival_unit, draft)
    outcomes: Cells = {name: [] for name in TABLES["outcomes"]}
    draft.tables["outcomes"], draft.places["outcomes"] = outcomes, []
    origin, note = sheet.column("time_origin"), sheet.column("note")
    locator = cells.get("locator") or ["uploaded sheet"] * len(sheet.rows)
    for (endpoint, measure, time), parts in figures.items():
        if "value" not in parts:
            raise IntakeError(
                "A confidence interval has no column for its figure.",
                f"column {names[next(key for part, key in parts.items() if part != 'unit')]}",
                "Add the column of the figure itself.",
            )
        name = names[parts["value"]]
        limits = [cells[parts[part]] for part in ("ci", "ci_low", "ci_high") if part in parts]
        stated = _stated(cells[parts["value"]], measure, name, places, draft)
        rows = [i for i, has in enumerate(stated) if has or any(column[i] is not None for column in limits)]
        low, high = _limits(cells, parts, rows)
        block: Cells = {
            "study_id": [cells["study_id"][i] for i in rows],
            "arm_id": [cells["arm_id"][i] for i in rows],
            "endpoint": [endpoint] * len(rows),
            "measure": [measure] * len(rows),
            "time_months": [time or None] * len(rows),
            "value": [cells[parts["value"]][i] for i in rows],
            "ci_low": low,
            "ci_high": high,
            "time_origin": [origin[i] for i in rows],
            "locator": [locator[i] for i in rows],
            "note": [note[i] for i in rows],
        }
        for column, typed in outcomes.items():
            typed += block.get(column) or [None] * len(rows)
        renamed = {"value": name, "measure": name, "time_months": name}
        for side in ("ci_low", "ci_high"):
            renamed[side] = names[parts.get(side) or parts.get("ci") or parts["value"]]
        if rows:
            of_figure = dict(places[0].names) | renamed
            draft.places["outcomes"] += [Place(sheet.title, places[i].row, of_figure) for i in rows]
        draft.units += [parts.get("unit", units[i]) for i in rows]


def _stated(column: Sequence[str | None], measure: str, name: str, places: Sequence[Place], draft: Draft) -> list[bool]:
    """Rows with something to read; a cell that says in words that there is no figure is told and left out."""
    kind: Kind = "median" if measure == "median_months" else "survival"
    silent = {text: says_nothing(text, kind) for text in set(column) if text is not None}
    draft.readings += [
        Reading(place.row, name, text, "no figure", "no figure", sheet=place.sheet)
        for place, text in zip(places, column, strict=True)
        if text is not None and silent[text]
    ]
    return [text is not None and not silent[text] for text in column]


def _limits(cells: Cells, parts: Mapping[str, str], rows: Sequence[int]) -> tuple[list[str | None], list[str | None]]:
    """Lower and upper limits, from columns of their own or from one of both."""
    found: list[list[str | None]] = []
    for position, side in enumerate(("ci_low", "ci_high")):
        both = cells.get(parts.get("ci", ""))
        if side in parts:
            found.append([cells[parts[side]][i] for i in rows])
        elif both is None:
            found.append([None] * len(rows))
        else:
            # What is no range stays as typed in the limit, where it becomes a problem.
            split = [(text, None if text is None else split_range(text)) for text in (both[i] for i in rows)]
            found.append([limits[position] if limits else text for text, limits in split])
    return found[0], found[1]
