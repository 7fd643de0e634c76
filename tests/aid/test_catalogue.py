"""The catalogue: drafted by one, published by another, never forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from essor.accounts.audit import verify_chain
from essor.accounts.models import User
from essor.accounts.permissions import NotAllowed
from essor.aid.actions import draft_aid, load_shipped_aids, publish_aid, set_draft_aside
from essor.aid.guards import install_guards
from essor.aid.models import AidRevision
from essor.aid.queries import list_programmes
from essor.aid.rules import AidError
from essor.directory.guards import install_guards as install_directory_guards
from essor.knowledge.aids import AidDefinition, load_aids

NOW = timezone.now() + timedelta(days=30)
"""A month after what is shipped was loaded."""


@pytest.fixture
def second() -> User:
    user = User.objects.create_user("deux@exemple.test", "un mot de passe long", name="Dany Deux")
    user.roles.create(kind="adviser", body="Pôle", territory_code="14", starts_on=NOW.date() - timedelta(days=2))
    return user


def renamed(name: str) -> AidDefinition:
    first = load_aids()[0]
    return first.model_copy(update={"name": first.name.model_copy(update={"fr": name})})


def test_what_is_shipped_is_published_once_in_the_order_of_the_files() -> None:
    assert [one.slug for one in list_programmes()] == [one.id for one in load_aids()]
    assert load_shipped_aids(now=NOW) == []


def test_a_draft_is_shown_once_a_second_person_publishes_it(adviser: User, second: User) -> None:
    draft = draft_aid(definition=renamed("Autre nom"), by=adviser, now=NOW, reason="nom corrigé")
    assert list_programmes()[0].definition.name.fr != "Autre nom"
    with pytest.raises(AidError, match="second-person-needed"):
        publish_aid(revision=draft, by=adviser, now=NOW)
    publish_aid(revision=draft, by=second, now=NOW)
    assert (list_programmes()[0].definition.name.fr, list_programmes()[0].revision) == ("Autre nom", 2)
    before = list_programmes(known_at=NOW - timedelta(days=1))[0]
    assert (before.definition.name.fr, before.revision) == (load_aids()[0].name.fr, 1)
    assert verify_chain().is_whole


def test_what_a_person_published_is_not_overwritten_by_what_is_shipped(adviser: User, second: User) -> None:
    publish_aid(revision=draft_aid(definition=renamed("Autre nom"), by=adviser, now=NOW), by=second, now=NOW)
    assert load_shipped_aids(now=NOW) == []


def test_what_is_shipped_otherwise_takes_the_place_of_what_the_console_wrote() -> None:
    published = load_shipped_aids(now=NOW, definitions=[renamed("Autre nom")])
    assert [str(one) for one in published] == [f"{load_aids()[0].id}, 2"]
    assert len(list_programmes()) == len(load_aids())


def test_one_draft_at_a_time_and_none_that_says_nothing_new(adviser: User) -> None:
    current = AidRevision.objects.current().get(aid__slug=load_aids()[0].id)
    with pytest.raises(AidError, match="nothing-changed"):
        draft_aid(definition=load_aids()[0], by=adviser, now=NOW, read_on=current.read_on)
    draft = draft_aid(definition=renamed("Un"), by=adviser, now=NOW)
    with pytest.raises(AidError, match="draft-open"):
        draft_aid(definition=renamed("Deux"), by=adviser, now=NOW)
    set_draft_aside(revision=draft, by=adviser, now=NOW)
    with pytest.raises(AidError, match="draft-gone"):
        publish_aid(revision=draft, by=None, now=NOW)
    assert draft_aid(definition=renamed("Deux"), by=adviser, now=NOW).number == 3


def test_without_a_role_nothing_is_written(second: User) -> None:
    second.roles.all().delete()
    with pytest.raises(NotAllowed):
        draft_aid(definition=renamed("Un"), by=second, now=NOW)
    assert not AidRevision.objects.drafts().exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE aid_aidrevision SET content_hash = 'x'",
        "UPDATE aid_aidrevision SET published_at = NULL",
        "DELETE FROM aid_aidrevision",
        "UPDATE aid_aid SET slug = slug || 'x'",
    ],
)
def test_the_database_itself_refuses_to_rewrite_the_catalogue(statement: str) -> None:
    install_directory_guards(connection)
    install_guards(connection)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_page_reads_the_catalogue_in_one_query(django_assert_num_queries: Any) -> None:
    list_programmes()
    with django_assert_num_queries(1):
        list_programmes()
