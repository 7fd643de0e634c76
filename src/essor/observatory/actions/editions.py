"""Editions: previewed, then published for good. There is no way to change one: a correction is a successor."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Required, TypedDict, Unpack

import pyarrow as pa
from django.db import connection, transaction
from django.utils import timezone

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.accounts.permissions import require
from essor.engines.running import DatabaseEngine
from essor.engines.snapshots import write_snapshot
from essor.observatory.differences import list_changes
from essor.observatory.folders import (
    DEFINITIONS,
    MANIFEST,
    RESULTS,
    UNFINISHED,
    hold_publication,
    keep_entries,
    manifest_of,
    open_records,
    read_json,
    rebuild_results,
    sweep_orphans,
    write_file,
    write_json,
)
from essor.observatory.models import BaseVersion, Edition
from essor.observatory.portraits import read_instant
from essor.observatory.queries.editions import editions_folder
from essor.observatory.queries.gathering import (
    Records,
    gather_definitions,
    gather_records,
    gather_sources,
    list_silent_days,
)
from essor.observatory.queries.live import build_live_portrait
from essor.observatory.queries.subtractions import list_small_differences
from essor.observatory.rules import ObservatoryError, choose_free_slug, make_slug, sha256_of


class EditionAsked(TypedDict, total=False):
    """What a person asks to publish. ``correction_reason`` goes with ``predecessor``, and only with it."""

    territory_code: Required[str]
    base_versions: Required[Sequence[BaseVersion]]
    dates: Required[Sequence[date]]
    known_at: Required[datetime]
    title_fr: Required[str]
    title_en: Required[str]
    predecessor: Edition | None
    correction_reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be published: the results, and what a correction would change (None: not a correction).

    ``differences``: who could be told apart by subtraction, within the results or from an edition already published.
    """

    results: Mapping[str, Any]
    changes: Sequence[Mapping[str, Any]] | None
    differences: Sequence[Mapping[str, Any]] = ()


def preview_edition(*, now: datetime, **asked: Unpack[EditionAsked]) -> Preview:
    """The results as they stand, from the facts; nothing is written. Raises what publishing would raise."""
    _check(asked, now)
    results = build_live_portrait(
        territory_code=asked["territory_code"],
        base_versions=asked["base_versions"],
        dates=asked["dates"],
        known_at=asked["known_at"],
    )
    _refuse_silence(asked, results)
    predecessor = asked.get("predecessor")
    changes = list_changes(predecessor.results, results) if predecessor else None
    return Preview(results, changes, list_small_differences(results))


def publish_edition(*, by: User | None, now: datetime, **asked: Unpack[EditionAsked]) -> Edition:
    """Freezes the records and definitions in a folder, computes the results from it, and publishes them for good.

    All or nothing, even through a killed process: the folder is prepared aside and renamed, the row comes last; what a
    kill leaves is swept by the next publication. One publication at a time.
    """
    require(by, "publish_edition", asked["territory_code"], on=timezone.localdate(now))
    with hold_publication(editions_folder()), transaction.atomic(durable=True):
        _check(asked, now)
        published = set(Edition.objects.values_list("slug", flat=True))
        sweep_orphans(editions_folder(), published=published)
        unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=editions_folder()))
        final: Path | None = None
        try:
            edition = _prepare(unfinished, asked, published=published, by=by, now=now)
            final = editions_folder() / edition.slug
            unfinished.chmod(0o755)
            unfinished.rename(final)
            keep_entries(editions_folder())
            return _record(edition, asked, by=by, now=now)
        except BaseException:
            shutil.rmtree(final if final is not None and final.exists() else unfinished, ignore_errors=True)
            raise


def _check(asked: EditionAsked, now: datetime) -> None:
    if not asked["title_fr"].strip() or not asked["title_en"].strip():
        raise ObservatoryError("title-missing")
    if not asked["dates"]:
        raise ObservatoryError("no-dates")
    for version in asked["base_versions"]:
        if version.status != BaseVersion.Status.PUBLISHED:
            raise ObservatoryError("version-is-a-draft", base=version.base.slug, number=version.number)
    known_at = asked["known_at"]
    if known_at > now:
        raise ObservatoryError("known-in-the-future", known=timezone.localdate(known_at))
    if max(asked["dates"]) > timezone.localdate(known_at):
        raise ObservatoryError("date-before-known", on=max(asked["dates"]), known=timezone.localdate(known_at))
    _check_correction(asked)


def _refuse_silence(asked: EditionAsked, results: Mapping[str, Any]) -> None:
    """Nothing known of a day is no zero to publish."""
    code = asked["territory_code"]
    silent = list_silent_days(territory_code=code, dates=asked["dates"], known_at=asked["known_at"], results=results)
    if silent:
        raise ObservatoryError("no-fact-known", on=silent[0], territory=code)


def _check_correction(asked: EditionAsked) -> None:
    predecessor, reason = asked.get("predecessor"), asked.get("correction_reason", "").strip()
    if predecessor is None:
        if reason:
            raise ObservatoryError("nothing-to-correct")
        return
    if not reason:
        raise ObservatoryError("reason-missing")
    if predecessor.territory_code != asked["territory_code"]:
        raise ObservatoryError("predecessor-elsewhere", slug=predecessor.slug)
    successor = Edition.objects.filter(predecessor=predecessor).first()
    if successor is not None:
        raise ObservatoryError("already-corrected", slug=predecessor.slug, successor=successor.slug)


def _prepare(folder: Path, asked: EditionAsked, *, published: set[str], by: User | None, now: datetime) -> Edition:
    """Fills the folder and returns the row that will name it, not yet saved."""
    definitions, records = _gather(asked)
    snapshot_hash = _write_records(folder, definitions, records)
    results = _compute(folder, definitions, snapshot_hash)
    _refuse_silence(asked, results)
    _refuse_twice(snapshot_hash, results, asked.get("predecessor"))
    last = max(asked["dates"])
    wanted = make_slug(f"{definitions['territory']['name_fr']} {last.isoformat()}")
    edition = Edition(
        slug=choose_free_slug(wanted, published),
        title_fr=asked["title_fr"].strip(),
        title_en=asked["title_en"].strip(),
        territory_code=asked["territory_code"],
        last_reference_on=last,
        known_at=read_instant(definitions),
        snapshot_hash=snapshot_hash,
        results=results,
        predecessor=asked.get("predecessor"),
        correction_reason=asked.get("correction_reason", "").strip(),
        published_at=now,
        published_by=by,
    )
    if edition.predecessor is not None:
        edition.changes = list_changes(edition.predecessor.results, results)
    edition.manifest_hash = _write_manifest(folder, edition, definitions)
    return edition


def _gather(asked: EditionAsked) -> tuple[dict[str, Any], Records]:
    """What the edition will be computed from, with the sources of its records."""
    known_at = asked["known_at"]
    definitions = gather_definitions(
        territory_code=asked["territory_code"],
        base_versions=asked["base_versions"],
        dates=asked["dates"],
        known_at=known_at,
    )
    records = gather_records(definitions, known_at=known_at)
    variables = definitions["variables"]
    sources = gather_sources(records.organisations, variables=variables, known_at=known_at)
    return definitions | {"sources": sources}, records


def _compute(folder: Path, definitions: Mapping[str, Any], snapshot_hash: str) -> dict[str, Any]:
    """Keeps the definitions, then the results that they give on the records just written, read back from the folder."""
    write_file(folder / DEFINITIONS, write_json(definitions))
    results = rebuild_results(read_json(folder / DEFINITIONS), open_records(folder, {"snapshot": snapshot_hash}))
    write_file(folder / RESULTS, write_json(results))
    return results


def _write_manifest(folder: Path, edition: Edition, definitions: Mapping[str, Any]) -> str:
    """The hash of the manifest, which names every file of the folder and makes them last."""
    names = [f"{edition.snapshot_hash}.parquet", DEFINITIONS, RESULTS]
    content = write_json(manifest_of(folder, names=names, about=_tell(edition, definitions)))
    write_file(folder / MANIFEST, content)
    keep_entries(folder)
    return sha256_of(content)


def _write_records(folder: Path, definitions: Mapping[str, Any], records: Records) -> str:
    """The facts that the portrait reads and the events; no name, so that a privacy erasure leaves no trace to hunt."""
    known_at = read_instant(definitions)
    facts = DatabaseEngine(connection).read_facts(known_at=known_at, organisations=records.organisations)
    wanted = set(definitions["variables"])
    needed = facts.filter(pa.array([name in wanted for name in facts.column("variable").to_pylist()], pa.bool_()))
    _path, sha256 = write_snapshot(folder, facts=needed, events=records.events, names=[], known_at=known_at)
    return sha256


def _refuse_twice(snapshot_hash: str, results: Mapping[str, Any], predecessor: Edition | None) -> None:
    """The same records and figures, correcting the same edition, are one edition: a moment later they say no more."""
    for edition in Edition.objects.filter(snapshot_hash=snapshot_hash, predecessor=predecessor):
        if _without_instant(edition.results) == _without_instant(results):
            raise ObservatoryError("already-published", slug=edition.slug)


def _without_instant(results: Mapping[str, Any]) -> dict[str, Any]:
    return {name: kept for name, kept in results.items() if name != "known_at"}


def _tell(edition: Edition, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Who published what and when; a correction says what it corrects, why and what changed."""
    corrects = None
    if edition.predecessor is not None:
        corrects = {
            "slug": edition.predecessor.slug,
            "manifest": edition.predecessor.manifest_hash,
            "reason": edition.correction_reason,
            "changes": edition.changes,
        }
    return {
        "slug": edition.slug,
        "title_fr": edition.title_fr,
        "title_en": edition.title_en,
        "snapshot": edition.snapshot_hash,
        "platform": definitions["platform"],
        "published_at": edition.published_at.astimezone(UTC).isoformat(),
        "published_by": edition.published_by.name if edition.published_by else "console",
        "corrects": corrects,
    }


def _record(edition: Edition, asked: EditionAsked, *, by: User | None, now: datetime) -> Edition:
    edition.save(force_insert=True)
    edition.base_versions.set(asked["base_versions"])
    record_event(
        action="publish_edition",
        target_kind="edition",
        target_id=edition.slug,
        by=by,
        now=now,
        after={
            "title": edition.title_fr,
            "manifest": edition.manifest_hash,
            "snapshot": edition.snapshot_hash,
            "corrects": edition.predecessor.slug if edition.predecessor else None,
        },
    )
    return edition
