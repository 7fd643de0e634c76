"""The organisations of results by their names: what each is called, and where its page is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from essor.directory.models import Organisation
from essor.directory.queries import names_of
from essor.directory.rules import fold
from essor.observatory.rules import may_name

MOST_TOLD = 80
"""Of one part of a comparison or a bridge: the others are counted, not listed."""


@dataclass(frozen=True, slots=True)
class Named:
    """``key``: the address of its page; empty where the name was erased since."""

    name: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Naming:
    """What organisations are called, by their number in results, to one reader.

    ``is_adviser``: whether the reader advises their territory; otherwise a part of one or two is counted, not named.
    """

    named: Mapping[int, Named]
    is_adviser: bool = False

    def name(self, organisation: int) -> Named:
        return self.named.get(organisation) or Named(_("nom effacé"))

    def name_parts(self, parts: Iterable[Mapping[str, Any]], *, is_confidential: bool = False) -> list[dict[str, Any]]:
        """Parts of a comparison or a bridge, each unit of which is one organisation or several that merged.

        ``is_confidential``: whether a base of theirs reads answers that the public may not.
        Adds ``count``, ``named``: the names of at most MOST_TOLD units in alphabetical order (none where this reader
        may not read them), and ``more``: how many others where there are names.
        """
        return [part | self._tell_units(part["units"], is_confidential) for part in map(dict, parts)]

    def _tell_units(self, units: list[list[int]], is_confidential: bool) -> dict[str, Any]:
        if not may_name(len(units), is_adviser=self.is_adviser, is_confidential=is_confidential):
            return {"count": len(units), "named": [], "more": 0}
        told = [[self.name(number) for number in unit] for unit in units[:MOST_TOLD]]
        told.sort(key=lambda unit: fold(unit[0].name))
        return {"count": len(units), "named": told, "more": len(units) - len(told)}


def list_told(parts: Iterable[Mapping[str, Any]]) -> set[int]:
    """The organisations that :meth:`Naming.name_parts` will name."""
    return {number for part in parts for unit in part["units"][:MOST_TOLD] for number in unit}


def find_names(organisations: Iterable[int], *, on: date, known_at: datetime, is_adviser: bool = False) -> Naming:
    """Their names on a day as known at an instant, in two queries; ``is_adviser``: see :class:`Naming`."""
    asked = sorted(set(organisations))
    names = names_of(organisations=asked, on=on, known_at=known_at)
    keys = dict(Organisation.objects.filter(pk__in=asked, erased_at=None).values_list("pk", "key"))
    return Naming({number: Named(name, keys.get(number, "")) for number, name in names.items()}, is_adviser)
