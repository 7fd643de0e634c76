"""Answers carried from the finder to a request, inside a form: signed, so that what was answered cannot be changed."""

from __future__ import annotations

from typing import Any

from django.core import signing

SALT = "essor.cases.profile"
LONGEST = 8_000


def sign_profile(profile: dict[str, Any]) -> str:
    """For the hidden field ``profile`` of the form that opens a request."""
    return signing.dumps(profile, salt=SALT, compress=True)


def read_profile(text: str) -> dict[str, Any] | None:
    """The answers; None where nothing was carried, or where what was carried is not what was signed."""
    if not text or len(text) > LONGEST:
        return None
    try:
        found = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    return found if isinstance(found, dict) else None
