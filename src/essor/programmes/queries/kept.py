"""What takes long to make of a programme's files, kept until something happens to one of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar, cast

from django.core.cache import cache
from django.db.models import Count, Max

from essor.cases.models import CaseEvent
from essor.programmes.models import Programme

Made = TypeVar("Made")
KEPT_SECONDS = 24 * 3600
_MISSING = object()


def read_state(programme: Programme) -> str:
    """What changes whenever anything happens to one of its files; empty where nothing ever did. Whatever is done to a
    file leaves a line of its timeline, and none is taken away: while there are as many, and none is later, nothing has
    changed."""
    events = CaseEvent.objects.filter(case__enrolment__programme=programme).aggregate(n=Count("pk"), last=Max("pk"))
    if not events["n"]:
        return ""
    return f"{programme.pk}.{programme.created_at.timestamp()}.{events['n']}.{events['last']}"


def keep(state: str, what: str, *, on: date, make: Callable[[], Made]) -> Made:
    """``make()``, made once for a day and for what :func:`read_state` says of the files."""
    key = f"programmes.{what}.{state}.{on:%Y%m%d}"
    found = cache.get(key, _MISSING)
    if found is _MISSING:
        found = make()
        cache.set(key, found, KEPT_SECONDS)
    return cast(Made, found)
