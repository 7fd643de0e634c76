"""What pages are asked: which programme, which day."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.programmes.models import Programme
from essor.programmes.queries import get_programme
from essor.programmes.rules import FIRST_DAY, ProgrammeError
from essor.programmes.wording import explain


def find_programme(slug: str) -> Programme:
    """Raises Http404."""
    try:
        return get_programme(slug)
    except ProgrammeError as error:
        raise Http404(explain(error)) from error


def read_day(request: HttpRequest) -> date:
    """``?on=``; today where it is no day, one to come, or one before any calendar that is kept here."""
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return timezone.localdate()
    return min(asked, timezone.localdate()) if asked >= FIRST_DAY else timezone.localdate()


def refuse_day(request: HttpRequest) -> str:
    """Why the day that was asked is not the one shown; empty: it is."""
    asked = request.GET.get("on", "")
    try:
        if not asked or FIRST_DAY <= date.fromisoformat(asked) <= timezone.localdate():
            return ""
        is_early = date.fromisoformat(asked) < FIRST_DAY
    except ValueError:
        is_early = True
    if is_early:
        return explain(ProgrammeError("date-malformed", value=asked[:20]))
    return _("Ce jour n’est pas encore venu : voici ce qu’on sait aujourd’hui.")
