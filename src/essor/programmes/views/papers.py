"""A committee's pack and minutes, taken away as PDF: private, and never kept in between."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, open_to
from essor.cases.views.private import keep_private, language_of_page
from essor.programmes.models import Sitting
from essor.programmes.papers import print_minutes, print_pack
from essor.programmes.queries.packs import read_pack
from essor.programmes.queries.sittings import read_items
from essor.programmes.views.committee import get_sitting as get_called
from essor.programmes.views.sittings import get_sitting
from essor.territories.queries import list_names


@open_to(Audience.COMMITTEE)
@require_safe
@keep_private
def send_own_pack(request: HttpRequest, pk: int) -> HttpResponse:
    return _send_pack(get_called(request, pk), cast(User, request.user))


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def send_pack(request: HttpRequest, pk: int) -> HttpResponse:
    return _send_pack(get_sitting(request, pk), cast(User, request.user))


@open_to(Audience.COMMITTEE)
@require_safe
@keep_private
def send_own_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    return _send_minutes(get_called(request, pk), cast(User, request.user))


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def send_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    return _send_minutes(get_sitting(request, pk), cast(User, request.user))


def _send_pack(sitting: Sitting, reader: User) -> HttpResponse:
    now = timezone.now()
    places = list_names(timezone.localdate(now), language_of_page())
    content = print_pack(read_pack(sitting, reader=reader), places=places, at=now)
    return _send(content, _("cahier"), sitting)


def _send_minutes(sitting: Sitting, reader: User) -> HttpResponse:
    at = sitting.adopted_at or timezone.now()
    content = print_minutes(sitting, read_items(sitting, reader=reader), reader=reader, at=at)
    return _send(content, _("proces-verbal"), sitting)


def _send(content: bytes, kind: str, sitting: Sitting) -> HttpResponse:
    """Always taken away; its name tells a day and nobody."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{kind}-{sitting.held_on.isoformat()}.pdf"'
    return response
