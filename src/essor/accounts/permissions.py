"""The one permission door: who may open an address, who may do an action.

Views say who may open them with ``@open_to(Audience.…)``; an address without it is closed to everyone. Actions are
asked with ``require(user, "publish_edition", territory_code)``; the actions that exist are in ``rules.ACTIONS``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from rules.permissions import set_perm
from rules.predicates import Predicate

from essor.accounts.models import User
from essor.accounts.rules import (
    ACTIONS,
    ADMINISTRATOR,
    ADVISER,
    COMMITTEE,
    PARTNER,
    Decision,
    HeldRole,
    decide,
    list_kinds,
)

View = TypeVar("View", bound=Callable[..., Any])
Person = User | AnonymousUser | None


class Audience(StrEnum):
    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    PARTNER = "partner"
    ADVISER = "adviser"
    ADMINISTRATOR = "administrator"
    COMMITTEE = "committee"
    NOBODY = "nobody"


OPENED_BY = {
    Audience.ADVISER: frozenset({ADVISER}),
    Audience.ADMINISTRATOR: frozenset({ADMINISTRATOR}),
    Audience.COMMITTEE: frozenset({COMMITTEE}),
    Audience.PARTNER: frozenset({PARTNER, ADVISER}),
}
"""Which roles of the day open what is not open to all: what a partner reads, an adviser reads too."""


class NotAllowed(PermissionDenied):
    """``code``: ``signed_out``, ``role_missing``, ``outside_territory``, ``recused`` (an interest declared), ``closed``
    (an address not in use here), or ``unmarked`` (an address nobody opened).
    """

    def __init__(self, code: str, *, action: str = "", territory_code: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.action = action
        self.territory_code = territory_code


def open_to(audience: Audience) -> Callable[[View], View]:
    """Marks a view with who may open it; the PermissionDoor middleware reads the mark."""

    def mark(view: View) -> View:
        view.audience = audience  # type: ignore[attr-defined]
        return view

    return mark


def list_held_roles(user: User | AnonymousUser) -> list[HeldRole]:
    if not isinstance(user, User) or not user.is_active:
        return []
    return [HeldRole(role.kind, role.territory_code, role.starts_on, role.ends_before) for role in user.roles.all()]


def list_role_kinds(user: User | AnonymousUser, *, on: date | None = None) -> frozenset[str]:
    """``adviser``, ``administrator``, ``committee``, ``partner``, several or none, on a day (today)."""
    return list_kinds(list_held_roles(user), on=on or timezone.localdate())


def may_open(user: User | AnonymousUser, audience: Audience) -> bool:
    if audience in {Audience.PUBLIC, Audience.NOBODY}:
        return audience == Audience.PUBLIC
    if not user.is_authenticated or not user.is_active:
        return False
    if audience == Audience.SIGNED_IN:
        return True
    return not OPENED_BY[audience].isdisjoint(list_role_kinds(user))


def _alone(code: str) -> Collection[str]:
    return {code}


_places_above: Callable[[str], Collection[str]] = _alone


def learn_places(places_above: Callable[[str], Collection[str]]) -> None:
    """Told by the floor that knows territories, at start-up: a code → the codes of all that contain it."""
    global _places_above  # noqa: PLW0603  accounts stand below territories and cannot ask them
    _places_above = places_above


def decide_for(user: Person, action: str, territory_code: str = "", *, on: date | None = None) -> Decision:
    """``user`` None: the operator at the console, who may do everything that exists."""
    if action not in ACTIONS:
        raise KeyError(action)
    if user is None:
        return Decision(is_allowed=True)
    if not user.is_authenticated or not user.is_active:
        return Decision(is_allowed=False, code="signed_out")
    inside = frozenset({territory_code, *_places_above(territory_code)}) if territory_code else frozenset[str]()
    return decide(action, roles=list_held_roles(user), on=on or timezone.localdate(), inside=inside)


def may(user: Person, action: str, territory_code: str = "", *, on: date | None = None) -> bool:
    return decide_for(user, action, territory_code, on=on).is_allowed


def require(user: Person, action: str, territory_code: str = "", *, on: date | None = None) -> None:
    """Raises NotAllowed unless the person's roles of the day (today) allow the action there."""
    decision = decide_for(user, action, territory_code, on=on)
    if not decision.is_allowed:
        raise NotAllowed(decision.code, action=action, territory_code=territory_code)


def _predicate_of(action: str) -> Predicate:
    def holds(user: Person, territory_code: str | None) -> bool:
        return may(user, action, territory_code or "")

    return Predicate(holds, name=f"may_{action}")


# ``user.has_perm("essor.publish_edition", "640")`` and templates' ``has_perm`` ask the same door.
for _name in ACTIONS:
    set_perm(f"essor.{_name}", _predicate_of(_name))  # type: ignore[no-untyped-call]  # rules is not typed
