"""Who enters: with the account's own address and nothing else, told of what changes, never locked out by others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.urls import reverse

from essor.accounts import actions
from essor.accounts.letters import build_password_path
from essor.accounts.models import AuditEvent, User
from essor.accounts.permissions import NotAllowed
from tests.pages import StrictClient

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
PASSWORD = "un mot de passe long"
OTHER = "autre@exemple.test"


def enter(email: str, password: str = PASSWORD, **more: Any) -> StrictClient:
    client = StrictClient(**more)
    client.post(reverse("account_login"), {"login": email, "password": password})
    return client


def is_in(client: StrictClient) -> bool:
    return client.get(reverse("my_account")).status_code == 200


def test_nobody_adds_an_address_to_an_account(adviser: User, adviser_client: StrictClient) -> None:
    answer = adviser_client.post("/compte/email/", {"action_add": "", "email": OTHER})
    assert answer.status_code == 403
    assert not EmailAddress.objects.filter(email=OTHER).exists()
    assert "/compte/email/" not in adviser_client.get(reverse("my_account")).content.decode()


@pytest.mark.parametrize("is_verified", [False, True])
def test_an_address_added_before_opens_nothing(adviser: User, is_verified: bool) -> None:
    EmailAddress.objects.create(user=adviser, email=OTHER, verified=is_verified, primary=False)
    assert not is_in(enter(OTHER))
    StrictClient().post(reverse("account_reset_password"), {"email": OTHER})
    assert not mail.outbox
    assert is_in(enter("Conseil@Exemple.test"))
    StrictClient().post(reverse("account_reset_password"), {"email": "Conseil@Exemple.test"})
    assert [letter.to[0].lower() for letter in mail.outbox] == [adviser.email]


def test_a_change_of_password_is_told_by_a_letter(adviser: User) -> None:
    client = enter(adviser.email)
    asked = {"oldpassword": PASSWORD, "password1": "encore une phrase neuve", "password2": "encore une phrase neuve"}
    assert client.post(reverse("account_change_password"), asked).status_code == 302
    assert [letter.to for letter in mail.outbox] == [[adviser.email]]
    assert "mot de passe a été modifié" in str(mail.outbox[0].body)


def test_a_one_time_code_still_lets_in(adviser: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(adviser, secret)
    client = enter(adviser.email)
    assert not is_in(client)
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert is_in(client)


def enter_from(origin: str, email: str, password: str = PASSWORD) -> StrictClient:
    return enter(email, password, REMOTE_ADDR=origin)


def test_bad_passwords_from_elsewhere_never_shut_the_owner_out(adviser: User) -> None:
    for _ in range(6):
        assert not is_in(enter_from("203.0.113.7", adviser.email, "pas le bon mot de passe"))
    assert not is_in(enter_from("203.0.113.7", adviser.email)), "there, it waits"
    assert is_in(enter_from("198.51.100.9", adviser.email))


def test_guessing_from_everywhere_has_a_limit_too(adviser: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed_by_address": "7/h/key"}
    for number in range(7):
        enter_from(f"203.0.113.{number}", adviser.email, "pas le bon mot de passe")
    assert not is_in(enter_from("198.51.100.9", adviser.email))


def test_entering_is_not_counted_and_a_new_password_begins_again(adviser: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed_by_address": "3/h/key"}
    EmailAddress.objects.create(user=adviser, email=adviser.email, verified=True, primary=True)
    for number in range(5):
        assert is_in(enter_from(f"198.51.100.{number}", adviser.email)), number
    for number in range(3):
        enter_from(f"203.0.113.{number}", adviser.email, "pas le bon mot de passe")
    assert not is_in(enter_from("198.51.100.9", adviser.email))
    adviser.refresh_from_db()
    client = StrictClient(REMOTE_ADDR="198.51.100.9")
    where = client.get(build_password_path(adviser), follow=True).redirect_chain[-1][0]
    client.post(where, {"password1": "encore une phrase neuve", "password2": "encore une phrase neuve"})
    assert is_in(enter_from("198.51.100.9", adviser.email, "encore une phrase neuve"))


def test_an_administrator_changes_an_address_and_both_are_told(
    adviser: User, administrator_client: StrictClient
) -> None:
    EmailAddress.objects.create(user=adviser, email=adviser.email, verified=True, primary=True)
    address, former = reverse("person_address", args=[adviser.pk]), adviser.email
    assert administrator_client.get(address).status_code == 200
    assert administrator_client.post(address, {"email": "admin@exemple.test"}).status_code == 400, "someone else's"
    assert administrator_client.post(address, {"email": "Autre@Exemple.test"}).status_code == 302
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted([former, OTHER])
    assert is_in(enter(OTHER))
    assert not is_in(enter(former))
    event = AuditEvent.objects.get(action="change_address")
    assert (event.before, event.after) == ({"email": former}, {"email": OTHER})


def test_an_address_is_changed_even_where_no_letter_leaves(
    adviser: User, administrator_client: StrictClient, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    address = reverse("person_address", args=[adviser.pk])
    assert administrator_client.post(address, {"email": OTHER}).status_code == 302
    assert is_in(enter(OTHER))


def test_an_adviser_changes_nobody_s_address(adviser: User, administrator: User) -> None:
    with pytest.raises(NotAllowed):
        actions.change_address(user=administrator, email=OTHER, by=adviser, now=NOW)
