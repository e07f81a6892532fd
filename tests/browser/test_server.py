"""What the server refuses: forged uploads, uploads over the limit, WebSockets and reading from another origin."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from email.message import Message

import pytest
from harness import ROOT
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from benchmarks.session import Session
from dashboard.intake.limits import LIMITS, MEGABYTE

pytestmark = pytest.mark.browser
COOKIE = "_streamlit_xsrf"
ELSEWHERE = "https://elsewhere.example"


def token_of(url: str) -> str:
    """The token that a browser is given with a page."""
    with urllib.request.urlopen(f"{url}/_stcore/health") as answer:
        cookies = answer.headers.get_all("Set-Cookie")
    return next(each for each in cookies if each.startswith(COOKIE)).split(";")[0].partition("=")[2]


def asked(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, Message]:
    """Status and head of an answer."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=body, method=method, headers=names)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


def form(content: bytes) -> bytes:
    head = b'--edge\r\nContent-Disposition: form-data; name="a.csv"; filename="a.csv"\r\n\r\n'
    return head + content + b"\r\n--edge--\r\n"


def uploaded(url: str, content: bytes, *, header: str, cookie: str, session: str = "nobody", says: int = 0) -> int:
    """Status of the answer to a file; `says`: the length that is announced, where it is not the true one."""
    told = {"Content_Type": "multipart/form-data; boundary=edge", "X_Xsrftoken": header, "Cookie": cookie}
    if says:
        told["Content_Length"] = str(says)
    return asked(f"{url}/_stcore/upload_file/{session}/file", "PUT", form(content), **told)[0]


def test_an_upload_needs_the_token_of_the_page(app_url: str):
    token, other = token_of(app_url), token_of(app_url)
    assert uploaded(app_url, b"x", header="", cookie="") == 403
    assert uploaded(app_url, b"x", header=token, cookie="") == 403, "what another site can send"
    assert uploaded(app_url, b"x", header="", cookie=f"{COOKIE}={token}") == 403, "what a browser adds by itself"
    assert uploaded(app_url, b"x", header=other, cookie=f"{COOKIE}={token}") == 403
    # with both it is heard, and refused only because there is no such session
    assert uploaded(app_url, b"x", header=token, cookie=f"{COOKIE}={token}") == 400


def test_an_upload_over_the_limit_is_refused(app_url: str):
    token = token_of(app_url)

    async def statuses() -> list[int]:
        session = Session(app_url)
        await session.open()
        told = {"header": token, "cookie": f"{COOKIE}={token}", "session": session.session_id}
        kept = await asyncio.to_thread(uploaded, app_url, b"x" * 100_000, **told)
        # what is announced as too large is refused before it is sent
        refused = await asyncio.to_thread(uploaded, app_url, b"x", **told, says=LIMITS.file_bytes + 2 * MEGABYTE)
        await session.close()
        return [kept, refused]

    with ThreadPoolExecutor(1) as thread:  # the browser of the other tests has the event loop of this one
        found = thread.submit(asyncio.run, statuses()).result(60)
    assert found == [204, 413]


def test_a_page_of_another_site_can_neither_connect_nor_read(app_url: str):
    stream = app_url.replace("http", "ws", 1) + "/_stcore/stream"
    with connect(stream, origin=app_url, subprotocols=["streamlit"]):
        pass
    with pytest.raises(InvalidStatus) as refused:
        connect(stream, origin=ELSEWHERE, subprotocols=["streamlit"])
    assert refused.value.response.status_code == 403
    for path in ("/", "/_stcore/health", "/_stcore/host-config"):
        _, headers = asked(app_url + path, Origin=ELSEWHERE)
        assert headers["Access-Control-Allow-Origin"] is None, path


def test_nothing_in_the_settings_opens_the_server():
    text = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert "enableXsrfProtection = true" in text
    assert "enableCORS" not in text and "corsAllowedOrigins" not in text, "on, and for this host only, by itself"
