"""What a file is, from its content and never from its name: only kinds that a browser or an office suite just shows."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePath

HEAD_BYTES = 8_192
SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
OFFICE_MARKS = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
MACROS = "vbaproject.bin"
MACRO_FOLDERS = ("basic/", "scripts/")
"""Those of an OpenDocument file."""
TYPES, MOST_TYPES_BYTES = "[Content_Types].xml", 2**20
OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.text",
    b"application/vnd.oasis.opendocument.spreadsheet",
    b"application/vnd.oasis.opendocument.presentation",
}
TEXT = "text/plain"
ENDINGS = {
    "application/pdf": {".pdf"},
    "image/png": {".png"},
    "image/jpeg": {".jpg", ".jpeg"},
    OFFICE_MARKS["word/document.xml"]: {".docx"},
    OFFICE_MARKS["xl/workbook.xml"]: {".xlsx"},
    OFFICE_MARKS["ppt/presentation.xml"]: {".pptx"},
    "application/vnd.oasis.opendocument.text": {".odt"},
    "application/vnd.oasis.opendocument.spreadsheet": {".ods"},
    "application/vnd.oasis.opendocument.presentation": {".odp"},
    TEXT: {".txt", ".csv", ".tsv", ".md"},
}
"""How the name of each kind may end: a script is a text, and its name is what makes a computer run it."""


def is_named_for(media_type: str, name: str) -> bool:
    """A name without ending runs nowhere."""
    ending = PurePath(name).suffix.lower()
    return not ending or ending in ENDINGS[media_type]


def sniff_media_type(path: Path) -> str | None:
    """The media type; None for what is not taken: programs, pages, archives, office files with macros."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    for signature, media_type in SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head.startswith(b"PK\x03\x04"):
        return _sniff_office(path)
    return TEXT if _is_plain_text(path) else None


def _sniff_office(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if any(map(_is_macro, names)) or _declares_macros(archive):
                return None
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                declared = archive.read("mimetype").strip()
                return declared.decode() if declared in OPEN_DOCUMENTS else None
            return next((media_type for mark, media_type in OFFICE_MARKS.items() if mark in names), None)
    except Exception:  # a broken archive raises whatever the reader of its method raises
        return None


def _is_macro(name: str) -> bool:
    folded = name.casefold()
    return folded.endswith(MACROS) or folded.startswith(MACRO_FOLDERS) or "/macrosheets/" in folded


def _declares_macros(archive: zipfile.ZipFile) -> bool:
    """An Office file may give its macros another name: it then has to say what they are."""
    if TYPES not in archive.namelist():
        return False
    if archive.getinfo(TYPES).file_size > MOST_TYPES_BYTES:
        return True
    said = archive.read(TYPES).replace(b"\0", b"").lower()  # without the NUL bytes of UTF-16
    return b"macroenabled" in said or b"vbaproject" in said


def _is_plain_text(path: Path) -> bool:
    """UTF-8 without control signs, and that no browser could take for a page or a drawing."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return False
    if text.lstrip()[:1] == "<":
        return False
    return all(sign >= " " or sign in "\t\r\n\f" for sign in text)
