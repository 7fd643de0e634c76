"""What a receipt answers by the rules of then, and what it would answer by those of today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from essor.aid.queries import find_for
from essor.aid.receipts import Receipt
from essor.aid.rules import Found


@dataclass(frozen=True, slots=True)
class Flip:
    """A programme whose answer differs; ``before`` None: it was not in the catalogue yet."""

    before: Found | None
    after: Found

    @property
    def is_no_still(self) -> bool:
        """It did not fit, or was not there, and does not fit."""
        return self.after.outcome.answer == "no" and (self.before is None or self.before.outcome.answer == "no")


@dataclass(frozen=True, slots=True)
class Replay:
    """``then``: by the catalogue of the receipt; ``flips``: what that of today answers otherwise, for the same day."""

    then: Sequence[Found]
    flips: Sequence[Flip]


def replay(receipt: Receipt, *, language: str) -> Replay:
    """Raises AidError where a question of then no longer exists."""
    then = find_for(receipt.said, on=receipt.on, language=language, known_at=receipt.known_at)
    now = find_for(receipt.said, on=receipt.on, language=language)
    return Replay(then, list_flips(then, now))


def list_flips(before: Sequence[Found], after: Sequence[Found]) -> list[Flip]:
    """Those whose verdict, or whether one may apply, is no longer the same."""
    known: Mapping[str, Found] = {one.programme.slug: one for one in before}
    flips = [Flip(known.get(one.programme.slug), one) for one in after]
    return [flip for flip in flips if flip.before is None or _answer(flip.before) != _answer(flip.after)]


def _answer(found: Found) -> tuple[str, bool, str]:
    return found.outcome.answer, found.outcome.probably_no, found.window.state
