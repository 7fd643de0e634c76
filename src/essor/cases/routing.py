"""Who a request goes to, and why: need × place → the body that has the mandate → its adviser with the fewest files.

Bodies and their mandates are those of territories. Where no body has the mandate, the team of administrators decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q

from essor.accounts.models import Role, User
from essor.territories.lives import NEED, Mandate, Register, list_serving, list_team_names
from essor.territories.queries import ancestors
from essor.territories.queries.bodies import read_register
from essor.territories.rules import fold


@dataclass(frozen=True, slots=True)
class FoundBody:
    """A body that has a mandate there for that need, nearest first. ``reasons``: why, in the words of whoever wrote the
    mandate. ``names``: those under which its people may be known. ``over``: the place of the mandate; ``since``: its
    day; ``taken_from``: the name of the body that had it before."""

    name: str
    slug: str = ""
    reasons: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    over: str = ""
    since: date | None = None
    taken_from: str = ""

    @property
    def folded_names(self) -> frozenset[str]:
        return frozenset(fold(name) for name in {self.name, *self.names})


@dataclass(frozen=True, slots=True)
class Route:
    """``person`` None: the team of ``body``, or of administrators when it is empty too. ``reasons``: codes and facts,
    said in words by ``wording.explain_route``."""

    person: User | None = None
    body: str = ""
    reasons: list[dict[str, Any]] = field(default_factory=list)


FindBodies = Callable[[str, str, date], Sequence[FoundBody]]


def read_bodies(register: Register) -> FindBodies:
    """Who has a mandate, as that register says."""

    def find(need: str, territory_code: str, on: date) -> Sequence[FoundBody]:
        chain = [territory_code, *ancestors(territory_code, on)]
        found = list_serving(register, places=chain, on=on, subject_kind=NEED, subject=need)
        return [_describe(register, mandate, on) for mandate in found]

    return find


def _describe(register: Register, mandate: Mandate, on: date) -> FoundBody:
    return FoundBody(
        register.name_of(mandate.body, on),
        slug=mandate.body,
        reasons=tuple(words for words in (mandate.agreement, mandate.reason) if words),
        names=list_team_names(register, mandate.body),
        over=mandate.place,
        since=mandate.starts_on,
        taken_from=register.name_of(mandate.taken_from, mandate.starts_on or on) if mandate.taken_from else "",
    )


def _find_in_register(need: str, territory_code: str, on: date) -> Sequence[FoundBody]:
    return read_bodies(read_register())(need, territory_code, on)


_find_bodies: FindBodies = _find_in_register


def find_route(*, need: str, territory_code: str, on: date, find_bodies: FindBodies | None = None) -> Route:
    """The nearest body whose team has an adviser there wins; a nearer one without any is said, and passed over."""
    bodies = (find_bodies or _find_bodies)(need, territory_code, on)
    if not bodies:
        return Route(reasons=[{"code": "no_body", "need": need, "place": territory_code}])
    advisers = list_advisers(territory_code, on=on)
    reasons: list[dict[str, Any]] = []
    for body in bodies:
        reasons.append(_tell_mandate(body, need, territory_code))
        team = [one for one in advisers if body.folded_names & one.bodies]
        if team:
            chosen = team[0]
            code = "fewest_files" if len(team) > 1 else "only_adviser"
            reasons.append({"code": code, "person": str(chosen.user), "open": chosen.open_files, "team": len(team)})
            return Route(chosen.user, body.slug, reasons)
        reasons.append({"code": "no_adviser", "body": body.name})
    return Route(None, bodies[0].slug, reasons)


def _tell_mandate(body: FoundBody, need: str, territory_code: str) -> dict[str, Any]:
    return {
        "code": "mandate", "body": body.name, "need": need, "place": territory_code, "why": list(body.reasons),
        "over": body.over, "since": body.since.isoformat() if body.since else "", "taken_from": body.taken_from,
    }  # fmt: skip


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
