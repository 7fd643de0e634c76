"""What pages are asked: which programme, which day."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest
from django.utils import timezone

from essor.programmes.models import Programme
from essor.programmes.queries import get_programme
from essor.programmes.rules import ProgrammeError
from essor.programmes.wording import explain

FIRST_YEAR, LAST_YEAR = 1800, 2200


def find_programme(slug: str) -> Programme:
    """Raises Http404."""
    try:
        return get_programme(slug)
    except ProgrammeError as error:
        raise Http404(explain(error)) from error


def read_day(request: HttpRequest) -> date:
    """``?on=``; today where it is no day, or one so far that its hours cannot be told in another time zone."""
    try:
        day = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return timezone.localdate()
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else timezone.localdate()
