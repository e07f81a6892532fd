"""Scripts of our own at the head of the page, before Streamlit's: a plain ASGI middleware.

What comes with a run, a component or `st.html`, is there seconds after the navigation can be clicked.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.ui.component import asset

HEAD: Final = b"<head>"
# With these the answer could be packed, a part, or "not changed" since a version with another script.
_DROPPED: Final = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}


def page_script() -> str:
    """What every page begins with: one Back step a gesture, and the library of charts fetched ahead."""
    folder = Path(streamlit.__file__).parent / "static"
    found = sorted(folder.glob("static/js/PlotlyChart.*.js"))
    ahead = asset("first_chart.js") + "".join(
        f"fetchChartLibrary({json.dumps('./' + path.relative_to(folder).as_posix())})\n" for path in found[:1]
    )
    return asset("history.js") + ahead


class PageHead:
    """Puts `script` behind the opening of the head of every page; leaves files, downloads and WebSockets alone."""

    def __init__(self, app: ASGIApp, script: str) -> None:
        self.app = app
        self.inserted = HEAD + b"<script>" + script.encode() + b"</script>"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an answer that is a page is held until it is whole, and sent with the script."""
        asks_for_page = scope["type"] == "http" and scope["method"] == "GET"
        if not asks_for_page or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def send_with_script(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif start is None:
                await send(message)
            elif message["type"] == "http.response.body":
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    body = body.replace(HEAD, self.inserted, 1)
                    headers = MutableHeaders(raw=start["headers"])
                    headers["Content-Length"] = str(len(body))
                    for name in ("etag", "last-modified"):  # they name the file without the script
                        del headers[name]
                    await send({**start, "headers": headers.raw})
                    await send({**message, "body": body})

        plain = {**scope, "headers": [(name, value) for name, value in scope["headers"] if name not in _DROPPED]}
        await self.app(plain, receive, send_with_script)


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return (
        start["status"] == 200
        and headers.get("content-type", "").startswith("text/html")
        and "content-disposition" not in headers
        and "content-encoding" not in headers
    )
