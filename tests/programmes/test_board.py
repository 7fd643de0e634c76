"""« Mes engagements »: what a partner follows, with nothing private; the same number of queries whatever the files."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from essor.accounts.actions import AccountError, NewRole, grant_role
from essor.accounts.models import Role, User
from essor.cases.models import Case
from essor.programmes.actions import declare_interest, make_offer, open_programme
from essor.programmes.board_pictures import say_chances
from essor.programmes.models import Agreement, Programme
from essor.programmes.queries.board import (
    Commitment,
    list_board_cases,
    list_bodies_to_ask,
    list_commitments,
    read_board_files,
)
from essor.project.benchmarks.startup_files import fill_programme
from essor.territories.actions import import_bodies
from tests.pages import StrictClient, count_queries

from .agreeing import folder, sign
from .conftest import NOW, TODAY, ask, define, open_file

__all__ = ["folder"]
Enter = Callable[[User], StrictClient]
BOARD = "/engagements/essai/"
FEW, MANY = 20, 220


@pytest.fixture
def enter() -> Enter:
    def entered(user: User) -> StrictClient:
        client = StrictClient()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return entered


@pytest.fixture
def partner(db: None) -> User:
    return make_partner("Caisse d’essai")


def make_partner(body: str, place: str = "") -> User:
    user = User.objects.create_user(
        f"{body[-5:]}{place}@exemple.test", "un mot de passe long", name="Pascale Partenaire"
    )
    user.roles.create(kind="partner", body=body, territory_code=place, starts_on=date(2010, 1, 1))
    return user


def test_a_partner_follows_the_programmes_where_an_agreement_bears_its_name(
    agreement: Agreement, partner: User, enter: Enter
) -> None:
    open_programme(definition=define(id="autre", agreements=[]), by=None, now=NOW)
    client = enter(partner)
    page = client.get("/engagements/").content.decode()
    assert BOARD in page
    assert "/engagements/autre/" not in page
    assert 'class="button" href="/engagements/"' in client.get("/bureau/").content.decode()
    assert client.get(BOARD).status_code == 200
    assert client.get("/engagements/autre/").status_code == 404
    stranger = enter(make_partner("Une autre caisse"))
    assert "Aucune entente ne porte le nom" in stranger.get("/engagements/").content.decode()
    assert stranger.get(BOARD).status_code == 404


@pytest.mark.parametrize("kind", ["committee", ""])
def test_nobody_else_opens_the_board(agreement: Agreement, enter: Enter, kind: str, public: StrictClient) -> None:
    user = User.objects.create_user("x@exemple.test", "un mot de passe long", name="X")
    if kind:
        user.roles.create(kind=kind, body="Caisse d’essai", starts_on=date(2010, 1, 1))
    assert enter(user).get(BOARD).status_code == 403
    assert public.get(BOARD).status_code in {302, 403}


def test_a_partner_s_role_says_whom_it_is_for(administrator: User, adviser: User) -> None:
    with pytest.raises(AccountError, match="body_missing"):
        grant_role(user=adviser, role=NewRole(Role.Kind.PARTNER, TODAY), by=administrator, now=NOW)


def test_a_partner_opens_no_file(agreement: Agreement, partner: User, enter: Enter, adviser: User) -> None:
    case, client = open_file(), enter(partner)
    for address in (
        "/dossiers/",
        "/bureau/programmes/",
        "/bureau/programmes/?programme={slug}",
        "/dossiers/charge/",
        f"/dossiers/{case.reference}/",
        "/bureau/programmes/essai/suivi/",
        "/bureau/comites/",
    ):
        assert client.get(address).status_code == 403


def test_files_are_told_without_what_is_private(
    agreement: Agreement, partner: User, adviser: User, enter: Enter, time_machine: Any
) -> None:
    time_machine.move_to(NOW)
    case = open_file()
    make_offer(agreement=agreement, case=case, asked=ask(), by=adviser, now=NOW)
    page = enter(partner).get(BOARD).content.decode()
    assert case.reference in page
    assert "23\u00a0000\u00a0$" in page
    assert "Mascouche" in page
    for private in (case.promoter_name, case.promoter_email, adviser.name, "épicerie coopérative"):
        assert private
        assert private not in page


def test_days_are_counted_from_the_last_move(agreement: Agreement, adviser: User) -> None:
    case = open_file()
    (told,) = read_board_files([case])
    assert (told.since, told.offered) == ((NOW - (NOW - case.opened_at)).date(), 0)
    make_offer(agreement=agreement, case=case, asked=ask(), by=adviser, now=NOW)
    (told,) = read_board_files([case])
    assert (told.since, told.offered) == (TODAY, 23_000_00)


def test_places_are_those_of_the_role_and_of_the_agreement(agreement: Agreement, partner: User, adviser: User) -> None:
    case = open_file()
    elsewhere = make_partner("Caisse d’essai", "61025")
    around = make_partner("caisse d'essai", "640")
    for person, wanted in ((partner, [case]), (around, [case]), (elsewhere, [])):
        (commitment,) = list_commitments(person, on=TODAY)
        assert list(list_board_cases(commitment, person=person, on=TODAY)) == wanted


def test_whoever_has_something_to_do_with_a_file_is_told_nothing_of_it(
    agreement: Agreement, partner: User, adviser: User, administrator: User
) -> None:
    case, other = open_file(), open_file()
    for person in (partner, adviser, administrator):
        (commitment,) = list_commitments(person, on=TODAY)
        assert set(list_board_cases(commitment, person=person, on=TODAY)) == {case, other}
        declare_interest(person=person, kind="kin", starts_on=TODAY, words="", case=case, now=NOW)
        assert list(list_board_cases(commitment, person=person, on=TODAY)) == [other]


def test_the_fan_is_drawn_with_its_words_and_its_figures(
    places: None, public: StrictClient, adviser_client: StrictClient
) -> None:
    fill_programme(slug="essai", files=60, on=TODAY)
    for client, address in ((public, "/programmes/essai/"), (adviser_client, BOARD)):
        page = client.get(address, {"on": "2018-09-03"}).content.decode()
        assert "Lanaudière\u00a0: combien d’entreprises" in page
        assert "8 chances sur 10 d’en compter de" in page
        assert "fan-outer" in page
        assert "Chances d’atteindre la cible de" in page
        assert "Au rythme d’ici là" in page
        other = client.get(address, {"on": "2018-09-03", "part": "quebec"}).content.decode()
        assert "Québec\u00a0: combien d’entreprises" in other
        assert client.get(address, {"on": "1990-01-01"}).status_code == 200
        ended = client.get(address, {"on": "2024-01-01"}).content.decode().replace("\xa0", " ")
        assert "fan-outer" not in ended
        assert "Chances d’atteindre" not in ended
        assert re.search(r"Lanaudière : \d+ (a|ont) ouvert sur \d+ visées ; cible (atteinte|manquée)\.", ended)


@pytest.mark.parametrize(
    ("is_thin", "probability", "said"),
    [
        (True, 0.001, "Chances d’atteindre la cible de 15 : moins de 5 %, selon des suppositions."),
        (True, 0.4, "Chances d’atteindre la cible de 15 : 40 %, selon des suppositions."),
        (False, 0.001, "Chances d’atteindre la cible de 15 : 0 %."),
    ],
)
def test_chances_say_what_they_rest_on(agreement: Agreement, is_thin: bool, probability: float, said: str) -> None:
    made = SimpleNamespace(is_thin=is_thin, probability=probability, course=[])
    found = SimpleNamespace(target=agreement.target, forecast=made)
    assert say_chances(cast(Any, found)).replace("\xa0", " ") == said


def test_a_partner_reads_what_it_owes_and_whom_to_ask(guards: None, partner: User, enter: Enter) -> None:
    programme = sign("Caisse d’essai", "Une autre")
    client, address = enter(partner), f"/engagements/{programme.slug}/"
    page = client.get(address, {"on": "2019-03-01"}).content.decode().replace("\xa0", " ")
    assert "Les rapports que vous avez à rendre" in page
    assert page.count("Rapport annuel, du 23 novembre 2017 au 22 novembre 2018") == 1
    assert "en retard" in page
    assert "À qui parler" in page
    assert "à l’administration de la plateforme" in page
    assert page.count("<form") == client.get("/engagements/").content.decode().count("<form") + 1


BODIES = """body,what,from,until,name,site,other,need,aid,place,agreement,reason,source,source_url
un-cld,created,,,Un CLD,,,,,,,,Essai,
un-cld,mandate,2010-01-01,,,,,start,,640,,,Essai,
ancien,created,,,Ancien organisme,,,,,,,,Essai,
ancien,mandate,2010-01-01,2012-01-01,,,,start,,640,,,Essai,
"""


@pytest.mark.parametrize(
    ("code", "found"), [("64008", True), ("640", True), ("14", True), ("61025", False), ("", False)]
)
def test_the_bodies_near_are_those_to_ask(agreement: Agreement, tmp_path: Path, code: str, found: bool) -> None:
    file = tmp_path / "organismes.csv"
    file.write_text(BODIES, encoding="utf-8")
    import_bodies(file=file, by=None, now=NOW)
    commitment = Commitment(agreement.programme, None, (Agreement(territory_code=code),) * 2)
    assert list_bodies_to_ask(commitment, on=TODAY) == ([("un-cld", "Un CLD")] if found else [])


def test_advisers_have_a_page_of_their_own_for_reports(agreement: Agreement, adviser: User, enter: Enter) -> None:
    assert "À qui parler" not in enter(adviser).get(BOARD).content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/programmes/{slug}/", "/engagements/{slug}/", "/bureau/programmes/{slug}/suivi/", "/bureau/comites/",
        "/dossiers/", "/bureau/programmes/", "/bureau/programmes/?programme={slug}", "/dossiers/charge/",
    ],
)  # fmt: skip
def test_a_page_asks_as_much_with_many_files_as_with_few(
    places: None, adviser: User, administrator_client: StrictClient, address: str, time_machine: Any
) -> None:
    time_machine.move_to(NOW)
    told = []
    for slug, files in (("few", FEW), ("many", MANY)):
        fill_programme(slug=slug, files=files, on=TODAY, in_charge=adviser)
        told.append(count_queries(administrator_client, address.format(slug=slug)))
    assert Case.objects.open().count() > 3 * FEW
    assert told[0] == told[1]
    assert Programme.objects.count() == 2
