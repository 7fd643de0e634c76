"""Someone asks to be told, confirms the address, is told once of each thing, and leaves by one click."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from essor.accounts.audit import record_event
from essor.accounts.sending import Sent, send_waiting
from essor.aid.alert_letters import write_letter
from essor.aid.models import AlertLetter, AlertSubscription
from essor.aid.queries.alerts import Newsreader
from essor.aid.rules import AidError

CONFIRM_WITHIN = timedelta(days=3)
MOST_ASKED = 3
"""Letters that ask the same address to confirm, in :data:`CONFIRM_WITHIN`: an address may be somebody else's."""


@transaction.atomic
def subscribe(*, email: str, said: Mapping[str, Any], language: str, now: datetime) -> AlertSubscription:
    """Asks the address to confirm. Asked too often already, no letter leaves: the last request takes these answers, and
    the link that was sent confirms them."""
    record_event(action="ask_alert", target_kind="alert", target_id="", by=None, now=now, label="subscriber")  # in turn
    waiting = AlertSubscription.objects.filter(email__iexact=email, confirmed_at=None)
    recent = list(waiting.filter(created_at__gt=now - CONFIRM_WITHIN).order_by("pk"))
    if len(recent) >= MOST_ASKED:
        last = recent[-1]
        last.said, last.language = dict(said), language
        last.save(update_fields=["said", "language"])
        return last
    subscription = AlertSubscription.objects.create(email=email, said=dict(said), language=language, created_at=now)
    AlertLetter.objects.create(subscription=subscription, kind="confirm", created_at=now)
    return subscription


@transaction.atomic
def confirm_subscription(*, subscription: AlertSubscription, now: datetime) -> None:
    """From now on they are told. Once done, asking again changes nothing."""
    held = AlertSubscription.objects.filter(pk=subscription.pk, confirmed_at=None)
    if held.update(confirmed_at=now, told_at=now):
        _trace("confirm_alert", subscription, now)


@transaction.atomic
def leave(*, subscription: AlertSubscription, now: datetime) -> None:
    """Forgets the address, the answers and the letters."""
    _trace("leave_alert", subscription, now)
    subscription.delete()


def tell_subscribers(*, now: datetime) -> dict[str, int]:
    """Writes one letter to each subscriber for whom something is new; forgets those who never confirmed.

    ``unread``: subscriptions whose answers name a question that is no more; they are told again once it can be read.
    """
    silent = AlertSubscription.objects.filter(confirmed_at=None, created_at__lt=now - CONFIRM_WITHIN)
    _all, forgotten = silent.delete()
    reader, told, unread = Newsreader(until=now), 0, 0
    for subscription in AlertSubscription.objects.confirmed().filter(told_at__lt=now).order_by("pk"):
        since = subscription.told_at
        try:
            is_empty = since is None or reader.read(subscription.said, since=since).is_empty
        except AidError:
            unread += 1
            continue
        told += _tell(subscription.pk, since, now, is_empty=is_empty)
    return {"told": told, "unread": unread, "forgotten": forgotten.get("aid.AlertSubscription", 0)}


def send_alerts(*, now: datetime) -> Sent:
    return send_waiting(AlertLetter.objects.select_related("subscription"), write=write_letter, now=now)


@transaction.atomic
def _tell(pk: int, since: datetime | None, now: datetime, *, is_empty: bool) -> bool:
    """The letter and how far they were told, together: nothing is told twice, nothing is lost."""
    if not AlertSubscription.objects.filter(pk=pk, told_at=since).update(told_at=now) or is_empty:
        return False
    AlertLetter.objects.create(subscription_id=pk, kind="news", since=since, until=now, created_at=now)
    return True


def _trace(action: str, subscription: AlertSubscription, now: datetime) -> None:
    """Never the address: the trace is kept for ever."""
    record_event(action=action, target_kind="alert", target_id=subscription.pk, by=None, now=now, label="subscriber")
