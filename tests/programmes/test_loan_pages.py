"""The pages of a loan: both sides read it, an adviser without an interest writes it; the list and the journal."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from essor.accounts.models import User
from essor.accounts.permissions import NotAllowed
from essor.cases.access import make_token
from essor.programmes import actions
from essor.programmes.loan_pictures import build_schedule_tables
from essor.programmes.models import Agreement, LoanReceipt, Offer
from essor.programmes.queries.loans import list_loans, read_loan
from essor.programmes.rules import ProgrammeError
from tests.pages import StrictClient

from .conftest import DAY, NOW, TODAY, open_file
from .test_loans import AFTER, TERMS, agree, lend, offer, receive

__all__ = ["offer"]


def test_who_has_an_interest_or_no_role_does_nothing(offer: Offer, adviser: User, client: StrictClient) -> None:
    schedule = agree(offer)
    receipt = receive(offer, 41_67)
    far = User.objects.create_user("loin@exemple.test", "un mot de passe long", name="Loin")
    far.roles.create(kind="adviser", body="CLD d’ailleurs", territory_code="660", starts_on=TODAY)
    page = reverse("case_loan", args=[offer.case.reference, offer.pk])
    client.force_login(far)
    assert client.get(page).status_code == 403
    with pytest.raises(NotAllowed):
        receive(offer, 1_00, by=far)
    client.force_login(adviser)
    assert client.get(page).status_code == 200
    listed = reverse("programme_loans", args=[offer.agreement.programme.slug])
    assert offer.case.reference in client.get(listed).content.decode()
    actions.declare_interest(person=adviser, kind="kin", starts_on=TODAY, words="", case=offer.case, now=NOW)
    shown = client.get(page)
    assert shown.status_code == 403
    assert "Capital qui reste" not in shown.content.decode()
    assert offer.case.reference not in client.get(listed).content.decode()
    for deed in (
        lambda: receive(offer, 1_00, by=adviser, now=timezone.now()),
        lambda: agree(offer, by=adviser, now=timezone.now()),
        lambda: actions.take_back(receipt=receipt, words="Non", by=adviser, now=timezone.now()),
        lambda: actions.drop_schedule(schedule=schedule, by=adviser, now=timezone.now()),
    ):
        with pytest.raises(ProgrammeError, match="recused"):
            deed()


def test_both_sides_read_the_loan_and_an_adviser_writes_it(offer: Offer, adviser: User, client: StrictClient) -> None:
    token, reference = make_token(offer.case.reference), offer.case.reference
    page, theirs = reverse("case_loan", args=[reference, offer.pk]), reverse("case_follow_loan", args=[token, offer.pk])
    assert theirs in client.get(reverse("case_follow_programme", args=[token])).content.decode()
    assert "pas encore convenu" in client.get(theirs).content.decode()
    assert "inconnu" in client.get(theirs).content.decode()
    client.force_login(adviser)
    today = timezone.localdate()
    sent = {
        "rate": "5,25", "months": "12", "moratorium": "", "first_due_on": today + 9 * DAY, "agreed_on": today,
        "words": "Lettre signée",
    }  # fmt: skip
    wrong = client.post(reverse("case_loan_agree", args=[reference, offer.pk]), sent | {"moratorium": "12"})
    assert wrong.status_code == 400
    assert "le moratoire doit finir" in wrong.content.decode()
    client.post(reverse("case_loan_agree", args=[reference, offer.pk]), sent)
    shown = client.get(page).content.decode().replace("\xa0", " ")
    assert "5,25 % par année" in shown
    paid = {"amount": "1 000,50 $", "received_on": today, "words": "Virement"}
    client.post(reverse("case_loan_receive", args=[reference, offer.pk]), paid)
    receipt = LoanReceipt.objects.get()
    assert receipt.cents == 1_000_50
    shown = client.get(theirs).content.decode().replace("\xa0", " ")
    assert "1 000,50 $" in shown
    assert "<form" not in shown.partition("<main")[2].partition("</main")[0]
    back = reverse("case_loan_take_back", args=[reference, offer.pk])
    for bad in ({"words": "", "receipt": receipt.pk}, {"words": "Non", "receipt": 999}):
        assert client.post(back, bad).status_code == 400
    client.post(back, {"words": "Inscrit deux fois", "receipt": receipt.pk})
    assert "repris : ne compte plus" in client.get(page).content.decode().replace("\xa0", " ")
    assert client.get(reverse("case_loan", args=[reference, 999])).status_code == 404


def test_the_journal_holds_each_payment_on_both_sides(
    agreement: Agreement, offer: Offer, adviser: User, client: StrictClient
) -> None:
    agree(offer)
    receipt = receive(offer, 1_106_40, on=TODAY, now=NOW + DAY)
    actions.take_back(receipt=receipt, words="Erreur", by=adviser, now=NOW + DAY)
    slug = agreement.programme.slug
    out = StringIO()
    call_command("programme", "journal", "--programme", slug, "--from", TODAY.isoformat(), stdout=out)
    rows = list(csv.DictReader(StringIO(out.getvalue())))
    totals = [sum(Decimal(row[side] or 0) for row in rows) for side in ("debit_cad", "credit_cad")]
    assert totals[0] == totals[1] > 0
    told = [(row["move"], row["account"], row["debit_cad"], row["credit_cad"]) for row in rows[-8:]]
    assert told == [
        ("repay", "recovered", "981.39", ""), ("repay", "paid", "", "981.39"),
        ("interest", "interest", "125.01", ""), ("interest", "borrower", "", "125.01"),
        ("return_principal", "paid", "981.39", ""), ("return_principal", "recovered", "", "981.39"),
        ("return_interest", "borrower", "125.01", ""), ("return_interest", "interest", "", "125.01"),
    ]  # fmt: skip
    came = {(row["date"], row["received_on"]) for row in rows[-8:]}
    assert came == {((TODAY + DAY).isoformat(), TODAY.isoformat())}
    assert {row["received_on"] for row in rows[:-8]} == {""}
    address = reverse("programme_journal", args=[slug])
    client.force_login(adviser)
    assert client.get(address).status_code == 403
    boss = User.objects.create_user("chef@exemple.test", "un mot de passe long", name="Chef")
    boss.roles.create(kind="administrator", starts_on=date(2010, 1, 1))
    client.force_login(boss)
    assert client.get(address, {"from": TODAY.isoformat()}).content.decode() == out.getvalue()
    assert client.get(address, {"from": "hier"}).status_code == 400
    assert "received_on" in client.get(reverse("programme_loans", args=[slug])).content.decode()
    assert client.get(reverse("programme_journal", args=["nul"])).status_code == 404


def test_the_list_asks_as_much_of_one_loan_as_of_many(
    agreement: Agreement, offer: Offer, adviser: User, client: StrictClient
) -> None:
    agree(offer)
    receive(offer, 41_67)
    client.force_login(adviser)
    page = reverse("programme_loans", args=[agreement.programme.slug])
    client.get(page)
    with CaptureQueriesContext(connection) as one:
        client.get(page)
    for _more in range(4):
        more = lend(open_file(), agreement)
        agree(more)
        receive(more, 50_00)
    with CaptureQueriesContext(connection) as many:
        shown = client.get(page).content.decode()
    assert len(many) == len(one)
    assert shown.count("/pret/") == 5
    assert len(list_loans(agreement.programme, by=adviser, on=timezone.localdate())) == 5


def test_a_long_schedule_shows_what_is_late_and_the_next_and_folds_the_rest(
    offer: Offer, adviser: User, client: StrictClient, time_machine: Any
) -> None:
    agree(offer, replace(TERMS, months=48))
    receive(offer, 41_67)
    table, folded = build_schedule_tables(read_loan(offer), on=AFTER)
    assert table is not None
    states = [row.cells[-1] for row in table.rows]
    assert (states.count("en retard"), states[-4:]) == (len(states) - 3, ["en retard", *["à venir"] * 3])
    rest = 48 - 1 - len(states)
    assert [title for title, _table in folded] == [f"Les {rest} paiements suivants", "Le paiement déjà reçu"]
    assert [len(one.rows) for _title, one in folded] == [rest, 1]
    time_machine.move_to(NOW + (AFTER - TODAY))
    client.force_login(adviser)
    page = client.get(reverse("case_loan", args=[offer.case.reference, offer.pk])).content.decode()
    assert f"<summary>Les {rest} paiements suivants</summary>" in page
    assert build_schedule_tables(read_loan(lend(open_file(), offer.agreement)), on=AFTER) == (None, [])
