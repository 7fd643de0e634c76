"""A document that is printed: set by Typst as tagged PDF/UA-1, the same bytes each time."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import typst

HOUSE = Path(__file__).resolve().parents[1]
"""Templates name each other from here."""
PIECES = HOUSE / "design" / "documents" / "pieces.typ"
STANDARD: Final = "ua-1"
UNSETTABLE = re.compile(
    r"[^\n\t\u0020-\u007e\u00a0-\u0377\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u0484\u0487-\u04ff\u1e00-\u1eff"
    r"\u2000-\u2040\u2044-\u2052\u2070-\u2071\u2074-\u208e\u20a0-\u20bf\u2100-\u211e\u2122\u2126-\u2151"
    r"\u2153-\u2184\u2190-\u23ff\u2460-\u2606]+"
)
"""What the fonts of the typesetter do not draw, as far as it is not Latin, Greek, Cyrillic, nor common signs: the
standard refuses a document that holds it, whoever wrote it."""
PLAIN = re.compile(r"[^\n\t\u0020-\u007e\u00a0-\u017f\u2010-\u2027\u202f\u20ac]+")
"""What is left where a letter with its marks is drawn by no font."""
INSTEAD: Final = "□"


def set_pdf(template: Path, said: str, *, at: datetime) -> bytes:
    """``said``: the JSON that the template reads as ``report``; what no font draws is a square. A picture without
    alternative text, or a heading that skips a level, is an error (RuntimeError)."""
    told = json.loads(said)
    settable = _replace(told, UNSETTABLE)
    said = said if settable == told else json.dumps(settable, ensure_ascii=False)
    try:
        return _compile(template, said, at)
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        return _compile(template, json.dumps(_replace(settable, PLAIN), ensure_ascii=False), at)


def _compile(template: Path, said: str, at: datetime) -> bytes:
    content: bytes = typst.compile(
        str(template),
        root=str(HOUSE),
        sys_inputs={"report": said},
        format="pdf",
        pdf_standards=STANDARD,
        ignore_system_fonts=True,
        timestamp=int(at.astimezone(UTC).timestamp()),
    )
    return content


def _replace(told: Any, unwanted: re.Pattern[str]) -> Any:
    if isinstance(told, str):
        return unwanted.sub(INSTEAD, unicodedata.normalize("NFC", told))
    if isinstance(told, list):
        return [_replace(one, unwanted) for one in told]
    if isinstance(told, dict):
        return {name: _replace(one, unwanted) for name, one in told.items()}
    return told


def mark_of(template: Path) -> bytes:
    """All that makes a document besides its words: the template, the pieces, the typesetter."""
    return template.read_bytes() + PIECES.read_bytes() + version("typst").encode()
