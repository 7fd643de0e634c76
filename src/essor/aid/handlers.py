"""Who handles a programme of aid somewhere on a day: a body with a mandate for it, else for the need it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from essor.knowledge.aids import AidDefinition
from essor.territories.lives import AID, NEED, Mandate, Register, list_serving
from essor.territories.rules import fold

GIVER = "giver"


@dataclass(frozen=True, slots=True)
class Handling:
    """``by``: ``aid`` (mandates for the programme itself), ``need`` (for the need that it answers), ``giver`` (nobody
    near: ask whoever gives it). ``giver_body``: the body that bears the giver's name that day, where one is known."""

    by: str
    mandates: tuple[Mandate, ...]
    need: str
    giver: str
    giver_body: str

    @property
    def bodies(self) -> tuple[str, ...]:
        """Those to ask, the nearest first."""
        found = [one.body for one in self.mandates] or ([self.giver_body] if self.giver_body else [])
        return tuple(dict.fromkeys(found))


def decide_handling(
    definition: AidDefinition, *, register: Register, places: Sequence[str], on: date, needs: Mapping[str, str]
) -> Handling:
    """``places``: the place, then what contains it that day. ``needs``: the form of an aid → the need it answers."""
    need = next((needs[form] for form in definition.forms if form in needs), "")
    giver_body = _find_giver(definition.provider, register, on)
    for kind, subject in ((AID, definition.id), (NEED, need)):
        found = list_serving(register, places=places, on=on, subject_kind=kind, subject=subject) if subject else []
        if found:
            return Handling(kind, tuple(found), need, definition.provider, giver_body)
    return Handling(GIVER, (), need, definition.provider, giver_body)


def _find_giver(provider: str, register: Register, on: date) -> str:
    sought = fold(provider)
    for body, life in register.lives.items():
        if life.is_alive(on) and fold(life.named_on(on).name) == sought:
            return body
    return ""
