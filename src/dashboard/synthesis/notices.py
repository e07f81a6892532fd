"""Warnings about time that belong beside any pooled or compared survival, as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Notice:
    """A warning: a code, a sentence for the screen, and the arms it is about."""

    code: str
    sentence: str
    arm_keys: tuple[str, ...]


def time_notices(rows: pd.DataFrame) -> list[Notice]:
    """Warnings about the clocks of rows (`arm_key`, `time_origin`) that are to be pooled or compared.

    Codes: `immortal-time` (time counts from a diagnosis), `origin-differs`, `origin-not-stated`.
    """
    origins: dict[str, list[str]] = {}
    for key, origin in zip(rows["arm_key"], rows["time_origin"], strict=True):
        origins.setdefault(str(origin) if isinstance(origin, str) else "not-stated", []).append(str(key))
    notices = []
    early = [key for name in ("metastasis-diagnosis", "primary-diagnosis") for key in origins.get(name, ())]
    if early:
        verb = "counts" if len(early) == 1 else "count"
        notices.append(
            Notice(
                "immortal-time",
                f"Immortal-time bias: {_arms(early)} {verb} time from a diagnosis, not from treatment. Their patients "
                "had to live long enough to be treated, and that waiting time is counted as survival.",
                tuple(early),
            )
        )
    stated = {name: keys for name, keys in origins.items() if name != "not-stated"}
    if len(stated) > 1:
        notices.append(
            Notice(
                "origin-differs",
                "Time does not start at the same event in all arms, so the same survival does not mean the same.",
                tuple(key for keys in stated.values() for key in keys),
            )
        )
    unstated = origins.get("not-stated", [])
    if unstated:
        notices.append(
            Notice(
                "origin-not-stated",
                f"{_arms(unstated).capitalize()} did not say from when time counts in what was read.",
                tuple(unstated),
            )
        )
    return notices


def contrast_notices(rows: pd.DataFrame) -> tuple[Notice, ...]:
    """Chosen treatment, clocks that differ inside a study, clocks that start at a diagnosis."""
    notices = []
    chosen = rows[rows["design"] != "rct"]
    if len(chosen):
        notices.append(
            Notice(
                "not-randomised",
                f"In {len(chosen)} of {len(rows)} contrasts treatment was chosen, not drawn: patients fit for one "
                "treatment may have lived longer under any.",
                tuple(chosen["arm_key"]),
            )
        )
    mixed = rows[rows["time_origin"] != rows["comparator_time_origin"]]
    if len(mixed):
        notices.append(
            Notice(
                "origin-differs-within",
                f"In {len(mixed)} of {len(rows)} contrasts the two arms do not state the same start of time: the arm "
                "that starts later has an immortal time the other has not.",
                tuple(mixed["arm_key"]),
            )
        )
    clocks = [notice for notice in time_notices(rows) if notice.code == "immortal-time"]
    return (*notices, *clocks)


def _arms(keys: Iterable[str]) -> str:
    count = len(tuple(keys))
    return "one arm" if count == 1 else f"{count} arms"
