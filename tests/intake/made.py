"""The choices of a made file: most of it is plausible, a few cells of it are not."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence

from fuzzing import NASTY, odd_cell

Row = Mapping[str, str]

# How many of a hundred cells are replaced by something that nobody expects there.
NOISE = (0, 0, 0, 1, 3, 10, 100)


class Made:
    """The choices of one file."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.of = self.random.choice
        self.noise = self.of(NOISE) / 100
        self.slips = self.of((0.0, 0.03, 0.3))

    def rows(self) -> int:
        """Few, as what goes wrong goes wrong in one row or between two."""
        return self.of((0, 1, 1, 1, 2, 2, 2, 3, 3, 7))

    def mostly(self, good: Sequence[str], *slips: str) -> str:
        """One of the good ones, or, as often as in this file, what people write by mistake."""
        return self.of(slips if slips and self.random.random() < self.slips else good)

    def cell(self, plausible: str) -> str:
        return plausible if self.random.random() >= self.noise else odd_cell(self.random)

    def columns(self, needed: Sequence[str], others: Sequence[str]) -> list[str]:
        """Names of columns: those needed (one is missing at times), some others, in any order, written anyhow."""
        names = [*needed, *self.random.sample(others, self.random.randint(0, len(others)))]
        if self.random.random() < 0.05:
            names.remove(self.of(names))
        if self.random.random() < 0.1:
            names.append(self.of((*NASTY, "my notes", "flags", names[0])))
        if self.random.random() < 0.3:
            self.random.shuffle(names)
        if self.random.random() < 0.1:
            names = [self.of((name, name.replace("_", " ").capitalize(), f" {name.upper()} ")) for name in names]
        return names

    def csv(self, names: Sequence[str], rows: Sequence[Row]) -> bytes:
        """Delimited text as one program or another writes it."""
        buffer = io.StringIO(newline="")
        out = csv.writer(buffer, delimiter=self.of(",,,;\t"), lineterminator=self.of(("\n", "\n", "\r\n")))
        out.writerow(names)
        keys = [column_key(name) for name in names]
        for row in rows:
            keyed = {column_key(name): cell for name, cell in row.items()}
            out.writerow([self.cell(keyed.get(key, "")) for key in keys])
        return buffer.getvalue().encode(
            self.of(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252")), "replace"
        )


def column_key(name: str) -> str:
    """The column of a made row that a name, written anyhow, stands for."""
    return name.strip().casefold().replace(" ", "_")
