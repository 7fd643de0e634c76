from __future__ import annotations

import logging
import logging.config
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from essor.accounts.permissions import NotAllowed
from essor.project import errors
from tests.pages import StrictClient, list_faults


def test_a_page_that_is_not_there(public: StrictClient) -> None:
    answer = public.get("/rien/ici/")
    assert answer.status_code == 404
    assert "Il n’y a rien à cette adresse" in answer.content.decode()
    assert "Que faire" in answer.content.decode()
    assert "There is nothing at this address" in public.get("/en/nothing/").content.decode()


def test_what_is_missing_is_a_problem_object_for_programs(public: StrictClient) -> None:
    answer = public.get("/rien/ici/", headers={"accept": "application/json"})
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["type"], problem["status"]) == ("not-found", 404)
    assert set(problem) == {"type", "title", "status", "detail"}


def test_who_is_not_signed_in_is_sent_to_sign_in_and_a_program_is_told(public: StrictClient) -> None:
    assert public.get(reverse("people")).headers["Location"] == "/compte/login/?next=/administration/"
    answer = public.get(reverse("people"), headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (401, "signed-out")


def test_who_lacks_the_role_reads_why(adviser_client: StrictClient) -> None:
    answer = adviser_client.get(reverse("people"))
    assert answer.status_code == 403
    assert "un rôle que vous n’avez pas" in answer.content.decode()


def test_a_form_without_its_token_is_refused(db: None) -> None:
    answer = StrictClient(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "a@exemple.test"})
    assert answer.status_code == 403
    assert "Formulaire expiré" in answer.content.decode()


@pytest.mark.parametrize("code", ["signed_out", "role_missing", "outside_territory", "unmarked", "closed"])
def test_every_refusal_has_its_sentences(rf: RequestFactory, code: str) -> None:
    request = rf.get("/x.json")
    answer = errors.show_forbidden(request, NotAllowed(code))
    assert answer.status_code in {401, 403}


def test_a_failure_needs_no_database(rf: RequestFactory) -> None:
    """No ``db`` fixture: a query would fail this test."""
    answer = errors.show_failure(rf.get("/"))
    assert answer.status_code == 500
    assert "Panne" in answer.content.decode()
    assert not list_faults(answer.content.decode())


@pytest.mark.parametrize(
    ("exception", "sentence"),
    [(BadRequest("La date « 2014-13 » n’existe pas."), "2014-13"), (SuspiciousOperation("secret detail"), "")],
)
def test_a_bad_request_keeps_our_sentence_and_no_other(rf: RequestFactory, exception: Any, sentence: str) -> None:
    answer = errors.show_bad_request(rf.get("/x.json"), exception)
    assert sentence in answer.content.decode()
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize("language", ["", "/en"])
def test_a_name_that_is_not_the_platform_s_is_a_bad_request_in_the_log(
    public: StrictClient, caplog: pytest.LogCaptureFixture, language: str
) -> None:
    with _heard(caplog, "django.security"):
        answer = public.get(f"{language}/sante/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert ("Demande incomprise" if not language else "Request not understood") in answer.content.decode()
    assert "evil.example" in caplog.text
    told = public.get("/", headers={"host": "evil.example", "accept": "application/json"})
    assert (told.status_code, told.json()["type"]) == (400, "bad-request")


def test_what_django_finds_suspicious_asks_nothing_of_the_database(rf: RequestFactory) -> None:
    """No ``db`` fixture: a query would fail this test."""
    answer = errors.show_bad_request(rf.get("/"), SuspiciousOperation("secret detail"))
    assert answer.status_code == 400
    assert "secret" not in answer.content.decode()
    assert not list_faults(answer.content.decode())


def test_what_is_suspicious_goes_to_the_log_of_the_product() -> None:
    from essor.project import settings

    assert settings.LOGGING["loggers"]["django.security"]["handlers"] == ["console"]  # type: ignore[index]


def test_the_log_of_the_product_never_holds_the_link_of_a_request(capsys: pytest.CaptureFixture[str]) -> None:
    from essor.project import settings

    named = {"loggers": {"essor.masked": {"handlers": ["console"], "propagate": False}}}
    logging.config.dictConfig(settings.LOGGING | named)
    logger = logging.getLogger("essor.masked")
    try:
        logger.warning("Forbidden (%s): %s", "CSRF cookie not set.", "/en/suivi/secret-token/message/")
    finally:
        logger.handlers.clear()
    assert "Forbidden (CSRF cookie not set.): /en/suivi/…/message/" in capsys.readouterr().err


@contextmanager
def _heard(caplog: pytest.LogCaptureFixture, name: str) -> Iterator[None]:
    """What a logger that passes nothing on says."""
    logger = logging.getLogger(name)
    logger.addHandler(caplog.handler)
    try:
        yield
    finally:
        logger.removeHandler(caplog.handler)


def test_health_robots_and_icon(public: StrictClient) -> None:
    assert public.get(reverse("health")).json()["status"] == "ok"
    assert b"Disallow: /administration/" in public.get(reverse("robots")).content
    assert public.get(reverse("icon")).headers["Location"] == "/static/design/favicon.svg"


def test_an_address_that_nobody_opened_is_closed(rf: RequestFactory, administrator: Any) -> None:
    from essor.accounts.middleware import PermissionDoor

    def forgotten(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    request = rf.get("/")
    request.user = administrator
    request.resolver_match = None
    with pytest.raises(NotAllowed, match="unmarked"):
        PermissionDoor(forgotten).process_view(request, forgotten, (), {})


def test_each_page_leads_to_itself_in_the_other_language(public: StrictClient) -> None:
    page = public.get(reverse("account_login") + "?next=/bases/").content.decode()
    assert 'href="/en/compte/login/?next=/bases/"' in page
    page = public.get("/en/compte/login/").content.decode()
    assert 'href="/compte/login/"' in page


def test_pages_say_that_a_demonstration_is_one(public: StrictClient) -> None:
    from django.utils import timezone

    from essor.accounts.actions import set_up_instance

    banner = "entreprises fictives"
    assert banner not in public.get(reverse("account_login")).content.decode()
    set_up_instance(kind="demo", by=None, now=timezone.now())
    assert banner in public.get(reverse("account_login")).content.decode()


def test_pages_forbid_what_is_not_theirs(public: StrictClient) -> None:
    policy = public.get(reverse("account_login")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_what_is_too_large_or_holds_a_nul_byte_is_refused_unread(public: StrictClient) -> None:
    sent = {"CONTENT_LENGTH": str(60 * 1024 * 1024)}
    answer = public.post(reverse("account_login"), {"login": "a@exemple.test"}, **sent)  # type: ignore[arg-type]
    assert answer.status_code == 413
    assert "50 Mo" in answer.content.decode()
    assert public.get("/annuaire/?search=%00").status_code == 400
    assert public.get("/annuaire/%00/").status_code == 400
