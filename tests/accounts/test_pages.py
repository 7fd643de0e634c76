from __future__ import annotations

import json
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation

from essor.accounts.models import AuditEvent, User
from tests.pages import StrictClient

PASSWORD = "un tout autre mot de passe"
NEW = {
    "email": "nouvelle@exemple.test",
    "name": "Nouvelle Personne",
    "kind": "adviser",
    "body": "CLD",
    "territory_code": "640",
    "starts_on": "2020-01-01",
    "ends_before": "",
}


def test_an_administrator_opens_an_account_and_the_person_enters(
    administrator_client: StrictClient, public: StrictClient
) -> None:
    answer = administrator_client.post(reverse("person_add"), NEW, follow=True)
    assert "Nouvelle Personne" in answer.content.decode()
    link = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))
    assert link
    page = public.get(link[1], follow=True)
    where = page.redirect_chain[-1][0]
    public.post(where, {"password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.get(email=NEW["email"]).check_password(PASSWORD)
    entered = StrictClient()
    answer = entered.post(reverse("account_login"), {"login": NEW["email"], "password": PASSWORD})
    assert answer.status_code == 302
    assert entered.get(reverse("my_account")).status_code == 200
    again = StrictClient().get(link[1], follow=True).content.decode()
    assert 'name="password1"' not in again, "the link serves once"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": "pas une adresse"}, "courriel"),
        ({"body": ""}, "Un conseiller, une conseillère ou un partenaire agit pour un organisme"),
        ({"ends_before": "2019-01-01"}, "Le rôle finit avant de commencer"),
        ({"email": "admin@exemple.test"}, "Un compte existe déjà"),
    ],
)
def test_a_form_with_an_error_opens_nothing(
    administrator_client: StrictClient, change: dict[str, str], sentence: str
) -> None:
    answer = administrator_client.post(reverse("person_add"), NEW | change)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert User.objects.count() == 1
    assert not mail.outbox


@pytest.fixture
def no_mail_server(settings: Any) -> None:
    """The real sender, at a port where nobody listens."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1


def test_without_a_mail_server_the_administrator_hands_the_link_over(
    administrator_client: StrictClient, no_mail_server: None, caplog: Any
) -> None:
    page = administrator_client.post(reverse("person_add"), NEW, follow=True)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Le compte est ouvert." in text
    link = re.search(r"http://testserver(/compte/password/reset/key/\S+?/)[\s<]", text)
    assert link
    assert StrictClient().get(link[1], follow=True).status_code == 200
    assert "Connection refused" in caplog.text
    assert link[1] not in caplog.text
    person = User.objects.get(email=NEW["email"])
    again = administrator_client.post(reverse("person_link", args=[person.pk]), follow=True).content.decode()
    assert "Rien n’est parti à nouvelle@exemple.test" in again


def test_without_a_mail_server_nobody_learns_who_has_an_account(
    public: StrictClient, adviser: User, no_mail_server: None, caplog: Any
) -> None:
    known, unknown = (
        public.post(reverse("account_reset_password"), {"email": email})
        for email in (adviser.email, "personne@exemple.test")
    )
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert public.get(known.headers["Location"]).content == StrictClient().get(unknown.headers["Location"]).content
    assert "Connection refused" in caplog.text


def test_without_a_mail_server_who_is_signed_in_is_told(
    adviser_client: StrictClient, adviser: User, no_mail_server: None, settings: Any, caplog: Any
) -> None:
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    EmailAddress.objects.create(user=adviser, email=adviser.email, primary=True, verified=True)
    said = {"oldpassword": "un mot de passe long", "password1": PASSWORD, "password2": PASSWORD}
    page = adviser_client.post(reverse("account_change_password"), said, follow=True).content.decode()
    assert f"La lettre à {adviser.email} n’est pas partie" in page
    assert User.objects.get(pk=adviser.pk).check_password(PASSWORD)


def test_roles_are_given_and_ended_on_a_page(administrator_client: StrictClient, adviser: User) -> None:
    page = reverse("person", args=[adviser.pk])
    administrator_client.post(page, NEW | {"territory_code": "14"})
    assert adviser.roles.count() == 2
    for role in adviser.roles.all():
        administrator_client.post(reverse("role_end", args=[role.pk]))
    assert StrictClient().get(page).status_code == 302
    assert "Mettre fin" not in administrator_client.get(page).content.decode()


def test_the_last_administrator_is_told_why_they_stay(administrator_client: StrictClient, administrator: User) -> None:
    answer = administrator_client.post(reverse("role_end", args=[administrator.roles.get().pk]), follow=True)
    assert "dernière personne qui administre" in answer.content.decode()


def test_the_trace_is_read_filtered_and_checked(administrator_client: StrictClient) -> None:
    administrator_client.post(reverse("person_add"), NEW)
    user = User.objects.get(email=NEW["email"])
    page = administrator_client.get(reverse("trace"), {"target_kind": "user", "target_id": user.pk}).content.decode()
    assert "Chaîne vérifiée jusqu’au n° 2" in page
    assert "open_account" in page
    assert "Aucun événement" in administrator_client.get(reverse("trace"), {"target_id": "0"}).content.decode()


def test_the_trace_page_says_which_event_was_altered(administrator_client: StrictClient) -> None:
    administrator_client.post(reverse("person_add"), NEW)
    AuditEvent.objects.filter(sequence=1)._raw_delete("default")
    assert "Un événement manque avant le n° 2" in administrator_client.get(reverse("trace")).content.decode()


def test_what_someone_signed_in_reads_is_kept_nowhere(
    public: StrictClient, adviser_client: StrictClient, administrator_client: StrictClient
) -> None:
    asked = [(adviser_client, reverse("my_account_data")), (administrator_client, reverse("people"))]
    asked += [(adviser_client, path) for path in ("/annuaire/", "/bases/", "/rien/de/tel/")]
    for client, path in asked:
        assert client.get(path).headers["Cache-Control"] == "private, no-store", path
    for path in ("/annuaire/", "/bases/", "/sante/"):
        assert "Cache-Control" not in public.get(path).headers, path
    public.cookies["sessionid"] = "made-up"
    assert public.get("/annuaire/").headers.get("Cache-Control") != "private, no-store"


def test_my_account_and_my_data(adviser_client: StrictClient) -> None:
    assert "CLD des Moulins" in adviser_client.get(reverse("my_account")).content.decode()
    data = json.loads(adviser_client.get(reverse("my_account_data")).content)
    assert data["email"] == "conseil@exemple.test"
    assert adviser_client.get("/en/mon-compte/").status_code == 200


@pytest.mark.parametrize(
    ("language", "subject", "sentences"),
    [
        ("", "Choisir un nouveau mot de passe", ["Bonjour,", "a demandé un nouveau mot de passe", "pendant 3 jours"]),
        ("/en", "Choose a new password", ["Hello,", "asked for a new password", "for 3 days"]),
    ],
)
def test_the_letter_of_a_forgotten_password_is_ours(
    public: StrictClient, adviser: User, language: str, subject: str, sentences: list[str]
) -> None:
    public.post(language + reverse("account_reset_password"), {"email": adviser.email})
    letter = mail.outbox[0]
    assert letter.subject == f"[Essor] {subject}"
    for sentence in sentences:
        assert sentence in letter.body
    assert re.search(rf"^http://testserver{language}/compte/password/reset/key/\S+$", str(letter.body), re.MULTILINE)
    assert "testserver !" not in letter.body
    assert "Merci" not in letter.body


@pytest.mark.parametrize(("language", "title"), [("", "Trop de demandes"), ("/en", "Too many requests")])
def test_too_many_requests_are_refused_on_a_page_of_ours(public: StrictClient, language: str, title: str) -> None:
    cache.clear()
    address = language + reverse("account_reset_password")
    answers = [public.post(address, {"email": "trop@exemple.test"}) for _attempt in range(6)]
    told = public.post(address, {"email": "trop@exemple.test"}, headers={"accept": "application/problem+json"})
    cache.clear()
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert title in answers[-1].content.decode()
    assert 'id="contenu"' in answers[-1].content.decode()
    assert (told.status_code, told.json()["type"]) == (429, "too-many")


@pytest.mark.parametrize(("language", "label"), [("", "Nom de la clé"), ("/en", "Name of the key")])
def test_the_form_of_a_key_is_in_the_language_of_the_page(adviser: User, language: str, label: str) -> None:
    client = StrictClient()
    client.post(reverse("account_login"), {"login": adviser.email, "password": "un mot de passe long"})
    client.post(reverse("account_reauthenticate"), {"password": "un mot de passe long"})
    pages = [client.get(language + reverse("mfa_add_webauthn"))]
    key = adviser.authenticator_set.create(type="webauthn", data={"name": "Clé bleue"})
    with translation.override("fr"):
        pages.append(client.get(language + reverse("mfa_edit_webauthn", args=[key.pk])))
    for page in pages:
        assert page.status_code == 200
        assert label in page.content.decode()


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_signup"])
def test_pages_of_the_door_are_ours(public: StrictClient, name: str, language: str) -> None:
    answer = public.get(language + reverse(name))
    assert answer.status_code == 200
    assert 'id="contenu"' in answer.content.decode()


def test_one_time_codes_are_set_up_after_the_password_is_said_again(adviser: User) -> None:
    client = StrictClient()
    client.post(reverse("account_login"), {"login": adviser.email, "password": "un mot de passe long"})
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked.status_code == 302, "the password comes first, even just after signing in"
    page = client.post(asked["Location"], {"password": "un mot de passe long"}, follow=True).content.decode()
    assert "data:image/svg+xml" in page
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200
    assert client.get(reverse("mfa_index")).status_code == 200


def test_the_first_administrator_comes_from_the_console(public: StrictClient, capsys: Any) -> None:
    call_command("administrator", "premiere@exemple.test")
    link = capsys.readouterr().out.split()[-1]
    assert link.startswith("http://localhost:8000/compte/password/reset/key/")
    assert public.get(link.removeprefix("http://localhost:8000"), follow=True).status_code == 200
    call_command("administrator", "premiere@exemple.test")
    assert User.objects.get().roles.count() == 1
    with pytest.raises(CommandError, match="n’est pas une adresse"):
        call_command("administrator", "personne")
