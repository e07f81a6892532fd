from __future__ import annotations

import datetime as dt
import io
import zipfile

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard.intake.files import read_tables
from dashboard.intake.limits import IntakeError, Limits
from dashboard.intake.parquet_guard import inspect_parquet
from dashboard.intake.parquet_table import read_parquet
from dashboard.intake.xlsx_table import read_xlsx


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def as_saved_by_excel(data: bytes, **changes: tuple[bytes, bytes]) -> bytes:
    """Without the request to compute on opening, and with parts changed: {"sheet1": (old, new)}."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(b'fullCalcOnLoad="1"', b"")
            for part, (before, after) in changes.items():
                if part in name:
                    assert before in content
                    content = content.replace(before, after)
            new.writestr(name, content)
    return out.getvalue()


def test_cells_as_the_spreadsheet_shows_them():
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["a", "b", "c"],
        [0.69, dt.date(2003, 5, 1), True],
        [69, dt.datetime(2003, 5, 1, 12, 30), "é <b>"],
        [None, None, None],
        [0.25, 12.0, 1e20],
    ):
        sheet.append(row)
    sheet["A2"].number_format, sheet["A3"].number_format = "0%", '0"%"'
    frame = read_xlsx(saved(book))["Sheet"]
    assert frame.index.tolist() == [2, 3, 5]
    assert frame["a"].tolist() == ["69 %", "69 %", "0.25"]
    assert frame["b"].tolist() == ["2003-05-01", "2003-05-01 12:30:00", "12"]
    assert frame["c"].tolist() == ["yes", "é <b>", "1e+20"]


def test_a_formula_is_its_saved_value_and_never_empty():
    book = openpyxl.Workbook()
    for row in (["a", "b", "c"], ["=1+1", "x", "="], ["=2+2", "y", ">"]):
        book.worksheets[0].append(row)
    book.worksheets[0]["C2"].data_type = "s"
    computed = as_saved_by_excel(saved(book), sheet1=(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>"))
    frame = read_xlsx(computed)["Sheet"]
    assert frame["a"].tolist() == ["2", "#FORMULA!"]
    assert frame["c"].tolist() == ["=", ">"]


def test_place_holders_of_formulas_are_not_taken_for_results():
    book = openpyxl.Workbook()
    for row in (["a", "b"], ["=1+1", "x"]):
        book.worksheets[0].append(row)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(book))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>0</v>"))
            assert name != "xl/workbook.xml" or b"fullCalcOnLoad" in old.read(name)
    assert read_xlsx(out.getvalue())["Sheet"]["a"].tolist() == ["#FORMULA!"]


def test_parquet_cells_as_text():
    frame = pd.DataFrame(
        {
            "time": [1.5, None, 12.0],
            "n": [1, 2, 3],
            "alive": [True, False, None],
            "when": pd.to_datetime(["2003-05-01", "2003-05-01 12:30", None], format="ISO8601"),
            "label": pd.Categorical(["a", " ", "b"]),
        },
        index=[7, 8, 9],
    )
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    read = read_parquet(buffer.getvalue())
    assert read["time"].tolist() == ["1.5", pd.NA, "12"]
    assert read["when"].tolist()[0] == "2003-05-01"
    assert read["when"].tolist()[1].startswith("2003-05-01 12:30:00")
    assert read["label"].tolist() == ["a", pd.NA, "b"]
    assert read["alive"].tolist()[:2] == ["yes", "no"]
    assert read.index.tolist() == [2, 3, 4]
    assert list(read.columns) == list(frame.columns)


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_page_headers_add_up_to_what_the_writer_says(compression, version):
    table = pa.table({"a": list(range(50_000)), "b": [f"text {i % 7}" for i in range(50_000)]})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression=compression, data_page_version=version, data_page_size=10_000)
    data = buffer.getvalue()
    meta = pq.read_metadata(pa.BufferReader(data))
    total = sum(
        meta.row_group(g).column(c).total_uncompressed_size
        for g in range(meta.num_row_groups)
        for c in range(meta.num_columns)
    )
    claim = inspect_parquet(data, Limits(unpacked_bytes=total))
    assert (claim.rows, claim.names, claim.text) == (50_000, ("a", "b"), ("b",))
    with pytest.raises(IntakeError, match="unpacks to more than the limit"):
        inspect_parquet(data, Limits(unpacked_bytes=int(total * 0.8)))


def test_the_kind_is_told_by_the_content_and_the_name_is_not_used():
    buffer = io.BytesIO()
    pd.DataFrame({"a": [1]}).to_parquet(buffer)
    tables = read_tables(buffer.getvalue(), "../../../etc/passwd.csv")
    assert (tables.kind, tables.name, list(tables.sheets)) == ("parquet", "passwd.csv", ["passwd"])
