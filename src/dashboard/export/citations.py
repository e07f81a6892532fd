"""A study as a citation: BibTeX, RIS and plain words. What was completed without being seen is said in the record."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from dashboard.vocabulary import OWN_MARK

INFERRED: Final = "Citation partly inferred: author, title, journal or year was completed without seeing it."
_BIBTEX_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def _text(study: Mapping[str, Any], name: str) -> str:
    """One field as a single line; empty where it is missing (None, NaN or NA)."""
    value = study.get(name)
    if value is None or str(value) in ("<NA>", "nan"):
        return ""
    return " ".join(str(value).split())


def _author(study: Mapping[str, Any]) -> str:
    """The first author as the paper names them: a citation does not say whose table it came from."""
    return _text(study, "first_author").removesuffix(OWN_MARK)


def links(study: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, https address) of the paper: its publisher, PubMed and PubMed Central, as far as they are known."""
    doi, pmid, pmcid = (_text(study, name) for name in ("doi", "pmid", "pmcid"))
    found = []
    if doi.startswith("10."):
        found.append(("DOI", f"https://doi.org/{doi}"))
    if pmid.isdecimal():
        found.append(("PubMed", f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"))
    if re.fullmatch(r"PMC\d+", pmcid):
        found.append(("PubMed Central", f"https://pmc.ncbi.nlm.nih.gov/articles/{pmcid}/"))
    url = _text(study, "url")
    if url.startswith("https://") and url not in [address for _, address in found] and not found:
        found.append(("Source", url))
    return found


def reference(study: Mapping[str, Any]) -> str:
    """`Fong Y et al. Clinical score for ... Ann Surg 1999.`; only the first author is kept in the study table."""
    author = _text(study, "first_author")
    who = f"{author} et al" if author else "Author not known"
    title = _text(study, "title").rstrip(".")
    where = " ".join(part for part in (_text(study, "journal"), _text(study, "year")) if part)
    return " ".join(f"{part}." for part in (who, title, where) if part)


def bibtex_key(study: Mapping[str, Any]) -> str:
    """The study's identity as a BibTeX key: ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", _text(study, "study_id")).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9-]+", "", plain) or "study"


def bibtex(study: Mapping[str, Any]) -> str:
    """One `@article` entry. The first author alone is known here, so the others are `and others`."""
    author = _author(study)
    fields = {
        "author": f"{_escaped(author)} and others" if author else "",
        "title": f"{{{_escaped(_text(study, 'title'))}}}",
        "journal": _escaped(_text(study, "journal")),
        "year": _text(study, "year"),
        "doi": _text(study, "doi"),
        "pmid": _text(study, "pmid"),
        "pmcid": _text(study, "pmcid"),
        "url": _address(study),
        "note": INFERRED if _text(study, "citation") == "inferred" else "",
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value and value != "{}"]
    return f"@article{{{bibtex_key(study)},\n" + ",\n".join(lines) + "\n}\n"


def ris(study: Mapping[str, Any]) -> str:
    """One RIS record (lines end with CR LF, as the format asks)."""
    fields = [
        ("TY", "JOUR"),
        ("ID", _text(study, "study_id")),
        ("AU", _author(study)),
        ("TI", _text(study, "title")),
        ("JO", _text(study, "journal")),
        ("PY", _text(study, "year")),
        ("DO", _text(study, "doi")),
        ("AN", _text(study, "pmid")),
        ("C2", _text(study, "pmcid")),
        ("UR", _address(study)),
        ("N1", INFERRED if _text(study, "citation") == "inferred" else ""),
    ]
    lines = [f"{tag}  - {value}" for tag, value in fields if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def _address(study: Mapping[str, Any]) -> str:
    known = links(study)
    return known[0][1] if known else ""


def _escaped(text: str) -> str:
    return "".join(_BIBTEX_SPECIAL.get(character, character) for character in text)
