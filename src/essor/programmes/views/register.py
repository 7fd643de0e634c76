"""What a programme awarded, for machines: open to all, readable from any site."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from essor.accounts.machines import open_to_machines
from essor.accounts.permissions import Audience, open_to
from essor.design.formats import send_json
from essor.directory.views.asking import read_language
from essor.programmes.models import Programme
from essor.programmes.queries.awards import Award, list_awards
from essor.programmes.register import tell_awards, write_register
from essor.programmes.views.asking import find_programme
from essor.territories.queries import list_names


@open_to(Audience.PUBLIC)
@require_safe
@open_to_machines
def send_csv(_request: HttpRequest, slug: str) -> HttpResponse:
    programme, awards = _read(slug)
    content = write_register(programme, awards, places=_name_places())
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8; header=present")
    answer["Content-Disposition"] = f'attachment; filename="octrois-{programme.slug}.csv"'
    return answer


@open_to(Audience.PUBLIC)
@require_safe
@open_to_machines
def send_package(_request: HttpRequest, slug: str) -> HttpResponse:
    programme, awards = _read(slug)
    return send_json(tell_awards(programme, awards, places=_name_places()))


def _read(slug: str) -> tuple[Programme, list[Award]]:
    programme = find_programme(slug)
    return programme, list_awards(programme, now=timezone.now())


def _name_places() -> Any:
    return list_names(timezone.localdate(), read_language())
