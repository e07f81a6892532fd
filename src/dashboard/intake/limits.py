"""How much an upload may hold, checked before anything is parsed, and the one error every reader raises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Final, ParamSpec, TypeVar

MEGABYTE: Final = 1024 * 1024


class IntakeError(ValueError):
    """An upload that cannot be read, said in words for the person who brought it.

    Attributes
    ----------
    what : str
        What is wrong, one sentence.
    where : str
        The place in the file: a line, a sheet, a column, a part of the archive; empty when it is the whole file.
    remedy : str
        What to do about it, one sentence.
    """

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(" ".join(part for part in (f"{where}:" if where else "", what, remedy) if part))


@dataclass(frozen=True)
class Limits:
    """Ceilings for one upload. Sizes in bytes, counts as they are."""

    # As `maxUploadSize` in .streamlit/config.toml, so that there is one limit to speak of.
    file_bytes: int = 10 * MEGABYTE
    rows: int = 300_000
    columns: int = 256
    cells: int = 6_000_000
    # A workbook is read fifteen times more slowly than CSV, so its ceiling is lower.
    workbook_cells: int = 1_500_000
    cell_characters: int = 20_000
    sheets: int = 20
    archive_parts: int = 400
    unpacked_bytes: int = 200 * MEGABYTE
    unpack_ratio: int = 120
    # Below this size a part may be as compressible as it likes: a short sheet of equal rows is no bomb.
    ratio_free_bytes: int = 8 * MEGABYTE


LIMITS: Final = Limits()


def megabytes(size: int) -> str:
    """A size in bytes as a person reads it."""
    return f"{size / MEGABYTE:,.1f} MB" if size >= MEGABYTE // 10 else f"{size:,} bytes"


def check_bytes(data: bytes, limits: Limits = LIMITS) -> None:
    """Refuse an empty file or one over the limit, before a byte of it is read. Raises IntakeError."""
    if not data:
        raise IntakeError("The file is empty.", remedy="Choose a file with a header row and at least one row of data.")
    if len(data) > limits.file_bytes:
        raise IntakeError(
            f"The file has {megabytes(len(data))}; the limit is {megabytes(limits.file_bytes)}.",
            remedy="Leave out columns that are not needed, or split the file.",
        )


def check_shape(rows: int, columns: int, where: str = "", limits: Limits = LIMITS) -> None:
    """Refuse a table with more rows, columns or cells than the limits. Raises IntakeError."""
    if columns > limits.columns:
        raise IntakeError(
            f"The table has {columns:,} columns; the limit is {limits.columns:,}.",
            where,
            "Keep the columns of the template; check that the right separator was used.",
        )
    if rows > limits.rows:
        raise IntakeError(
            f"The table has {rows:,} rows; the limit is {limits.rows:,}.", where, "Split the table, or leave out rows."
        )
    if rows * columns > limits.cells:
        raise IntakeError(
            f"The table has {rows * columns:,} cells; the limit is {limits.cells:,}.",
            where,
            "Leave out columns that are not needed.",
        )


P = ParamSpec("P")
R = TypeVar("R")


def only_intake_errors(what: str, remedy: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator of a reader: whatever a parser underneath raises becomes an IntakeError.

    The original is dropped (`from None`): its message may quote cells of a patient's table, and an exception that
    reaches a log or an error page would carry them there.
    """

    def decorate(reader: Callable[P, R]) -> Callable[P, R]:
        @wraps(reader)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return reader(*args, **kwargs)
            except IntakeError:
                raise
            except Exception:
                failure = IntakeError(what, remedy=remedy)
            # Raised outside the handler, so that not even `__context__` holds the original.
            raise failure

        return guarded

    return decorate
