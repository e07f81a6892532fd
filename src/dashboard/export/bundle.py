"""Everything of a view in one ZIP: data, figures, report, citations, program, and a script that makes it again."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pandas as pd

from dashboard import paths
from dashboard.export.citations import bibtex, ris
from dashboard.export.deck import Deck
from dashboard.export.report import report
from dashboard.export.request import Request, make_deck, needed_rows, numbers
from dashboard.export.svg import figure_svg

PACKAGE = Path(__file__).resolve().parents[1]
PARTS = ("evidence", "survival", "synthesis", "comparison", "explore", "figures", "export")
MODULES = ("__init__.py", "paths.py", "vocabulary.py", "selection.py")
STAMP = (2000, 1, 1, 0, 0, 0)  # a fixed date: the same view gives the same file
NEEDS = ("pandas", "numpy", "scipy", "pyarrow", "plotly")
SCRIPT = '''"""Makes every number and figure of this folder again and says whether they are the same.

Python 3.11 or newer: pip install -r requirements.txt, then: python rerun.py
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "src"))

from dashboard.export.bundle import rerun

different = rerun(HERE, HERE / "rebuilt")
print("The same digits and figures." if not different else "Different: " + ", ".join(different))
sys.exit(bool(different))
'''
README = """{title}
{subtitle}

data/studies.parquet   the figures of this view, one printed figure a row (data dictionary: data/columns.csv)
data/*.csv             the same rows, and the table of every step
figures/*.svg          the figures
report.html            the handout; opens without a network
citations.bib, .ris    the studies behind it
numbers.json           every number at full precision
request.json           what was asked
src/, rerun.py         the program at this version; `python rerun.py` makes numbers.json and the figures again

Link of this view: {link}
Evidence {version}. Every number is marked in the report as reported or derived. Not medical advice.
"""


def bundle(table: pd.DataFrame, request: Request) -> bytes:
    """The ZIP of a request on a study table (index 0..R-1)."""
    from dashboard.intake.safe_text import to_csv  # not needed, and not there, where the ZIP is run again

    deck = make_deck(table, request)
    rows = needed_rows(table, deck, request)
    files = products(deck)
    files["data/studies.parquet"] = _parquet(rows)
    files["data/studies.csv"] = to_csv(rows)
    for step in deck.steps:
        if step.table is not None:
            files[f"data/{step.key}.csv"] = to_csv(step.table)
    if paths.COLUMNS_CSV.is_file():
        files["data/columns.csv"] = paths.COLUMNS_CSV.read_bytes()
    files["report.html"] = report(deck)
    studies = table[table["study_id"].isin(deck.study_ids)].drop_duplicates("study_id").to_dict("records")
    plain = [{str(name): value for name, value in study.items()} for study in studies]
    files["citations.bib"] = "\n".join(bibtex(study) for study in plain).encode()
    files["citations.ris"] = "".join(ris(study) for study in plain).encode()
    files["request.json"] = _json(request.plain())
    files["README.txt"] = README.format(
        title=deck.title,
        subtitle=deck.subtitle,
        version=deck.data_version or "version not stated",
        link=deck.link or "not known",
    ).encode()
    files["rerun.py"] = SCRIPT.encode()
    files["requirements.txt"] = _requirements().encode()
    files |= _sources()
    return _zip(files)


def products(deck: Deck) -> dict[str, bytes]:
    """What a rerun must make again, by file name: the numbers and the figures."""
    made = {"numbers.json": _json(numbers(deck))}
    for step in deck.steps:
        if step.figure is not None:
            made[f"figures/{step.key}.svg"] = figure_svg(step.figure, step.title).encode()
    return made


def rerun(folder: Path, out: Path) -> list[str]:
    """Make numbers and figures of an unpacked ZIP again in `out`; the names of the files that differ."""
    request = Request.of(json.loads((folder / "request.json").read_text(encoding="utf-8")))
    different = []
    for name, content in products(make_deck(_read(folder / "data" / "studies.parquet"), request)).items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if content != (folder / name).read_bytes():
            different.append(name)
    return different


def _parquet(rows: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    rows.to_parquet(out, index=False)
    return out.getvalue()


def _read(path: Path) -> pd.DataFrame:
    table = pd.read_parquet(path)
    texts = {name: "string[pyarrow]" for name in table if pd.api.types.is_object_dtype(table[name])}
    return table.astype(texts)


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def _requirements() -> str:
    from importlib.metadata import version

    return "".join(f"{name}=={version(name)}\n" for name in NEEDS)


def _sources() -> dict[str, bytes]:
    """The modules that a rerun needs, without the user interface."""
    found = [PACKAGE / name for name in MODULES]
    for part in PARTS:
        found += sorted((PACKAGE / part).rglob("*.py"))
    return {f"src/dashboard/{path.relative_to(PACKAGE).as_posix()}": path.read_bytes() for path in found}


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
