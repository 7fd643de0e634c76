"""What a giver's confirmation is worth on a day, and the link by which it is given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core import signing
from django.utils.crypto import salted_hmac

from essor.knowledge.aids import AidDefinition
from essor.methods.months import add_months

SALT = "essor.aid.confirm"
LINK_DAYS = 90
RHYTHMS = (3, 6, 12)
"""Every how many months a giver may wish to be asked."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """``revision``: the number of what was confirmed. ``confirmed_by``: the duty of whoever did; may be empty."""

    revision: int
    on: date
    every_months: int
    confirmed_by: str = ""

    @property
    def due_on(self) -> date:
        """The day on which the giver wished to be asked again."""
        return add_months(self.on, self.every_months)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """``code``: ``confirmed``, ``late`` (the day to confirm again has passed), ``changed`` (what is shown is not what
    was confirmed) or ``never``. ``last``: the latest one; None: never."""

    code: str
    last: Confirmation | None = None

    @property
    def valid_since(self) -> date | None:
        """The day of a confirmation that still counts."""
        return self.last.on if self.last and self.code == "confirmed" else None


def stand(confirmations: Iterable[Confirmation], *, revision: int | None, on: date) -> Confirmed:
    """Of what is shown as ``revision``, on a day.

    >>> said = Confirmation(2, date(2026, 1, 31), 3)
    >>> stand([said], revision=2, on=date(2026, 4, 30)).code, stand([said], revision=2, on=date(2026, 5, 1)).code
    ('confirmed', 'late')
    """
    known = [one for one in confirmations if one.on <= on]
    if not known:
        return Confirmed("never")
    last = known[-1]
    if last.revision != revision:
        return Confirmed("changed", last)
    return Confirmed("confirmed" if on <= last.due_on else "late", last)


def make_link_word(definition: AidDefinition) -> str:
    """What opens the giver's page of a programme, for :data:`LINK_DAYS` and while its contact has the same address."""
    return signing.dumps([definition.id, _mark(definition)], salt=SALT)


def open_link_word(word: str) -> str | None:
    """The programme that it names, before :func:`is_for` is asked; None where it was altered, or is too old."""
    said = _open(word)
    return said[0] if said else None


def is_for(word: str, definition: AidDefinition) -> bool:
    """Whether the link was made for who is the contact of the programme as it is published now."""
    return _open(word) == [definition.id, _mark(definition)]


def _open(word: str) -> list[str] | None:
    try:
        return list(signing.loads(word, salt=SALT, max_age=LINK_DAYS * 86_400))
    except signing.BadSignature:
        return None


def _mark(definition: AidDefinition) -> str:
    """Stands for the address, which no address of a page may hold."""
    return salted_hmac(SALT, find_email(definition)).hexdigest()[:16]


def find_email(definition: AidDefinition) -> str:
    """Of the giver; empty where none is known."""
    return definition.contact.email if definition.contact else ""
