"""Citations: what a reference manager reads, and that nothing of the table breaks its format."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.evidence import load
from dashboard.export.citations import INFERRED, bibtex, links, reference, ris

FONG = {
    "study_id": "fong-1999",
    "first_author": "Fong Y",
    "title": "Clinical score: 100% {of} patients & more",
    "journal": "Ann Surg",
    "year": 1999,
    "doi": "10.1097/00000658-199909000-00004",
    "pmid": "10493478",
    "pmcid": "PMC1420876",
    "url": None,
    "citation": "confirmed",
}


def test_bibtex_holds_the_fields_and_escapes_what_tex_would_read():
    entry = bibtex(FONG)
    assert entry.startswith("@article{fong-1999,\n") and entry.endswith("\n}\n")
    assert r"title = {{Clinical score: 100\% \{of\} patients \& more}}" in entry
    assert "author = {Fong Y and others}" in entry and "year = {1999}" in entry
    assert "note" not in entry


def test_ris_is_a_record_with_tags_and_crlf():
    lines = ris(FONG).split("\r\n")
    assert lines[0] == "TY  - JOUR" and lines[-2:] == ["ER  - ", ""]
    assert "AU  - Fong Y" in lines and "PY  - 1999" in lines and "DO  - 10.1097/00000658-199909000-00004" in lines


def test_an_inferred_citation_says_so_in_both_formats():
    inferred = FONG | {"citation": "inferred"}
    assert INFERRED in bibtex(inferred) and f"N1  - {INFERRED}" in ris(inferred)


def test_links_lead_to_the_publisher_and_both_archives():
    assert [name for name, _ in links(FONG)] == ["DOI", "PubMed", "PubMed Central"]
    assert links({"url": "https://example.org/x"}) == [("Source", "https://example.org/x")]
    assert links({"url": "javascript:alert(1)", "pmid": "1;2", "doi": "x"}) == []


def test_missing_fields_are_left_out():
    bare = {"study_id": "nobody-2020", "first_author": pd.NA, "title": "A", "journal": None, "year": 2020}
    assert reference(bare) == "Author not known. A. 2020."
    assert "author" not in bibtex(bare) and "<NA>" not in bibtex(bare) + ris(bare)


@given(st.text())
def test_no_title_breaks_a_record(title: str):
    entry, record = bibtex(FONG | {"title": title}), ris(FONG | {"title": title})
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", re.sub(r"\\\\", "", entry)):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in record.split("\r\n")[:-1])


@pytest.mark.parametrize("form", [bibtex, ris, reference])
def test_every_study_of_the_table_can_be_cited(form):
    for study in load().drop_duplicates("study_id").to_dict("records"):
        written = form(study)
        assert "<NA>" not in written and "nan" not in written.split()
