"""Who may do what, decided from the roles that a person holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

ADVISER = "adviser"
ADMINISTRATOR = "administrator"
COMMITTEE = "committee"
PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class Action:
    """``is_placed``: it is always done on one territory; asked without a code, it means everywhere."""

    name: str
    role: str
    is_placed: bool = False


ACTIONS = {
    action.name: action
    for action in (
        Action("import_facts", ADVISER),
        Action("withdraw_source", ADVISER),
        Action("record_facts", ADVISER),
        Action("edit_base", ADVISER),
        Action("publish_base", ADVISER),
        Action("publish_edition", ADVISER, is_placed=True),
        Action("handle_cases", ADVISER, is_placed=True),
        Action("keep_agreement", ADVISER, is_placed=True),
        Action("edit_aid", ADVISER),
        Action("list_eligible", ADVISER, is_placed=True),
        Action("reorganise_bodies", ADVISER, is_placed=True),
        Action("publish_aid", ADVISER),
        Action("decide_files", COMMITTEE, is_placed=True),
        Action("erase_organisation", ADMINISTRATOR),
        Action("erase_case", ADMINISTRATOR),
        Action("administer", ADMINISTRATOR),
    )
}


@dataclass(frozen=True, slots=True)
class HeldRole:
    """``territory_code`` empty: everywhere. The period is half-open."""

    kind: str
    territory_code: str
    starts_on: date
    ends_before: date | None

    def counts_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_before is None or day < self.ends_before)


@dataclass(frozen=True, slots=True)
class Decision:
    """``code``: why not (``role_missing``, ``outside_territory``), empty when allowed."""

    is_allowed: bool
    code: str = ""


def list_kinds(roles: Iterable[HeldRole], *, on: date) -> frozenset[str]:
    """The kinds of role that count on a day; an administrator may all that an adviser may."""
    kinds = {role.kind for role in roles if role.counts_on(on)}
    return frozenset(kinds | {ADVISER} if ADMINISTRATOR in kinds else kinds)


def decide(action: str, *, roles: Iterable[HeldRole], on: date, inside: Collection[str] = ()) -> Decision:
    """May someone who holds ``roles`` do this on a day, in the territory whose code and ancestors are ``inside``?

    ``inside`` empty: the action is tied to no place, or (``is_placed``) to all. An unknown action is a KeyError.
    """
    asked = ACTIONS[action]
    counting = [role for role in roles if role.counts_on(on)]
    if any(role.kind == ADMINISTRATOR for role in counting):
        return Decision(is_allowed=True)
    fitting = [role for role in counting if role.kind == asked.role]
    if not fitting:
        return Decision(is_allowed=False, code="role_missing")
    if not inside and not asked.is_placed:
        return Decision(is_allowed=True)
    if any(role.territory_code in {"", *inside} for role in fitting):
        return Decision(is_allowed=True)
    return Decision(is_allowed=False, code="outside_territory")
