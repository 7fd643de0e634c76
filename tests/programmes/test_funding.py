"""The funding stack of a file: said by both sides, moved from state to state; offers come from the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from essor.accounts.models import User
from essor.accounts.permissions import NotAllowed
from essor.aid.actions import load_shipped_aids
from essor.cases.access import make_token
from essor.cases.actions import THE_PROMOTER, close_case, erase_case, open_case
from essor.cases.models import Case, CaseEvent
from essor.cases.rules import CaseError
from essor.methods.funding import Standing
from essor.programmes.actions import (
    accept_offer,
    add_share,
    call_sitting,
    make_offer,
    move_share,
    pay,
    recover,
    set_project_cost,
)
from essor.programmes.funding_forms import MoveForm
from essor.programmes.models import Agreement, FundingShare, FundingStep
from essor.programmes.queries.funding import read_funding
from essor.programmes.rules import NewShare, ProgrammeError
from essor.programmes.wording import SENTENCES, explain
from tests.cases.conftest import ask as ask_for_help
from tests.pages import StrictClient

from .conftest import NOW, TODAY, ask, open_file

SOPER = NewShare("grant", 15_000_00, "confirmed", "SOPER", is_public=True)
LOAN = NewShare("loan", 25_000_00, "asked", "Caisse de Rimouski", is_public=False)
BURSARY = NewShare("bursary", 3_000_00, "asked", "Caisse de Rimouski", is_public=False)
POLE = NewShare("grant", 2_000_00, "asked", "Le Pôle")


@pytest.fixture
def file(agreement: Agreement, adviser: User) -> Case:
    return open_file(until="to_plan")


def add(case: Case, said: NewShare = SOPER, **more: Any) -> FundingShare:
    return add_share(case=case, said=said, by=more.pop("by", THE_PROMOTER), now=NOW, **more)


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_la_station_45_000_of_300_000(file: Case, adviser: User) -> None:
    set_project_cost(case=file, cents=300_000_00, by=adviser, now=NOW)
    soper, *_others = [add(file, said) for said in (SOPER, LOAN, BURSARY, POLE)]
    move_share(share=soper, status="paid", cents=10_000_00, by=adviser, now=NOW)
    stack = read_funding(file).stack
    assert (stack.total, stack.missing, stack.sure) == (45_000_00, 255_000_00, 15_000_00)
    assert (stack.cash["paid"], stack.cash["confirmed"], stack.cash["asked"]) == (10_000_00, 5_000_00, 30_000_00)
    assert (stack.public, stack.repayable) == ((15_000_00, 17_000_00), (25_000_00, 25_000_00))
    told = CaseEvent.objects.filter(case=file, facts__deed="fund")
    assert [one.facts["status"] for one in told.order_by("pk")] == ["confirmed", "asked", "asked", "asked", "paid"]
    assert [one.party for one in told.order_by("pk")] == ["promoter"] * 4 + ["adviser"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (SOPER, "share-twice"),
        (replace(SOPER, funder="  soper "), "share-twice"),
        (replace(SOPER, funder=" – "), "share-unclear"),
        (replace(SOPER, instrument="grant_and_loan"), "share-unclear"),
        (replace(POLE, cents=0), "amount-not-positive"),
        (replace(POLE, cents=-1), "amount-not-positive"),
        (replace(POLE, cents=10**13), "amount-too-large"),
        (replace(POLE, status="refused"), "step-not-from-here"),
        (replace(POLE, aid="nulle"), "share-aid-unknown"),
        (replace(SOPER, funder="CAISSE d'essai"), "share-in-ledger"),
        (replace(LOAN, funder="Caisse d’essai"), "share-in-ledger"),
    ],
)
def test_what_is_refused_changes_nothing(file: Case, adviser: User, said: NewShare, code: str) -> None:
    add(file)
    before = FundingStep.objects.count(), CaseEvent.objects.count()
    with pytest.raises(ProgrammeError, match=code) as caught:
        add(file, said)
    assert explain(caught.value)
    assert "{" not in explain(caught.value)
    assert (FundingStep.objects.count(), CaseEvent.objects.count()) == before


def test_every_refusal_has_its_sentence() -> None:
    assert {"paid-over", "shares-full", "funding-locked", "funding-not-enrolled", "share-aid-unknown"} <= set(SENTENCES)


def test_other_money_of_the_same_funder_is_said_so_and_a_refused_one_may_come_back(file: Case, adviser: User) -> None:
    first = add(file, POLE)
    add(file, replace(POLE, is_other=True))
    add(file, replace(LOAN, funder="Caisse d’essai", is_other=True))
    move_share(share=first, status="refused", by=adviser, now=NOW)
    add(file, POLE)
    assert read_funding(file).stack.total == 29_000_00


def test_moves_that_do_not_follow_change_nothing(file: Case, adviser: User) -> None:
    share = add(file, POLE)
    for status, cents, code in (("paid", None, "step-not-from-here"), ("confirmed", 0, "amount-not-positive")):
        with pytest.raises(ProgrammeError, match=code):
            move_share(share=share, status=status, cents=cents, by=adviser, now=NOW)
    move_share(share=share, status="confirmed", cents=1_500_00, by=adviser, now=NOW)
    with pytest.raises(ProgrammeError, match="paid-over") as caught:
        move_share(share=share, status="paid", cents=1_600_00, by=adviser, now=NOW)
    assert "1 500 $" in plain(explain(caught.value))
    move_share(share=share, status="paid", cents=500_00, by=adviser, now=NOW)
    move_share(share=share, status="withdrawn", by=adviser, now=NOW)
    (line,) = read_funding(file).lines
    assert line.share.standing == Standing("withdrawn", 0, 500_00, 1_000_00)
    move_share(share=share, status="mistaken", by=adviser, now=NOW)
    assert read_funding(file).stack.total == 0


def test_the_promoter_writes_until_the_committee_and_the_adviser_after(agreement: Agreement, adviser: User) -> None:
    case = open_file(until="to_committee")
    share = add(case, by=adviser)
    move_share(share=share, status="paid", cents=5_000_00, by=adviser, now=NOW)
    for deed in (
        lambda: set_project_cost(case=case, cents=1_00, by=THE_PROMOTER, now=NOW),
        lambda: add(case, POLE),
        lambda: move_share(share=share, status="paid", by=THE_PROMOTER, now=NOW),
    ):
        with pytest.raises(ProgrammeError, match="funding-locked"):
            deed()
    move_share(share=share, status="paid", by=adviser, now=NOW)
    assert read_funding(case).stack.cash["paid"] == 15_000_00


def test_only_of_an_open_file_of_a_programme_and_by_who_may(file: Case, adviser: User) -> None:
    stranger = User.objects.create_user("loin@exemple.test", "un mot de passe long", name="Loin")
    with pytest.raises(NotAllowed):
        add(file, by=stranger)
    close_case(case=file, outcome="withdrawn", words="Nous arrêtons le projet.", by=THE_PROMOTER, now=NOW)
    with pytest.raises(CaseError):
        add(file)
    alone = open_case(request=ask_for_help(), now=NOW).case
    with pytest.raises(ProgrammeError, match="funding-not-enrolled"):
        add(alone)


def test_an_offer_comes_from_the_ledger_wherever_its_money_is(agreement: Agreement, case: Case, adviser: User) -> None:
    offer = make_offer(agreement=agreement, case=case, asked=ask(15_000_00, 10_000_00), by=adviser, now=NOW)

    def states() -> dict[str, tuple[str, int, int]]:
        lines = read_funding(case).lines
        return {
            one.share.instrument: (one.share.standing.status, one.share.standing.rest, one.share.standing.paid)
            for one in lines
        }

    assert states() == {"grant": ("conditional", 15_000_00, 0), "loan": ("conditional", 10_000_00, 0)}
    accept_offer(offer=offer, on=TODAY, words="Signé", by=THE_PROMOTER, now=NOW)
    assert states()["loan"] == ("confirmed", 10_000_00, 0)
    pay(offer=offer, cents=5_000_00, on=TODAY, words="Un", by=adviser, approved_by=None, now=NOW)
    assert states() == {"grant_and_loan": ("confirmed", 20_000_00, 5_000_00)}
    assert read_funding(case).stack.repayable == (0, 25_000_00)
    recover(offer=offer, cents=1_000_00, on=TODAY, words="Trop", by=adviser, now=NOW)
    assert read_funding(case).stack.total == 24_000_00


def test_the_caps_of_an_aid_are_read_from_its_rules(file: Case, adviser: User) -> None:
    load_shipped_aids(now=timezone.now())
    add(file, replace(SOPER, cents=17_000_00, aid="essor_1b", funder="On ne sait qui"), by=adviser)
    share = FundingShare.objects.get()
    assert (share.is_public, share.funder != "On ne sait qui") == (True, True)
    assert {one.code: one.state for one in read_funding(file).stack.checks}["cumulation"] == "unknown"
    set_project_cost(case=file, cents=40_000_00, by=adviser, now=NOW)
    add(file, replace(POLE, cents=20_000_00, is_public=True), by=adviser)
    found = {one.code: one for one in read_funding(file).stack.checks}
    assert (found["cumulation"].state, found["cumulation"].limit, found["cumulation"].over) == (
        "broken", 32_000_00, 5_000_00,
    )  # fmt: skip
    assert found["cap"].state == "kept"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE programmes_fundingshare SET funder = 'x'",
        "DELETE FROM programmes_fundingshare",
        "UPDATE programmes_fundingstep SET cents = 1",
        "DELETE FROM programmes_fundingstep",
    ],
)
def test_what_was_said_is_never_rewritten(file: Case, statement: str) -> None:
    add(file)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_both_sides_read_and_write_on_the_page(
    file: Case, adviser: User, adviser_client: StrictClient, client: StrictClient
) -> None:
    load_shipped_aids(now=timezone.now())
    theirs = reverse("case_follow_funding", args=[make_token(file.reference)])
    ours = reverse("case_funding", args=[file.reference])
    assert "Aucune somme" in client.get(theirs).content.decode()
    said = {"instrument": "grant", "funder": "SOPER", "public": "yes", "dollars": "15 000", "status": "confirmed"}
    refused = client.post(f"{theirs}ajouter/", said | {"dollars": "quinze mille"})
    assert (refused.status_code, FundingShare.objects.count()) == (400, 0)
    assert client.post(f"{theirs}ajouter/", said | {"words": "Une lettre"}).status_code == 302
    twice = client.post(f"{theirs}ajouter/", said)
    assert (twice.status_code, FundingShare.objects.count()) == (400, 1)
    assert "SOPER est déjà là" in twice.content.decode()
    assert client.post(f"{theirs}cout/", {"dollars": "0"}).status_code == 400
    assert adviser_client.post(f"{ours}cout/", {"dollars": "300 000"}).status_code == 302
    share = FundingShare.objects.get()
    assert adviser_client.post(f"{ours}{share.pk}/", {"status": "asked"}).status_code == 400
    assert adviser_client.post(f"{ours}{share.pk}/", {"status": "paid", "dollars": "5 000"}).status_code == 302
    assert adviser_client.post(f"{ours}{share.pk + 9}/", {"status": "paid"}).status_code == 404
    for page in (client.get(theirs), adviser_client.get(ours)):
        text = plain(page.content.decode())
        assert "15 000 $ sur les 300 000 $ du projet : il manque 285 000 $" in text
        assert "confirmé, dont 5 000 $ versés" in text
    for address in (reverse("case_follow_programme", args=[make_token(file.reference)]),):
        assert theirs in client.get(address).content.decode()
    timeline = plain(adviser_client.get(reverse("case", args=[file.reference])).content.decode())
    assert "montage, subvention de 15 000 $ : confirmé" in timeline
    assert adviser_client.get(f"{ours}cout/").status_code == 302


def test_a_share_of_another_file_is_not_there(file: Case, adviser_client: StrictClient) -> None:
    share = add(file)
    elsewhere = reverse("case_funding_move", args=[open_file(until="to_plan").reference, share.pk])
    assert adviser_client.post(elsewhere, {"status": "paid"}).status_code == 404


def test_a_stranger_reads_nothing(file: Case, client: StrictClient) -> None:
    assert client.get(reverse("case_funding", args=[file.reference])).status_code in {302, 403}
    assert client.get(reverse("case_follow_funding", args=["x" * 43])).status_code == 404


def test_a_promoter_at_committee_reads_and_has_no_form(
    agreement: Agreement, adviser: User, client: StrictClient
) -> None:
    case = open_file(until="to_committee")
    text = client.get(reverse("case_follow_funding", args=[make_token(case.reference)])).content.decode()
    assert "ne se change plus" in text
    assert "Ajouter une somme" not in text


def test_the_committee_sees_the_stack(agreement: Agreement, adviser: User) -> None:
    case, now = open_file(until="to_committee"), timezone.now()
    add(case, by=adviser)
    member = User.objects.create_user("m@exemple.test", "un mot de passe long", name="Membre")
    member.roles.create(kind="committee", territory_code="640", starts_on=TODAY)
    sitting = call_sitting(
        programme=agreement.programme, held_on=timezone.localdate(now), quorum=1, members=[member], cases=[case],
        by=adviser, now=now,
    )  # fmt: skip
    client = StrictClient()
    client.force_login(member)
    text = plain(client.get(reverse("committee_item", args=[sitting.items.get().pk])).content.decode())
    assert "SOPER" in text
    assert "15 000 $" in text


def test_taken_away_with_the_file_and_its_words_erased(
    file: Case, adviser: User, administrator: User, client: StrictClient
) -> None:
    add(file, words="Ma tante connaît la directrice")
    said = client.get(reverse("case_follow_data", args=[make_token(file.reference)])).json()["programme"]["funding"]
    assert (said["total_cad"], said["cost_cad"], said["missing_cad"]) == (15_000, None, None)
    assert said["shares"][0]["history"][0]["status"] == "confirmed"
    close_case(case=file, outcome="withdrawn", words="Nous arrêtons le projet.", by=THE_PROMOTER, now=NOW)
    erase_case(case=file, reason="asked", by=administrator, now=NOW)
    assert not CaseEvent.objects.filter(case=file, words__contains="tante").exists()
    assert FundingShare.objects.get().funder == "—"


def test_a_page_asks_as_many_questions_whatever_the_shares(
    file: Case, adviser: User, adviser_client: StrictClient, django_assert_num_queries: Any
) -> None:
    address = reverse("case_funding", args=[file.reference])
    adviser_client.get(address)
    add(file, POLE)
    with CaptureQueriesContext(connection) as one:
        adviser_client.get(address)
    for number in range(20):
        add(file, replace(POLE, funder=f"Fonds {number}"))
    with CaptureQueriesContext(connection) as many:
        adviser_client.get(address)
    assert len(one) == len(many) <= 20


def test_a_form_offers_only_what_may_follow(file: Case) -> None:
    add(file, replace(SOPER, status="paid"))
    form = MoveForm(line=read_funding(file).lines[0])
    assert [code for code, _label in form.fields["status"].choices] == ["mistaken"]  # type: ignore[attr-defined]
    assert "dollars" not in form.fields
