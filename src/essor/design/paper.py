"""A document that is printed: set by Typst as tagged PDF/UA-1, the same bytes each time."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import typst

HOUSE = Path(__file__).resolve().parents[1]
"""Templates name each other from here."""
PIECES = HOUSE / "design" / "documents" / "pieces.typ"
STANDARD: Final = "ua-1"


def set_pdf(template: Path, said: str, *, at: datetime) -> bytes:
    """``said``: the JSON that the template reads as ``report``. A picture without alternative text, or a heading that
    skips a level, is an error (RuntimeError)."""
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


def mark_of(template: Path) -> bytes:
    """All that makes a document besides its words: the template, the pieces, the typesetter."""
    return template.read_bytes() + PIECES.read_bytes() + version("typst").encode()
