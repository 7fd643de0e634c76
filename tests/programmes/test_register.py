"""What was awarded, told to anyone: named only where the public directory names it."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from essor.accounts.actions import set_up_instance
from essor.accounts.models import Instance, User
from essor.cases.actions import THE_PROMOTER
from essor.cases.models import Case
from essor.directory.actions import create_organisation, create_source
from essor.directory.models import Organisation
from essor.programmes import actions
from essor.programmes.models import Agreement, Enrolment, Offer
from essor.programmes.register import COLUMNS
from tests.pages import StrictClient

from .conftest import NOW, TODAY, ask, open_file

REQUIRED = {
    "id", "title", "description", "currency", "amountAwarded", "awardDate", "recipientOrganization",
    "fundingOrganization",
}  # fmt: skip


@pytest.fixture
def organisation(db: None) -> Organisation:
    source = create_source(title="Registre", by=None, now=NOW)
    return create_organisation(name="Café des voisins", source=source, by=None, now=NOW)


def offer(agreement: Agreement, case: Case, **said: Any) -> Offer:
    return actions.make_offer(agreement=agreement, case=case, asked=ask(**said), by=None, now=NOW)


def accept(made: Offer) -> Offer:
    actions.accept_offer(offer=made, on=TODAY, words="Signé", by=THE_PROMOTER, now=NOW)
    return made


def read(client: StrictClient) -> list[dict[str, Any]]:
    grants: list[dict[str, Any]] = client.get(reverse("programme_awards", args=["essai"])).json()["grants"]
    return grants


def test_only_what_was_accepted_is_there(agreement: Agreement, case: Case, client: StrictClient) -> None:
    made = offer(agreement, case)
    assert read(client) == []
    accept(made)
    declined = offer(agreement, open_file())
    actions.end_offer(offer=declined, on=TODAY, words="Non", by=THE_PROMOTER, now=NOW)
    (told,) = read(client)
    assert set(told) >= REQUIRED
    assert told["id"] == f"essor-essai-caisse-{made.pk}"
    assert (told["currency"], told["amountAwarded"], told["amountDisbursed"]) == ("CAD", 23_000, 0)
    assert told["awardDate"] == date.fromisoformat(told["awardDate"]).isoformat() == TODAY.isoformat()
    assert told["fundingOrganization"] == [{"id": "essor-partenaire-caisse-dessai", "name": "Caisse d’essai"}]
    assert len(told["title"]) <= 140
    actions.end_offer(offer=made, on=TODAY, words="Abandon", by=None, now=NOW)
    assert read(client) == []


def test_what_is_lent_is_not_told(agreement: Agreement, case: Case, client: StrictClient) -> None:
    accept(offer(agreement, case, grant=20_000_00, loan=5_000_00))
    (told,) = read(client)
    assert told["amountAwarded"] == 20_000
    assert "amountDisbursed" not in told


def test_whoever_is_not_in_the_directory_is_not_named(agreement: Agreement, case: Case, client: StrictClient) -> None:
    Case.objects.filter(pk=case.pk).update(promoter_name="Solange Secrète", territory_code="64015")
    accept(offer(agreement, case))
    (told,) = read(client)
    number = Enrolment.objects.get(case=case).pk
    assert told["recipientOrganization"] == [{"id": f"essor-essai-projet-{number}", "name": "non publié"}]
    sheet = client.get(reverse("programme_awards_csv", args=["essai"])).content.decode()
    for words in ("Solange", case.promoter_email, case.reference, "64015", "Mascouche"):
        assert words not in sheet + json.dumps(told, ensure_ascii=False), words


def test_an_organisation_of_the_directory_is_named_until_it_is_erased(
    agreement: Agreement, case: Case, organisation: Organisation, client: StrictClient
) -> None:
    Case.objects.filter(pk=case.pk).update(organisation=organisation, territory_code="64015")
    accept(offer(agreement, case))
    (told,) = read(client)
    name = organisation.names.get().name
    assert told["recipientOrganization"] == [{"id": f"essor-org-{organisation.key}", "name": name}]
    assert told["beneficiaryLocation"][0]["geoCode"] == "64015"
    Organisation.objects.filter(pk=organisation.pk).update(erased_at=NOW)
    assert name not in json.dumps(read(client), ensure_ascii=False)


def test_the_spreadsheet_and_the_command_say_the_same(
    agreement: Agreement, case: Case, client: StrictClient, capsys: pytest.CaptureFixture[str]
) -> None:
    accept(offer(agreement, case))
    answer = client.get(reverse("programme_awards_csv", args=["essai"]))
    content = answer.content.decode()
    (row,) = csv.DictReader(io.StringIO(content.removeprefix("\ufeff")))
    assert list(row) == list(COLUMNS)
    assert (row["Amount Awarded"], row["Currency"]) == ("23000", "CAD")
    assert row["Identifier"] == read(client)[0]["id"]
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert client.get(answer.request["PATH_INFO"], headers={"if-none-match": answer["ETag"]}).status_code == 304
    call_command("programme", "register", "--programme", "essai")
    assert capsys.readouterr().out.replace("\r\n", "\n") == content.replace("\r\n", "\n")
    call_command("programme", "register", "--programme", "essai", "--json")
    assert json.loads(capsys.readouterr().out)["grants"] == read(client)
    assert client.get(reverse("programme_awards", args=["rien"])).status_code == 404


def test_it_asks_as_many_questions_whatever_its_lines(
    agreement: Agreement, adviser: User, client: StrictClient, django_assert_max_num_queries: Any
) -> None:
    for _number in range(3):
        accept(offer(agreement, open_file()))
    with django_assert_max_num_queries(5):
        assert len(read(client)) == 3


def test_a_package_says_who_publishes_it_under_which_licence_and_when(
    agreement: Agreement, case: Case, client: StrictClient
) -> None:
    accept(offer(agreement, case))
    package = client.get(reverse("programme_awards", args=["essai"])).json()
    assert package["publisher"]["name"] == "Essor"
    assert package["license"].startswith("https://")
    assert package["issued"] == timezone.localdate().isoformat()
    answer = client.get(reverse("programme_awards_csv", args=["essai"]))
    assert 'filename="octrois-essai.csv"' in answer["Content-Disposition"]
    assert "FICTIF" not in json.dumps(package) + answer.content.decode()
    assert "fictifs" not in client.get(reverse("programme", args=["essai"])).content.decode()


def test_what_a_demonstration_awards_says_that_nobody_gave_it(
    agreement: Agreement, case: Case, client: StrictClient
) -> None:
    set_up_instance(kind=Instance.Kind.DEMO, by=None, now=NOW)
    accept(offer(agreement, case))
    (told,) = read(client)
    assert told["title"].startswith("FICTIF (démonstration)")
    assert told["description"].startswith("FICTIF (démonstration)")
    assert len(told["title"]) <= 140
    answer = client.get(reverse("programme_awards_csv", args=["essai"]))
    assert 'filename="octrois-essai-FICTIF.csv"' in answer["Content-Disposition"]
    assert answer.content.decode().count("FICTIF (démonstration)") == 2
    page = client.get(reverse("programme", args=["essai"])).content.decode()
    assert "les versements de cette démonstration sont fictifs" in page
    assert client.get("/en/programmes/essai/octrois.json").json()["grants"][0]["title"].startswith("FICTITIOUS")
