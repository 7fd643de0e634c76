from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from essor import __version__
from essor.accounts.permissions import Audience, list_role_kinds
from essor.accounts.queries import get_instance_kind


@dataclass(frozen=True, slots=True)
class Place:
    """A word of the main navigation: the address it leads to, and who sees it."""

    label: Promise
    name: str
    audience: Audience = Audience.PUBLIC


NAVIGATION: tuple[Place, ...] = (
    Place(_("Accueil"), "home"),
    Place(_("Trouver de l’aide"), "find_aid"),
    Place(_("Programmes"), "programmes"),
    Place(_("Portrait"), "portraits"),
    Place(_("Annuaire"), "directory"),
    Place(_("Bases"), "bases"),
    Place(_("Comparer"), "compare"),
    Place(_("Territoires"), "territory_list"),
    Place(_("Mon bureau"), "desk", Audience.ADVISER),
    Place(_("Mes dossiers"), "cases", Audience.ADVISER),
    Place(_("Mon comité"), "committee", Audience.COMMITTEE),
    Place(_("Mes engagements"), "commitments", Audience.PARTNER),
    Place(_("Administration"), "people", Audience.ADMINISTRATOR),
)

LANGUAGE_NAMES = {"fr": "Français", "en": "English"}


def page(request: HttpRequest) -> dict[str, Any]:
    """What every page needs: see design/templates/design/page.html."""
    other = "en" if get_language() == "fr" else "fr"
    return {
        "navigation": SimpleLazyObject(lambda: build_navigation(request)),
        "language_url": find_address_in(other, request),
        "language_label": LANGUAGE_NAMES[other],
        "instance_kind": SimpleLazyObject(get_instance_kind),
        "roles": SimpleLazyObject(lambda: list_role_kinds(request.user)),
        "platform_version": __version__,
        "privacy_officer": settings.PRIVACY_OFFICER,
    }


def find_address_in(language: str, request: HttpRequest) -> str:
    """The same page in the other language; its home page where this address answers nothing."""
    here = request.get_full_path()
    there = translate_url(here, language)
    if there != here:
        return there
    return "/" if language == settings.LANGUAGE_CODE else f"/{language}/"


def build_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    kinds = list_role_kinds(request.user) if request.user.is_authenticated else frozenset[str]()
    return [
        {"label": place.label, "url": address, "current": is_here(address, request.path)}
        for place in NAVIGATION
        if place.audience == Audience.PUBLIC or place.audience in kinds
        for address in [reverse(place.name)]
    ]


def is_here(address: str, path: str) -> bool:
    """The section that a page is in: its own address or one below it; the home page is only itself."""
    home = address in {"/", "/en/"}
    return path == address if home else path.startswith(address)
