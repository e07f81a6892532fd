"""What an xlsx archive holds, inspected before a spreadsheet library opens it."""

from __future__ import annotations

import io
import re
import zipfile
from typing import IO, Final

from dashboard.intake.limits import LIMITS, IntakeError, Limits, megabytes

_DECLARATION: Final = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.I)
_ENCODING: Final = re.compile(rb"""encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_ENCODINGS: Final = (b"utf-8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1")
_CHUNK: Final = 1 << 20
# Characters of markup that a declaration could be spread over when a chunk ends in the middle of it.
_OVERLAP: Final = 64
_COMPRESSIONS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_RESAVE: Final = "Open it in a spreadsheet program and save it as a plain .xlsx, or bring CSV."


def _is_markup(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml"))


def _check_entry(entry: zipfile.ZipInfo, limits: Limits) -> None:
    name = entry.filename
    if name.startswith(("/", "\\")) or ".." in re.split(r"[\\/]", name) or ":" in name or "\x00" in name:
        raise IntakeError("The workbook holds a part with a path-like name.", remedy=_RESAVE)
    if entry.flag_bits & 0x1:
        raise IntakeError("The workbook is protected by a password.", remedy="Save a copy without a password.")
    if entry.compress_type not in _COMPRESSIONS:
        raise IntakeError("The workbook is packed in an unusual way.", remedy=_RESAVE)
    if entry.file_size > limits.ratio_free_bytes and entry.file_size > limits.unpack_ratio * max(
        entry.compress_size, 1
    ):
        raise IntakeError(
            f"A part of the workbook unpacks to {megabytes(entry.file_size)} from {megabytes(entry.compress_size)}; "
            f"the limit is {limits.unpack_ratio} times its size.",
            remedy=_RESAVE,
        )


def _scan(stream: IO[bytes], entry: zipfile.ZipInfo) -> None:
    """Unpack one part in pieces, never more than its header declared, and look for entity declarations."""
    unpacked, tail = 0, b""
    while chunk := stream.read(_CHUNK):
        # Without NULs UTF-16 markup looks like ASCII, so a declaration cannot hide in another width of characters.
        window = tail + chunk.replace(b"\x00", b"")
        if unpacked == 0 and _is_markup(entry.filename):
            _check_encoding(window)
        unpacked += len(chunk)
        if unpacked > entry.file_size:
            raise IntakeError("A part of the workbook unpacks to more than it declares.", remedy=_RESAVE)
        if _DECLARATION.search(window):
            raise IntakeError(
                "The workbook declares XML entities, which spreadsheets never write and attackers do.", remedy=_RESAVE
            )
        tail = window[-_OVERLAP:]


def _check_encoding(head: bytes) -> None:
    """Refuse markup in an encoding in which `<` is another byte, such as EBCDIC."""
    declared = _ENCODING.search(head[:200])
    begins = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")
    if not begins or (declared and declared[1].lower() not in _ENCODINGS):
        raise IntakeError("A part of the workbook is in an unusual encoding.", remedy=_RESAVE)


def inspect_archive(data: bytes, limits: Limits = LIMITS) -> None:
    """Check an xlsx archive without parsing it: sizes, ratios, entity declarations, passwords, part names.

    Every part is unpacked once, in pieces and within the limit, so that a size that the directory understates is found
    before anything trusts it. Links out of the workbook are never followed by what reads it.

    Raises
    ------
    IntakeError
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Exception:
        raise IntakeError("The workbook is damaged: it cannot be unpacked.", remedy=_RESAVE) from None
    entries = archive.infolist()
    if len(entries) > limits.archive_parts:
        raise IntakeError(
            f"The workbook has {len(entries):,} parts; the limit is {limits.archive_parts:,}.", remedy=_RESAVE
        )
    if len({entry.filename.lower() for entry in entries}) != len(entries):
        raise IntakeError("The workbook holds two parts of the same name.", remedy=_RESAVE)
    total = sum(entry.file_size for entry in entries)
    if total > limits.unpacked_bytes:
        raise IntakeError(
            f"The workbook unpacks to {megabytes(total)}; the limit is {megabytes(limits.unpacked_bytes)}.",
            remedy="Remove pictures and sheets that are not needed, or bring CSV.",
        )
    for entry in entries:
        _check_entry(entry, limits)
        try:
            with archive.open(entry) as stream:
                _scan(stream, entry)
        except IntakeError:
            raise
        except Exception:
            raise IntakeError("The workbook is damaged: a part of it cannot be unpacked.", remedy=_RESAVE) from None
    names = tuple(entry.filename for entry in entries)
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        if any(name.startswith(("word/", "ppt/")) or name == "content.xml" for name in names):
            raise IntakeError("This is an office document, but not an xlsx workbook.", remedy="Save the table as xlsx.")
        raise IntakeError("This is an archive, but not an xlsx workbook.", remedy="Unpack it and bring the table.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise IntakeError("The workbook holds macros.", remedy="Save it as .xlsx, without macros.")
