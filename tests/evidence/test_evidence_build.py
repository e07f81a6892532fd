import shutil
from importlib.metadata import version

import pandas as pd
import pytest

from dashboard.evidence import assemble, load
from dashboard.evidence.build import EVIDENCE_DATE, main, write_atomically
from dashboard.evidence.parquet import encode
from dashboard.paths import EVIDENCE_DIR, ROOT, STUDIES_PARQUET


@pytest.fixture
def evidence(tmp_path):
    """A copy of the curated tables to spoil."""
    return shutil.copytree(EVIDENCE_DIR, tmp_path / "evidence")


def edit(path, line, old, new):
    lines = path.read_text(encoding="utf-8").split("\n")
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    path.write_text("\n".join(lines), encoding="utf-8")


def test_the_committed_table_is_up_to_date(capsys):
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_the_same_evidence_gives_the_same_bytes(curated):
    first, second = (encode(assemble(**curated), EVIDENCE_DATE) for _ in range(2))
    assert first == second
    pinned = (ROOT / "requirements.txt").read_text()
    if f"pyarrow=={version('pyarrow')}\n" in pinned and f"pandas=={version('pandas')}\n" in pinned:
        assert first == STUDIES_PARQUET.read_bytes()


def test_build_writes_what_load_reads(tmp_path, table):
    out = tmp_path / "studies.parquet"
    assert main(["--out", str(out)]) == 0
    pd.testing.assert_frame_equal(load(out), table)
    assert [path.name for path in tmp_path.iterdir()] == ["studies.parquet"]


def test_all_bad_cells_are_named_at_once_and_nothing_is_written(evidence, tmp_path, capsys):
    edit(evidence / "outcomes.csv", 3, "0.69", "69")
    edit(evidence / "outcomes.csv", 4, "survival", "surviving")
    edit(evidence / "arms.csv", 2, ",14,", ",fourteen,")
    out = tmp_path / "studies.parquet"
    out.write_bytes(b"old")
    assert main(["--evidence", str(evidence), "--out", str(out)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(
        f"{evidence / 'arms.csv'}:2 n 'fourteen' [whole-number] 'fourteen' is not a whole number."
    )
    assert lines[1].startswith(f"{evidence / 'outcomes.csv'}:3 value '69' [proportion] ")
    assert "45% is 0.45" in lines[1]
    assert lines[2].startswith(f"{evidence / 'outcomes.csv'}:4 measure 'surviving' [vocabulary] ")
    assert "Did you mean survival?" in lines[2]
    assert lines[3] == "3 problems; nothing was written."
    assert len(lines) == 4
    assert out.read_bytes() == b"old"


def test_lines_keep_count_past_blank_lines_and_line_breaks_in_cells(evidence, tmp_path, capsys):
    path = evidence / "studies.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[1] = lines[1].removesuffix(",") + ',"one\nmore\nnote"'
    lines.insert(4, "")
    path.write_text("\n".join(lines), encoding="utf-8")
    text = path.read_text(encoding="utf-8").split("\n")
    blank = text.index("") + 1
    main(["--evidence", str(evidence), "--out", str(tmp_path / "t.parquet")])
    reported = [line for line in capsys.readouterr().err.splitlines() if "[required]" in line]
    assert reported
    assert all(line.startswith(f"{path}:{blank} ") for line in reported)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda p: p.unlink(), "missing"),
        (lambda p: p.write_bytes(p.read_bytes() + b"\xff\xfe"), "not UTF-8"),
        (lambda p: p.write_text(""), "cannot be read"),
        (lambda p: p.write_text(p.read_text() + "a," * 30 + "\n"), "cannot be read"),
    ],
)
def test_a_file_that_is_no_table(evidence, tmp_path, capsys, spoil, words):
    spoil(evidence / "arms.csv")
    assert main(["--evidence", str(evidence), "--out", str(tmp_path / "t.parquet")]) == 1
    error = capsys.readouterr().err
    assert words in error
    assert "arms.csv" in error


def test_check_fails_when_the_table_is_stale(evidence, tmp_path, capsys):
    out = tmp_path / "studies.parquet"
    assert main(["--check", "--out", str(out)]) == 1
    assert "missing" in capsys.readouterr().err
    shutil.copy(STUDIES_PARQUET, out)
    edit(evidence / "outcomes.csv", 3, "0.69", "0.68")
    assert main(["--check", "--evidence", str(evidence), "--out", str(out)]) == 1
    assert "stale" in capsys.readouterr().err


def test_check_fails_when_the_table_was_edited_by_hand(tmp_path, table, capsys, monkeypatch):
    out = tmp_path / "studies.parquet"
    edited = table.copy()
    edited.loc[0, "title"] = "another"
    monkeypatch.setattr("dashboard.evidence.parquet.data_version", lambda _: main.__globals__["evidence_version"]())
    out.write_bytes(encode(edited, EVIDENCE_DATE))
    assert main(["--check", "--out", str(out)]) == 1


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "t.parquet"
    path.write_bytes(b"old")

    def fail(self, target):
        raise OSError("disk full")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
