"""The catalogue for machines: open to all, without a session nor a cookie, readable from any site."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from essor.accounts.machines import open_to_machines
from essor.accounts.permissions import Audience, open_to
from essor.aid.answers import answer_found
from essor.aid.exports import COLUMNS, LICENCE, tell_all, tell_whole, write_aids
from essor.aid.queries import find_for, list_programmes
from essor.aid.rules import AidError
from essor.aid.wording import explain
from essor.design.formats import send_json, send_problem
from essor.directory.views.asking import read_language
from essor.territories.queries import list_names

LONGEST_BODY = 20_000
View = Callable[..., HttpResponse]


def _open_to_machines(view: View) -> View:
    """What is wrong in the question is a problem in words."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except AidError as error:
            return send_problem(error.code, explain(error), 404 if error.code == "aid-unknown" else 400)

    return open_to_machines(answered)


@open_to(Audience.PUBLIC)
@require_safe
def show_open_data(request: HttpRequest) -> HttpResponse:
    side = 1 if read_language() == "en" else 0
    columns = [(name, words[side]) for name, words in COLUMNS.items()]
    return render(request, "aid/open_data.html", {"columns": columns, "licence": LICENCE})


@open_to(Audience.PUBLIC)
@require_safe
@_open_to_machines
def send_csv(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse(
        write_aids(_list_known(request), on=_read_on(request)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="aides.csv"'
    return answer


@open_to(Audience.PUBLIC)
@require_safe
@_open_to_machines
def send_aids(request: HttpRequest) -> HttpResponse:
    return send_json(tell_all(_list_known(request), on=_read_on(request)))


@open_to(Audience.PUBLIC)
@require_safe
@_open_to_machines
def send_aid(request: HttpRequest, slug: str) -> HttpResponse:
    programme = next((one for one in _list_known(request) if one.slug == slug), None)
    if programme is None:
        raise AidError("aid-unknown", aid=slug)
    return send_json(tell_whole(programme, on=_read_on(request)))


@csrf_exempt  # it writes nothing and knows nobody: any site may ask
@open_to(Audience.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
@_open_to_machines
def send_verdicts(request: HttpRequest) -> HttpResponse:
    """As ``./essor aid find --json``. The profile: the JSON body, or ``?profile=``."""
    if request.method == "OPTIONS":
        allowed = HttpResponse(status=204)
        allowed["Access-Control-Allow-Methods"], allowed["Access-Control-Allow-Headers"] = "GET, POST", "Content-Type"
        return allowed
    if len(request.body) > LONGEST_BODY:
        return send_problem(
            "too-large", explain(AidError("profile-unreadable", file="profile", problem="> 20 kB")), 413
        )
    text = request.body.decode("utf-8", "replace") if request.method == "POST" else request.GET.get("profile", "{}")
    try:
        profile = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise AidError("profile-unreadable", file="profile", problem=error) from None
    if not isinstance(profile, dict):
        raise AidError("profile-unreadable", file="profile", problem=type(profile).__name__)
    on, language = _read_on(request), read_language()
    found, names = find_for(profile, on=on, language=language), list_names(on, language)
    told = [answer_found(one, language=language, place_names=names) for one in found]
    return send_json({"on": on.isoformat(), "answers": told})


def _list_known(request: HttpRequest) -> Any:
    """``?known_at=``: the catalogue as it was at an instant."""
    said = request.GET.get("known_at", "")
    if not said:
        return list_programmes()
    try:
        moment = datetime.fromisoformat(said)
        return list_programmes(known_at=(moment if moment.tzinfo else timezone.make_aware(moment)).astimezone(UTC))
    except (ValueError, OverflowError):
        raise AidError("date-malformed", option="known_at=", value=said) from None


def _read_on(request: HttpRequest) -> date:
    said = request.GET.get("on", "")
    try:
        return date.fromisoformat(said) if said else timezone.localdate()
    except ValueError:
        raise AidError("date-malformed", option="on=", value=said) from None
