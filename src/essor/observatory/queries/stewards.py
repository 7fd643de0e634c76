"""Who keeps a base: the bodies that a person advises for, and the bases that this opens to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser

from essor.accounts.models import Role, User
from essor.accounts.permissions import may
from essor.observatory.models import Base
from essor.observatory.rules import may_steward


@dataclass(frozen=True, slots=True)
class Stewardship:
    """``bodies``: those that a person advises for on a day, the first role first."""

    bodies: tuple[str, ...]
    is_administrator: bool

    def holds(self, base: Base) -> bool:
        return may_steward(base.steward, bodies=self.bodies, is_administrator=self.is_administrator)


def find_stewardship(person: User | AnonymousUser | None, *, on: date) -> Stewardship:
    """``person`` None: the operator at the console, who stands for the administration."""
    if not isinstance(person, User) or not person.is_active:
        return Stewardship((), is_administrator=person is None)
    roles = person.roles.on(on).filter(kind=Role.Kind.ADVISER).order_by("starts_on", "pk")
    bodies = dict.fromkeys(roles.values_list("body", flat=True))
    return Stewardship(tuple(bodies), is_administrator=may(person, "administer", on=on))
