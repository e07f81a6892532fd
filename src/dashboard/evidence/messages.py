"""What each rule says to the person who must mend the cell: what is wrong, then what to do."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from dashboard.evidence.vocabularies import ALLOWED

MESSAGES: Final[dict[str, str]] = {
    "missing-column": "The column {column} is missing. Add it to the header; cells may stay empty.",
    "unknown-column": "There is no column {value}. Rename it to a column of the data dictionary, or remove it.",
    "repeated-column": "The column {column} stands in the header more than once. Keep one.",
    "required": "{column} is empty. State it; every row needs it.",
    "number": "{value} is not a number. Write digits with a decimal point and no unit, or leave the cell empty.",
    "whole-number": "{value} is not a whole number. Write digits only, or leave the cell empty.",
    "range": "{value} is out of range for {column}. Check the source for a misprint or another unit.",
    "unique-key": "{value} occurs twice. Give each study, and each arm within a study, an id of its own.",
    "years-in-order": "Enrolment ends in {value}, before it starts. Check enrol_start and enrol_end.",
    "enrolled-before-publication": "Published in {value}, before enrolment ended. Check year and enrolment.",
    "value-required": "The figure has no value. Copy the value; for a median that was not reached write so in note.",
    "value-empty": "A p-value row has the value {value}. Move it to p_value and leave value empty.",
    "proportion": "Survival {value} is not between 0 and 1. Write per cents as proportions: 45% is 0.45.",
    "positive": "{value} is not possible here. Medians, means and hazard ratios lie above 0, months at most at 600.",
    "count": "{value} is not a count. Write a whole number of patients.",
    "time-required": "The figure has no time. Write the time in months: 5 years is 60.",
    "time-empty": "This measure has no time, but time_months is {value}. Leave it empty; a median goes in value.",
    "time-range": "A time of {value} months is not possible. Write months above 0: 5 years is 60.",
    "comparator-required": "The comparison does not say with what. Name the other arm in comparator_arm_id, "
    "or for a hazard ratio of a prognostic factor the factor.",
    "comparator-itself": "{value} is compared with itself. Name the other arm.",
    "comparator-exists": "The study has no arm {value}. Use the arm_id of an arm of the same study.",
    "factor-required": "The prognostic factor is not named. Name it in words.",
    "p-required": "The row prints no p-value. Copy it as printed, such as 0.04 or <0.001.",
    "p-text": "{value} is not a p-value. Write it as printed, between 0 and 1, such as 0.04, <0.001 or >0.2.",
    "ci-misplaced": "A confidence limit stands on a figure that has none. Remove it, or fill in the value.",
    "ci-complete": "One confidence limit is missing. Fill in both; only the upper limit of a median may be unreached, "
    "and then the note must say so.",
    "ci-range": "The limit {value} is impossible for this measure. Survival lies in 0..1, a hazard ratio above 0.",
    "ci-holds-value": "The limit {value} lies on the wrong side of the value. Check value, ci_low and ci_high.",
    "survival-never-rises": "Survival rises to {value}; within one arm, endpoint and time origin it cannot. Check the "
    "value, the time and the origin, or mark an ambiguous figure with ?.",
    "figure-once": "This figure stands in the table twice. Remove one row, or tell them apart by time origin or time.",
    "study-exists": "There is no study {value}. Add it to studies, or correct the id.",
    "arm-exists": "The study has no arm {value}. Add it to arms, or correct the id.",
    "n-within-study": "The arm has {value} patients, more than the study's n_total. Check both.",
    "count-within-arm": "{value} is more than the patients of the arm. Check the value and the arm's n.",
    "years-within-study": "The arm enrolled outside of the study's years ({value}). Check the years of both.",
    "same-in-every-row": "{column} is {value}, unlike in other rows of the same study or arm. Make them agree.",
    "row-kind": "row_kind is {value}, but the row is another kind. A row with a measure is a figure, one with an "
    "arm only is an arm, one with neither is a study.",
    "derived": "{column} is {value}, which does not follow from the row. Remove the derived columns and build again.",
    "unknown-flag": "{value} holds a flag that does not exist. Remove the derived columns and build again.",
}

PATTERN_HELP: Final = {
    "doi": "A DOI looks like 10.1245/aso.2003.07.024, without https://doi.org/.",
    "pmid": "A PubMed id is digits only.",
    "pmcid": "A PubMed Central id is PMC and digits.",
    "url": "A link starts with https:// and holds no space.",
}
ID_HELP: Final = "Use letters, digits, dots, plus, hyphen and underscore, and begin with a letter or digit."


def message(rule: str, column: str, value: str | None) -> str:
    """One or two sentences: what is wrong with the cell, and the remedy."""
    shown = "(empty)" if value is None else _shortened(value)
    if rule == "vocabulary":
        return f"{shown} is no {column} of the vocabulary. {_suggestion(column, value or '')}"
    if rule == "pattern":
        return f"{shown} is no {column}. {PATTERN_HELP.get(column, ID_HELP)}"
    return MESSAGES[rule].format(column=column, value=shown)


def _shortened(value: str) -> str:
    line = " ".join(value.split())
    return repr(line if len(line) <= 60 else f"{line[:57]}...")


def _suggestion(column: str, value: str) -> str:
    allowed = list(ALLOWED[column])
    close = get_close_matches(value.strip().lower().replace(" ", "-")[:60], allowed, n=1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Use one of: {', '.join(allowed)}."
