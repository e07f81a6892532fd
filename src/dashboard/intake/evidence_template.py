"""The evidence workbook to fill in: three sheets with lists to choose from, a legend, one filled example."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from dashboard import vocabulary
from dashboard.intake.evidence_draft import TABLES
from dashboard.intake.template_example import EXAMPLE, WIDE_EXAMPLE

LISTED_ROWS: Final = 2_000
_YES_NO: Final = {
    "yes": vocabulary.Term("yes", "Yes", ""),
    "no": vocabulary.Term("no", "No", ""),
}
_CITATION: Final = {
    "confirmed": vocabulary.Term("confirmed", "Confirmed", "Author, title, journal and year were read in the source."),
    "inferred": vocabulary.Term("inferred", "Inferred", "Author, title, journal or year was completed unseen."),
}
LISTS: Final[Mapping[str, Mapping[str, vocabulary.Term]]] = {
    "primary_site": vocabulary.PRIMARY_SITES,
    "modality": vocabulary.MODALITIES,
    "endpoint": vocabulary.ENDPOINTS,
    "measure": vocabulary.MEASURES,
    "qualifier": vocabulary.QUALIFIERS,
    "time_origin": {slug: term for slug, term in vocabulary.TIME_ORIGINS.items() if slug != "not-stated"},
    "design": {slug: term for slug, term in vocabulary.DESIGNS.items() if slug != "not-stated"},
    "centers": {slug: term for slug, term in vocabulary.CENTERS.items() if slug != "not-stated"},
    "is_subgroup": _YES_NO,
    "adjusted": _YES_NO,
    "citation": _CITATION,
}
HELP: Final[Mapping[str, str]] = {
    "study_id": "Identity of the study, such as alves-2003; the same in all three sheets.",
    "first_author": "First author, such as Alves A.",
    "year": "Year of publication.",
    "title": "Title of the publication.",
    "n_total": "Patients with liver metastases analysed.",
    "follow_up_median_months": "Median follow-up in months.",
    "cohort": "The same text for studies that share patients: they are never pooled together.",
    "enrol_start": "First year in which patients were treated.",
    "enrol_end": "Last year in which patients were treated.",
    "arm_id": "Identity of the arm within its study, such as resection.",
    "label": "Name of the arm as the paper gives it.",
    "primary_subsite": "Free text, such as rectum.",
    "n": "Patients in the arm.",
    "is_subgroup": "yes: a part of, or the same patients as, other arms; never pooled beside them.",
    "time_months": "For survival and numbers at risk: the time in months.",
    "value": 'Survival as a proportion (0.69) or with its sign (69 %); months for a median, or "not reached".',
    "ci_low": "Lower limit of the 95% confidence interval.",
    "ci_high": "Upper limit of the 95% confidence interval.",
    "p_value": "As printed, such as 0.04 or <0.001.",
    "comparator_arm_id": "The other arm of a comparison.",
    "factor": "Prognostic factor in words.",
    "locator": "Where in the source the figure stands, such as Table 2.",
}
WIDE_COLUMNS: Final = (
    "study", "year", "label", "primary_site", "modality", "n", "is_subgroup", "time_origin", "survival_unit",
    "median_os_months", "median_os_months_ci", "os_12", "os_24", "os_36", "os_60",
)  # fmt: skip
_HEAD: Final = PatternFill("solid", fgColor="E8EEF4")


def _head(sheet: Worksheet, columns: Sequence[str]) -> None:
    sheet.append(list(columns))
    for position, name in enumerate(columns, start=1):
        cell = sheet.cell(1, position)
        cell.font, cell.fill = Font(bold=True), _HEAD
        sheet.column_dimensions[get_column_letter(position)].width = max(12, min(len(name) + 4, 28))
    sheet.freeze_panes = "A2"


def _fill(
    sheet: Worksheet, columns: Sequence[str], rows: Sequence[Mapping[str, object]], ranges: Mapping[str, str]
) -> None:
    _head(sheet, columns)
    for row in rows:
        sheet.append([row.get(name) for name in columns])
    for position, name in enumerate(columns, start=1):
        if name in ranges:
            choice = DataValidation(type="list", formula1=ranges[name], allow_blank=True, showErrorMessage=True)
            choice.error = "Choose from the list; the legend explains each word."
            sheet.add_data_validation(choice)
            letter = get_column_letter(position)
            choice.add(f"{letter}2:{letter}{LISTED_ROWS}")


def _lists(sheet: Worksheet) -> dict[str, str]:
    """Write every vocabulary into a column; returns the range of each."""
    ranges: dict[str, str] = {}
    for position, (name, terms) in enumerate(LISTS.items(), start=1):
        letter = get_column_letter(position)
        for row, text in enumerate([name, *terms], start=1):
            # As text: `=` and `>` are words of the vocabulary, not formulas.
            cell = sheet.cell(row, position)
            cell.value, cell.data_type = text, "s"
        ranges[name] = f"lists!${letter}$2:${letter}${len(terms) + 1}"
    sheet.sheet_state = "hidden"
    return ranges


def _legend(sheet: Worksheet) -> None:
    _head(sheet, ("column", "word", "label", "meaning"))
    names = dict.fromkeys(name for columns in TABLES.values() for name in columns)
    for name in names:
        if name in HELP:
            sheet.append([name, None, None, HELP[name]])
        for slug, term in LISTS.get(name, {}).items():
            sheet.append([name, None, term.label, term.definition])
            cell = sheet.cell(sheet.max_row, 2)
            cell.value, cell.data_type = slug, "s"
    sheet.append(
        [None, None, None, "An empty cell means: not stated. The example rows are left out while nobody changes them."]
    )
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26, 32
    sheet.column_dimensions["C"].width, sheet.column_dimensions["D"].width = 44, 90
    for cells in sheet.iter_rows(min_col=4, max_col=4):
        cells[0].alignment = Alignment(wrap_text=True, vertical="top")


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def template_workbook() -> bytes:
    """The template as xlsx: studies, arms, outcomes in the columns of the curated tables, and a legend."""
    book = Workbook()
    book.remove(book.worksheets[0])
    sheets = {table: book.create_sheet(table) for table in TABLES}
    _legend(book.create_sheet("legend"))
    ranges = _lists(book.create_sheet("lists"))
    for table, sheet in sheets.items():
        _fill(sheet, TABLES[table], EXAMPLE[table], ranges)
    return _saved(book)


def wide_template_workbook() -> bytes:
    """The wide template as xlsx: one sheet with a row an arm, and a legend."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "arms wide"
    _legend(book.create_sheet("legend"))
    ranges = _lists(book.create_sheet("lists"))
    _fill(sheet, WIDE_COLUMNS, [WIDE_EXAMPLE], ranges | {"survival_unit": '"percent,proportion"'})
    return _saved(book)
