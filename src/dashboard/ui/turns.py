"""Runs take turns: one after the other, in the order they came.

Python runs one thread at a time anyway. Ten readers at once who share it finish all together and late; in turn the
first is served as if alone, and on average everybody waits half as long. Nobody waits for a long run beyond a
moment, and a reader's own run is never stopped in the middle.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

PATIENCE_SECONDS: Final = 1.0


class Turns:
    """Who runs and who waits. `patience` in seconds: whoever has waited that long runs beside the others."""

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._running = 0
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for the turn, run, and pass it on however the run ends."""
        called = threading.Event()
        with self._lock:
            if self._running:
                self._waiting.append(called)
            else:
                self._running += 1
                called.set()
        try:
            self._wait(called)
            yield
        finally:
            self._pass_on()

    def _wait(self, called: threading.Event) -> None:
        if called.wait(self._patience):
            return
        with self._lock:
            if not called.is_set():  # not called in the very last moment
                self._waiting.remove(called)
                self._running += 1

    def _pass_on(self) -> None:
        with self._lock:
            self._running -= 1
            if not self._running and self._waiting:
                self._running += 1
                self._waiting.popleft().set()


turns: Final = Turns()
