"""The adviser's desk of programmes: what to do today, what is late, what waits."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, list_role_kinds, open_to
from essor.accounts.rules import ADMINISTRATOR
from essor.cases.views.private import keep_private, language_of_page
from essor.programmes.desk_pictures import build_desk_tables
from essor.programmes.models import Programme
from essor.programmes.queries.desk import MOST_LISTED, read_programme_desk
from essor.programmes.views.asking import find_programme
from essor.territories.queries import list_names


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def show(request: HttpRequest) -> HttpResponse:
    person, today, language = cast(User, request.user), timezone.localdate(), language_of_page()
    programme, is_mine = _find_programme(request.GET.get("programme", "")), request.GET.get("mine") == "1"
    desk = read_programme_desk(person=person, on=today, programme=programme, is_mine=is_mine)
    context = {
        "tables": build_desk_tables(
            desk, person=person, on=today, places=list_names(today, language), language=language
        ),
        "total": desk.files.total,
        "is_cut": desk.files.is_cut,
        "most": MOST_LISTED,
        "is_mine": is_mine,
        "is_administrator": ADMINISTRATOR in list_role_kinds(person, on=today),
        "programmes": [
            (one, getattr(one, f"name_{language}"), n, programme is not None and one.pk == programme.pk)
            for one, n in desk.counts
        ],
        "trail": [(_("Mes dossiers"), reverse("cases"))],
    }
    return render(request, "programmes/desk.html", context)


def _find_programme(slug: str) -> Programme | None:
    return find_programme(slug) if slug else None
