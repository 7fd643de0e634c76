"""What a programme awarded, for machines: open to all, readable from any site."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from essor.accounts.limits import is_within, tell_wait
from essor.accounts.permissions import Audience, open_to
from essor.design.formats import PROBLEM, send_json
from essor.directory.views.asking import read_language
from essor.programmes.models import Programme
from essor.programmes.queries import get_programme
from essor.programmes.queries.awards import Award, list_awards
from essor.programmes.register import tell_awards, write_register
from essor.programmes.rules import ProgrammeError
from essor.programmes.wording import explain
from essor.territories.queries import list_names

View = Callable[..., HttpResponse]


def _open_to_machines(view: View) -> View:
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_within(request, "api"):
            answer = view(request, *args, **kwargs)
        else:
            problem = {"type": "too-many-requests", "title": _("Trop de demandes : attendez un peu."), "status": 429}
            answer = tell_wait(send_json(problem, status=429, kind=PROBLEM), "api")
        answer["Access-Control-Allow-Origin"] = "*"
        return answer

    return cast(View, conditional_page(answered))


@open_to(Audience.PUBLIC)
@require_safe
@_open_to_machines
def send_csv(_request: HttpRequest, slug: str) -> HttpResponse:
    programme, awards = _read(slug)
    content = write_register(programme, awards, places=_name_places())
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8; header=present")
    answer["Content-Disposition"] = f'attachment; filename="octrois-{programme.slug}.csv"'
    return answer


@open_to(Audience.PUBLIC)
@require_safe
@_open_to_machines
def send_package(_request: HttpRequest, slug: str) -> HttpResponse:
    programme, awards = _read(slug)
    return send_json(tell_awards(programme, awards, places=_name_places()))


def _read(slug: str) -> tuple[Programme, list[Award]]:
    try:
        programme = get_programme(slug)
    except ProgrammeError as error:
        raise Http404(explain(error)) from error
    return programme, list_awards(programme, now=timezone.now())


def _name_places() -> Any:
    return list_names(timezone.localdate(), read_language())
