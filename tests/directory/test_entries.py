"""What a person enters by hand: an organisation without form or number, a name, a number, what happened to it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from essor.directory import actions, queries
from essor.directory.models import Fact, Identifier, LifeEvent, Organisation, OrganisationName, Source
from essor.territories.actions import load_shipped_territories
from tests.pages import StrictClient

NOW = datetime(2018, 3, 2, 15, 0, tzinfo=UTC)
ADD = "/annuaire/ajouter/"
NEW = {"name": "Projet du Vieux Moulin", "starts_on": "2018-03-01", "note": "Rencontre"}


@pytest.fixture(autouse=True)
def _places(db: None) -> None:
    load_shipped_territories(by=None, now=NOW)


@pytest.fixture
def ruche() -> Organisation:
    source = actions.create_source(title="Recensement", by=None, now=NOW, kind="census")
    found = actions.create_organisation(name="La Ruche", key="ruche", source=source, by=None, now=NOW)
    for variable, value in (("legal_form", "npo"), ("municipality", "64015")):
        actions.record_fact(
            organisation=found, variable=variable, value=value, starts_on=date(2015, 1, 1), source=source, by=None,
            now=NOW,
        )  # fmt: skip
    return found


def test_a_name_is_enough_to_exist(adviser_client: StrictClient, public: StrictClient) -> None:
    assert ADD in adviser_client.get("/annuaire/").content.decode()
    assert ADD not in public.get("/annuaire/").content.decode()
    assert adviser_client.get(ADD).status_code == 200
    assert adviser_client.post(ADD, NEW | {"name": "…"}).status_code == 400
    address = adviser_client.post(ADD, NEW)["Location"]
    assert "Projet du Vieux Moulin" in public.get(address).content.decode()
    assert not Fact.objects.exists()
    assert Source.objects.get().kind == "entry"
    assert "Moulin" not in Source.objects.get().title


def test_a_new_organisation_brings_its_place_its_form_and_a_doubtful_number(adviser_client: StrictClient) -> None:
    asked = NEW | {"municipality": "Terrebonne", "legal_form": "coop", "neq": "1166789432"}
    assert adviser_client.post(ADD, asked | {"municipality": "99999"}).status_code == 400
    assert not Organisation.objects.exists()
    page = adviser_client.post(ADD, asked, follow=True).content.decode()
    assert "vérification de ses chiffres" in page
    assert {fact.variable: fact.codes for fact in Fact.objects.all()} == {
        "municipality": "64008", "legal_form": "coop",
    }  # fmt: skip
    assert adviser_client.post(ADD, asked | {"name": "Une autre"}).status_code == 400, "the number is taken"


def test_one_that_bears_the_same_name_is_shown_before_another_is_made(
    adviser_client: StrictClient, ruche: Organisation
) -> None:
    answer = adviser_client.post(ADD, NEW | {"name": "la ruche"})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert '<a href="/annuaire/ruche/">La Ruche · Mascouche</a>' in page
    assert Organisation.objects.count() == 1
    assert adviser_client.post(ADD, NEW | {"name": "la ruche", "is_another": "on"}).status_code == 302
    assert Organisation.objects.count() == 2


def test_a_name_is_added_with_its_dates(adviser_client: StrictClient, ruche: Organisation) -> None:
    address = "/annuaire/ruche/noms/ajouter/"
    asked = {"name": "Les Abeilles", "kind": "legal", "starts_on": "2001-01-01", "ends_before": "2010-01-01"}
    assert adviser_client.post(address, asked | {"ends_before": "1999-01-01"}).status_code == 400
    assert adviser_client.post(address, asked).status_code == 302
    assert adviser_client.post(address, asked).status_code == 400, "said already"
    assert adviser_client.get("/annuaire/ruche/").context["page"].name == "La Ruche"
    for day, name in ((date(2005, 1, 1), "Les Abeilles"), (date(2012, 1, 1), "La Ruche"), (None, "La Ruche")):
        assert queries.names_of(on=day, known_at=datetime.now(UTC)) == {ruche.pk: name}
    listed = adviser_client.get("/annuaire/", {"search": "abeilles"}).content.decode()
    assert ">La Ruche<" in listed


def test_a_number_is_added_and_a_wrong_digit_is_a_warning(adviser_client: StrictClient, ruche: Organisation) -> None:
    address = "/annuaire/ruche/numeros/ajouter/"
    page = adviser_client.post(address, {"scheme": "neq", "value": "1166789432"}, follow=True).content.decode()
    assert "vérification de ses chiffres" in page
    assert Identifier.objects.get().is_doubtful
    assert adviser_client.post(address, {"scheme": "neq", "value": "1166789432"}).status_code == 400


@pytest.mark.parametrize(
    ("kind", "changed", "wrong"),
    [("renamed", "La Ruche d’or", ""), ("moved", "Terrebonne", "99999"), ("form_changed", "coop", "SARL")],
)
def test_an_event_asks_what_it_changes_and_takes_it_back_with_itself(
    adviser_client: StrictClient, ruche: Organisation, kind: str, changed: str, wrong: str
) -> None:
    address = "/annuaire/ruche/evenements/ajouter/"
    assert f"?kind={kind}" in adviser_client.get(address).content.decode()
    assert "changed" in adviser_client.get(address, {"kind": kind}).context["form"].fields
    asked = {"kind": kind, "happened_on": "2018-02-01", "note": "Avis", "changed": changed}

    def read() -> tuple[str, list[str]]:
        believed = Fact.objects.filter(known_to=None).order_by("variable", "starts_on")
        return queries.names_of(known_at=datetime.now(UTC))[ruche.pk], [fact.codes or "" for fact in believed]

    before = read()
    assert adviser_client.post(address, asked | {"changed": wrong}).status_code == 400
    assert not LifeEvent.objects.exists()
    assert adviser_client.post(address, asked).status_code == 302
    name, codes = read()
    assert (name == changed) == (kind == "renamed")
    assert codes == {
        "renamed": ["npo", "64015"], "moved": ["npo", "64015", "64008"], "form_changed": ["npo", "coop", "64015"],
    }[kind]  # fmt: skip
    page = adviser_client.get("/annuaire/ruche/").content.decode()
    back = f"/annuaire/ruche/evenements/{LifeEvent.objects.get().pk}/retirer/"
    assert back in page
    assert adviser_client.get(back).status_code == 200
    assert adviser_client.post(back, {}).status_code == 400
    assert adviser_client.post(back, {"reason": "Mauvaise entreprise"}).status_code == 302
    assert read() == before
    assert adviser_client.get(back).status_code == 404


def test_an_event_of_a_file_is_withdrawn_with_its_file_only(
    adviser_client: StrictClient, public: StrictClient, ruche: Organisation
) -> None:
    event = actions.record_life_event(
        organisation=ruche, kind="created", happened_on=date(2001, 1, 1), source=Source.objects.get(), by=None, now=NOW
    )
    assert adviser_client.get(f"/annuaire/ruche/evenements/{event.pk}/retirer/").status_code == 404
    adviser_client.post(
        "/annuaire/ruche/evenements/ajouter/", {"kind": "closed", "happened_on": "2017-01-01", "note": "Avis"}
    )
    assert "retirer" in adviser_client.get("/annuaire/ruche/").content.decode()
    assert "retirer" not in public.get("/annuaire/ruche/").content.decode()
    source = adviser_client.get(f"/sources/{LifeEvent.objects.get(kind='closed').source_id}/").content.decode()
    assert "fermeture" in source
    assert '<a href="/annuaire/ruche/">La Ruche</a>' in source


def test_contradictory_events_are_refused_on_the_page(adviser_client: StrictClient, ruche: Organisation) -> None:
    address = "/annuaire/ruche/evenements/ajouter/"
    for kind, day, status in (
        ("closed", "2017-05-01", 302), ("closed", "2016-01-01", 400), ("created", "2018-01-01", 400),
        ("created", "2001-01-01", 302), ("reopened", "2017-09-01", 302),
    ):  # fmt: skip
        answer = adviser_client.post(address, {"kind": kind, "happened_on": day, "note": "Avis"})
        assert answer.status_code == status, (kind, day)
    assert LifeEvent.objects.count() == 3


def test_an_adviser_of_elsewhere_adds_nothing_here(
    adviser: Any, adviser_client: StrictClient, ruche: Organisation
) -> None:
    adviser.roles.update(territory_code="620")
    before = (OrganisationName.objects.count(), Source.objects.count())
    for address, asked in (
        ("noms/ajouter/", {"name": "X", "kind": "legal"}),
        ("numeros/ajouter/", {"scheme": "neq", "value": "1142855148"}),
        ("evenements/ajouter/", {"kind": "closed", "happened_on": "2017-05-01", "note": "Avis"}),
    ):
        assert adviser_client.post(f"/annuaire/ruche/{address}", asked).status_code == 403
    assert (OrganisationName.objects.count(), Source.objects.count()) == before
