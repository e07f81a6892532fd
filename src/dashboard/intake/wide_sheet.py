"""The wide sheet, a row an arm: `study, label, primary_site, modality, n, median_os_months, os_12, os_36 ...`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd

from dashboard.evidence.tables import ARM_COLUMNS, OUTCOME_COLUMNS, STUDY_COLUMNS
from dashboard.intake.cells import Kind, Reading, says_nothing, split_range, tidy
from dashboard.intake.columns import map_distinct
from dashboard.intake.evidence_draft import Draft, Place, disagreements, with_keys
from dashboard.intake.limits import IntakeError
from dashboard.intake.problems import Problem, row_number

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


def wide_draft(sheet: str, frame: pd.DataFrame, survival_unit: str) -> Draft:
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
    keyed, names = with_keys(frame, f"sheet {sheet}")
    aliases = {old: new for old, new in _ALIASES.items() if old in names and new not in names}
    keyed = keyed.rename(columns=aliases)
    names = {aliases.get(key, key): name for key, name in names.items()}
    if "study" not in names and "study_id" not in names:
        raise IntakeError("There is no column of studies.", f"sheet {sheet}", 'Add a column "study".')
    figures = _figure_columns(keyed.columns)
    used = {key for parts in figures.values() for part, key in parts.items() if part != "unit"}
    draft = Draft({}, {}, [])
    draft.problems = [
        Problem(sheet, 1, names[key], names[key], "unknown-column", "This column is not known and was left out.",
                "Rename it to a column of the template, or ignore this.")
        for key in keyed.columns
        if key not in used | _EXTRA | {*STUDY_COLUMNS, *ARM_COLUMNS}
    ]  # fmt: skip
    keyed = _identify(keyed, names, sheet, draft)
    rows = [row_number(row) for row in keyed.index]
    keyed = keyed.reset_index(drop=True)
    shared = {key: name for key, name in names.items() if key != name}
    if "study_id" not in names:
        shared["study_id"] = names["study"]
    places = [Place(sheet, row, shared | {"arm_id": names.get("label", "label")}) for row in rows]
    study_part = keyed.reindex(columns=list(STUDY_COLUMNS)).astype("string")
    named = study_part["study_id"].notna()
    draft.problems += disagreements(study_part[named], ["study_id"], places)
    first = (named & ~study_part.duplicated("study_id")).to_numpy().nonzero()[0]
    draft.tables["studies"] = study_part.iloc[first].reset_index(drop=True)
    draft.places["studies"] = [places[i] for i in first]
    # Enrolment in a wide sheet is the study's: an arm's own years have no column there.
    arms = keyed.drop(columns=["enrol_start", "enrol_end"], errors="ignore").reindex(columns=list(ARM_COLUMNS))
    draft.tables["arms"], draft.places["arms"] = arms.astype("string"), places
    _figures(keyed, figures, names, places, survival_unit, draft)
    return draft


def _identify(keyed: pd.DataFrame, names: Mapping[str, str], sheet: str, draft: Draft) -> pd.DataFrame:
    """Identities, and what a wide sheet leaves unsaid: title, citation, subgroups, enrolment written as a range."""
    out = keyed.copy()
    if "study_id" not in out:
        out["study_id"] = out["study"].map(_slug, na_action="ignore").astype("string")
    if "title" not in out:
        out["title"] = out["study"] if "study" in out else out["study_id"]
    if "first_author" not in out and "study" in out:
        # What the user calls the study, less its year: "Miller 2010" is shown as Miller 2010, not by its identity.
        called = out["study"].str.replace(_YEAR_AT_END, "", regex=True).str.strip()
        out["first_author"] = called.mask(called.eq("").fillna(False).astype(bool))
    if "year" not in out and "study" in out:
        years = out["study"].str.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)")
        out["year"] = years.map(lambda found: found[0] if len(found) == 1 else pd.NA, na_action="ignore").astype(
            "string"
        )
        for row, text in out.loc[out["year"].notna(), "study"].items():
            draft.readings.append(
                Reading(
                    row_number(row),
                    names["study"],
                    str(text),
                    str(out.at[row, "year"]),
                    "year in the name",
                    sheet=sheet,
                )
            )
    if "citation" not in out:
        # Title and identity were completed from the sheet, not from the publication.
        out["citation"] = "inferred"
    if "label" not in out:
        out["label"] = out.get("modality", pd.NA)
    if "arm_id" not in out:
        slugs = out["label"].fillna("arm").map(_slug).astype("string")
        repeat = slugs.groupby([out["study_id"].fillna(""), slugs]).cumcount()
        out["arm_id"] = slugs.where(repeat == 0, slugs + "-" + (repeat + 1).astype("string"))
    if "is_subgroup" not in out:
        out["is_subgroup"] = "no"
    written = next((key for key in ("enrolment", "enrollment") if key in out), None)
    if written and "enrol_start" not in out:
        ranges = out[written].map(split_range, na_action="ignore")
        out["enrol_start"] = [r[0] if isinstance(r, tuple) else pd.NA for r in ranges]
        out["enrol_end"] = [r[1] if isinstance(r, tuple) else pd.NA for r in ranges]
        for row, text in out.loc[out[written].notna() & pd.isna(out["enrol_start"]), written].items():
            draft.problems.append(
                Problem(sheet, row_number(row), names[written], str(text), "range", "Not a range of years.",
                        "Write it as 1982–2001.")
            )  # fmt: skip
    return out


def _stated(column: pd.Series, measure: str, name: str, places: list[Place], draft: Draft) -> pd.Series:
    """Rows with something to read; a cell that says in words that there is no figure is told and left out."""
    kind: Kind = "median" if measure == "median_months" else "survival"
    silent = map_distinct(column, lambda text: says_nothing(text, kind), "boolean").fillna(False).astype(bool)
    for position, text in column[silent].items():
        place = places[row_number(position)]
        draft.readings.append(Reading(place.row, name, str(text), "no figure", "no figure", sheet=place.sheet))
    return column.notna() & ~silent


def _figures(
    keyed: pd.DataFrame,
    figures: Mapping[tuple[str, str, str], Mapping[str, str]],
    names: Mapping[str, str],
    places: list[Place],
    survival_unit: str,
    draft: Draft,
) -> None:
    empty = pd.Series(pd.NA, index=keyed.index, dtype="string")
    stated = keyed.get("survival_unit", empty)
    unit = (
        stated.str.strip()
        .str.casefold()
        .map(_UNITS, na_action="ignore")
        .astype("object")
        .where(stated.notna(), survival_unit)
    )
    for row, text in stated[stated.notna() & unit.isna()].items():
        place = places[row_number(row)]
        draft.problems.append(
            Problem(place.sheet, place.row, names["survival_unit"], str(text), "vocabulary", "Not a unit of survival.",
                    'Write "percent" or "proportion".')
        )  # fmt: skip
    unit = unit.fillna("")
    blocks: list[pd.DataFrame] = []
    outcome_places: list[Place] = []
    for (endpoint, measure, time), parts in figures.items():
        if "value" not in parts:
            raise IntakeError(
                "A confidence interval has no column for its figure.",
                f"column {names[next(key for part, key in parts.items() if part != 'unit')]}",
                "Add the column of the figure itself.",
            )
        filled = _stated(keyed[parts["value"]], measure, names[parts["value"]], places, draft)
        for part in ("ci", "ci_low", "ci_high"):
            filled |= keyed[parts[part]].notna() if part in parts else False
        chosen = keyed[filled]
        limits = chosen[parts["ci"]].map(split_range, na_action="ignore") if "ci" in parts else None
        block = pd.DataFrame(
            {
                "study_id": chosen["study_id"],
                "arm_id": chosen["arm_id"],
                "endpoint": endpoint,
                "measure": measure,
                "time_months": time or pd.NA,
                "value": chosen[parts["value"]],
                "time_origin": chosen.get("time_origin", pd.NA),
                "locator": chosen.get("locator", "uploaded sheet"),
                "note": chosen.get("note", pd.NA),
            }
        ).reindex(columns=list(OUTCOME_COLUMNS))
        for position, side in enumerate(("ci_low", "ci_high")):
            if side in parts:
                block[side] = chosen[parts[side]]
            elif limits is not None:
                # What is no range stays as typed in the lower limit, where it becomes a problem.
                raw = chosen[parts["ci"]]
                block[side] = [
                    pd.NA if pd.isna(text) else found[position] if isinstance(found, tuple) else text
                    for text, found in zip(raw, limits, strict=True)
                ]
        blocks.append(block.astype("string"))
        renamed = {
            "value": names[parts["value"]],
            "measure": names[parts["value"]],
            "time_months": names[parts["value"]],
        }
        for side in ("ci_low", "ci_high"):
            renamed[side] = names[parts.get(side) or parts.get("ci") or parts["value"]]
        outcome_places += [
            Place(places[i].sheet, places[i].row, dict(places[i].names) | renamed)
            for i in map(row_number, chosen.index)
        ]
        draft.units += [parts["unit"]] * len(chosen) if "unit" in parts else [str(u) for u in unit[filled]]
    columns = list(OUTCOME_COLUMNS)
    draft.tables["outcomes"] = (
        pd.concat(blocks, ignore_index=True) if blocks else pd.DataFrame(columns=columns, dtype="string")
    )
    draft.places["outcomes"] = outcome_places
