"""Who serves a place, and who handles a programme there, on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from essor.aid.handlers import Handling, decide_handling
from essor.aid.queries import find_programme
from essor.aid.rules import AidError
from essor.knowledge.plain import load_mappings
from essor.territories.lives import AID, Mandate, Register, list_serving, order_mandate
from essor.territories.queries import find_period, list_names
from essor.territories.queries.bodies import list_chain, read_register
from essor.territories.rules import PROVINCE
from essor.territories.subjects import list_subject_names


def load_form_needs() -> Mapping[str, str]:
    """The form of an aid → the need that it answers."""
    needs: Mapping[str, str] = load_mappings("aid-needs")["needs"]
    return needs


def find_handling(slug: str, *, place: str, on: date, register: Register | None = None) -> Handling:
    """Raises AidError: ``aid-unknown``, and those of :func:`check_place`."""
    programme = find_programme(slug)
    if programme is None:
        raise AidError("aid-unknown", aid=slug)
    return decide_handling(
        programme.definition,
        register=register or read_register(),
        places=check_place(place, on),
        on=on,
        needs=load_form_needs(),
    )


def list_handlers(slug: str, *, register: Register, on: date) -> list[Mandate]:
    """The mandates for a programme that hold that day, wherever they are."""
    found = [one for one in register.mandates if (one.subject_kind, one.subject) == (AID, slug) and one.holds_on(on)]
    return sorted(found, key=lambda one: (one.place, *order_mandate(one)))


def check_place(place: str, on: date) -> list[str]:
    """The place, then what contains it that day. Raises AidError: ``place-unknown``, ``place-elsewhere``."""
    if find_period(place, on) is None:
        raise AidError("place-unknown", value=place)
    chain = list_chain(place, on)
    if PROVINCE not in chain:
        raise AidError("place-elsewhere", value=place)
    return chain


def answer_serving(*, place: str, on: date, language: str, aid: str = "") -> dict[str, Any]:
    """All who serve the place that day, as plain data; with ``aid``, who handles that programme there."""
    chain, register, names = check_place(place, on), read_register(), list_names(on, language)
    said: dict[str, Any] = {"place": {"code": place, "name": names.get(place, place)}, "on": on.isoformat()}
    subjects = list_subject_names(language)
    if not aid:
        serving = list_serving(register, places=chain, on=on)
        return said | {"serving": [_tell(one, register, names, subjects, on) for one in serving]}
    handling = find_handling(aid, place=place, on=on, register=register)
    return said | {
        "aid": {"slug": aid, "name": subjects.get(("aid", aid), aid)},
        "by": handling.by,
        "need": handling.need or None,
        "giver": {"name": handling.giver, "body": handling.giver_body or None},
        "serving": [_tell(one, register, names, subjects, on) for one in handling.mandates],
    }


def _tell(
    mandate: Mandate, register: Register, places: Mapping[str, str], subjects: Mapping[tuple[str, str], str], on: date
) -> dict[str, Any]:
    named = register.lives[mandate.body].named_on(on)
    return {
        "for": {
            "kind": mandate.subject_kind,
            "code": mandate.subject,
            "name": subjects.get((mandate.subject_kind, mandate.subject), mandate.subject),
        },
        "body": {"slug": mandate.body, "name": named.name, "site": named.site or None},
        "over": {"code": mandate.place, "name": places.get(mandate.place, mandate.place)},
        "since": mandate.starts_on.isoformat() if mandate.starts_on else None,
        "ends_before": mandate.ends_before.isoformat() if mandate.ends_before else None,
        "taken_from": mandate.taken_from or None,
        "agreement": mandate.agreement or None,
        "reason": mandate.reason or None,
        "source": mandate.source,
        "source_url": mandate.source_url or None,
    }
