"""What the directory's pages read of each request: who asks, in which language, about which organisation."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from essor.accounts.models import User
from essor.directory import queries
from essor.directory.models import Organisation


def read_language() -> str:
    return "en" if get_language() == "en" else "fr"


def read_person(request: HttpRequest) -> User:
    """Whoever asks, signed in or not: never None, which would mean the operator at the console."""
    return cast(User, request.user)


def read_sent(request: HttpRequest) -> QueryDict | None:
    """What a form sent, empty or not; None where the page is only read."""
    return request.POST if request.method == "POST" else None


def get_page(key: str) -> queries.OrganisationPage:
    try:
        return queries.get_organisation_page(key=key, now=timezone.now())
    except Organisation.DoesNotExist as error:
        raise Http404(_("Aucune organisation n’a cette adresse.")) from error


def list_trail(page: queries.OrganisationPage) -> list[tuple[str, str]]:
    return [
        (_("Annuaire"), reverse("directory")),
        (page.name or page.organisation.key, reverse("organisation", args=[page.organisation.key])),
    ]
