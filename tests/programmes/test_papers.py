"""What a committee takes away as PDF: the pack of each, and the minutes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import override

from essor.accounts.models import User
from essor.cases.models import Case, CaseMessage
from essor.programmes import actions
from essor.programmes.models import Agreement, Sitting, SittingItem
from essor.programmes.papers import print_pack, tell_minutes, tell_pack
from essor.programmes.queries.packs import read_pack
from essor.programmes.queries.sittings import read_items
from essor.programmes.rules import NewShare
from essor.territories.actions import load_shipped_territories
from tests.pages import StrictClient

from .conftest import NOW, define, open_file
from .test_committee import SHEET, call, decide, declare, open_as, vote

PLACES = {"64015": "Mascouche"}


@pytest.fixture
def agreement(guards: None) -> Agreement:
    load_shipped_territories(by=None, now=NOW)
    return actions.open_programme(definition=define(scoresheet=SHEET), by=None, now=NOW).agreements.get()


@pytest.fixture
def sitting(agreement: Agreement, adviser: User, members: list[User]) -> Sitting:
    made = call(agreement, [open_file(until="to_committee") for _file in range(2)], members, adviser)
    for number, case in enumerate(Case.objects.order_by("pk")):
        Case.objects.filter(pk=case.pk).update(promoter_name=f"Promoteur {number}")
        QuerySet.update(CaseMessage.objects.filter(case=case), text=f"Projet secret {number}.")
    return made


def say(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False)


def test_a_pack_tells_each_file_and_what_divides_its_committee(sitting: Sitting, members: list[User]) -> None:
    item = sitting.items.first()
    assert item is not None
    actions.score_item(item=item, points={"mission": 5, "market": 1}, by=members[0], now=NOW)
    actions.score_item(item=item, points={"mission": 1, "market": 1}, by=members[1], now=NOW)
    with override("fr"):
        told = say(tell_pack(read_pack(sitting), places=PLACES))
    for words in (
        "Promoteur 0",
        "Promoteur 1",
        "Projet secret 1.",
        "Membre 3",
        "Mission",
        "Essai",
        "2,5",
        "septembre",
    ):
        assert words in told, words


def test_a_member_reads_nothing_of_what_they_withdraw_from(
    sitting: Sitting,
    members: list[User],
    adviser: User,
) -> None:
    closed, _opened = (item.case for item in sitting.items.all())
    declare(members[0], closed)
    with override("fr"):
        mine = tell_pack(read_pack(sitting, reader=members[0]), places=PLACES)
        whole = say(tell_pack(read_pack(sitting), places=PLACES))
    told = say(mine)
    assert (closed.reference in told, "Vous vous retirez" in told) == (True, True)
    assert [words in told for words in ("Promoteur 0", "Projet secret 0.")] == [False, False]
    assert [words in told for words in ("Promoteur 1", "Projet secret 1.")] == [True, True]
    assert [words in whole for words in ("Promoteur 0", "Projet secret 0.")] == [True, True]
    scores = [row for part in mine["sections"][0]["blocks"] if part["type"] == "table" for row in part["rows"]]
    assert sum(row["cells"][0] == closed.reference for row in scores) == 1


def test_what_was_withdrawn_from_when_it_was_decided_stays_closed(
    sitting: Sitting,
    members: list[User],
) -> None:
    first = sitting.items.order_by("pk")[:1]
    SittingItem.objects.filter(pk__in=[one.pk for one in first]).update(
        result="accepted", decided_at=NOW, recused=[members[0].pk]
    )
    with override("fr"):
        assert "Projet secret 0." not in say(tell_pack(read_pack(sitting, reader=members[0]), places=PLACES))


def test_minutes_tell_votes_reasons_and_their_mark(
    sitting: Sitting,
    members: list[User],
    adviser: User,
) -> None:
    first, second = sitting.items.all()
    declare(members[0], first.case)
    vote(first, members[1:], "++-")
    vote(second, members, "--")
    decide(first, adviser)
    with override("fr"):
        draft = say(tell_minutes(sitting, read_items(sitting)))
        assert "Il reste 1 dossier à décider." in draft
        assert second.case.reference not in draft
        vote(second, members[2:], "-+")
        decide(second, adviser)
        adopted = actions.adopt_minutes(sitting=sitting, by=members[1], now=NOW)
        told = say(tell_minutes(adopted, read_items(adopted)))
        mine = say(tell_minutes(adopted, read_items(adopted), reader=members[0]))
    for words in ("Membre 0 (siège au conseil)", "Un bail", "Mission claire.", adopted.minutes_hash, "par Membre 1"):
        assert words in told, words
    assert (told.count("Mission claire."), mine.count("Mission claire.")) == (2, 1)


@pytest.mark.parametrize(("language", "title"), [("fr", "Le cahier de la séance"), ("en", "Meeting papers")])
def test_the_pdf_is_accessible_in_its_language(sitting: Sitting, language: str, title: str) -> None:
    with override(language):
        content = print_pack(read_pack(sitting), places=PLACES, at=NOW)
        assert tell_pack(read_pack(sitting), places=PLACES)["title"].startswith(title)
    assert content.startswith(b"%PDF-1.7")
    assert f"/Lang({language}-CA)".encode() in content.replace(b"/Lang (", b"/Lang(")
    assert b"pdfuaid:part>1<" in content.replace(b" ", b"")


def test_papers_are_for_their_own_and_kept_by_nobody(
    sitting: Sitting,
    members: list[User],
    adviser_client: StrictClient,
    client: StrictClient,
) -> None:
    ours = [reverse("sitting_pack", args=[sitting.pk]), reverse("sitting_minutes", args=[sitting.pk])]
    theirs = [reverse("committee_pack", args=[sitting.pk]), reverse("committee_minutes", args=[sitting.pk])]
    for one, addresses in ((adviser_client, ours), (open_as(members[0]), theirs)):
        for address in addresses:
            answer = one.get(address)
            assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
            assert "no-store" in answer["Cache-Control"]
            assert answer["X-Robots-Tag"] == "noindex, nofollow"
            assert "2018-09-03.pdf" in answer["Content-Disposition"]
    stranger = User.objects.create_user("x@exemple.test", "un mot de passe long", name="X")
    stranger.roles.create(kind="committee", territory_code="640", starts_on=NOW.date())
    assert [open_as(stranger).get(one).status_code for one in theirs] == [404, 404]
    assert [open_as(members[0]).get(one).status_code for one in ours] == [403, 403]
    elsewhere = User.objects.create_user("y@exemple.test", "un mot de passe long", name="Y")
    elsewhere.roles.create(kind="adviser", body="Ailleurs", territory_code="610", starts_on=NOW.date())
    assert [open_as(elsewhere).get(one).status_code for one in ours] == [403, 403]
    assert all(client.get(one).status_code == 302 for one in [*ours, *theirs])


def test_a_pack_tells_who_brings_what_and_nothing_of_it_to_whoever_withdraws(
    sitting: Sitting, members: list[User], adviser: User
) -> None:
    closed, _opened = (item.case for item in sitting.items.all())
    actions.set_project_cost(case=closed, cents=90_000_00, by=adviser, now=NOW)
    share = NewShare("loan", 31_000_00, "asked", funder="Caisse secrète", is_public=False)
    actions.add_share(case=closed, said=share, words="", by=adviser, now=NOW)
    declare(members[0], closed)
    with override("fr"):
        whole = say(tell_pack(read_pack(sitting), places=PLACES))
        mine = say(tell_pack(read_pack(sitting, reader=members[0]), places=PLACES))
    for words in ("Caisse secrète", "59\xa0000\xa0$"):
        assert (words in whole, words in mine) == (True, False), words
