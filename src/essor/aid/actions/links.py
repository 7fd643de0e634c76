"""The links of the catalogue are looked at, each in its turn."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from essor.aid.looking import MayReach, is_reachable, look
from essor.aid.models import LinkCheck
from essor.aid.queries import list_programmes
from essor.aid.queries.care import list_last_checks
from essor.aid.terms import list_links
from essor.methods.link_life import Check

LOOK_AGAIN = timedelta(days=7)
"""A page that answered is looked at again after this; one that did not, the next day."""

MOST_LINKS = 500
AT_ONCE = 8
WITNESSES = 3


class NothingAnswers(Exception):
    """No page answered, not even those that did before: the platform is cut off, and nothing is written of links."""


@dataclass(frozen=True, slots=True)
class Looked:
    """``failing``: those that did not answer, or said that the page is gone."""

    looked: int
    failing: int


def check_links(*, now: datetime, slugs: Collection[str] | None = None, may_reach: MayReach = is_reachable) -> Looked:
    """Looks at the links that are due, of all programmes or of some; writes what each gave. Raises NothingAnswers."""
    last = list_last_checks()
    programmes = [one for one in list_programmes() if slugs is None or one.slug in slugs]
    named = dict.fromkeys(url for programme in programmes for url in list_links(programme.definition))
    due = [url for url in named if _is_due(last.get(url), now)][:MOST_LINKS]
    if not due:
        return Looked(0, 0)
    found = _look_at(due, may_reach)
    if all(status is None for status in found.values()):
        witnesses = [url for url, (_at, check) in last.items() if check.is_alive and url not in found][-WITNESSES:]
        if all(status is None for status in _look_at(witnesses, may_reach).values()):
            raise NothingAnswers
    LinkCheck.objects.bulk_create(LinkCheck(url=url, checked_at=now, status=status) for url, status in found.items())
    today = timezone.localdate(now)
    return Looked(len(found), sum(not Check(today, status).is_alive for status in found.values()))


def _look_at(urls: Iterable[str], may_reach: MayReach) -> dict[str, int | None]:
    urls = list(urls)
    with ThreadPoolExecutor(AT_ONCE) as several:
        return dict(zip(urls, several.map(lambda url: look(url, may_reach=may_reach), urls), strict=True))


def _is_due(last: tuple[datetime, Check] | None, now: datetime) -> bool:
    if last is None:
        return True
    at, check = last
    return at <= now - LOOK_AGAIN if check.is_alive else check.on < timezone.localdate(now)
