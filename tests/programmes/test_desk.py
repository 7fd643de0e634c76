"""The adviser's desk of programmes: what presses, nothing of a file with which one has something to do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from essor.accounts.models import User
from essor.cases.actions import assign_case, hand_over
from essor.cases.models import Case
from essor.cases.rules import CaseError
from essor.programmes.actions import accept_offer, ask_payment, call_sitting, declare_interest, make_offer
from essor.programmes.models import Agreement
from essor.programmes.queries.desk import ProgrammeDesk, read_programme_desk
from essor.project.benchmarks.startup_files import fill_programme
from tests.pages import StrictClient

from .agreeing import FIRST, folder, record, sign
from .conftest import DAY, NOW, TODAY, ask, open_file
from .test_loans import AFTER, agree, lend

__all__ = ["folder"]

DESK = "/bureau/programmes/"


def read(person: User, on: date = TODAY, **said: Any) -> ProgrammeDesk:
    return read_programme_desk(person=person, on=on, **said)


def list_files(desk: ProgrammeDesk) -> set[Case]:
    files = desk.files
    return {case for found in (files.late, files.to_take, files.today, files.waiting, files.later) for case in found}


def test_each_thing_to_do_has_its_list(
    agreement: Agreement, adviser: User, members: list[User], adviser_client: StrictClient, time_machine: Any
) -> None:
    time_machine.move_to(NOW)
    offered, paying, judged = open_file(), open_file(), open_file(until="to_committee")
    make_offer(agreement=agreement, case=offered, asked=ask(expires_on=TODAY + 5 * DAY), by=adviser, now=NOW)
    offer = make_offer(agreement=agreement, case=paying, asked=ask(), by=adviser, now=NOW)
    accept_offer(offer=offer, on=TODAY, words="Signé.", by=adviser, now=NOW)
    ask_payment(offer=offer, cents=22_000_00, on=TODAY, words="Le four.", by=adviser, now=NOW)
    call_sitting(
        programme=agreement.programme, held_on=TODAY + DAY, quorum=2, members=members, cases=[judged], by=adviser,
        now=NOW,
    )  # fmt: skip
    desk = read(adviser)
    assert list_files(desk) == {offered, paying, judged}
    assert [one.case for one in desk.offers] == [offered]
    assert [one.offer.case for one in desk.payments] == [paying]
    assert [(one.sitting.held_on, one.files, one.is_decided) for one in desk.sittings] == [(TODAY + DAY, 1, False)]
    assert [(one.slug, n) for one, n in desk.counts] == [("essai", 3)]
    page = adviser_client.get(DESK).content.decode()
    for words in ("Versements qui attendent", "Offres sans réponse", "Séances du comité", "une autre personne"):
        assert words in page
    assert [one.case for one in read(adviser, TODAY + 6 * DAY).offers] == [offered]
    assert not read(adviser, TODAY - 60 * DAY).offers


def test_nothing_is_told_of_a_file_from_which_one_withdraws(
    agreement: Agreement, adviser: User, other: User, adviser_client: StrictClient, time_machine: Any
) -> None:
    time_machine.move_to(NOW)
    case = open_file()
    offer = make_offer(agreement=agreement, case=case, asked=ask(expires_on=TODAY + DAY), by=other, now=NOW)
    accept_offer(offer=offer, on=TODAY, words="Signé.", by=other, now=NOW)
    ask_payment(offer=offer, cents=22_000_00, on=TODAY, words="Le four.", by=other, now=NOW)
    assert case.reference in adviser_client.get(DESK).content.decode()
    declare_interest(person=adviser, kind="kin", starts_on=TODAY, words="", case=case, now=NOW)
    desk = read(adviser)
    assert not list_files(desk)
    assert (desk.payments, desk.offers, desk.owed, [n for _one, n in desk.counts]) == ([], [], [], [0])
    assert case.reference not in adviser_client.get(DESK).content.decode()
    assert list_files(read(other)) == {case}


def test_whoever_has_an_interest_cannot_receive_the_file(
    agreement: Agreement, adviser: User, other: User, administrator: User
) -> None:
    case, free = open_file(), open_file()
    person = case.assigned_to
    assert person == adviser
    declare_interest(person=other, kind="loan", starts_on=TODAY, words="", case=case, now=NOW)
    with pytest.raises(CaseError) as refused:
        hand_over(person=person, receiver=other, cases=[case.pk, free.pk], words="", by=administrator, now=NOW)
    assert refused.value.code == "receiver_barred"
    assert refused.value.facts["references"] == [case.reference]
    with pytest.raises(CaseError) as alone:
        assign_case(case=case, person=other, by=administrator, now=NOW, seen=person.pk)
    assert alone.value.code == "receiver_barred"
    assert Case.objects.filter(assigned_to=other).count() == 0
    hand_over(person=person, receiver=other, cases=[free.pk], words="", by=administrator, now=NOW)
    assert Case.objects.get(assigned_to=other) == free


def test_whoever_hands_over_reads_no_name_of_a_file_closed_to_them(
    agreement: Agreement, adviser: User, other: User, administrator: User, administrator_client: StrictClient
) -> None:
    case, free = open_file(), open_file()
    Case.objects.filter(pk=case.pk).update(promoter_name="Café du parc")
    Case.objects.filter(pk=free.pk).update(promoter_name="Fruiterie")
    address = reverse("case_hand_over", args=[adviser.pk])
    assert "Café du parc" in administrator_client.get(address).content.decode()
    declare_interest(person=administrator, kind="kin", starts_on=TODAY, words="", case=case, now=NOW)
    page = administrator_client.get(address).content.decode()
    assert case.reference in page
    assert "Fruiterie" in page
    assert "Café du parc" not in page


def test_news_that_is_owed_comes_longest_silence_first(places: None, adviser: User) -> None:
    fill_programme(slug="essai", files=120, on=TODAY, in_charge=adviser)
    owed = read(adviser).owed
    assert owed
    assert [one.duty.due_on for one in owed] == sorted(one.duty.due_on for one in owed)
    assert all(one.duty.state in {"due", "late"} for one in owed)


def test_one_programme_or_one_s_own_files_are_chosen(
    places: None, adviser: User, other: User, adviser_client: StrictClient, time_machine: Any
) -> None:
    time_machine.move_to(NOW)
    first = fill_programme(slug="un", files=30, on=TODAY, in_charge=adviser)
    fill_programme(slug="deux", files=30, on=TODAY, in_charge=other)
    both, one, mine = read(adviser), read(adviser, programme=first), read(adviser, is_mine=True)
    assert list_files(one) == list_files(mine) < list_files(both)
    assert [slug for slug, _n in ((p.slug, n) for p, n in one.counts)] == ["deux", "un"]
    assert adviser_client.get(DESK, {"programme": "un", "mine": "1"}).status_code == 200
    assert adviser_client.get(DESK, {"programme": "nul"}).status_code == 404


def test_loans_late_are_told_and_wait_for_nothing_later(
    agreement: Agreement, case: Case, adviser: User, other: User, adviser_client: StrictClient, time_machine: Any
) -> None:
    lend_and_agree(case, agreement)
    desk = read(adviser, AFTER)
    assert [(one.offer.case, standing.arrears > 0) for one, standing in desk.loans] == [(case, True)]
    assert not read(adviser, TODAY + DAY).loans
    Case.objects.filter(pk=case.pk).update(due_on=AFTER + 300 * DAY, waiting_since=None)
    time_machine.move_to(NOW + (AFTER - TODAY))
    page = adviser_client.get(DESK).content.decode()
    assert "Prêts en retard (1)" in page
    assert reverse("case_loan", args=[case.reference, desk.loans[0][0].offer.pk]) in page
    assert "Plus tard" not in page
    declare_interest(person=adviser, kind="kin", starts_on=AFTER, words="", case=case, now=NOW)
    assert not read(adviser, AFTER).loans
    assert "Prêts en retard" not in adviser_client.get(DESK).content.decode()


def test_reports_late_are_those_of_the_agreements_that_one_reads(
    guards: None, adviser: User, adviser_client: StrictClient, time_machine: Any
) -> None:
    programme = sign("Caisse")
    on = FIRST + 90 * DAY
    assert [(one.partner, report.about_on) for one, report in read(adviser, on).reports] == [("Caisse", FIRST)]
    assert not read(adviser, FIRST).reports
    assert not read(adviser, on, is_mine=True).reports
    time_machine.move_to(NOW + (on - TODAY))
    page = adviser_client.get(DESK).content.decode()
    assert "Rapports d’entente en retard (1)" in page
    for name in ("programme_following", "programme_loans", "agreements"):
        assert reverse(name, args=[programme.slug]) in page
    assert reverse("past_files", args=[programme.slug]) not in page
    record(programme.agreements.get())
    assert not read(adviser, on).reports


def test_the_desk_asks_as_much_of_one_late_loan_as_of_many(
    agreement: Agreement, case: Case, adviser: User, other: User, adviser_client: StrictClient, time_machine: Any
) -> None:
    lend_and_agree(case, agreement)
    time_machine.move_to(NOW + (AFTER - TODAY))
    counts = []
    for more in (0, 2):
        for _ in range(more):
            lend_and_agree(open_file(), agreement)
        adviser_client.get(DESK)
        with CaptureQueriesContext(connection) as asked:
            assert f"Prêts en retard ({more + 1})" in adviser_client.get(DESK).content.decode()
        counts.append(len(asked))
    assert counts[0] == counts[1]


def lend_and_agree(case: Case, agreement: Agreement) -> None:
    agree(lend(case, agreement))


def test_a_sitting_is_named_and_says_when_its_minutes_wait(
    agreement: Agreement, members: list[User], adviser: User, adviser_client: StrictClient, time_machine: Any
) -> None:
    time_machine.move_to(NOW)
    sitting = call_sitting(
        programme=agreement.programme, held_on=TODAY + DAY, quorum=2, members=members,
        cases=[open_file(until="to_committee")], by=adviser, now=NOW,
    )  # fmt: skip
    page = adviser_client.get(DESK).content.decode().replace("\xa0", " ")
    assert "Essai, le 4 septembre 2018" in page
    assert "à venir" in page
    item = sitting.items.get()
    Case.objects.filter(pk=item.case_id).update(stage="analysis")
    assert read(adviser).sittings[0].is_decided, "it left the committee"
    Case.objects.filter(pk=item.case_id).update(stage="committee")
    assert not read(adviser).sittings[0].is_decided
    sitting.items.update(result="accepted", decided_at=NOW)
    page = adviser_client.get(DESK).content.decode()
    assert "procès-verbal à adopter" in page
    assert "inconnu" not in page.partition("<main")[2]
