"""News is given on both sides; the programme's page says what may be published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from essor.accounts.models import User
from essor.cases.access import make_token
from essor.cases.models import Case, CaseEvent
from essor.directory.models import Organisation
from essor.programmes.models import Agreement, Declaration
from tests.pages import StrictClient

from .conftest import NOW, TODAY
from .test_following import open_enterprise, opened, organisation, tell

__all__ = ["opened", "organisation"]
SAID = {"is_alive": "yes", "about_on": (TODAY + timedelta(days=200)).isoformat(), "jobs": "3", "fte": "2,5"}


def test_the_promoter_gives_news_by_their_link(opened: Case, client: StrictClient) -> None:
    token = make_token(opened.reference)
    page = reverse("case_follow_news", args=[token])
    assert page in client.get(reverse("case_follow_programme", args=[token])).content.decode()
    assert "Comment va l’entreprise" in client.get(page).content.decode()
    sent = SAID | {"revenue": "120 000 $", "words": "Tout va bien."}
    answer = client.post(reverse("case_follow_news_declare", args=[token]), sent, follow=True)
    assert "ces nouvelles sont inscrites" in answer.content.decode()
    made = Declaration.objects.get()
    assert (made.jobs, str(made.fte), made.revenue_cents, made.party) == (3, "2.50", 12_000_000, "promoter")
    assert CaseEvent.objects.filter(case=opened, words="Tout va bien.").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"is_alive": ""}, "obligatoire"),
        ({"about_on": "2018-01-01"}, "vient avant l’ouverture"),
        ({"jobs": "-1"}, "négatif"),
        ({"fte": "3,01"}, "ne peuvent pas être plus"),
        ({"is_alive": "no"}, "dites quel jour"),
        ({"closed_on": "2018-10-01"}, "Gardez l’un des deux"),
    ],
)
def test_bad_news_changes_nothing_and_says_why(
    opened: Case, client: StrictClient, change: dict[str, str], said: str
) -> None:
    answer = client.post(reverse("case_follow_news_declare", args=[make_token(opened.reference)]), SAID | change)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Declaration.objects.exists()


def test_an_adviser_gives_news_and_names_the_organisation(
    opened: Case, organisation: Organisation, adviser: User, client: StrictClient
) -> None:
    client.force_login(adviser)
    page = reverse("case_news", args=[opened.reference])
    client.post(reverse("case_news_declare", args=[opened.reference]), SAID)
    link = reverse("case_news_link", args=[opened.reference])
    wrong = client.post(link, {"organisation": "Personne"})
    assert wrong.status_code == 400
    assert "il en faut une" in wrong.content.decode()
    client.post(link, {"organisation": "Coop d’essai"})
    shown = client.get(page).content.decode()
    assert reverse("organisation", args=[organisation.key]) in shown
    assert "Ce qui a été dit" in shown
    assert organisation.facts.filter(variable="jobs_headcount", low=3).exists()


def test_a_stranger_reads_no_news(opened: Case, client: StrictClient, django_user_model: Any) -> None:
    far = User.objects.create_user("loin@exemple.test", "un mot de passe long", name="Loin")
    far.roles.create(kind="adviser", body="CLD d’ailleurs", territory_code="660", starts_on=TODAY)
    client.force_login(far)
    assert client.get(reverse("case_news", args=[opened.reference])).status_code == 403
    assert client.post(reverse("case_news_declare", args=[opened.reference]), SAID).status_code == 403
    page = client.get(reverse("programme_following", args=[opened.enrolment.programme.slug])).content.decode()
    assert opened.reference not in page


def test_a_file_that_is_not_open_says_so(case: Case, client: StrictClient) -> None:
    page = client.get(reverse("case_follow_news", args=[make_token(case.reference)])).content.decode()
    assert "n’est pas encore ouverte" in page


def test_the_public_page_keeps_small_numbers_to_itself(opened: Case, client: StrictClient, adviser: User) -> None:
    page = reverse("programme", args=[opened.enrolment.programme.slug])
    shown = client.get(page).content.decode()
    assert shown.count("trop peu pour être publié") == 4
    assert reverse("programme_following", args=[opened.enrolment.programme.slug]) not in shown
    for case in (opened, *(open_enterprise() for _more in range(4))):
        tell(case, 390, jobs=3)
    shown = client.get(page, {"on": "2020-01-15"}).content.decode()
    assert "5 entreprises déclaraient 15 emplois" in shown
    assert shown.count("trop peu pour être publié") == 2
    assert "déclaraient" not in client.get(page, {"on": "2019-12-30"}).content.decode()


def test_the_adviser_sees_ages_jobs_and_who_owes_news(
    opened: Case, agreement: Agreement, adviser: User, client: StrictClient, django_assert_max_num_queries: Any
) -> None:
    client.force_login(adviser)
    page = reverse("programme_following", args=[agreement.programme.slug])
    shown = client.get(page).content.decode()
    assert opened.reference in shown
    assert "Combien vivent encore" in shown
    assert "Escalier qui descend à chaque fermeture. ouverture : 100 % (n = 1)" in shown
    assert "Intervalle à 95 %" in shown
    assert client.get(reverse("programme_following", args=["nul"])).status_code == 404
    asked = {"base": "magazine-2014", "start": "2018-01-01", "end": "2020-01-01"}
    assert "À qui est due la croissance" in client.get(page, asked).content.decode()
    refused = client.get(page, asked | {"end": "2017-01-01"}).content.decode()
    assert "doit venir avant le second" in refused
    for _more in range(3):
        open_enterprise()
    with django_assert_max_num_queries(30):
        client.get(page)


def test_the_days_shown_are_those_of_the_page(opened: Case, agreement: Agreement, adviser: User, client: Any) -> None:
    client.force_login(adviser)
    page = reverse("programme_following", args=[agreement.programme.slug])
    before = client.get(page, {"on": (NOW - timedelta(days=9)).date().isoformat()}).content.decode()
    assert opened.reference not in before
    assert timezone.localdate() > TODAY


def test_the_adviser_reads_their_territory_and_the_whole_programme(
    opened: Case, agreement: Agreement, adviser: User, client: StrictClient
) -> None:
    far = open_enterprise()
    Case.objects.filter(pk=far.pk).update(territory_code="62060")
    client.force_login(adviser)
    page = reverse("programme_following", args=[agreement.programme.slug])
    told = client.get(page).content.decode().replace("\xa0", " ")
    assert "pour Les Moulins, 1 entreprise avait ouvert ; dans tout le programme, 2." in told
    admin = User.objects.create_user("admin@exemple.test", "un mot de passe long", name="Admin")
    admin.roles.create(kind="administrator", starts_on=TODAY)
    client.force_login(admin)
    told = client.get(page).content.decode().replace("\xa0", " ")
    assert "2 entreprises que vous suivez avaient ouvert ; dans tout le programme, 2." in told


@pytest.mark.parametrize(("asked", "words"), [("2999-01-01", "pas encore venu"), ("hier", "n’est pas une date")])
def test_a_day_to_come_is_refused_on_both_pages(
    opened: Case, adviser: User, client: StrictClient, asked: str, words: str
) -> None:
    client.force_login(adviser)
    for name in ("programme", "programme_following"):
        page = reverse(name, args=[opened.enrolment.programme.slug])
        answer = client.get(page, {"on": asked})
        assert (answer.status_code, words in answer.content.decode()) == (400, True)
        assert f'value="{timezone.localdate().isoformat()}"' in answer.content.decode()
        for day in (timezone.localdate().isoformat(), "2020-01-15", "20200115", ""):
            assert client.get(page, {"on": day}).status_code == 200


def test_a_programme_is_ended_on_the_day_asked_and_then_only_tells_what_came(
    opened: Case, client: StrictClient
) -> None:
    page = reverse("programme", args=[opened.enrolment.programme.slug])
    for on, has_ended in (("2020-01-15", False), ("2022-12-31", False), ("2023-01-01", True)):
        told = client.get(page, {"on": on}).content.decode()
        assert ("terminé" in told) == has_ended
        assert ("La cible a-t-elle été atteinte" in told) == has_ended
        assert ("La cible sera-t-elle atteinte" in told) == (not has_ended)
        assert ("8 chances sur 10" in told) == (not has_ended)
        assert "Ont ouvert" in told
