"""The receipt of an answer: what was said, the day, the catalogue of that moment; signed, kept by its owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core import signing

from essor import __version__
from essor.aid.rules import AidError

SALT = "essor.aid.receipt"
SHAPE = "essor-receipt-1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """``said``: question → answer as plain data. ``on``: the day asked about. ``known_at``: when it was answered, hence
    which catalogue; ``version``: of the software."""

    said: Mapping[str, Any]
    on: date
    known_at: datetime
    version: str = __version__

    def as_data(self) -> dict[str, Any]:
        return {
            "shape": SHAPE,
            "profile": dict(self.said),
            "on": self.on.isoformat(),
            "known_at": self.known_at.isoformat(),
            "version": self.version,
        }


def sign_receipt(receipt: Receipt) -> str:
    return signing.dumps(receipt.as_data(), salt=SALT, compress=True)


def open_receipt(word: str) -> Receipt | None:
    """None where the word was altered or cut, or signed by another platform."""
    try:
        return read_receipt(signing.loads(word, salt=SALT))
    except (signing.BadSignature, ValueError):
        return None


def read_receipt(content: Mapping[str, Any]) -> Receipt:
    """Raises AidError ``receipt-unreadable``."""
    try:
        if content["shape"] != SHAPE or not isinstance(content["profile"], Mapping):
            raise KeyError("shape")
        known_at = datetime.fromisoformat(content["known_at"])
        if known_at.tzinfo is None:
            raise ValueError("known_at")
        return Receipt(content["profile"], date.fromisoformat(content["on"]), known_at, str(content.get("version", "")))
    except (KeyError, TypeError, ValueError) as error:
        raise AidError("receipt-unreadable", problem=error) from None
