from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from essor.accounts.models import AuditEvent, User
from essor.accounts.permissions import NotAllowed
from essor.methods.criteria import CriterionError
from essor.observatory.actions import (
    create_base,
    draft_base_version,
    edit_base_draft,
    import_base,
    load_shipped_bases,
    publish_base_version,
)
from essor.observatory.guards import install_guards, remove_guards
from essor.observatory.models import Base, BaseVersion
from essor.observatory.queries.bases import base_definition, definition_content, get_base_version
from essor.observatory.rules import ObservatoryError, seal_of

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TREE: dict[str, Any] = {"fact": "legal_form", "in": ["coop", "npo"]}
WORDS: dict[str, Any] = {"label_fr": "Base d’essai", "label_en": "Trial base", "criteria": TREE}

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Base:
    return create_base(slug="essai", owner="Table régionale", by=None, now=NOW)


def draft(base: Base, **said: Any) -> BaseVersion:
    return draft_base_version(base=base, by=None, now=NOW, **(WORDS | said))


def publish(version: BaseVersion, **options: Any) -> BaseVersion:
    return publish_base_version(version=version, by=None, now=NOW, **options)


def test_a_base_is_drafted_edited_then_sealed(base: Base) -> None:
    version = draft(base)
    edited = edit_base_draft(version=version, by=None, now=NOW, **(WORDS | {"label_fr": "Base corrigée"}))
    sealed = publish(edited)
    assert (sealed.status, sealed.number, sealed.label_fr) == ("published", 1, "Base corrigée")
    assert sealed.definition_hash == seal_of(definition_content(sealed))
    with pytest.raises(ObservatoryError, match="version-is-sealed"):
        edit_base_draft(version=sealed, by=None, now=NOW, **WORDS)
    with pytest.raises(ObservatoryError, match="version-is-sealed"):
        publish(sealed)
    traced = list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True))
    assert traced == ["create_base", "draft_base_version", "edit_base_draft", "publish_base_version"]


def test_a_wrong_tree_is_refused_with_its_path_and_nothing_is_written(base: Base) -> None:
    with pytest.raises(CriterionError) as refused:
        draft(base, criteria={"all": [{"fact": "legal_fort", "is": "coop"}]})
    assert refused.value.path == "criteria.all[0].fact"
    assert "legal_form" in refused.value.allowed
    assert not BaseVersion.objects.exists()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"label_en": " "}, "label-missing"),
        ({"jobs_variable": "members"}, "jobs-variable-unknown"),
        ({"starts_on": date(2017, 1, 1), "ends_before": date(2017, 1, 1)}, "days-out-of-order"),
    ],
)
def test_a_wrong_draft_says_what_is_wrong(base: Base, said: dict[str, Any], code: str) -> None:
    with pytest.raises(ObservatoryError, match=code):
        draft(base, **said)


def test_days_of_published_versions_touch_but_never_overlap(base: Base) -> None:
    first = publish(draft(base, ends_before=date(2017, 1, 1)))
    publish(draft(base, starts_on=date(2017, 1, 1)))
    overlapping = draft(base, starts_on=date(2016, 12, 31), ends_before=date(2017, 1, 1))
    with pytest.raises(ObservatoryError) as refused:
        publish(overlapping)
    assert (refused.value.code, refused.value.facts["other"]) == ("versions-overlap", 1)
    assert get_base_version(slug="essai", on=date(2016, 12, 31)) == first
    assert get_base_version(slug="essai", on=date(2017, 1, 1)).number == 2


def test_a_version_may_replace_the_one_it_corrects(base: Base) -> None:
    first = publish(draft(base))
    second = publish(draft(base, description_fr="Une faute corrigée."), replaces=first)
    assert get_base_version(slug="essai") == second
    assert get_base_version(slug="essai", number=1) == first
    assert BaseVersion.objects.get(pk=first.pk).definition_hash == first.definition_hash
    with pytest.raises(ObservatoryError, match="cannot-replace"):
        publish(draft(base), replaces=first)


def test_a_base_is_kept_by_the_body_of_whoever_makes_it(adviser: User, administrator: User) -> None:
    kept = {name: create_base(slug=name, owner="Table", by=by, now=NOW).steward for name, by in
            (("un", adviser), ("deux", administrator), ("trois", None))}  # fmt: skip
    assert kept == {"un": "CLD des Moulins", "deux": "", "trois": ""}
    with pytest.raises(NotAllowed, match="outside_body"):
        create_base(slug="quatre", owner="Table", steward="Un autre organisme", by=adviser, now=NOW)
    adviser.roles.update(ends_before=date(2020, 1, 1))
    with pytest.raises(NotAllowed, match="role_missing"):
        draft_base_version(base=Base.objects.get(slug="un"), by=adviser, now=NOW, **WORDS)
    with pytest.raises(NotAllowed, match="outside_body"):
        draft_base_version(base=Base.objects.get(slug="trois"), by=_other_adviser(), now=NOW, **WORDS)
    traced = AuditEvent.objects.get(action="create_base", target_id="un")
    assert traced.after == {"owner": "Table", "steward": "CLD des Moulins"}


def _other_adviser() -> User:
    user = User.objects.create_user("autre@exemple.test", "un mot de passe long")
    user.roles.create(kind="adviser", body="CLD des Moulins", starts_on=date(2010, 1, 1))
    return user


def test_shipped_bases_are_loaded_once() -> None:
    loaded = load_shipped_bases(by=None, now=NOW)
    assert {str(version) for version in loaded} >= {"magazine-2014 v1", "table-regionale-2017 v1", "loi-e-1-1-1 v1"}
    assert load_shipped_bases(by=None, now=NOW) == []
    assert BaseVersion.objects.count() == len(loaded)
    definition = base_definition(get_base_version(slug="table-regionale-2017", on=date(2017, 11, 29)))
    assert definition.jobs_variable == "jobs_headcount_all"


def test_a_definition_is_imported_as_a_draft_and_once(tmp_path: Path) -> None:
    file = tmp_path / "ma-base.yaml"
    file.write_text(
        """
slug: ma-base
owner: Une table
label: {fr: "Ma base", en: "My base"}
description: {fr: "Essai.", en: "Trial."}
criteria: {fact: jobs_headcount, at_least: 1}
jobs_variable: jobs_headcount
sources: [{title: "Une source"}]
reviewed_on: 2026-01-01
""",
        encoding="utf-8",
    )
    version = import_base(file=file, by=None, now=NOW)
    assert (str(version), version.status) == ("ma-base v1", "draft")
    assert import_base(file=file, by=None, now=NOW) == version


def test_an_unknown_base_is_refused_with_near_names(base: Base) -> None:
    with pytest.raises(ObservatoryError) as refused:
        get_base_version(slug="esai")
    assert refused.value.facts["near"] == ("essai",)
    with pytest.raises(ObservatoryError, match="no-version-in-force"):
        get_base_version(slug="essai")
    with pytest.raises(ObservatoryError, match="version-unknown"):
        get_base_version(slug="essai", number=7)


def test_the_database_refuses_to_change_what_was_published(base: Base) -> None:
    version = publish(draft(base))
    waiting = draft(base)
    install_guards(connection)
    try:
        with pytest.raises(DatabaseError, match="published for good"), transaction.atomic():
            BaseVersion.objects.filter(pk=version.pk).update(label_fr="Autre chose")
        with pytest.raises(DatabaseError, match="published for good"), transaction.atomic():
            version.delete()
        edit_base_draft(version=waiting, by=None, now=NOW, **(WORDS | {"label_fr": "Permis"}))
        waiting.delete()
    finally:
        remove_guards(connection)


@pytest.fixture
def guarded(base: Base) -> Iterator[Base]:
    install_guards(connection)
    yield base
    remove_guards(connection)


def publish_past_the_action(version: BaseVersion, **said: Any) -> None:
    """Whoever writes to the database without the action that checks the days."""
    sealed = {"status": "published", "definition_hash": "x", "published_at": NOW}
    BaseVersion.objects.filter(pk=version.pk).update(**sealed, **said)


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        ({}, {}, False),
        ({"starts_on": date(2014, 1, 1)}, {"ends_before": date(2014, 1, 1)}, True),
        ({"starts_on": date(2014, 1, 1)}, {"ends_before": date(2014, 1, 2)}, False),
        ({"ends_before": date(2014, 1, 1)}, {"starts_on": date(2014, 1, 1)}, True),
        ({"starts_on": date(2014, 1, 1), "ends_before": date(2015, 1, 1)}, {"starts_on": date(2014, 6, 1)}, False),
    ],
    ids=str,
)
def test_the_database_refuses_two_versions_on_one_day(
    guarded: Base, first: dict[str, Any], second: dict[str, Any], agree: bool
) -> None:
    publish(draft(guarded, **first))
    later = draft(guarded, **second)
    if agree:
        publish_past_the_action(later)
        return
    with pytest.raises(DatabaseError, match="never cover the same day"), transaction.atomic():
        publish_past_the_action(later)
    added = BaseVersion(base=guarded, number=9, recorded_at=NOW, status="published", **WORDS, **second)
    added.definition_hash, added.published_at = "x", NOW
    with pytest.raises(DatabaseError, match="never cover the same day"), transaction.atomic():
        added.save()


def test_the_database_lets_a_version_replace_another_and_no_other(guarded: Base) -> None:
    first = publish(draft(guarded))
    second = publish(draft(guarded, label_fr="Autre"), replaces=first)
    publish(draft(guarded, ends_before=date(2014, 1, 1)), replaces=second)
    publish(draft(guarded, starts_on=date(2014, 1, 1)))
    other = create_base(slug="autre", owner="Table", by=None, now=NOW)
    publish(draft(other))
    with pytest.raises(DatabaseError, match="never cover the same day"), transaction.atomic():
        publish_past_the_action(draft(guarded))
