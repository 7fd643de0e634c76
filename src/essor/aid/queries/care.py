"""What is known of the links of the catalogue, of what givers confirmed, of what readers propose."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from essor.aid.confirmations import Confirmation, Confirmed, stand
from essor.aid.models import AidConfirmation, AidProposal, AidRevision, LinkCheck
from essor.aid.models.care import AidProposalQuerySet
from essor.aid.rules import Programme
from essor.aid.terms import list_links
from essor.directory.queries import start_of_day
from essor.methods.link_life import Check, LinkLife, read_life

REMEMBERED = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Memory:
    """All that was seen and confirmed, in the order of time: what was known at the end of any day is in it."""

    checks: Mapping[str, Sequence[Check]]
    confirmations: Mapping[str, Sequence[Confirmation]]

    def link_life(self, url: str, *, on: date) -> LinkLife:
        """What nobody looked at for longer than :data:`REMEMBERED` is not known."""
        life = read_life(check for check in self.checks.get(url, ()) if check.on <= on)
        return life if life.checked_on and life.checked_on >= on - REMEMBERED else LinkLife(None)

    def list_dead(self, programme: Programme, *, on: date) -> dict[str, date]:
        """The links of a programme that were dead that day → since when."""
        lives = {url: self.link_life(url, on=on) for url in list_links(programme.definition)}
        return {url: life.since for url, life in lives.items() if life.is_dead and life.since}

    def has_dead_link(self, programme: Programme, *, on: date) -> bool | None:
        """None: no dead one, but some that nobody looked at, or that fail for too short a time to say."""
        said = [self.link_life(url, on=on).is_dead for url in list_links(programme.definition)]
        return True if True in said else None if None in said else False

    def standing(self, programme: Programme, *, on: date) -> Confirmed:
        return stand(self.confirmations.get(programme.slug, ()), revision=programme.revision, on=on)


def read_memory(
    *, slugs: Collection[str] | None = None, urls: Collection[str] | None = None, since: date | None = None
) -> Memory:
    """Of every programme and link, or of some. ``since``: what was seen of links from that day on."""
    looked = LinkCheck.objects.order_by("checked_at", "pk")
    if urls is not None:
        looked = looked.filter(url__in=urls)
    if since is not None:
        looked = looked.filter(checked_at__gte=start_of_day(since))
    checks: dict[str, list[Check]] = {}
    for url, at, status in looked.values_list("url", "checked_at", "status"):
        checks.setdefault(url, []).append(Check(timezone.localdate(at), status))
    confirmed = AidConfirmation.objects.order_by("confirmed_at", "pk")
    if slugs is not None:
        confirmed = confirmed.filter(revision__aid__slug__in=slugs)
    confirmations: dict[str, list[Confirmation]] = {}
    for slug, number, at, months, duty in confirmed.values_list(
        "revision__aid__slug", "revision__number", "confirmed_at", "every_months", "confirmed_by"
    ):
        confirmations.setdefault(slug, []).append(Confirmation(number, timezone.localdate(at), months, duty))
    return Memory(checks, confirmations)


def recall(programme: Programme) -> Memory:
    """What is known of one programme."""
    return read_memory(slugs=[programme.slug], urls=list_links(programme.definition))


def list_proposals() -> AidProposalQuerySet:
    """Those that wait for an answer, the oldest first."""
    return AidProposal.objects.waiting().select_related("aid", "revision").order_by("proposed_at", "pk")


def count_taken(slug: str) -> int:
    """How many corrections of readers a programme's page owes."""
    return AidProposal.objects.filter(aid__slug=slug, is_taken=True).count()


def find_published(slug: str, number: int) -> AidRevision | None:
    """What is shown of a programme now, if it is still that revision."""
    return AidRevision.objects.current().filter(aid__slug=slug, number=number).select_related("aid").first()


def list_last_checks() -> dict[str, tuple[datetime, Check]]:
    """Each link ever looked at → when it last was, and what that gave."""
    last = LinkCheck.objects.order_by().values("url").annotate(last=Max("pk")).values("last")
    rows = LinkCheck.objects.filter(pk__in=last).values_list("url", "checked_at", "status")
    return {url: (at, Check(timezone.localdate(at), status)) for url, at, status in rows}
