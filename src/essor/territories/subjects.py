"""What a mandate is for, in words. The catalogue of aid, above this room, tells at start-up which programmes exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from essor.knowledge import load_needs
from essor.knowledge.aids import load_aids
from essor.knowledge.reading import Bilingual
from essor.territories.lives import NEED

ListAids = Callable[[], Mapping[str, Bilingual]]


def _list_shipped() -> Mapping[str, Bilingual]:
    return {aid.id: aid.name for aid in load_aids()}


_listers: list[ListAids] = [_list_shipped]


def offer_aids(list_aids: ListAids) -> None:
    """``list_aids``: every programme of the catalogue, by its slug. Called once, when the platform starts."""
    _listers[:] = [list_aids]


def list_aids() -> Mapping[str, Bilingual]:
    """Those of the catalogue, and those that are shipped with the platform."""
    return {**_list_shipped(), **_listers[0]()}


def list_subject_names(language: str) -> dict[tuple[str, str], str]:
    """(kind, code) → what it is called, for each need and each programme."""
    needs = {(NEED, need.code): need.get_label(language) for need in load_needs().values()}
    aids = {("aid", slug): name.en if language == "en" else name.fr for slug, name in list_aids().items()}
    return needs | aids
