"""One user of a running Streamlit app, over its own WebSocket: the messages that a browser sends, without the browser.

A browser opens `/_stcore/stream` with the subprotocol "streamlit", asks for a run with a binary `BackMsg`, reads
`ForwardMsg`s until `script_finished`, and from then on names the widgets it was given, the query string they make and
the large messages that it already holds.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PATIENCE_SECONDS = 120.0
WIDGETS = ("multiselect", "slider", "number_input", "button")
INTERNAL = "$$STREAMLIT_INTERNAL_KEY"


class SessionError(Exception):
    """The app answered with a fault, or not at all."""


@dataclass
class Answer:
    """What one run of the script showed.

    `seconds` from the question sent to the script finished; `texts` of headings, markdown and notices; `specs` of the
    plotly charts (JSON).
    """

    seconds: float = 0.0
    size: int = 0
    texts: list[str] = field(default_factory=list)
    specs: list[str] = field(default_factory=list)

    def says(self, text: str) -> bool:
        """Whether a text on the page is, or holds, this one."""
        return any(text in each for each in self.texts)


class Session:
    """A user. `query` is the address that was opened, without `?`."""

    def __init__(self, url: str, query: str = "") -> None:
        self._address = url.replace("http", "ws", 1) + "/_stcore/stream"
        self.query = query
        self.session_id = ""
        self.pages: dict[str, str] = {}
        self._page = self._page_name = ""
        self._socket: ClientConnection | None = None
        self._params: dict[str, Any] = {}
        self._widgets: dict[str, tuple[str, Any]] = {}
        self._components: dict[str, str] = {}
        self._drawn: set[str] = set()
        self._token = 0
        self._states: dict[str, WidgetState] = {}
        self._held: dict[str, ForwardMsg] = {}

    async def open(self) -> Answer:
        """Connect (again, to the same session, when it was open before) and run the script."""
        known = ["streamlit", "unused", self.session_id] if self.session_id else ["streamlit"]
        self._socket = await connect(
            self._address,
            subprotocols=known,  # type: ignore[arg-type]
            max_size=None,
            open_timeout=PATIENCE_SECONDS,
            ping_interval=None,
            compression=None,
        )
        return await self._run()

    async def set(self, **values: Any) -> Answer:
        """Change widgets, named by their address in the URL or their label, in one step and run the script."""
        pressed = []
        for name, value in values.items():
            kind, proto = self._widgets[name]
            self._hold(kind, proto, value)
            if kind == "button":
                pressed.append(proto.id)
        answer = await self._run()
        for widget in pressed:
            del self._states[widget]
        return answer

    async def choose(self, component: str, **values: Any) -> Answer:
        """Click in one of the app's own components (ui/assets/exchange.js) and run the script."""
        self._token += 1
        said = {"event": "choose", "value": {"values": values, "token": self._token}}
        state = WidgetState(
            id=f"{INTERNAL}_{self._components[component]}__events", json_trigger_value=json.dumps([said])
        )
        self._states[state.id] = state
        self._drawn.add(state.id)
        answer = await self._run()
        self._states.pop(state.id, None)
        return answer

    async def go(self, page: str) -> Answer:
        """Open another page of the app, named by its address; the filters in the URL stay."""
        self._page, self._page_name = self.pages[page], page
        return await self._run()

    async def close(self) -> None:
        """Leave."""
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    def _hold(self, kind: str, proto: Any, value: Any) -> None:
        """What a browser keeps of a widget: its state, and its place in the address."""
        state = WidgetState(id=proto.id)
        if kind == "multiselect":
            state.string_array_value.data.extend(value)
        elif kind == "slider":
            state.double_array_value.data.extend(value if isinstance(value, tuple) else [value])
        elif kind == "number_input" and proto.data_type == proto.INT:
            state.int_value = value = int(value)
        elif kind == "number_input":
            state.double_value = value
        else:
            state.trigger_value = True
        self._states[proto.id] = state
        if getattr(proto, "query_param_key", ""):
            self._params[proto.query_param_key] = value
            self.query = urlencode({k: v for k, v in self._params.items() if v}, doseq=True)

    async def _run(self) -> Answer:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string = self.query
        asked.page_script_hash, asked.page_name = self._page, self._page_name
        asked.widget_states.widgets.extend(state for widget, state in self._states.items() if widget in self._drawn)
        asked.cached_message_hashes.extend(self._held)
        assert self._socket is not None, "open the session first"
        start = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE_SECONDS):
            answer = await self._read(self._socket)
        answer.seconds = time.perf_counter() - start
        if answer.says("could not be drawn") or answer.says("cannot be read"):
            raise SessionError("The app showed a fault: " + " | ".join(answer.texts[-3:]))
        return answer

    async def _read(self, socket: ClientConnection) -> Answer:
        answer = Answer()
        while True:
            content = await socket.recv()
            message = ForwardMsg.FromString(content)  # type: ignore[arg-type]
            answer.size += len(content)
            kind = message.WhichOneof("type")
            if kind == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    answer.texts.clear()
                    answer.specs.clear()
                    continue
                if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                    raise SessionError("The script did not compile.")
                return answer
            if kind == "new_session":
                self._drawn = set()
                self.session_id = message.new_session.initialize.session_id or self.session_id
                self._page = message.new_session.page_script_hash
            elif kind == "navigation":
                self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
                self._page = message.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "ref_hash":
                self._take(self._held[message.ref_hash], answer)
            elif kind == "delta":
                if message.metadata.cacheable:
                    self._held[message.hash] = message
                self._take(message, answer)

    def _take(self, message: ForwardMsg, answer: Answer) -> None:
        if message.delta.WhichOneof("type") != "new_element":
            return
        element: Element = message.delta.new_element
        kind = element.WhichOneof("type") or ""
        if kind in ("markdown", "heading", "alert"):
            answer.texts.append(getattr(element, kind).body)
        elif kind == "plotly_chart":
            answer.specs.append(element.plotly_chart.spec)
        elif kind == "exception":
            raise SessionError(f"{element.exception.type}: {element.exception.message}")
        elif kind in WIDGETS:
            proto = getattr(element, kind)
            self._drawn.add(proto.id)
            self._widgets[getattr(proto, "query_param_key", "") or proto.label] = (kind, proto)
            if getattr(proto, "set_value", False):  # the server changed it: the browser follows
                self._hold(kind, proto, _value_of(kind, proto))
        elif kind == "bidi_component":
            self._components[element.bidi_component.component_name] = element.bidi_component.id


def _value_of(kind: str, proto: Any) -> Any:
    if kind == "multiselect":
        return list(proto.raw_values)
    return tuple(proto.value) if kind == "slider" else proto.value
