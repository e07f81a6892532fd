"""What a session brings stays in it: caches, logs, threads that build downloads, closed tabs, and after forgetting."""

from __future__ import annotations

import asyncio
import gc
import io
import logging
import secrets
import tempfile
import threading
import weakref
from collections.abc import AsyncIterator
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.testing.v1 import AppTest

from dashboard import paths
from dashboard.evidence import load
from dashboard.export.bundle import bundle
from dashboard.export.report import report
from dashboard.export.request import Request, make_deck
from dashboard.export.slides import slides
from dashboard.intake.evidence_workbook import read_evidence
from dashboard.intake.limits import LIMITS
from dashboard.intake.own_table import study_table
from dashboard.selection import Selection
from dashboard.ui import closed_tabs
from dashboard.ui.cache import collect_frozen
from dashboard.ui.compare_view import comparison_of, download_of, question
from dashboard.ui.context import PageContext
from dashboard.ui.failure import calm, log_without_values, places

MAIN = paths.ROOT / "src" / "dashboard" / "main.py"
PAGES = ("compare.py", "pooled.py", "evidence_map.py", "eras.py", "studies.py", "stories.py", "methods.py")
SECRET = "Xylographer"
SHEET = (
    "study,year,label,primary_site,modality,n,survival_unit,median_os_months,os_12,os_60\n"
    f"{SECRET} 2019,2019,{SECRET} arm,renal,resection,41,percent,33,88,41\n"
).encode()
CLOSED = "a-session"


def go(app: AppTest, page: str) -> AppTest:
    return app.switch_page(str(paths.PAGES_DIR / page)).run()


def with_own_data(sheet: bytes = SHEET) -> AppTest:
    app = go(AppTest.from_file(str(MAIN), default_timeout=60).run(), "your_data.py")
    app.file_uploader[0].set_value([("sheet.csv", sheet, "text/csv")]).run()
    return next(button for button in app.button if button.label.startswith("Use ")).click().run()


def own_rows(sheet: bytes = SHEET) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    upload = read_evidence((sheet, "sheet.csv"))
    return upload.studies, upload.arms, upload.outcomes


def alive(reference: weakref.ref) -> bool:
    for _ in range(3):
        gc.collect()
    return reference() is not None


def test_no_cache_keeps_an_own_table_after_forgetting():
    app = with_own_data()
    for page in PAGES:
        go(app, page)
    table = weakref.ref(app.session_state["_page_context"].table)
    evidence = weakref.ref(app.session_state["_own_evidence"].studies)
    assert alive(table) and "own" in table()
    app.button(key="forget_own").click().run()
    assert not alive(table)
    assert not alive(evidence)


def holders(word: str) -> list[str]:
    """Containers of the process in which a text holds the word."""

    def said(value: object) -> bool:
        if isinstance(value, np.ndarray) and value.dtype == object:
            return any(said(each) for each in value.ravel())
        if isinstance(value, tuple | dict):  # those of plain texts are not known to the collector
            return any(said(each) for each in value)
        return isinstance(value, str) and word in value.lower()

    found = []
    for each in gc.get_objects():
        if isinstance(each, dict):
            values: tuple = (*each.keys(), *each.values())
        elif isinstance(each, list | tuple | set | frozenset):
            values = tuple(each)
        elif type(each).__name__ == "_lru_cache_wrapper":
            values = tuple(gc.get_referents(each))
        else:
            continue
        if any(said(value) for value in values):
            found.append(f"{type(each).__name__}: {str(each)[:200]}")
    return found


def test_after_a_session_no_container_of_the_process_holds_a_word_of_its_data():
    word = "z" + secrets.token_hex(8)
    more = f"{word} 2019,2019,{word} other,renal,rfa,41,percent,33,88,41\n{word} 2019,2019,x,x{word},rfa,4,,1,,\n"
    app = with_own_data(SHEET.replace(SECRET.encode(), word.encode()) + more.encode())
    for page in PAGES:
        go(app, page)
    app.session_state["q"] = word
    app.run()
    assert holders(word)
    del app
    clear_session_resource_cache("test session id")  # as the server does when a connection ends
    collect_frozen()
    gc.unfreeze()  # what is frozen is not shown
    assert holders(word) == []


def test_no_cache_keeps_an_own_table_after_it_was_replaced_by_another():
    app = with_own_data()
    go(app, "compare.py")
    table = weakref.ref(app.session_state["_page_context"].table)
    go(app, "your_data.py").radio[0].set_value("Work on mine alone").run()
    assert app.session_state["_page_context"].table["own"].all()
    assert not alive(table)


def test_two_sessions_keep_results_of_their_own():
    mine, other = with_own_data(), AppTest.from_file(str(MAIN), default_timeout=60).run()
    mine.session_state["q"] = "yours"
    everything = "".join(str(e.proto) for e in go(mine, "studies.py").get("bidi_component"))
    assert SECRET.lower() in everything.lower()
    mine.session_state["q"] = ""
    for page in PAGES:
        go(mine, page)
        go(other, page)
        assert SECRET.lower() not in "".join(str(each.value) for each in (*other.markdown, *other.title)).lower()
        assert "own" not in other.session_state["_page_context"].table.columns
        for element in (*other.get("plotly_chart"), *other.get("bidi_component")):
            assert SECRET.lower() not in str(element.proto).lower(), page


def test_a_download_of_an_own_table_is_built_in_a_thread_that_has_no_session():
    table = study_table(*own_rows(), shipped=load(), mode="add")
    context = PageContext(table, "own-test", Selection(text=SECRET), "light")
    found: list[pd.DataFrame] = []

    def build() -> None:
        comparison = comparison_of(context, *question(context, "Treatment", None))
        found.append(download_of(context, comparison))

    worker = threading.Thread(target=build)
    worker.start()
    worker.join()
    assert found[0]["Study"].tolist() == ["Xylographer (yours) 2019"]


def test_an_error_is_logged_without_what_it_quotes(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dashboard.ui.failure.st", SimpleNamespace(header=print, write=print))
    factory = logging.getLogRecordFactory()
    try:
        log_without_values()
        log_without_values()
        try:
            try:
                pd.DataFrame({"a": [1]})[SECRET]
            except KeyError as inner:
                raise ValueError(f"no {SECRET}") from inner
        except ValueError as error:
            calm(error)
            logging.getLogger("streamlit.error_util").error("Uncaught app execution", exc_info=error)
            logging.getLogger("anything").error("failed: %s", error)
            logging.getLogger("anything").exception("failed")
            said = places(error)
    finally:
        logging.setLogRecordFactory(factory)
    formatted = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert len(caplog.records) == 4
    assert SECRET not in formatted
    assert "ValueError" in formatted and "caused by KeyError" in formatted and __file__ in said


class Runtime:
    """What `end_closed` asks of Streamlit's runtime."""

    def __init__(self) -> None:
        self.active, self.closed, self.looked = True, [], 0
        self.media_file_mgr = SimpleNamespace(remove_orphaned_files=self._look)

    def _look(self) -> None:
        self.looked += 1

    def is_active_session(self, session: str) -> bool:
        return self.active

    def close_session(self, session: str) -> None:
        self.closed.append(session)


def test_a_closed_tab_ends_its_session_and_one_that_comes_back_does_not(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(closed_tabs, "_watched", {CLOSED: None})
    monkeypatch.setattr(closed_tabs, "_forgotten", [])
    runtime = Runtime()
    assert closed_tabs.end_closed(runtime, 0.0) == []
    runtime.active = False
    assert closed_tabs.end_closed(runtime, 10.0) == []
    runtime.active = True
    assert closed_tabs.end_closed(runtime, 50.0) == []
    runtime.active = False
    assert closed_tabs.end_closed(runtime, 60.0) == []
    assert closed_tabs.end_closed(runtime, 119.0) == []
    assert closed_tabs.end_closed(runtime, 120.0) == [CLOSED]
    assert runtime.closed == [CLOSED] and runtime.looked == 6
    assert closed_tabs.end_closed(runtime, 999.0) == []


HOSTILE = (
    b"study,year,label,primary_site,modality,n,survival_unit,median_os_months,os_12,os_60\n"
    b'=cmd()|<script>x</script>,2019,"=1+1 <img src=//x>",renal,resection,41,percent,33,88,41\n'
    b'=cmd()|<script>x</script>,2019,"@SUM(A1)",renal,rfa,30,percent,30,80,30\n'
)


def test_exports_of_an_own_table_hold_no_live_markup_and_no_formula():
    import zipfile

    import openpyxl
    from pptx import Presentation

    table = study_table(*own_rows(HOSTILE), shipped=load(), mode="add")
    study = table.loc[table["own"], "study_id"].iloc[0]
    request = Request(study_id=study, selection=Selection())
    deck = make_deck(table, request)
    page = report(deck).decode()
    assert "<script>x" not in page and "<img src=//x" not in page and "&lt;img" in page
    shown = Presentation(io.BytesIO(slides(deck)))
    charts = [shape.chart for slide in shown.slides for shape in slide.shapes if shape.has_chart]
    assert charts
    for chart in charts:
        book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    with zipfile.ZipFile(io.BytesIO(bundle(table, request))) as archive:
        assert all(".." not in name and not name.startswith("/") for name in archive.namelist())
        for name in archive.namelist():
            if name.startswith("data/") and name.endswith(".csv") and name != "data/columns.csv":
                cells = pd.read_csv(io.BytesIO(archive.read(name)), dtype=str, keep_default_na=False)
                for text in cells.to_numpy().ravel():
                    assert not text.startswith(("=", "@")), (name, text)
            if name.endswith(".svg"):
                assert b"<img" not in archive.read(name) and b"<script" not in archive.read(name)


def test_an_upload_of_the_largest_size_passes_through_no_file(monkeypatch: pytest.MonkeyPatch):
    from starlette.datastructures import Headers
    from starlette.formparsers import MultiPartParser

    import app  # the application's own settings

    def refuse(*_args: object) -> None:
        raise AssertionError("the upload was written to a file")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", refuse)
    content = b"x" * LIMITS.file_bytes
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'

    async def stream() -> AsyncIterator[bytes]:
        yield head
        for start in range(0, len(content), 1 << 16):
            yield content[start : start + (1 << 16)]
        yield b"\r\n--edge--\r\n"

    async def parsed() -> bytes:
        form = await MultiPartParser(Headers({"content-type": "multipart/form-data; boundary=edge"}), stream()).parse()
        return await form["file"].read()

    assert app.app is not None
    assert len(asyncio.run(parsed())) == len(content)
