"""Write the bad files of this folder: `python tests/bad_input/make.py`. What is too large to keep is in `LARGE`."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent
COHORT = "time_months,event\n12,1\n30,0\n"
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_WHEN = (2026, 1, 1, 0, 0, 0)


def _xlsx(change: Callable[[dict[str, bytes]], None] | None = None, rows: list[list[object]] | None = None) -> bytes:
    """A small workbook whose parts can be changed before it is packed again."""
    book = openpyxl.Workbook()
    for row in rows or [["time_months", "event"], [12, 1], [30, 0]]:
        book.worksheets[0].append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(io.BytesIO(buffer.getvalue())) as archive:
        parts = {name: _STAMP.sub(b"2026-01-01T00:00:00Z", archive.read(name)) for name in archive.namelist()}
    if change:
        change(parts)
    return _pack(parts)


def _pack(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _bomb(parts: dict[str, bytes]) -> None:
    parts["xl/media/image1.png"] = bytes(60 * 1024 * 1024)


def _entities(parts: dict[str, bytes]) -> None:
    head = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY l2 "&lol;&lol;&lol;">]>'
    parts["xl/worksheets/sheet1.xml"] = head + parts["xl/worksheets/sheet1.xml"]


def _outside_entity(parts: dict[str, bytes]) -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>'
    parts["xl/sharedStrings.xml"] = text.encode("utf-16")


def _understated() -> bytes:
    """The central directory says that a part has 10 bytes; it unpacks to 2 MB."""
    content = bytes(2_000_000)
    data = bytearray(_xlsx(lambda parts: parts.update({"xl/media/image1.png": content})))
    size = len(content).to_bytes(4, "little")
    at = data.find(size)
    while at >= 0:
        data[at : at + 4] = (10).to_bytes(4, "little")
        at = data.find(size, at + 4)
    return bytes(data)


def _table(**columns: object) -> pa.Table:
    return pa.table(columns)


def _parquet(table: pa.Table, **options: object) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


def _ends_arrow() -> bytes:
    """One spoiled byte of the footer, for which Arrow's accessors of metadata end the process (signal 6)."""
    table = _table(time=[1.5, 2.0], event=["dead", "alive"])
    data = bytearray(_parquet(table, store_schema=False, write_statistics=False))
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    data[footer + 20] = 0
    return bytes(data)


def _heavy_pages() -> bytes:
    """Few rows and one column, 20 kB on disk, 230 MB unpacked: told by the page headers alone."""
    text = pa.array(["x" * 16_000] * 15_000)
    return _parquet(_table(label=text), use_dictionary=False, compression="zstd", write_statistics=False)


def _repeated_text() -> bytes:
    """One text of 15 kB, dictionary-encoded in 200,000 rows: 3 GB written out."""
    codes = pa.array(np.zeros(200_000, dtype=np.int32))
    return _parquet(_table(label=pa.DictionaryArray.from_arrays(codes, pa.array(["x" * 15_000]))), compression="zstd")


FILES: dict[str, Callable[[], bytes]] = {
    "empty.csv": lambda: b"",
    "only_blanks.csv": lambda: b" \n,,,\n\n",
    "header_only.csv": lambda: b"time_months,event\n",
    "nul.csv": lambda: b"time_months,event\n12,1\n3\x000,0\n",
    "repeated_header.csv": lambda: b"time_months,Time_Months,event\n12,13,1\n",
    "nameless_column.csv": lambda: b"time_months,,event\n12,3,1\n",
    "unquoted_decimal_comma.csv": lambda: b"time_months,event,group\n12,5,1,a\n",
    "stray_quote.csv": lambda: b'time_months,event\n"12,1\n30,0\n' + b"x" * 25_000,
    "truncated_utf16.csv": lambda: COHORT.encode("utf-16")[:-1],
    "picture.csv": lambda: b"\x89PNG\r\n\x1a\n" + bytes(100),
    "document.pdf": lambda: b"%PDF-1.7\n",
    "page.csv": lambda: b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "old_excel.xls": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
    "noise.bin": lambda: np.random.default_rng(7).integers(1, 256, 2_000, dtype=np.uint8).tobytes(),
    "archive.zip": lambda: _pack({"notes.txt": b"hello"}),
    "not_a_zip.xlsx": lambda: b"PK\x03\x04" + b"broken" * 20,
    "cut_off.xlsx": lambda: _xlsx()[:1_500],
    "bomb.xlsx": lambda: _xlsx(_bomb),
    "understated_size.xlsx": _understated,
    "entities.xlsx": lambda: _xlsx(_entities),
    "outside_entity_utf16.xlsx": lambda: _xlsx(_outside_entity),
    "path_like_part.xlsx": lambda: _xlsx(lambda parts: parts.update({"../../etc/cron.d/x": b"x"})),
    "macros.xlsx": lambda: _xlsx(lambda parts: parts.update({"xl/vbaProject.bin": b"x"})),
    "many_parts.xlsx": lambda: _xlsx(lambda parts: parts.update({f"xl/p{i}.xml": b"<a/>" for i in range(500)})),
    "no_workbook.xlsx": lambda: _xlsx(lambda parts: parts.pop("xl/workbook.xml")),
    "empty_sheet.xlsx": lambda: _xlsx(rows=[[None]]),
    "formula_without_value.xlsx": lambda: _xlsx(rows=[["time_months", "event"], ["=1+1", 1]]),
    "cut_off.parquet": lambda: _parquet(_table(time_months=[1.0], event=[1]))[:-20],
    "broken_footer.parquet": lambda: b"PAR1" + bytes(40) + (2**31 - 1).to_bytes(4, "little") + b"PAR1",
    "broken_pages.parquet": lambda: _spoiled(_parquet(_table(time_months=list(range(500)), event=[1] * 500))),
    "ends_arrow.parquet": _ends_arrow,
    "no_rows.parquet": lambda: _parquet(_table(time=pa.array([], pa.float64()))),
    "nested.parquet": lambda: _parquet(_table(time_months=[[1.0, 2.0]], event=[1])),
    "records.parquet": lambda: _parquet(_table(event=[{"a": 1}])),
    "binary.parquet": lambda: _parquet(_table(time_months=[b"\x00\xff"], event=[1])),
    "repeated_text.parquet": _repeated_text,
    "negative_times.csv": lambda: b"time_months,event\n-5,1\n-1,0\n",
    "words_for_times.csv": lambda: b"time_months,event\nsoon,1\nlater,0\n",
    "no_status.csv": lambda: b"time_months,sex\n5,f\n",
    "rising_curve.csv": lambda: b"0,0.2\n10,0.9\n",
    "not_a_curve.csv": lambda: b"x,y\nhello,world\n",
    "one_point.csv": lambda: b"12;0.69\n",
    "two_curves.csv": lambda: b"0,1\n12,0.6\nCurve 2,\n0,1\n12,0.4\n",
    "infinite.csv": lambda: b"0,1\n1e400,0.5\n",
    "no_such_columns.csv": lambda: b"colour,price\nred,3\n",
    "two_tables_missing.csv": lambda: b"study_id,title,year\na-2001,A,2001\n",
    "wide_without_study.csv": lambda: b"label,median_os_months\nx,26\n",
    "interval_without_figure.csv": lambda: b"study,year,label,os_12_ci\na,2001,x,20-30\n",
}

# Built for the test, not kept: too large for a repository.
LARGE: dict[str, Callable[[], bytes]] = {
    "million_columns.csv": lambda: b",".join(b"c%d" % i for i in range(1_000_000)) + b"\n",
    "million_columns_utf16.csv": lambda: ("," * 999_999 + "x").encode("utf-16"),
    "too_large.csv": lambda: b"a,b\n" + b"1,2\n" * (3 * 1024 * 1024),
    "too_many_rows.csv": lambda: b"a,b\n" + b"1,2\n" * 300_001,
    "million_empty_rows.xlsx": lambda: _xlsx(
        lambda parts: parts.update(
            {"xl/worksheets/sheet1.xml": parts["xl/worksheets/sheet1.xml"].replace(b'<row r="3"', b'<row r="99999999"')}
        )
    ),
    "heavy_pages.parquet": _heavy_pages,
    "long_table.parquet": lambda: _parquet(_table(time=pa.array(np.zeros(3_000_000, dtype=np.int8)))),
    "wide_table.parquet": lambda: _parquet(pa.Table.from_pandas(pd.DataFrame(np.zeros((1, 600))).add_prefix("c"))),
}


def _spoiled(data: bytes) -> bytes:
    return data[:4] + bytes(byte ^ 0xA5 for byte in data[4:200]) + data[200:]


if __name__ == "__main__":
    for name, build in FILES.items():
        (HERE / name).write_bytes(build())
