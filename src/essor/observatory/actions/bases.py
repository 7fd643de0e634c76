"""Bases: made, drafted, then published for good. A published version is never written again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Required, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.accounts.permissions import NotAllowed, require
from essor.knowledge import BaseDefinition, load_bases, load_variables
from essor.knowledge.reading import read_model
from essor.methods.criteria import parse
from essor.observatory.models import Base, BaseVersion
from essor.observatory.queries.bases import definition_content, list_jobs_variables
from essor.observatory.queries.stewards import find_stewardship
from essor.observatory.rules import Days, ObservatoryError, find_overlap, make_slug, may_steward, seal_of


class VersionSaid(TypedDict, total=False):
    """What a version says. ``criteria``: the tree as plain data; ``sources``: titles with their address and date."""

    label_fr: Required[str]
    label_en: Required[str]
    criteria: Required[Mapping[str, Any]]
    description_fr: str
    description_en: str
    jobs_variable: str
    sources: list[dict[str, Any]]
    starts_on: date | None
    ends_before: date | None
    is_demo: bool


@transaction.atomic
def create_base(*, slug: str, owner: str, by: User | None, now: datetime, steward: str | None = None) -> Base:
    """A new base without any version; ``owner``: who answers for the definition.

    ``steward``: the body that will keep it, one that the person advises for (None: the first of them; empty, at the
    console or for an administrator who advises nowhere).
    """
    require(by, "edit_base", on=timezone.localdate(now))
    kept_by = _choose_steward(steward, by=by, now=now)
    kept = make_slug(slug, longest=60)
    if not kept:
        raise ObservatoryError("base-name-missing", value=slug)
    if not owner.strip():
        raise ObservatoryError("base-owner-missing", value=slug)
    if Base.objects.filter(slug=kept).exists():
        raise ObservatoryError("base-exists", value=kept)
    base = Base.objects.create(slug=kept, owner=owner.strip(), steward=kept_by, created_at=now)
    _trace("create_base", base.slug, by=by, now=now, after={"owner": base.owner, "steward": base.steward})
    return base


def _choose_steward(asked: str | None, *, by: User | None, now: datetime) -> str:
    held = find_stewardship(by, on=timezone.localdate(now))
    if asked is None:
        return next(iter(held.bodies), "")
    if not may_steward(asked, bodies=held.bodies, is_administrator=held.is_administrator):
        raise NotAllowed("outside_body", action="edit_base")
    return asked.strip()


def require_steward(by: User | None, action: str, base: Base, *, now: datetime) -> None:
    """Raises NotAllowed unless the person's roles of the day allow the action, on this base: ``outside_body``."""
    require(by, action, on=timezone.localdate(now))
    if not find_stewardship(by, on=timezone.localdate(now)).holds(base):
        raise NotAllowed("outside_body", action=action)


@transaction.atomic
def start_base(
    *,
    slug: str,
    owner: str,
    by: User | None,
    now: datetime,
    steward: str | None = None,
    **said: Unpack[VersionSaid],
) -> BaseVersion:
    """A new base with its first draft, or neither. Raises CriterionError where the tree is wrong."""
    base = create_base(slug=slug, owner=owner, steward=steward, by=by, now=now)
    return draft_base_version(base=base, by=by, now=now, **said)


@transaction.atomic
def draft_base_version(*, base: Base, by: User | None, now: datetime, **said: Unpack[VersionSaid]) -> BaseVersion:
    """A draft with the next number, by whoever keeps the base.

    Raises CriterionError where the tree is wrong, ObservatoryError elsewhere.
    """
    require_steward(by, "edit_base", base, now=now)
    _check(said)
    Base.objects.select_for_update().get(pk=base.pk)
    last = base.versions.order_by("-number").first()
    version = BaseVersion.objects.create(
        base=base, number=last.number + 1 if last else 1, recorded_at=now, recorded_by=by, **said
    )
    _trace("draft_base_version", str(version), by=by, now=now, after=definition_content(version))
    return version


@transaction.atomic
def edit_base_draft(
    *, version: BaseVersion, by: User | None, now: datetime, **said: Unpack[VersionSaid]
) -> BaseVersion:
    """Rewrites a draft whole, by whoever keeps the base; refused once it is published."""
    require_steward(by, "edit_base", version.base, now=now)
    kept = BaseVersion.objects.select_for_update().get(pk=version.pk)
    if kept.status != BaseVersion.Status.DRAFT:
        raise ObservatoryError("version-is-sealed", base=kept.base.slug, number=kept.number)
    _check(said)
    before = definition_content(kept)
    BaseVersion.objects.filter(pk=kept.pk, status=BaseVersion.Status.DRAFT).update(
        **said, recorded_at=now, recorded_by=by
    )
    kept.refresh_from_db()
    _trace("edit_base_draft", str(kept), by=by, now=now, before=before, after=definition_content(kept))
    return kept


@transaction.atomic
def publish_base_version(
    *, version: BaseVersion, by: User | None, now: datetime, replaces: BaseVersion | None = None
) -> BaseVersion:
    """Seals a draft, by whoever keeps the base.

    Its days may overlap those of no other version in force but the one that it ``replaces``.
    """
    require_steward(by, "publish_base", version.base, now=now)
    Base.objects.select_for_update().get(pk=version.base_id)
    draft = BaseVersion.objects.select_related("base").get(pk=version.pk)
    if draft.status != BaseVersion.Status.DRAFT:
        raise ObservatoryError("version-is-sealed", base=draft.base.slug, number=draft.number)
    _check_replaced(draft, replaces)
    in_force = BaseVersion.objects.in_force().filter(base=draft.base)
    others = {other.number: Days(other.starts_on, other.ends_before) for other in in_force if other != replaces}
    overlapping = find_overlap(Days(draft.starts_on, draft.ends_before), others)
    if overlapping is not None:
        raise ObservatoryError("versions-overlap", base=draft.base.slug, number=draft.number, other=overlapping)
    parse(draft.criteria, variables=load_variables())
    draft.definition_hash = seal_of(definition_content(draft))
    draft.status, draft.published_at, draft.replaces = BaseVersion.Status.PUBLISHED, now, replaces
    draft.save(update_fields=["definition_hash", "status", "published_at", "replaces"])
    after = {"definition_hash": draft.definition_hash, "replaces": replaces.number if replaces else None}
    _trace("publish_base_version", str(draft), by=by, now=now, after=after)
    return draft


def load_shipped_bases(*, by: User | None, now: datetime, but: Collection[str] = frozenset()) -> list[BaseVersion]:
    """Publishes each shipped definition that no published version says already; the versions published now.

    ``but``: the short names of those that this platform has no use for.
    """
    published = []
    with transaction.atomic():
        for definition in load_bases():
            if definition.slug in but:
                continue
            version = _draft_definition(definition, by=by, now=now)
            if version.status == BaseVersion.Status.DRAFT:
                replaced = find_replaced(version)
                published.append(publish_base_version(version=version, by=by, now=now, replaces=replaced))
    return published


@transaction.atomic
def import_base(*, file: Path, by: User | None, now: datetime) -> BaseVersion:
    """The definition in a YAML file, as a draft; the version that says the same thing already, if there is one.

    Raises DefinitionRefused (the file), CriterionError (the tree) or ObservatoryError.
    """
    require(by, "edit_base", on=timezone.localdate(now))
    return _draft_definition(read_model(file, BaseDefinition), by=by, now=now)


def _draft_definition(definition: BaseDefinition, *, by: User | None, now: datetime) -> BaseVersion:
    base = Base.objects.filter(slug=definition.slug).first()
    if base is None:
        base = create_base(slug=definition.slug, owner=definition.owner, by=by, now=now)
    said = _said_by(definition)
    for version in base.versions.all():
        if _says_the_same(version, said):
            return version
    return draft_base_version(base=base, by=by, now=now, **said)


def _said_by(definition: BaseDefinition) -> VersionSaid:
    return VersionSaid(
        label_fr=definition.label.fr,
        label_en=definition.label.en,
        description_fr=definition.description.fr,
        description_en=definition.description.en,
        criteria=definition.criteria,
        jobs_variable=definition.jobs_variable,
        sources=[source.model_dump(mode="json") for source in definition.sources],
        starts_on=definition.starts_on,
        ends_before=definition.ends_before,
        is_demo=definition.is_demo,
    )


def _says_the_same(version: BaseVersion, said: VersionSaid) -> bool:
    return all(getattr(version, name) == value for name, value in said.items())


def find_replaced(version: BaseVersion) -> BaseVersion | None:
    """The version in force whose days the new one takes over; the latest when there are several."""
    days = Days(version.starts_on, version.ends_before)
    in_force = BaseVersion.objects.in_force().filter(base=version.base).order_by("-number")
    return next((other for other in in_force if days.overlap(Days(other.starts_on, other.ends_before))), None)


def _check(said: VersionSaid) -> None:
    parse(said["criteria"], variables=load_variables())
    for name in ("label_fr", "label_en"):
        if not str(said.get(name, "")).strip():
            raise ObservatoryError("label-missing", field=name)
    jobs_variable = said.get("jobs_variable", "jobs_headcount")
    if jobs_variable not in list_jobs_variables():
        raise ObservatoryError("jobs-variable-unknown", value=jobs_variable, allowed=tuple(list_jobs_variables()))
    starts_on, ends_before = said.get("starts_on"), said.get("ends_before")
    if starts_on is not None and ends_before is not None and ends_before <= starts_on:
        raise ObservatoryError("days-out-of-order", starts_on=starts_on, ends_before=ends_before)


def _check_replaced(draft: BaseVersion, replaces: BaseVersion | None) -> None:
    if replaces is None:
        return
    wrong = replaces.base_id != draft.base_id or replaces.status != BaseVersion.Status.PUBLISHED
    if wrong or BaseVersion.objects.filter(replaces=replaces).exclude(pk=draft.pk).exists():
        raise ObservatoryError("cannot-replace", base=draft.base.slug, number=draft.number, other=replaces.number)
    said, before = definition_content(draft), definition_content(replaces)
    if said | {"number": None} == before | {"number": None}:
        raise ObservatoryError(
            "version-says-the-same", base=draft.base.slug, number=draft.number, other=replaces.number
        )


def _trace(
    action: str,
    target: str,
    *,
    by: User | None,
    now: datetime,
    after: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
) -> None:
    record_event(
        action=action, target_kind="base", target_id=target, by=by, now=now, before=_plain(before), after=_plain(after)
    )


def _plain(content: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if content is None:
        return None
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in content.items()}
