from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.intake import plain_csv
from dashboard.intake.limits import IntakeError, Limits
from dashboard.intake.text_table import read_text_table

PLAIN = st.characters(exclude_characters='",\r\n\x00', codec="utf-8")
TABLE = "label,value\nRésection,1\nablation,2\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "utf-32"])
def test_encodings(encoding):
    frame = read_text_table((TABLE * 1).encode(encoding))
    assert frame["label"].tolist() == ["Résection", "ablation"]
    assert frame.index.tolist() == [2, 3]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(separator):
    frame = read_text_table(TABLE.replace(",", separator).encode())
    assert list(frame.columns) == ["label", "value"]


def test_semicolons_with_decimal_commas():
    frame = read_text_table(b"time;survival\n1,5;0,93\n2,5;0,80\n")
    assert frame["survival"].tolist() == ["0,93", "0,80"]


def test_rows_keep_the_numbers_of_the_spreadsheet():
    frame = read_text_table(b'\n\na,b\n1,"two\nlines"\n,\n\n3,4\n')
    assert frame.index.tolist() == [4, 7]
    assert frame.loc[4, "b"] == "two\nlines"


def test_a_line_that_states_the_separator():
    frame = read_text_table(b"sep=;\na;b\n1;2\n")
    assert frame.loc[3].tolist() == ["1", "2"]


def test_short_rows_are_filled_and_empty_columns_at_the_end_dropped():
    frame = read_text_table(b"a,b,\n1\n2,3,\n")
    assert frame["b"].isna().tolist() == [True, False]


def test_limits_are_named_in_the_message():
    limits = Limits(file_bytes=100, rows=2, columns=3)
    for data, words in (
        (b"a,b\n" + b"1,2\n" * 30, "limit is 100 bytes"),
        (b"a,b\n" + b"1,2\n" * 3, "limit is 2"),
        (b"a,b,c,d\n1,2,3,4\n", "limit is 3"),
    ):
        with pytest.raises(IntakeError, match=words):
            read_text_table(data, limits)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.text(PLAIN, max_size=5), min_size=3, max_size=3), min_size=1, max_size=8
    ),
    st.sampled_from(["\n", "\r\n"]),
)  # fmt: skip
def test_the_fast_reader_agrees_with_the_careful_one(rows, ending):
    text = ending.join(",".join(row) for row in [["a", "b", "c"], *rows]) + ending
    fast = None
    patch = pytest.MonkeyPatch()
    with patch.context() as changed:
        changed.setattr(plain_csv, "_WORTHWHILE", 0)
        fast = plain_csv.read_plain_csv(text, ["a", "b", "c"], ",", Limits())
    records = list(csv.reader(io.StringIO(text, newline="")))[1:]
    if fast is not None:
        careful = pd.DataFrame(
            [[cell if cell and not cell.isspace() else None for cell in record] for record in records],
            columns=["a", "b", "c"], index=pd.RangeIndex(2, len(records) + 2, name="row"), dtype=plain_csv.TEXT,
        )  # fmt: skip
        careful = careful[careful.notna().any(axis=1)]
        pd.testing.assert_frame_equal(fast, careful, check_index_type=False)


def test_a_large_plain_file_takes_the_fast_way():
    text = "a,b\n" + "12,x\n , \n" * 30_000
    frame = read_text_table(text.encode())
    assert len(frame) == 30_000
    assert frame.index[:2].tolist() == [2, 4]
    quoted = read_text_table(text.replace("a,b", '"a",b').encode())
    pd.testing.assert_frame_equal(frame, quoted, check_index_type=False)
