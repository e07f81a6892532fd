"""Readers who bring an evidence table, use it and leave: does the server keep anything of theirs?

`python benchmarks/leave.py [--sessions 500]`. Every reader is a session over the WebSocket that opens Your data,
uploads a sheet of 25 studies, uses it, looks at Compare and closes the connection. Resident memory is read after the
first readers have come, been and been forgotten (everything is imported then, and the allocator has its pools), and
again after all of them. 500 readers take some minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "tests" / "browser")]

from harness import serve  # noqa: E402
from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: E402
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: E402
from streamlit.proto.WidgetStates_pb2 import WidgetState  # noqa: E402

from benchmarks.session import Session  # noqa: E402

STUDIES = 25
GROWTH = 0.10
AT_ONCE = 4
DATA = "your-data"


def sheet(reader: int, studies: int = STUDIES) -> bytes:
    """A wide sheet that no other reader brings."""
    lines = ["study,year,label,primary_site,modality,n,survival_unit,median_os_months,os_12,os_60"]
    lines += [
        f"Reader{reader} Study{i} 2019,2019,Arm of reader {reader},renal,resection,{20 + i},percent,{24 + i % 20},80,30"
        for i in range(studies)
    ]
    return "\n".join(lines).encode()


class Uploader(Session):
    """A session that can upload."""

    uploader: Any = None
    buttons: dict[str, Any]

    def _take(self, message: ForwardMsg, answer: Any) -> None:
        super()._take(message, answer)
        element = message.delta.new_element
        if element.WhichOneof("type") == "file_uploader":
            self.uploader = element.file_uploader
            self._drawn.add(self.uploader.id)

    async def upload(self, name: str, content: bytes, url: str) -> Any:
        """Put a file into the page's uploader and run the script."""
        message = BackMsg()
        message.file_urls_request.request_id = name
        message.file_urls_request.session_id = self.session_id
        message.file_urls_request.file_names.append(name)
        assert self._socket is not None
        await self._socket.send(message.SerializeToString())
        while True:
            came = ForwardMsg.FromString(await self._socket.recv())  # type: ignore[arg-type]
            if came.WhichOneof("type") == "file_urls_response":
                urls = came.file_urls_response.file_urls[0]
                break
        await asyncio.to_thread(_put, url, urls.upload_url, name, content)
        state = WidgetState(id=self.uploader.id)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.file_id, info.name, info.size = urls.file_id, name, len(content)
        info.file_urls.CopyFrom(urls)
        self._states[self.uploader.id] = state
        return await self._run()


def _put(url: str, path: str, name: str, content: bytes) -> None:
    with urllib.request.urlopen(f"{url}/_stcore/health") as answer:
        cookie = next(each for each in answer.headers.get_all("Set-Cookie") if each.startswith("_streamlit_xsrf"))
    token = cookie.split(";")[0].partition("=")[2]
    head = f'--edge\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'.encode()
    request = urllib.request.Request(f"{url}{path}", data=head + content + b"\r\n--edge--\r\n", method="PUT")
    request.add_header("Content-Type", "multipart/form-data; boundary=edge")
    request.add_header("Cookie", f"_streamlit_xsrf={token}")
    request.add_header("X-Xsrftoken", token)
    urllib.request.urlopen(request).close()


async def come_and_go(url: str, reader: int) -> None:
    """One reader; raises AssertionError when the data were not read, used or seen."""
    session = Uploader(url)
    await session.open()
    await session.go(DATA)
    answer = await session.upload(f"reader{reader}.csv", sheet(reader), url)
    assert answer.says(f"{STUDIES} studies, {STUDIES} arms"), answer.texts
    use = next(name for name in session._widgets if name.startswith("Use "))
    answer = await session.set(**{use: True})
    assert answer.says(f"{STUDIES} studies added"), answer.texts
    answer = await session.go("")
    assert answer.says(f"{STUDIES} studies added"), answer.texts
    await session.close()


async def crowd(url: str, readers: range) -> None:
    """The readers, a few at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(reader: int) -> None:
        async with gate:
            await come_and_go(url, reader)

    await asyncio.gather(*(one(reader) for reader in readers))


def resident(process: subprocess.Popen[bytes]) -> float:
    """Resident memory of a process, megabytes (Linux)."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def forgotten(process: subprocess.Popen[bytes], url: str, seconds: float) -> float:
    """Memory after everybody left and what they brought has been let go."""
    time.sleep(seconds)
    asyncio.run(come_and_go(url, 10**6))  # a run of the script collects
    time.sleep(seconds)
    gc.collect()
    return resident(process)


def main() -> None:
    """Measure and print; exit code 1 when memory grew by more than a tenth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=500)
    parser.add_argument("--first", type=int, default=50, help="readers before the first measurement")
    options = parser.parse_args()
    # As in service, but a closed tab is let go after two seconds, so that the measurement need not wait for minutes.
    environment = os.environ | {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "2"}
    with tempfile.TemporaryDirectory() as folder:
        process, url = serve(ROOT / "app.py", Path(folder) / "server.log", environment)
        try:
            start = resident(process)
            asyncio.run(crowd(url, range(options.first)))
            before = forgotten(process, url, 3)
            clock = time.perf_counter()
            asyncio.run(crowd(url, range(options.first, options.first + options.sessions)))
            seconds = time.perf_counter() - clock
            busy = resident(process)
            after = forgotten(process, url, 3)
        finally:
            process.terminate()
            process.wait(10)
    growth = after / before - 1
    print(f"{'started':<44}{start:8.0f} MB")
    print(f"{f'after {options.first} readers came and left':<44}{before:8.0f} MB")
    print(f"{f'after {options.sessions} more, at once':<44}{busy:8.0f} MB")
    print(f"{'after they were let go':<44}{after:8.0f} MB   {growth:+.1%}   target {GROWTH:.0%}", end="   ")
    print("ok" if growth <= GROWTH else "MISSED")
    print(f"{options.sessions} readers in {seconds:.0f} s")
    sys.exit(growth > GROWTH)


if __name__ == "__main__":
    main()
