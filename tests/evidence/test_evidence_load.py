import subprocess
import sys

import pandas as pd
import pyarrow.parquet as pq
import pytest

from dashboard.evidence import EvidenceError, evidence_date, evidence_version, load, shared
from dashboard.evidence.build import EVIDENCE_DATE
from dashboard.evidence.parquet import VERSION_KEY, encode
from dashboard.paths import ROOT, STUDIES_PARQUET


def test_counts_of_the_shipped_evidence(table):
    assert table["study_id"].nunique() == 274
    assert table["arm_key"].nunique() == 639
    assert table["row_kind"].eq("figure").sum() == 1368
    assert table["figure_id"].dropna().is_unique
    assert table["reported"].sum() == 1368


@pytest.mark.parametrize(
    ("arm", "n", "median", "five", "ten"),
    [
        ("resection", 58, 160, 0.90, 0.70),
        ("rfa", 28, 123, 0.84, 0.55),
        ("tace", 130, 66, 0.55, 0.28),
        ("systemic", 316, 70, 0.58, 0.31),
        ("observation", 117, 38, 0.38, 0.20),
    ],
)
def test_the_opening_comparison(table, arm, n, median, five, ten):
    """Fairweather et al. 2017, Ann Surg Oncol, abstract."""
    rows = table[table["arm_key"].eq(f"fairweather-2017/{arm}")].set_index("figure_id")
    ids = [f"fairweather-2017/{arm}/os/{end}" for end in ("median_months", "survival@60", "survival@120")]
    assert rows.loc[ids, "value"].tolist() == [median, five, ten]
    assert rows["n"].unique().tolist() == [n]


def test_types(table):
    text = table.select_dtypes("string").dtypes
    assert (text == pd.StringDtype("pyarrow")).all()
    assert table["n"].dtype == table["era_start"].dtype == pd.Int64Dtype()
    assert table["value"].dtype == table["time_months"].dtype == "float64"
    assert table["is_subgroup"].dtype == table["reported"].dtype == bool


def test_load_gives_a_frame_of_ones_own_and_shared_does_not():
    mine = load()
    mine.loc[0, "title"] = "scribble"
    assert load().loc[0, "title"] != "scribble"
    assert shared() is shared()
    assert shared().loc[0, "title"] != "scribble"


def test_shared_sees_a_rebuild(tmp_path, table):
    path = tmp_path / "t.parquet"
    path.write_bytes(encode(table.head(10), "2026-01-01"))
    before = shared(path), evidence_version(path)
    path.write_bytes(encode(table.head(11), "2026-01-02"))
    assert len(before[0]) == 10
    assert len(shared(path)) == 11
    assert evidence_version(path) != before[1]
    assert evidence_date(path) == "2026-01-02"


def test_version_and_date():
    assert len(evidence_version()) == 12
    assert evidence_date() == EVIDENCE_DATE


def test_missing(tmp_path):
    with pytest.raises(EvidenceError) as error:
        load(tmp_path / "none.parquet")
    assert error.value.what == "The study table is missing"
    assert error.value.where == str(tmp_path / "none.parquet")
    assert "dashboard.evidence.build" in error.value.remedy
    for function in (shared, evidence_version, evidence_date):
        with pytest.raises(EvidenceError, match="missing"):
            function(tmp_path / "none.parquet")


@pytest.mark.parametrize("size", [0, 4, 1000, -1000, -1])
def test_truncated(tmp_path, size):
    path = tmp_path / "t.parquet"
    path.write_bytes(STUDIES_PARQUET.read_bytes()[:size])
    with pytest.raises(EvidenceError, match="truncated"):
        load(path)


def test_a_flipped_bit_is_an_error_and_not_a_number(tmp_path):
    content = bytearray(STUDIES_PARQUET.read_bytes())
    for position in range(2000, len(content) // 2, 20_011):
        broken = bytearray(content)
        broken[position] ^= 0x10
        path = tmp_path / f"{position}.parquet"
        path.write_bytes(broken)
        with pytest.raises(EvidenceError, match="damaged"):
            load(path)


def test_another_schema_version(tmp_path):
    table = pq.read_table(STUDIES_PARQUET)
    for version, words in (("2", "schema version 2, this program knows version 1"), ("0", "old schema version 0")):
        changed = table.replace_schema_metadata({**table.schema.metadata, VERSION_KEY: version.encode()})
        pq.write_table(changed, tmp_path / "t.parquet")
        with pytest.raises(EvidenceError, match=words):
            load(tmp_path / "t.parquet")


def test_a_parquet_file_that_is_no_study_table(tmp_path):
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(EvidenceError, match="not a study table"):
        load(tmp_path / "t.parquet")


def test_loading_needs_neither_streamlit_nor_pandera():
    code = "import sys, dashboard.evidence as e; e.load(); print({'streamlit', 'pandera'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "src", capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "set()"
