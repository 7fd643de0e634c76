"""A programme is drafted by one person and published by another; the operator's console does both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.accounts.permissions import require
from essor.aid.checking import check_programme, name_verdict
from essor.aid.models import Aid, AidRevision
from essor.aid.queries import get_questionnaire
from essor.aid.queries.drafts import list_tried
from essor.aid.reading import hash_of, read_programme, write_content
from essor.aid.rules import AidError
from essor.knowledge.aids import AidDefinition, load_aids, load_read_on, read_aids
from essor.knowledge.questions import load_question_variables
from essor.territories.queries import place_tree


@transaction.atomic
def draft_aid(
    *,
    definition: AidDefinition,
    by: User | None,
    now: datetime,
    read_on: date | None = None,
    reason: str = "",
    instead_of: AidRevision | None = None,
) -> AidRevision:
    """What the programme should say; refused while another draft of it is open, but the one that this one is written
    ``instead_of``, which is set aside. The console's (``by`` None) too is only a draft.

    Raises AidError: ``draft-open``, ``draft-gone``, ``nothing-changed``, and those of
    :func:`essor.aid.reading.read_programme` and :func:`essor.aid.checking.check_programme`.
    """
    require(by, "edit_aid", on=timezone.localdate(now))
    on = timezone.localdate(now)
    programme = read_programme(definition, variables=load_question_variables(), read_on=read_on)
    check_programme(programme, places=place_tree(on), questionnaire=get_questionnaire(on))
    if instead_of is not None:
        set_draft_aside(revision=instead_of, by=by, now=now)
    aid, _made = Aid.objects.get_or_create(slug=definition.id, defaults={"created_at": now})
    held = Aid.objects.select_for_update().get(pk=aid.pk)
    if AidRevision.objects.drafts().filter(aid=held).exists():
        raise AidError("draft-open", aid=held.slug)
    content = write_content(definition)
    current = AidRevision.objects.current().filter(aid=held).first()
    if current and current.content_hash == hash_of(content) and current.read_on == read_on:
        raise AidError("nothing-changed", aid=held.slug)
    revision = _write(held, content, read_on=read_on, reason=reason, drafted_at=now, drafted_by=by)
    _trace("draft_aid", revision, by=by, now=now, after={"content_hash": revision.content_hash, "reason": reason})
    return revision


@transaction.atomic
def publish_aid(*, revision: AidRevision, by: User | None, now: datetime) -> AidRevision:
    """Shows a draft to everyone, in place of what was said until now.

    Raises AidError: ``draft-gone``, ``second-person-needed``, ``example-fails`` (the example, what it should have
    answered, what it answers).
    """
    require(by, "publish_aid", on=timezone.localdate(now))
    held, draft = _hold_draft(revision)
    if draft.drafted_by_id is not None and (by is None or by.pk == draft.drafted_by_id):
        raise AidError("second-person-needed", aid=held.slug)
    for tried in list_tried(draft, on=timezone.localdate(now)):
        if not tried.holds:
            raise AidError(
                "example-fails",
                example=tried.example.name,
                expected=name_verdict(tried.example.expected),
                found=tried.fault or name_verdict(tried.found),
            )
    replaced = _withdraw(AidRevision.objects.current().filter(aid=held).first(), now=now)
    draft.published_at, draft.approved_by = now, by
    draft.save(update_fields=["published_at", "approved_by"])
    after = {"content_hash": draft.content_hash, "replaces": replaced.number if replaced else None}
    _trace("publish_aid", draft, by=by, now=now, after=after)
    return draft


@transaction.atomic
def set_draft_aside(*, revision: AidRevision, by: User | None, now: datetime) -> AidRevision:
    """A draft that nobody will publish; it stays in the history. Raises AidError: ``draft-gone``."""
    require(by, "edit_aid", on=timezone.localdate(now))
    _held, draft = _hold_draft(revision)
    draft.set_aside_at = now
    draft.save(update_fields=["set_aside_at"])
    _trace("set_aid_draft_aside", draft, by=by, now=now)
    return draft


@transaction.atomic
def load_shipped_aids(*, now: datetime, definitions: Iterable[AidDefinition] | None = None) -> list[AidRevision]:
    """Publishes each shipped programme that is not there, or that the console alone wrote until now and that is
    shipped otherwise; the revisions published now. What a person published since is left as they said it."""
    shipped = {item.id: item for item in (load_aids() if definitions is None else definitions)}
    latest = {
        one.aid.slug: one for one in AidRevision.objects.current().filter(aid__slug__in=shipped).select_related("aid")
    }
    read_on, published = load_read_on(), []
    for slug, definition in shipped.items():
        content, current = write_content(definition), latest.get(slug)
        said = (hash_of(content), read_on)
        if current and (current.drafted_by_id or (current.content_hash, current.read_on) == said):
            continue
        published.append(_publish_shipped(slug, content, read_on=read_on, replaced=current, now=now))
    if published:
        after = {one.aid.slug: one.content_hash for one in published}
        record_event(action="load_aids", target_kind="catalogue", target_id="shipped", by=None, now=now, after=after)
    return published


def _hold_draft(revision: AidRevision) -> tuple[Aid, AidRevision]:
    held = Aid.objects.select_for_update().get(pk=revision.aid_id)
    draft = AidRevision.objects.drafts().select_related("aid").filter(pk=revision.pk).first()
    if draft is None:
        raise AidError("draft-gone", aid=held.slug)
    return held, draft


def _publish_shipped(
    slug: str, content: dict[str, Any], *, read_on: date | None, replaced: AidRevision | None, now: datetime
) -> AidRevision:
    aid = replaced.aid if replaced else Aid.objects.get_or_create(slug=slug, defaults={"created_at": now})[0]
    _withdraw(replaced, now=now)
    return _write(aid, content, read_on=read_on, drafted_at=now, published_at=now)


@transaction.atomic
def import_aids(*, file: Path, by: User | None, now: datetime) -> dict[str, str]:
    """Publishes every programme of a file, at the operator's console: slug → ``new``, ``changed`` or ``same``.

    Raises DefinitionRefused (the file) or AidError; then nothing is published.
    """
    read = read_aids(file)
    known = set(Aid.objects.filter(slug__in=[item.id for item in read.aids]).values_list("slug", flat=True))
    told = {}
    for definition in read.aids:
        try:
            draft = draft_aid(definition=definition, by=by, now=now, read_on=read.read_on, reason=file.name)
        except AidError as error:
            if error.code != "nothing-changed":
                raise
            told[definition.id] = "same"
            continue
        publish_aid(revision=draft, by=by, now=now)
        told[definition.id] = "changed" if definition.id in known else "new"
    return told


def _write(aid: Aid, content: dict[str, Any], **said: Any) -> AidRevision:
    number = (aid.revisions.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    return AidRevision.objects.create(aid=aid, number=number, content=content, content_hash=hash_of(content), **said)


def _withdraw(revision: AidRevision | None, *, now: datetime) -> AidRevision | None:
    """What is shown until now is shown no more."""
    if revision is not None:
        revision.known_to = now
        revision.save(update_fields=["known_to"])
    return revision


def _trace(
    action: str, revision: AidRevision, *, by: User | None, now: datetime, after: Mapping[str, Any] | None = None
) -> None:
    record_event(action=action, target_kind="aid_revision", target_id=str(revision), by=by, now=now, after=after)
