"""What every document of an edition is written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from essor.accounts.queries import get_instance_kind
from essor.design.wording import is_english, write_day
from essor.observatory.models import Edition
from essor.observatory.queries.editions import read_definitions, read_manifest
from essor.observatory.queries.naming import find_names
from essor.observatory.reading import Reader

DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Dossier:
    """An edition, what its folder says of it, and the ``address`` of its page."""

    edition: Edition
    definitions: Mapping[str, Any]
    manifest: Mapping[str, Any]
    address: str
    is_demo: bool

    @property
    def results(self) -> Mapping[str, Any]:
        results: Mapping[str, Any] = self.edition.results
        return results

    @property
    def title(self) -> str:
        return self.edition.title_en if is_english() else self.edition.title_fr

    @property
    def stem(self) -> str:
        """What the names of its documents begin with."""
        return f"portrait-{self.edition.slug}"

    @property
    def known_on(self) -> date:
        return timezone.localdate(self.edition.known_at)

    @property
    def citation(self) -> str:
        return f"{self.title}. Essor, {write_day(self.edition.published_at)}. {self.address}"

    @property
    def successor(self) -> Edition | None:
        successor: Edition | None = getattr(self.edition, "successor", None)
        return successor


def open_dossier(edition: Edition, *, address: str) -> Dossier:
    return Dossier(edition, read_definitions(edition), read_manifest(edition), address, get_instance_kind() == DEMO)


def open_reader(dossier: Dossier, *, with_names: bool) -> Reader:
    """Reads the edition in the language in force. Names are as known at publication; one erased since is not there."""
    edition, language = dossier.edition, "en" if (get_language() or "fr").startswith("en") else "fr"
    asked = _list_named(dossier) if with_names else []
    naming = find_names(asked, on=edition.last_reference_on, known_at=edition.published_at)
    return Reader(edition.results, dossier.definitions, language, naming, {})


def _list_named(dossier: Dossier) -> list[int]:
    results, last = dossier.results, dossier.results["dates"][-1]
    named = {
        number for bridge in results["bridges"].values() for part in bridge["organisations"].values() for number in part
    }
    named |= {
        number
        for comparison in results["comparisons"].values()
        for unit in comparison["units"]
        for number in unit["organisations"]
    }
    for key, members in results["memberships"].items():
        if key.endswith(last):
            named |= {*members["members"], *(item["organisation"] for item in members["undecided"])}
    return sorted(named)
