"""A profile kept in an address and nowhere else: signed, so that nobody makes one say what was not answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core import signing

SALT = "essor.aid.profile"


@dataclass(frozen=True, slots=True)
class Asked:
    """``said``: question → answer as plain data. ``skipped``: questions answered « I do not know »."""

    said: Mapping[str, Any] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()

    def answer(self, question: str, value: Any) -> Asked:
        """With an answer more (None: not known); one given before is replaced."""
        said = {name: kept for name, kept in self.said.items() if name != question}
        skipped = tuple(name for name in self.skipped if name != question)
        if value is None:
            return Asked(said, (*skipped, question))
        return Asked({**said, question: value}, skipped)

    def forget(self, question: str) -> Asked:
        asked = self.answer(question, None)
        return Asked(asked.said, asked.skipped[:-1])


def write_link(asked: Asked) -> str:
    """The word of an address; empty for an empty profile."""
    if not asked.said and not asked.skipped:
        return ""
    return signing.dumps([dict(asked.said), list(asked.skipped)], salt=SALT, compress=True)


def read_link(word: str) -> Asked | None:
    """The profile of an address; None where it was altered or cut."""
    if not word:
        return Asked()
    try:
        said, skipped = signing.loads(word, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return Asked(said, tuple(skipped))
