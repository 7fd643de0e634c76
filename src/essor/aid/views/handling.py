"""« Who handles this aid in Mascouche? », on the page of the aid."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from essor.aid import body_pictures
from essor.aid.queries import find_one_place
from essor.aid.queries.serving import find_handling, list_handlers
from essor.aid.rules import AidError
from essor.aid.wording import explain
from essor.territories.body_pictures import Words
from essor.territories.queries import list_names
from essor.territories.queries.bodies import read_register
from essor.territories.subjects import list_subject_names


def tell_handlers(slug: str, *, place: str, on: date, language: str) -> dict[str, Any]:
    """``place``: what was typed; without it, everyone who has a mandate for the aid that day, wherever they are."""
    register = read_register()
    words = Words(register, list_names(on, language), list_subject_names(language), on)
    if not place:
        mandates = list_handlers(slug, register=register, on=on)
        return _show("", "", body_pictures.build_handlers_table(mandates, words) if mandates else None)
    code = find_one_place(place, on)
    if code is None:
        return _show(place, _("Aucun lieu ne porte ce nom, ou plusieurs. Écrivez son code : 64015 pour Mascouche."))
    try:
        handling = find_handling(slug, place=code, on=on, register=register)
    except AidError as error:
        return _show(place, explain(error))
    said = body_pictures.explain_handling(handling, place=words.places.get(code, code))
    found = handling.mandates
    return _show(place, said, body_pictures.build_handlers_table(found, words) if found else None)


def _show(place: str, said: str, table: Any = None) -> dict[str, Any]:
    return {"place": place, "said": said, "table": table}
