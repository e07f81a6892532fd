"""Runs in turn: order, no waiting behind a long run, and a turn that is passed on after a fault."""

from __future__ import annotations

import threading
import time

import pytest

from dashboard.ui.turns import Turns


def started(turns: Turns, said: list[str], name: str, hold: threading.Event | None = None) -> threading.Thread:
    """A thread that waits for its turn, says its name and keeps the turn until `hold` is set."""

    def run() -> None:
        with turns.take():
            said.append(name)
            if hold is not None:
                hold.wait(10)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until(true) -> bool:
    end = time.monotonic() + 10
    while not true() and time.monotonic() < end:
        time.sleep(0.001)
    return true()


def test_runs_come_in_the_order_in_which_they_asked():
    turns, said, hold = Turns(long=60), [], threading.Event()
    threads = [started(turns, said, "first", hold)]
    assert until(lambda: said == ["first"])
    for k, name in enumerate("abcdefgh"):
        threads.append(started(turns, said, name))
        assert until(lambda k=k: len(turns._waiting) == k + 1)
    assert said == ["first"]
    hold.set()
    for thread in threads:
        thread.join(10)
    assert said == ["first", *"abcdefgh"]


def test_a_long_run_keeps_nobody_waiting_until_its_end():
    turns, said, hold = Turns(long=0.05), [], threading.Event()
    threads = [started(turns, said, "long", hold), started(turns, said, "second"), started(turns, said, "third")]
    assert until(lambda: sorted(said) == ["long", "second", "third"])
    assert threads[0].is_alive()
    hold.set()
    for thread in threads:
        thread.join(10)


def test_a_run_that_fails_passes_its_turn_on():
    turns = Turns(long=60)
    with pytest.raises(ValueError, match="fault"), turns.take():
        raise ValueError("fault")
    before = time.monotonic()
    with turns.take():
        pass
    assert time.monotonic() - before < 10
