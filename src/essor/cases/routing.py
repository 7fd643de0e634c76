"""Who a request goes to, and why: need × place → the body that has the mandate → its adviser with the fewest files.

Bodies live in territories: whoever knows them says so at start-up with :func:`learn_bodies`, like the places of
``accounts.permissions``. While nobody has, or where no body has the mandate, the team of administrators decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q

from essor.accounts.models import Role, User
from essor.territories.queries import ancestors
from essor.territories.rules import fold


@dataclass(frozen=True, slots=True)
class FoundBody:
    """A body that has a mandate there for that need, nearest first. ``reasons``: why, in words or codes of its own."""

    name: str
    slug: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """``person`` None: the team of ``body``, or of administrators when it is empty too. ``reasons``: codes and facts,
    said in words by ``wording.explain_route``."""

    person: User | None = None
    body: str = ""
    reasons: list[dict[str, Any]] = field(default_factory=list)


FindBodies = Callable[[str, str, date], Sequence[FoundBody]]


def _know_no_body(_need: str, _territory_code: str, _on: date) -> Sequence[FoundBody]:
    return ()


_find_bodies: FindBodies = _know_no_body


def learn_bodies(find_bodies: FindBodies) -> None:
    """Told at start-up by the floor that knows bodies and their mandates."""
    global _find_bodies  # noqa: PLW0603  said once, when the platform starts
    _find_bodies = find_bodies


def find_known_bodies(need: str, territory_code: str, on: date) -> Sequence[FoundBody]:
    return _find_bodies(need, territory_code, on)


def find_route(*, need: str, territory_code: str, on: date, find_bodies: FindBodies | None = None) -> Route:
    """The nearest body whose team has an adviser there wins; a nearer one without any is said, and passed over."""
    bodies = (find_bodies or find_known_bodies)(need, territory_code, on)
    if not bodies:
        return Route(reasons=[{"code": "no_body", "need": need, "place": territory_code}])
    advisers = list_advisers(territory_code, on=on)
    reasons: list[dict[str, Any]] = []
    for body in bodies:
        reasons.append(
            {"code": "mandate", "body": body.name, "need": need, "place": territory_code, "why": list(body.reasons)}
        )
        team = [one for one in advisers if fold(body.name) in one.bodies]
        if team:
            chosen = team[0]
            code = "fewest_files" if len(team) > 1 else "only_adviser"
            reasons.append({"code": code, "person": str(chosen.user), "open": chosen.open_files, "team": len(team)})
            return Route(chosen.user, body.slug, reasons)
        reasons.append({"code": "no_adviser", "body": body.name})
    return Route(None, bodies[0].slug, reasons)


@dataclass(frozen=True, slots=True)
class Adviser:
    """``bodies``: the folded names of those that they act for there; ``open_files``: how many they have in charge."""

    user: User
    bodies: frozenset[str]
    open_files: int


def list_advisers(territory_code: str, *, on: date) -> list[Adviser]:
    """Active people with a live adviser role covering the place, those with the fewest open files first."""
    covering = ["", territory_code, *ancestors(territory_code, on)]
    roles = Role.objects.on(on).filter(kind=Role.Kind.ADVISER, user__is_active=True, territory_code__in=covering)
    bodies: dict[int, set[str]] = {}
    for user, body in roles.values_list("user_id", "body"):
        bodies.setdefault(user, set()).add(fold(body))
    people = User.objects.filter(pk__in=bodies).annotate(open_files=Count("cases", filter=Q(cases__closed_at=None)))
    found = [Adviser(user, frozenset(bodies[user.pk]), user.open_files) for user in people]
    return sorted(found, key=lambda one: (one.open_files, fold(str(one.user)), one.user.pk))


def list_administrators(*, on: date) -> list[User]:
    roles = Role.objects.on(on).filter(kind=Role.Kind.ADMINISTRATOR, user__is_active=True)
    return list(User.objects.filter(pk__in=roles.values("user_id")).order_by("pk"))
