"""Runs take turns: one after the other, in the order they came.

Python runs one thread at a time anyway. Ten readers at once who share it finish all together and late; in turn the
first is served as if alone, and on average everybody waits half as long. A run that takes long holds its turn for a
moment only: from then on the next one runs beside it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LONG_SECONDS: Final = 0.2


class Turns:
    """Who runs and who waits. After `long` seconds a run no longer keeps the next one waiting."""

    def __init__(self, long: float = LONG_SECONDS) -> None:
        self._long = long
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._holder: object | None = None
        self._since = 0.0

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for the turn, run, and pass it on however the run ends."""
        me = object()
        with self._changed:
            self._waiting.append(me)
            while self._waiting[0] is not me or self._left() > 0:
                self._changed.wait(self._left() if self._waiting[0] is me else None)
            self._waiting.popleft()
            self._holder, self._since = me, time.monotonic()
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                if self._holder is me:
                    self._holder = None
                    self._changed.notify_all()

    def _left(self) -> float:
        """Seconds for which the run whose turn it is may still keep others waiting."""
        return 0.0 if self._holder is None else self._since + self._long - time.monotonic()


turns: Final = Turns()
