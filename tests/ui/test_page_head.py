"""The script at the head of the page: in every page, in nothing else."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
import streamlit

from dashboard.ui.page_head import PageHead, page_script

PAGE = b"<html><head><title>x</title></head><body><head></body></html>"


def answered(
    headers: dict[bytes, bytes], *, accept: bytes = b"text/html", status: int = 200, parts: int = 2
) -> tuple[dict[bytes, bytes], bytes, dict[bytes, bytes]]:
    """Headers and body of the answer, and the headers that the app behind was asked with."""
    asked: dict[bytes, bytes] = {}
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.update(scope["headers"])
        await send({"type": "http.response.start", "status": status, "headers": list(headers.items())})
        cut = len(PAGE) // parts
        for i in range(parts):
            body = PAGE[i * cut :] if i == parts - 1 else PAGE[i * cut : (i + 1) * cut]
            await send({"type": "http.response.body", "body": body, "more_body": i < parts - 1})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    scope = {
        "type": "http",
        "method": "GET",
        "headers": [(b"accept", accept), (b"accept-encoding", b"gzip"), (b"if-none-match", b"x")],
    }
    asyncio.run(PageHead(app, "go()")(scope, receive, send))
    body = b"".join(message["body"] for message in sent[1:])
    return dict(sent[0]["headers"]), body, asked


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_a_page_has_the_script_once_and_says_its_new_length(parts: int):
    old = {b"content-type": b"text/html; charset=utf-8", b"content-length": b"61", b"etag": b"x"}
    headers, body, asked = answered(old, parts=parts)
    assert body == PAGE.replace(b"<head>", b"<head><script>go()</script>", 1)
    assert headers[b"content-length"] == str(len(body)).encode() and b"etag" not in headers
    assert set(asked) == {b"accept"}, "no answer that is packed, or that names the page without the script"


@pytest.mark.parametrize(
    ("headers", "more"),
    [
        ({b"content-type": b"application/javascript"}, {}),
        ({b"content-type": b"text/html", b"content-disposition": b"attachment"}, {}),
        ({b"content-type": b"text/html"}, {"status": 404}),
        ({b"content-type": b"text/html"}, {"accept": b"*/*"}),
    ],
)
def test_anything_else_passes_as_it_is(headers: dict[bytes, bytes], more: dict[str, Any]):
    passed, body, _ = answered(headers, **more)
    assert body == PAGE and passed == headers


def test_the_library_of_charts_that_is_fetched_ahead_is_the_one_that_streamlit_has():
    script = page_script()
    (address,) = re.findall(r'fetchChartLibrary\("\./(static/js/[^"]+)"\)', script)
    library = Path(streamlit.__file__).parent / "static" / address
    assert library.stat().st_size > 1_000_000 and b"plotly" in library.read_bytes()
    assert "oneStepPerGesture()" in script
