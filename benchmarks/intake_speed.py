"""How fast uploads are read and drawn: `python -m benchmarks.intake_speed`. Prints seconds beside the target."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
import openpyxl
import pandas as pd

from dashboard.cohort.fits import analyse
from dashboard.cohort.place import milestone, standing
from dashboard.cohort.published import published
from dashboard.cohort.tables import grid
from dashboard.cohort.words import cautions, sentence
from dashboard.comparison.curves import Curves, build
from dashboard.evidence import load, validate_tables
from dashboard.evidence.tables import ARM_COLUMNS, OUTCOME_COLUMNS, STUDY_COLUMNS
from dashboard.figures.cohort import cohort_figure
from dashboard.intake.cohort import read_cohort
from dashboard.intake.cohort_plan import propose_plan
from dashboard.intake.evidence_workbook import read_evidence
from dashboard.intake.files import read_tables
from dashboard.selection import Selection

STUDIES = 1_000
PATIENTS = 200_000


def workbook(studies: int = STUDIES) -> bytes:
    """A filled template with as many arms and figures a study as the shipped evidence: 2 and 5."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    sheets = {name: book.create_sheet(name) for name in ("studies", "arms", "outcomes")}
    columns = {"studies": STUDY_COLUMNS, "arms": ARM_COLUMNS, "outcomes": OUTCOME_COLUMNS}
    for name, sheet in sheets.items():
        sheet.append(columns[name])

    def add(name: str, **cells: object) -> None:
        sheets[name].append([cells.get(column) for column in columns[name]])

    for i in range(studies):
        study = f"author-{i}"
        paper = {
            "first_author": f"Author {i}",
            "year": 2000 + i % 20,
            "title": f"Liver surgery {i}",
            "journal": "Ann Surg",
        }
        where = {"country": "France", "centers": "single", "design": "retrospective"}
        add("studies", study_id=study, n_total=80, citation="confirmed", **paper, **where)
        for arm in ("resection", "rfa"):
            described = {"label": arm, "primary_site": "colorectal", "modality": arm, "n": 40, "is_subgroup": "no"}
            add("arms", study_id=study, arm_id=arm, **described)
            figure = {"study_id": study, "arm_id": arm, "endpoint": "os", "qualifier": "=", "locator": "Table 2"}
            add("outcomes", **figure, measure="median_months", value="40 mo" if i % 10 == 0 else 40)
            for months, value in ((36, "55 %"), (60, 0.3))[: 1 + i % 2]:
                add("outcomes", **figure, measure="survival", time_months=months, value=value)
    for row in sheets["outcomes"].iter_rows(min_row=2, min_col=7, max_col=7):
        row[0].data_type = "s"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def cohort(patients: int = PATIENTS) -> pd.DataFrame:
    """A registry: time, status, group, site and year of each patient, and the dates they come from."""
    rng = np.random.default_rng(1)
    start = pd.Timestamp("2005-01-01") + pd.to_timedelta(rng.integers(0, 5_000, patients), unit="D")
    days = rng.exponential(1_000, patients).round() + 1
    return pd.DataFrame(
        {
            "patient": np.arange(patients),
            "os_months": (days / 30.4375).round(2),
            "status": rng.choice(["dead", "alive"], patients),
            "group": rng.choice(["resection", "ablation"], patients),
            "primary site": rng.choice(["Colorectal", "Renal"], patients),
            "year": start.year,
            "surgery date": start.strftime("%d.%m.%Y"),
            "last contact": (start + pd.to_timedelta(days, unit="D")).strftime("%d.%m.%Y"),
        }
    )


def parquet(frame: pd.DataFrame) -> bytes:
    """The frame as a Parquet file."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _read_cohort(data: bytes, *dropped: str) -> None:
    frame = next(iter(read_tables(data, "cohort").sheets.values())).drop(columns=list(dropped))
    read_cohort(frame, propose_plan(frame).confirm(time_origin="treatment"))


def _shown_cohort(data: bytes, table: pd.DataFrame, curves: Curves) -> None:
    """From the bytes of a file to what goes to the browser: figure, table and sentence, beside the published arms."""
    frame = next(iter(read_tables(data, "cohort").sheets.values()))
    read = read_cohort(frame, propose_plan(frame).confirm(time_origin="treatment"))
    behind = published(table, curves, Selection(sites=("colorectal",), modalities=("resection",)))
    analysis = analyse(read.patients)
    at = standing(analysis, behind, curves, milestone(analysis, behind, curves) or 12)
    sentence(analysis, at, behind, curves, "os")
    cautions(analysis, at, behind, curves, "treatment", read.patients)
    grid(analysis, behind, curves, origin="treatment", colours=["#000000"] * len(analysis.groups))
    cohort_figure(analysis, behind, curves).to_json()


def seconds(action: Callable[[], object], repeats: int = 5) -> tuple[float, float]:
    """Wall and processor seconds of the best of a few runs; far apart, they say that the machine was busy."""
    wall, processor = [], []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        action()
        wall.append(time.perf_counter() - start)
        processor.append(time.process_time() - busy)
    return min(wall), min(processor)


def main() -> None:
    book, table = workbook(), cohort()
    csv = table.drop(columns=["surgery date", "last contact"]).to_csv(index=False).encode()
    dates = table[["surgery date", "last contact", "status", "group"]].to_csv(index=False).encode()
    packed = parquet(table)
    upload = read_evidence((book, "evidence.xlsx"))
    good = upload.studies, upload.arms, upload.outcomes
    shipped = load()
    curves = build(shipped)
    print(f"{STUDIES:,} studies: {upload.summary()}")
    rows = (
        ("workbook of 1,000 studies, read and validated", 2.0, lambda: read_evidence((book, "evidence.xlsx"))),
        ("  of which validation", 2.0, lambda: validate_tables(*good)),
        ("cohort of 200,000 patients, CSV with times", 1.5, lambda: _read_cohort(csv)),
        ("cohort of 200,000 patients, CSV with dates", 1.5, lambda: _read_cohort(dates)),
        ("cohort of 200,000 patients, Parquet", 1.5, lambda: _read_cohort(packed, "patient")),
        ("the CSV with times, from bytes to the figure", 3.0, lambda: _shown_cohort(csv, shipped, curves)),
    )
    for name, target, action in rows:
        took, busy = seconds(action)
        verdict = "ok" if took <= target else "MISSED"
        print(f"{name:<48} {took:6.2f} s (processor {busy:5.2f} s)   target {target:.1f} s   {verdict}")


if __name__ == "__main__":
    main()
