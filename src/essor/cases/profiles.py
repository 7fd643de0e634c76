"""Answers carried from the finder to a request, inside a form: signed, so that what was answered cannot be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing

SALT = "essor.cases.profile"
LONGEST = 8_000


@dataclass(frozen=True, slots=True)
class CarriedProfile:
    """``words``: what was asked → what was said, to be read. ``values``: question → answer as plain data."""

    words: dict[str, Any]
    values: dict[str, Any]


def sign_profile(words: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """For the hidden field ``profile`` of the form that opens a request."""
    return signing.dumps([dict(words), dict(values)], salt=SALT, compress=True)


def read_profile(text: str) -> CarriedProfile | None:
    """The answers; None where nothing was carried, or where what was carried is not what was signed."""
    if not text or len(text) > LONGEST:
        return None
    try:
        words, values = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return CarriedProfile(words, values)
