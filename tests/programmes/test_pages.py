from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from essor.accounts.models import User
from essor.cases.models import Case
from essor.knowledge.programmes import load_programmes
from essor.programmes import actions
from essor.programmes.models import Agreement
from essor.programmes.queries import list_targets
from tests.pages import StrictClient

from .conftest import NOW, TODAY, ask, open_file


def run(*words: str) -> str:
    out = StringIO()
    call_command("programme", "envelope", *words, stdout=out)
    return out.getvalue()


def test_the_programme_of_the_article_is_shipped(guards: None) -> None:
    (programme,) = actions.load_shipped_programmes(now=NOW)
    assert [(line.target.code, line.target.startups, line.unallocated) for line in list_targets(programme)] == [
        ("quebec", 200, 185),
        ("lanaudiere", 15, 0),
    ]
    agreement = programme.agreements.get()
    floor = agreement.read_clauses().floor
    assert floor == 23_000_00
    assert 15 * floor == load_programmes()[0].agreements[0].envelope_cad * 100
    assert actions.load_shipped_programmes(now=NOW) == []


def test_the_envelope_as_data_and_in_words(agreement: Agreement, case: Case, adviser: User) -> None:
    actions.make_offer(agreement=agreement, case=case, asked=ask(23_000_50), by=adviser, now=NOW)
    told = json.loads(run("--programme", "essai", "--on", TODAY.isoformat(), "--json"))
    expected = {
        "promised": 345_000, "offered": 23_000.5, "accepted": 0, "paid": 0, "recovered": 0, "free": 321_999.5,
    }  # fmt: skip
    assert {name: told[name] for name in expected} == expected
    assert told["partners"] == [{"partner": "Caisse d’essai", "agreement": "caisse", **expected}]
    assert "Caisse d’essai" in run("--programme", "essai")
    for words in (("--programme", "nul"), ("--programme", "essai", "--on", "hier")):
        with pytest.raises(CommandError):
            run(*words)


def test_the_public_page_says_targets_and_money_as_many_queries_whatever_their_number(
    client: StrictClient, agreement: Agreement, case: Case, adviser: User, django_assert_max_num_queries: Any
) -> None:
    for _offer in range(12):
        actions.make_offer(agreement=agreement, case=open_file(), asked=ask(), by=adviser, now=NOW)
    with django_assert_max_num_queries(15):
        page = client.get(reverse("programme", args=["essai"]))
    text = page.content.decode().replace("\xa0", " ").replace("\u202f", " ")
    assert "200 entreprises collectives à démarrer" in text
    assert "276 000 $" in text
    assert "au moins 23 000 $" in text
    assert case.reference not in text
    before = client.get(reverse("programme", args=["essai"]), {"on": "2017-11-01"}).content.decode()
    assert "276" not in before
    assert client.get(reverse("programmes")).status_code == 200
    assert client.get(reverse("programme", args=["nul"])).status_code == 404
