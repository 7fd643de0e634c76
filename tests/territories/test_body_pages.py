"""The pages of bodies: each one's life, who serves a place on a day, a dead link that leads on with the reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from essor.territories.actions import import_bodies, load_shipped_bodies, reorganise
from essor.territories.body_files import write_bodies
from essor.territories.queries.bodies import read_register
from essor.territories.reorganisations import Reorganisation
from tests.pages import StrictClient

from .conftest import NOW, WriteBodies
from .test_bodies import MERGER, ROWS

PLACE = "/territoires/64015/organismes/"


@pytest.fixture
def client(db: None) -> StrictClient:
    return StrictClient()


@pytest.fixture
def merged(shipped: Any, write_file: WriteBodies) -> None:
    import_bodies(file=write_file(*ROWS), by=None, now=NOW)
    reorganise(asked=MERGER, by=None, now=NOW)


def read(client: StrictClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def test_a_place_says_who_serves_it_for_what_since_when_on_any_day(client: StrictClient, merged: None) -> None:
    today = read(client, PLACE)
    assert all(
        word in today for word in ("Agence des Moulins", "1er\u00a0avril 2018", "Repris de", "Entente de fusion.")
    )
    assert "pour 2 des 8 besoins" in today
    before = read(client, f"{PLACE}?on=2018-03-31")
    assert "CLD du Nord" in before
    assert "Agence des Moulins" not in before
    assert "Jeunes entreprises collectives" in before, "the programmes that a body holds there are named"
    assert "aucun organisme connu ne sert Laval" in read(client, "/territoires/13/organismes/?on=1900-01-01")
    assert "Who serves Mascouche" in read(client, "/en" + PLACE)


def test_a_day_that_is_none_is_said_and_a_place_of_elsewhere_too(client: StrictClient, merged: None) -> None:
    assert "date" in read(client, f"{PLACE}?on=avril", 400)
    assert "hors du Québec" in read(client, "/territoires/ca/organismes/")
    assert read(client, "/territoires/99999/organismes/", 404)


def test_a_dead_link_leads_to_the_successor_with_the_reason(client: StrictClient, merged: None) -> None:
    answer = client.get("/organismes/cld-a/", follow=True)
    assert answer.redirect_chain == [("/organismes/agence/?de=cld-a", 302)]
    text = answer.content.decode()
    for word in (
        "« CLD du Nord » n’existe plus depuis le 1er\u00a0avril 2018",
        "a fusionné avec",
        "Entente de fusion.",
    ):
        assert word in text
    assert "/organismes/cld-a/?page=1" in text
    own = read(client, "/organismes/cld-a/?page=1")
    assert all(word in own for word in ("n’existe plus", "/organismes/agence/", "Ce qu’il faisait", "Entente de 2004"))


def test_a_succession_of_two_steps_tells_both(client: StrictClient, merged: None) -> None:
    last = Reorganisation(
        kind="dissolve", on=date(2020, 1, 1), bodies=("agence",), into="maison", name="La Maison", source="Avis"
    )
    reorganise(asked=last, by=None, now=NOW)
    answer = client.get("/organismes/cld-a/", follow=True)
    assert answer.redirect_chain == [("/organismes/maison/?de=cld-a", 302)]
    text = answer.content.decode()
    assert text.index("« CLD du Nord » n’existe plus") < text.index("« Agence des Moulins » n’existe plus")


def test_one_dissolved_without_a_successor_keeps_its_page(client: StrictClient, merged: None) -> None:
    reorganise(
        asked=Reorganisation(kind="dissolve", on=date(2020, 1, 1), bodies=("agence",), source="Avis"), by=None, now=NOW
    )
    assert "rien ne dit ce qui le remplace" in read(client, "/organismes/agence/")
    assert "rien ne dit ce qui le remplace" in read(client, "/organismes/cld-a/")


def test_a_living_body_says_what_it_does_and_its_site(
    client: StrictClient, shipped: Any, write_file: WriteBodies
) -> None:
    import_bodies(file=write_file(*ROWS), by=None, now=NOW)
    text = read(client, "/organismes/cld-a/")
    for word in ("https://nord.example", "Démarrer une entreprise collective", "Les Moulins", "1er\u00a0avril 2004"):
        assert word in text
    assert "Start a collective enterprise" in read(client, "/en/organismes/cld-a/")
    assert read(client, "/organismes/rien/", 404)


def test_the_list_has_the_living_the_dead_and_their_file(client: StrictClient, merged: None) -> None:
    text = read(client, "/organismes/")
    assert text.index("Agence des Moulins") < text.index("Ceux qui ne sont plus") < text.index("CLD du Nord")
    response = client.get("/organismes/organismes.csv")
    assert response.content.decode("utf-8-sig") == write_bodies(read_register())
    assert "attachment" in response.headers["Content-Disposition"]


def test_nothing_known_yet_says_what_to_do(client: StrictClient, shipped: Any) -> None:
    assert "./essor import bodies" in read(client, "/organismes/")
    assert "aucun organisme connu" in read(client, PLACE)


def test_what_is_shipped_is_loaded_once_and_answers_for_the_article_s_aid(client: StrictClient, shipped: Any) -> None:
    assert load_shipped_bodies(now=NOW) == 10
    assert load_shipped_bodies(now=NOW) == 0
    assert "CLDE Les Moulins (CLDEM)" in read(client, f"{PLACE}?on=2018-05-01")
    assert "CLDE Les Moulins (CLDEM)" not in read(client, f"{PLACE}?on=2017-11-22")


@pytest.mark.parametrize("address", ["/organismes/", "/organismes/agence/?de=cld-a", PLACE])
def test_queries_do_not_grow(
    client: StrictClient,
    merged: None,
    write_file: WriteBodies,
    django_assert_max_num_queries: Any,
    address: str,
) -> None:
    rows = [f"cld-{n},created,,,Numéro {n},,,,,,,,Registre," for n in range(10, 40)]
    rows += [f"cld-{n},mandate,,,,,,digital,,640,,,Registre," for n in range(10, 40)]
    import_bodies(file=write_file(*rows), by=None, now=NOW)
    with django_assert_max_num_queries(10):
        read(client, address)


def test_two_thousand_bodies_are_read_a_page_at_a_time(
    client: StrictClient, write_file: WriteBodies, django_assert_max_num_queries: Any
) -> None:
    rows = [f"cld-{n},created,,,Numéro {n:04},,,,,,,,Registre," for n in range(2000)]
    import_bodies(file=write_file(*rows), by=None, now=NOW)
    with django_assert_max_num_queries(10):
        first = read(client, "/organismes/")
    assert first.count("Numéro ") == 100
    last = read(client, "/organismes/?page=20")
    assert "Numéro 1999" in last
    assert "Numéro 0000" not in last
