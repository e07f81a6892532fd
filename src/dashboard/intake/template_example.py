"""The filled example of the templates, and how it is known again: left as it was, it is nobody's study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from dashboard.intake.evidence_draft import Sheet

EXAMPLE: Final[Mapping[str, Sequence[Mapping[str, object]]]] = {
    "studies": [
        {
            "study_id": "alves-2003", "first_author": "Alves A", "year": 2003,
            "title": "Hepatic resection for metastatic renal tumors: is it worthwhile?", "journal": "Ann Surg Oncol",
            "doi": "10.1245/aso.2003.07.024", "pmid": "12839857", "country": "France", "centers": "single",
            "design": "retrospective", "enrol_start": 1982, "enrol_end": 2001, "n_total": 14, "citation": "confirmed",
        }
    ],
    "arms": [
        {
            "study_id": "alves-2003", "arm_id": "resection", "label": "Hepatic resection", "primary_site": "renal",
            "modality": "resection", "n": 14, "is_subgroup": "no",
        }
    ],
    "outcomes": [
        {
            "study_id": "alves-2003", "arm_id": "resection", "endpoint": "os", "measure": "median_months", "value": 26,
            "qualifier": "=", "time_origin": "treatment", "locator": "Abstract",
        },
        {
            "study_id": "alves-2003", "arm_id": "resection", "endpoint": "os", "measure": "survival", "time_months": 12,
            "value": 0.69, "qualifier": "=", "time_origin": "treatment", "locator": "Abstract",
        },
        {
            "study_id": "alves-2003", "arm_id": "resection", "endpoint": "os", "measure": "survival", "time_months": 36,
            "value": 0.26, "qualifier": "=", "time_origin": "treatment", "locator": "Abstract",
        },
    ],
}  # fmt: skip
WIDE_EXAMPLE: Final[Mapping[str, object]] = {
    "study": "Alves 2003", "year": 2003, "label": "Hepatic resection", "primary_site": "renal", "modality": "resection",
    "n": 14, "is_subgroup": "no", "time_origin": "treatment", "survival_unit": "percent", "median_os_months": 26,
    "os_12": 69, "os_36": 26,
}  # fmt: skip


def without_example(parts: Mapping[str, Sheet]) -> tuple[dict[str, Sheet], dict[str, int]]:
    """The sheets of the template without its example, and how many rows of each were left out.

    The example is untouched while every row of its study, on every sheet, is a row of it; as soon as one is changed or
    another is added, all of them are the user's.

    Parameters
    ----------
    parts : mapping of table to sheet
        `studies`, `arms`, `outcomes`, or `wide`.
    """
    found: dict[str, list[bool]] = {}
    for table, sheet in parts.items():
        examples = [WIDE_EXAMPLE] if table == "wide" else EXAMPLE[table]
        key = "study" if table == "wide" else "study_id"
        named = [cell is not None and cell.strip() == examples[0][key] for cell in sheet.column(key)]
        for position in (position for position, is_named in enumerate(named) if is_named):
            row = {name: column[position] for name, column in sheet.cells.items()}
            if not _is_one_of(row, examples):
                return dict(parts), {}
        found[table] = named
    left = {table: sheet.without(found[table]) if any(found[table]) else sheet for table, sheet in parts.items()}
    return left, {table: sum(named) for table, named in found.items() if any(named)}


def _is_one_of(row: Mapping[str, str | None], examples: Iterable[Mapping[str, object]]) -> bool:
    filled = {name: cell.strip() for name, cell in row.items() if cell and cell.strip()}
    return any(
        filled.keys() == example.keys() and all(_same(filled[name], str(example[name])) for name in example)
        for example in examples
    )


def _same(typed: str, example: str) -> bool:
    """As a spreadsheet may have written it anew: `0,69` and `14.0` are the example's 0.69 and 14."""
    if typed == example:
        return True
    try:
        return float(typed.replace(",", ".")) == float(example)
    except ValueError:
        return False
