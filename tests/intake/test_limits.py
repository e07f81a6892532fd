from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from dashboard.intake.limits import (
    LIMITS,
    MEGABYTE,
    IntakeError,
    check_bytes,
    check_shape,
    megabytes,
    only_intake_errors,
)

ROOT = Path(__file__).parents[2]


def test_the_server_and_the_readers_have_one_limit():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["maxUploadSize"] * MEGABYTE == LIMITS.file_bytes
    assert config["server"]["enableXsrfProtection"] is True
    assert config["client"]["showErrorDetails"] == "none"


def test_sizes_are_refused_with_their_limit():
    check_bytes(b"x" * LIMITS.file_bytes)
    with pytest.raises(IntakeError, match=r"limit is 10\.0 MB"):
        check_bytes(b"x" * (LIMITS.file_bytes + 1))
    check_shape(LIMITS.rows, 5)
    for rows, columns, words in (
        (LIMITS.rows + 1, 1, "rows"),
        (1, LIMITS.columns + 1, "columns"),
        (LIMITS.rows, 200, "cells"),
    ):
        with pytest.raises(IntakeError, match=rf"{words}; the limit is"):
            check_shape(rows, columns)


def test_an_error_says_what_where_and_what_to_do():
    error = IntakeError("It is empty.", "row 3", "Fill it.")
    assert (error.what, error.where, error.remedy) == ("It is empty.", "row 3", "Fill it.")
    assert str(error) == "row 3: It is empty. Fill it."
    assert megabytes(500) == "500 bytes"


def test_no_other_exception_leaves_a_reader_and_none_brings_data_along():
    @only_intake_errors("It cannot be read.", "Save it again.")
    def reader(data: str) -> None:
        raise RuntimeError(f"bad cell {data}")

    with pytest.raises(IntakeError, match="It cannot be read") as caught:
        reader("Jane Doe")
    assert caught.value.__context__ is None
    assert "Jane" not in str(caught.value)
