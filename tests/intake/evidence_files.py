"""Files of evidence, made of one number each, in every layout that the reader knows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape

from made import Made, Row, column_key

from dashboard.evidence.tables import TABLE_COLUMNS
from dashboard.vocabulary import MEASURES, MODALITIES, PRIMARY_SITES

Upload = tuple[bytes, str]


def _study(made: Made, study_id: str = "a-2001") -> dict[str, str]:
    start = made.random.randint(1970, 2000)
    return {
        "study_id": study_id, "first_author": made.of(("Miller", "Ng", "")), "notes": "",
        "year": made.mostly((str(start + 7),), str(start - 1), "2010-01-01", ""), "title": "On <b>livers</b>",
        "journal": made.of(("Ann Surg", "")), "doi": made.mostly(("", "10.1245/aso.2003", "doi:10.1245/x"), "10.1/x"),
        "pmid": made.mostly(("", "12839857", "PMID: 12839857"), "n/a"), "pmcid": made.mostly(("", "pmc12"), "12"),
        "url": made.mostly(("", "https://example.org/a"), "example.org"), "country": made.of(("", "France")),
        "centers": made.mostly(("", "single", "multi"), "two"), "design": made.mostly(("", "Retrospective"), "cohort"),
        "enrol_start": made.of(("", str(start))), "enrol_end": made.mostly(("", str(start + 5)), str(start - 1), "99"),
        "n_total": made.mostly(("", "80", "1,200"), "12", "4.5", "many"), "cohort": made.of(("", "registry")),
        "follow_up_median_months": made.mostly(("", "24", "2 years"), "-3"),
        "citation": made.mostly(("confirmed", "inferred"), "", "yes"),
    }  # fmt: skip


def _arm(made: Made, study_id: str = "a-2001", arm_id: str = "x") -> dict[str, str]:
    return {
        "study_id": study_id, "arm_id": arm_id, "label": made.of(("Resection", "RFA", "=x")), "population": "",
        "primary_site": made.mostly((*PRIMARY_SITES, "Colorectal"), "liver", ""), "primary_subsite": "",
        "modality": made.mostly((*MODALITIES, "RFA"), "surgery", ""), "n": made.mostly(("20", "14", ""), "100", "12,5"),
        "enrol_start": made.mostly(("",), "1960"), "enrol_end": made.mostly(("",), "2030"),
        "is_subgroup": made.mostly(("no", "no", "yes", "TRUE", "0"), "maybe"),
    }  # fmt: skip


# What is printed, and what people make of it.
_VALUES: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "survival": (("0.69", "0,5", "69 %", "0.4 (0.3-0.5)", ">0.5"), ("31", "0", "-1", "69 mo", "0.4 (0.5-0.6)")),
    "median_months": (("26", "26 mo", "2.5 years", "26 (18–40)", "not reached", ">60"), ("NR", "700", "", "0", "26 %")),
    "mean_months": (("30", "30 months", "~12"), ("", "601")), "n_at_risk": (("12", "0"), ("1,200", "7.5", "-3")),
    "deaths": (("9",), ("-1", "9000")), "hazard_ratio": (("0.8", "1.4 (1.1-1.9)"), ("0", "1.4 (1.5-1.9)")),
    "logrank_p": (("",), ("0.04",)), "factor_p": (("",), ("0.04",)),
}  # fmt: skip


def _value(made: Made, measure: str) -> str:
    good, slips = _VALUES[measure]
    return made.mostly(good, *slips)


def _figure(made: Made, study_id: str = "a-2001", arm_id: str = "x") -> dict[str, str]:
    measure = made.of(("survival", "survival", "survival", "median_months", "median_months", *MEASURES))
    tested = measure in ("logrank_p", "factor_p", "hazard_ratio")
    timed = ("12", "36", "60", "5 years") if measure in ("survival", "n_at_risk") else ("",)
    limits = {"survival": ("0.3", "0.9"), "median_months": ("18", "40")}.get(measure, ("", ""))
    low, high = made.of((("", ""), ("", ""), limits))
    return {
        "study_id": study_id, "arm_id": arm_id, "value": _value(made, measure),
        "note": made.of(("", "", "not reached")),
        "endpoint": made.mostly(("os", "os", "Overall survival", "dfs"), "survival"),
        "measure": made.mostly((measure,), measure.replace("_", " "), "rate"),
        "time_months": made.mostly(timed, "12", "", "0", "999"),
        "qualifier": made.mostly(("", "", "", "="), ">", "~", "about"),
        "ci_low": made.mostly((low,), "0.3", "18", "30 %", "-1"),
        "ci_high": made.mostly((high,), "", "NR", "80 %", "2"),
        "p_value": made.mostly(("0.04", "p = 0,04", "<0.001") if tested else ("",), "ns", "0.5", ""),
        "comparator_arm_id": made.mostly(("y" if arm_id == "x" else "x",) if tested else ("",), "x", "z"),
        "factor": made.mostly(("size" if measure == "factor_p" else "",), "size", ""),
        "adjusted": made.mostly(("", "yes", "0"), "both"),
        "time_origin": made.mostly(("", "treatment", "Treatment"), "birth"),
        "locator": made.mostly(("Table 2", "p. 3"), ""),
    }  # fmt: skip


_MAKERS: Mapping[str, Callable[..., dict[str, str]]] = {"studies": _study, "arms": _arm, "outcomes": _figure}
_NEEDED: Mapping[str, Sequence[str]] = {
    "studies": ("study_id", "year", "title", "citation"),
    "arms": ("study_id", "arm_id", "label", "primary_site", "modality", "n", "is_subgroup"),
    "outcomes": ("study_id", "arm_id", "endpoint", "measure", "time_months", "value", "qualifier", "locator"),
}


def _of_table(made: Made, table: str, rows: int) -> tuple[list[str], list[Row]]:
    others = [name for name in TABLE_COLUMNS[table] if name not in _NEEDED[table]]
    ids = [(study, arm) for study in ("a-2001", "b-2002", "c") for arm in ("x", "y")]
    keys: list[tuple[str, ...]] = {"studies": [ids[0][:1], ids[2][:1], ids[4][:1]], "arms": ids}.get(table, ids[:3])
    body = []
    for row in range(rows):
        # Rows of studies and arms come in order, so that most are there once; figures belong to any of them.
        slip = made.random.random() < made.slips
        chosen = made.of(keys) if slip or table == "outcomes" else keys[row % len(keys)]
        body.append(_MAKERS[table](made, *chosen))
    return made.columns(_NEEDED[table], others), body


def long_files(seed: int, rows: int | None = None) -> tuple[Upload, ...]:
    """Three files, one a table; at times one is missing or stands twice."""
    made = Made(seed)
    files = [
        (
            made.csv(*_of_table(made, table, made.rows() + (table != "studies") if rows is None else rows)),
            f"{table}.csv",
        )
        for table in TABLE_COLUMNS
    ]
    if made.random.random() < 0.03:
        files[made.random.randrange(3)] = files[made.random.randrange(3)]
    if made.random.random() < 0.02:
        files.pop(made.random.randrange(3))
    return tuple(files)


def joined_file(seed: int, rows: int | None = None) -> tuple[Upload, ...]:
    """One file with the columns of all three tables."""
    made = Made(seed)
    needed = list(dict.fromkeys(name for names in _NEEDED.values() for name in names))
    others = [name for names in TABLE_COLUMNS.values() for name in names if name not in needed]
    more = ("study_enrol_start", "study_enrol_end", "arm_enrol_start", "arm_enrol_end", "arm_key", "flags")
    names = made.columns(needed, [*dict.fromkeys(others), *more])
    body = []
    study, arm = _study(made), _arm(made)
    for row in range(made.rows() if rows is None else rows):
        if made.random.random() < 0.4:
            study = _study(made, f"s-{row}") if made.random.random() >= made.slips else _study(made)
            arm = _arm(made, study["study_id"], made.of("xy"))
        joined = arm | _figure(made, study["study_id"], arm["arm_id"]) | study
        years = {f"study_{name}": study[name] for name in ("enrol_start", "enrol_end")}
        body.append(joined | years | {f"arm_{name}": arm[name] for name in ("enrol_start", "enrol_end")})
    return ((made.csv(names, body), "joined.csv"),)


_RATES = ("os_36", "os_60", "dfs_12_months", "pfs_6_pct", "os_36_ci", "os_60_ci_low", "os_60_ci_high")
_LIMITS = {"os_36_ci": "os_36", "os_60_ci_low": "os_60", "os_60_ci_high": "os_60", "os_median_ci": "median_os_months"}
_WIDE = (
    "median_os_months", "os_median_ci", "median_dfs", *_RATES, "enrolment", "survival_unit", "time_origin", "locator",
    "note", "year", "title", "citation", "first_author", "is_subgroup", "n_total", "centres", "follow_up_months", "doi",
    "arm_id", "enrol_start", "population",
)  # fmt: skip


def wide_file(seed: int, rows: int | None = None) -> tuple[Upload, ...]:
    """One file, a row an arm."""
    made = Made(seed)
    needed = (
        "study",
        made.of(("label", "arm", "group")),
        "primary_site",
        made.of(("modality", "treatment")),
        "n",
        "os_12",
    )
    names = made.columns(needed, _WIDE)
    if made.random.random() < 0.9:  # limits without their figure are refused at once
        names = [name for name in names if not (of := _LIMITS.get(column_key(name))) or of in map(column_key, names)]
    unit = made.of(("", "percent", "0-1"))
    body = []
    for _ in range(made.rows() if rows is None else rows):
        arm, study = _arm(made), _study(made)
        row = study | arm | {"study": made.mostly(("Miller 2010", "Ng (1999)", "Foo"), ""), "note": "", "arm_id": "x"}
        row |= {"arm": arm["label"], "group": arm["label"], "treatment": arm["modality"], "centres": study["centers"]}
        row |= {name: _value(made, "survival") for name in ("os_12", *_RATES) if name not in _LIMITS}
        row |= {name: _value(made, "median_months") for name in ("median_os_months", "median_dfs")}
        row |= {"os_36_ci": made.mostly(("",), "0.2–0.5", "20-50", "x"), "os_60_ci_low": made.mostly(("",), "0.1")}
        row |= {"os_60_ci_high": made.mostly(("",), "0.4"), "os_median_ci": made.mostly(("", "", "18–40"), "40-18")}
        row |= {
            "enrolment": made.mostly(("", "1982–2001", "1990 to 1999"), "x"),
            "survival_unit": made.mostly((unit,), "x"),
        }
        row |= {"follow_up_months": made.of(("", "2 y")), "time_origin": made.of(("", "treatment"))}
        row |= {"pfs_6_pct": made.mostly(("40", "69 %"), "0.4"), "locator": made.mostly(("Table 2",), "")}
        body.append(row)
    return ((made.csv(names, body), "wide.csv"),)


def workbook_file(seed: int) -> tuple[Upload, ...]:
    """One workbook with the three sheets, of numbers, texts, formulas and dates; damaged at times."""
    made = Made(seed)
    parts = {}
    for number, table in enumerate(TABLE_COLUMNS, start=1):
        names, rows = _of_table(made, table, made.rows() + (table != "studies"))
        lines = ([made.cell(row.get(column_key(name), "")) for name in names] for row in rows)
        rest = (
            f'<row r="{r}">{"".join(_xml_cell(made, cell) for cell in line)}</row>' for r, line in enumerate(lines, 2)
        )
        body = f'<row r="1">{"".join(map(_xml_text, names))}</row>{"".join(rest)}'
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            _XML + f"<worksheet {_MAIN}><sheetData>{body}</sheetData></worksheet>"
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in (_BOOK | parts).items():
            archive.writestr(name, content.encode("utf-8", "replace"))
    return ((buffer.getvalue(), "book.xlsx"),)


def _xml_cell(made: Made, text: str) -> str:
    if not text:
        return "<c/>"
    kind = made.random.random()
    if kind < 0.004:
        return f"<c><f>1+1</f>{made.of(('', '<v>2</v>'))}</c>"
    if kind < 0.008:
        return made.of(('<c t="b"><v>1</v></c>', '<c s="1"><v>37742</v></c>', '<c t="e"><v>#REF!</v></c>'))
    number = text.replace(".", "", 1)
    if kind < 0.5 and number.isascii() and number.isdigit():
        return f"<c><v>{text}</v></c>"
    return _xml_text(text)


def _xml_text(text: str) -> str:
    kept = "".join(char for char in text if char >= " " and not "\ud800" <= char <= "\udfff" and char < "\ufffe")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(kept)}</t></is></c>'


_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_OFFICE = "http://schemas.openxmlformats.org"
_MAIN = f'xmlns="{_OFFICE}/spreadsheetml/2006/main"'
_SHEETS = "".join(
    f'<sheet name="{table}" sheetId="{i}" r:id="rId{i}"/>' for i, table in enumerate(TABLE_COLUMNS, start=1)
)
_BOOK = {
    "[Content_Types].xml": _XML + f'<Types xmlns="{_OFFICE}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": _XML + f'<Relationships xmlns="{_OFFICE}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": _XML + f'<workbook {_MAIN} xmlns:r="{_OFFICE}/officeDocument/2006/relationships">'
    f"<sheets>{_SHEETS}</sheets></workbook>",
    "xl/_rels/workbook.xml.rels": _XML + f'<Relationships xmlns="{_OFFICE}/package/2006/relationships">'
    + "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/officeDocument/2006/relationships/worksheet" '
        f'Target="worksheets/sheet{i}.xml"/>'
        for i in (1, 2, 3)
    )
    + "</Relationships>",
}  # fmt: skip
