from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from essor.accounts import actions, queries
from essor.accounts.actions import NewRole
from essor.accounts.audit import verify_chain
from essor.accounts.models import AuditEvent, Role, User
from essor.accounts.permissions import NotAllowed, may, require

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
ADVISER = NewRole(kind="adviser", body="CLD", territory_code="640", starts_on=TODAY)
ADMINISTRATOR = NewRole(kind="administrator", starts_on=TODAY)


@pytest.fixture
def boss(db: None) -> User:
    return actions.open_account(email="Boss@Exemple.test", name="Boss", role=ADMINISTRATOR, by=None, now=NOW)


def test_an_account_is_opened_with_its_role_and_its_trace(boss: User) -> None:
    user = actions.open_account(email="a@exemple.test", name="A", role=ADVISER, by=boss, now=NOW)
    assert boss.email == "boss@exemple.test"
    assert not user.has_usable_password()
    assert [event.action for event in queries.list_events(target_kind="user", target_id=str(user.pk))] == [
        "grant_role",
        "open_account",
    ]
    assert AuditEvent.objects.latest("sequence").actor == boss
    assert verify_chain().is_whole


def test_an_address_has_one_account(boss: User) -> None:
    with pytest.raises(actions.AccountError) as caught:
        actions.open_account(email="BOSS@exemple.test", name="B", role=ADVISER, by=boss, now=NOW)
    assert caught.value.code == "email_taken"
    assert User.objects.count() == 1


def test_an_account_whose_role_is_refused_is_not_opened(boss: User) -> None:
    with pytest.raises(actions.AccountError) as caught:
        actions.open_account(
            email="a@exemple.test", name="A", role=NewRole(kind="adviser", starts_on=TODAY), by=boss, now=NOW
        )
    assert caught.value.code == "body_missing"
    assert User.objects.count() == 1
    assert AuditEvent.objects.count() == 2


def test_an_adviser_opens_no_account(boss: User) -> None:
    user = actions.open_account(email="a@exemple.test", name="A", role=ADVISER, by=boss, now=NOW)
    for write in (
        lambda: actions.open_account(email="b@exemple.test", name="B", role=ADVISER, by=user, now=NOW),
        lambda: actions.grant_role(user=user, role=ADMINISTRATOR, by=user, now=NOW),
        lambda: actions.end_role(role=boss.roles.get(), by=user, now=NOW),
        lambda: actions.set_up_instance(kind="real", by=user, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            write()
    assert User.objects.count() == 2


def test_a_role_ends_the_day_it_is_ended(boss: User) -> None:
    user = actions.open_account(email="a@exemple.test", name="A", role=ADVISER, by=boss, now=NOW)
    assert may(user, "edit_base", on=TODAY)
    ended = actions.end_role(role=user.roles.get(), by=boss, now=NOW)
    assert ended.ends_before == TODAY
    assert not may(user, "edit_base", on=TODAY)
    assert not Role.objects.on(TODAY).filter(user=user).exists()


def test_the_last_administrator_stays(boss: User) -> None:
    with pytest.raises(actions.AccountError) as caught:
        actions.end_role(role=boss.roles.get(), by=boss, now=NOW)
    assert caught.value.code == "last_administrator"
    actions.open_account(email="b@exemple.test", name="B", role=ADMINISTRATOR, by=boss, now=NOW)
    actions.end_role(role=boss.roles.get(), by=boss, now=NOW)
    assert not may(boss, "administer", on=TODAY)


def test_roles_are_refused_backwards(boss: User) -> None:
    backwards = NewRole(kind="administrator", starts_on=TODAY, ends_before=TODAY - timedelta(days=1))
    with pytest.raises(actions.AccountError) as caught:
        actions.grant_role(user=boss, role=backwards, by=boss, now=NOW)
    assert caught.value.code == "role_ends_before_it_starts"


@pytest.mark.parametrize(("first", "second"), [("demo", "real"), ("real", "demo")])
def test_a_platform_never_changes_its_kind(db: None, first: str, second: str) -> None:
    actions.set_up_instance(kind=first, by=None, now=NOW)
    actions.set_up_instance(kind=first, by=None, now=NOW)
    with pytest.raises(actions.InstanceError):
        actions.set_up_instance(kind=second, by=None, now=NOW)
    assert queries.get_instance_kind() == first
    assert AuditEvent.objects.filter(action="set_up_instance").count() == 1


def test_who_may_act_in_a_territory(adviser: User, settings: Any) -> None:
    assert may(adviser, "publish_edition", "640")
    assert not may(adviser, "publish_edition", "65005")
    assert not may(AnonymousUser(), "publish_edition", "640")
    assert may(None, "erase_organisation")
    assert adviser.has_perm("essor.publish_edition", "640")
    assert not adviser.has_perm("essor.publish_edition", "13")
    with pytest.raises(NotAllowed) as caught:
        require(adviser, "publish_edition", "65005")
    assert (caught.value.code, caught.value.territory_code) == ("outside_territory", "65005")


def test_a_closed_account_may_nothing(administrator: User) -> None:
    administrator.is_active = False
    assert not may(administrator, "administer")


def test_nobody_is_allowed_what_does_not_exist(db: None) -> None:
    with pytest.raises(KeyError):
        require(None, "fly")


def test_a_person_takes_all_that_is_held_about_them(boss: User) -> None:
    taken = queries.export_person(user=boss)
    assert taken["email"] == "boss@exemple.test"
    assert taken["roles"][0]["kind"] == "administrator"
