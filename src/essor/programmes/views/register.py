"""What a programme awarded, for machines: open to all, readable from any site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from essor.accounts.machines import open_to_machines
from essor.accounts.permissions import Audience, open_to
from essor.design.formats import send_json
from essor.directory.views.asking import read_language
from essor.programmes.queries.awards import Award, list_awards
from essor.programmes.register import Telling, prepare_telling, tell_awards, write_register
from essor.programmes.views.asking import find_programme


@open_to(Audience.PUBLIC)
@require_safe
@open_to_machines
def send_csv(_request: HttpRequest, slug: str) -> HttpResponse:
    awards, telling = _read(slug)
    content = write_register(awards, telling=telling)
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8; header=present")
    answer["Content-Disposition"] = f'attachment; filename="{telling.file_name}"'
    return answer


@open_to(Audience.PUBLIC)
@require_safe
@open_to_machines
def send_package(_request: HttpRequest, slug: str) -> HttpResponse:
    awards, telling = _read(slug)
    return send_json(tell_awards(awards, telling=telling))


def _read(slug: str) -> tuple[list[Award], Telling]:
    programme, now = find_programme(slug), timezone.now()
    return list_awards(programme, now=now), prepare_telling(programme, language=read_language(), now=now)
