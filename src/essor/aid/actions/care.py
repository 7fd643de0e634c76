"""Who looks after the catalogue: givers confirm, readers propose, advisers answer them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.accounts.permissions import require
from essor.accounts.sending import Sent, send_waiting
from essor.aid.care_letters import write_letter
from essor.aid.confirmations import RHYTHMS, find_email
from essor.aid.models import Aid, AidConfirmation, AidLetter, AidProposal, AidRevision
from essor.aid.queries import find_programme, list_programmes
from essor.aid.queries.care import find_published, recall
from essor.aid.rules import AidError

ASK_AGAIN = timedelta(days=30)
"""A giver who does not answer is not asked to confirm more often than this."""

ASKED_BY_HAND = timedelta(days=1)
"""An adviser who asks twice in this time sends one letter."""

KEEP_ADDRESS = timedelta(days=365)
"""The address of who proposed a correction is kept no longer, answered or not."""


@transaction.atomic
def confirm_aid(*, slug: str, number: int, duty: str, every_months: int, now: datetime) -> AidConfirmation:
    """By whoever has the giver's link. Raises AidError: ``aid-changed`` (what they read is no longer what is shown),
    ``rhythm-unknown``."""
    if every_months not in RHYTHMS:
        raise AidError("rhythm-unknown", allowed=RHYTHMS)
    revision = find_published(slug, number)
    if revision is None:
        raise AidError("aid-changed", aid=slug)
    confirmation = AidConfirmation.objects.create(
        revision=revision, confirmed_by=duty, every_months=every_months, confirmed_at=now
    )
    _trace("confirm_aid", revision, None, now, label="giver", after={"every_months": every_months})
    return confirmation


@transaction.atomic
def ask_giver(*, slug: str, by: User, now: datetime) -> bool:
    """Writes to the giver of a programme; False where no address of theirs is known: whoever asks then has the link,
    and the trace says so. Raises AidError ``aid-unknown``."""
    require(by, "edit_aid", on=timezone.localdate(now))
    programme = find_programme(slug)
    if programme is None:
        raise AidError("aid-unknown", aid=slug)
    is_written = bool(find_email(programme.definition))
    if is_written:
        _write_once(slug, "confirm", "", now=now, since=now - ASKED_BY_HAND)
    record_event(action="ask_giver", target_kind="aid", target_id=slug, by=by, now=now, after={"letter": is_written})
    return is_written


@transaction.atomic
def propose_correction(
    *, slug: str, number: int, words: str, source: str, email: str, language: str, now: datetime
) -> AidProposal:
    """By anyone, about what they had before their eyes. Raises AidError: ``aid-unknown``."""
    revision = AidRevision.objects.filter(aid__slug=slug, number=number, published_at__isnull=False).first()
    if revision is None:
        raise AidError("aid-unknown", aid=slug)
    proposal = AidProposal.objects.create(
        aid=revision.aid, revision=revision, words=words, source=source, email=email, language=language, proposed_at=now
    )
    _trace("propose_correction", revision, None, now, label="reader", after={"proposal": proposal.pk})
    return proposal


@transaction.atomic
def answer_proposal(*, pk: int, is_taken: bool, answer: str, by: User, now: datetime) -> AidProposal:
    """Thanks whoever proposed, if they left an address. Raises AidError: ``proposal-answered``."""
    require(by, "edit_aid", on=timezone.localdate(now))
    proposal = AidProposal.objects.select_for_update().select_related("aid", "revision").get(pk=pk)
    if proposal.answered_at is not None:
        raise AidError("proposal-answered", aid=proposal.aid.slug)
    proposal.is_taken, proposal.answer, proposal.answered_by, proposal.answered_at = is_taken, answer, by, now
    proposal.save(update_fields=["is_taken", "answer", "answered_by", "answered_at"])
    if proposal.email:
        AidLetter.objects.create(aid=proposal.aid, kind="thanks", proposal=proposal, created_at=now)
    _trace("answer_proposal", proposal.revision, by, now, after={"proposal": pk, "is_taken": is_taken})
    return proposal


def write_to_givers(*, now: datetime) -> dict[str, int]:
    """Warns of dead links, and asks to confirm again at the rhythm that each giver chose; nothing is told twice."""
    today = timezone.localdate(now)
    warned = asked = 0
    for programme in list_programmes():
        if not find_email(programme.definition):
            continue
        memory = recall(programme)
        dead = memory.list_dead(programme, on=today)
        if dead and _write_once(programme.slug, "dead_links", _name_links(dead), now=now, since=None):
            warned += 1
        last = memory.standing(programme, on=today).last
        is_due = last is not None and last.due_on < today
        if is_due and _write_once(programme.slug, "confirm", "", now=now, since=now - ASK_AGAIN):
            asked += 1
    return {"warned": warned, "asked": asked}


def send_letters(*, now: datetime) -> Sent:
    """Then forgets the addresses that have served."""
    sent = send_waiting(AidLetter.objects.select_related("aid", "proposal"), write=write_letter, now=now)
    thanked = AidLetter.objects.filter(kind="thanks", sent_at__isnull=False).values("proposal")
    old = Q(proposed_at__lt=now - KEEP_ADDRESS)
    AidProposal.objects.filter(old | Q(pk__in=thanked)).exclude(email="").update(email="")
    return sent


def _name_links(dead: Mapping[str, date]) -> str:
    """The same links dead since the same days are told once; one more is told."""
    return sha256(repr(sorted(dead.items())).encode()).hexdigest()[:10]


def _write_once(slug: str, kind: str, about: str, *, now: datetime, since: datetime | None) -> bool:
    """``since``: a letter written after this counts as the same; None: always."""
    written = AidLetter.objects.filter(aid__slug=slug, kind=kind, about=about)
    if (written.filter(created_at__gt=since) if since else written).exists():
        return False
    AidLetter.objects.create(aid=Aid.objects.get(slug=slug), kind=kind, about=about, created_at=now)
    return True


def _trace(
    action: str, revision: AidRevision, by: User | None, now: datetime, *, label: str = "", after: dict[str, object]
) -> None:
    record_event(
        action=action, target_kind="aid_revision", target_id=str(revision), by=by, now=now, after=after, label=label
    )
