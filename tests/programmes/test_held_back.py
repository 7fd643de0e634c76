"""What a link, an interest or a loan that was never paid must not reach."""

from __future__ import annotations

import pytest
from django.urls import reverse

from essor.accounts.models import User
from essor.accounts.permissions import NotAllowed
from essor.cases.actions import THE_PROMOTER, attach_document, move_case
from essor.cases.actions.handing import hand_over
from essor.cases.models import Case, CaseLetter
from essor.programmes import actions
from essor.programmes.actions.applications import Invited, attach_file
from essor.programmes.invitations import make_person_token
from essor.programmes.models import Agreement, CoApplicant
from essor.programmes.queries.files import may_leave
from essor.programmes.queries.loans import export_loans, read_loan
from essor.programmes.rules import PastRows, ProgrammeError
from tests.pages import StrictClient

from .conftest import NOW, TODAY, ask, open_file
from .test_applications import PDF, add_person, agreement, complete, file, read, started
from .test_loans import MONTH, agree

__all__ = ["agreement", "file", "started"]


def test_whoever_is_invited_reads_no_other_paper_of_the_file(
    started: Case, adviser: User, client: StrictClient
) -> None:
    paper = attach_document(case=started, name="bilan-personnel.pdf", chunks=[PDF], by=adviser, now=NOW)
    add_person(started)
    token = make_person_token(started.reference, 1)
    form = read(started).form
    field = next(one for one in form.list_fields() if one.kind == "file")
    section = next(one for one in form.sections if field in one.fields)
    shown = client.get(reverse("case_follow_application_section", args=[token, section.code])).content.decode()
    assert paper.name not in shown
    client.post(reverse("case_follow_application_file", args=[token, field.code]), {"chosen": paper.pk})
    assert client.get(reverse("case_follow_application_document", args=[token, paper.pk])).status_code == 404


def test_whoever_is_invited_answers_nothing_in_the_promoter_s_place(started: Case, adviser: User) -> None:
    add_person(started)
    complete(started)
    actions.deposit_application(case=started, by=THE_PROMOTER, now=NOW)
    asked = move_case(case=Case.objects.get(pk=started.pk), move="ask", by=adviser, now=NOW, words="Quel budget ?")
    field = next(one for one in read(started).form.list_fields() if one.kind == "file")
    attach_file(case=asked, field=field, name="x.pdf", chunks=[PDF], by=Invited(CoApplicant.objects.get()), now=NOW)
    asked.refresh_from_db()
    assert asked.stage == "waiting_promoter"


def test_what_is_applied_for_keeps_the_file_in_its_programme(started: Case) -> None:
    assert not may_leave(started)


def test_who_has_an_interest_hands_over_and_finds_nothing(
    started: Case, adviser: User, administrator: User, other: User
) -> None:
    actions.declare_interest(person=administrator, kind="kin", case=started, starts_on=TODAY, words="", now=NOW)
    with pytest.raises(NotAllowed, match="recused"):
        hand_over(person=adviser, receiver=other, cases=[started.pk], words="", by=administrator, now=NOW)
    actions.declare_interest(person=adviser, kind="kin", case=started, starts_on=TODAY, words="", now=NOW)
    client = StrictClient()
    client.force_login(adviser, backend="django.contrib.auth.backends.ModelBackend")
    assert reverse("case", args=[started.reference]) not in client.get(reverse("cases")).content.decode()


@pytest.mark.parametrize("is_paid", [False, True])
def test_a_loan_that_nobody_has_in_hand_is_owed_by_nobody(
    agreement: Agreement, adviser: User, other: User, is_paid: bool
) -> None:
    case = open_file()
    offer = actions.make_offer(agreement=agreement, case=case, asked=ask(23_000_00, 10_000_00), by=None, now=NOW)
    actions.accept_offer(offer=offer, on=TODAY, words="Signé", by=None, now=NOW)
    if is_paid:
        actions.pay(offer=offer, cents=33_000_00, on=TODAY, words="", by=None, approved_by=other, now=NOW)
    agree(offer)
    if is_paid:
        actions.recover(offer=offer, cents=33_000_00, on=TODAY, words="", by=None, now=NOW)
    else:
        actions.end_offer(offer=offer, on=TODAY, words="Renonce", by=None, now=NOW)
    assert read_loan(offer).stand(TODAY + 3 * MONTH) is None
    assert actions.remind_loans(now=NOW + 3 * MONTH).late == 0
    assert not CaseLetter.objects.filter(case=case, kind__startswith="loan").exists()
    assert export_loans(case, on=TODAY + 3 * MONTH)[0]["arrears_cad"] is None


def test_a_past_file_of_before_the_programme_enters_none(agreement: Agreement, adviser: User) -> None:
    rows = PastRows([(2, {"name": "Trop tôt", "place": "Mascouche", "received": "2010-05-01"})])
    with pytest.raises(ProgrammeError, match="import-refused") as refused:
        actions.import_files(programme=agreement.programme, rows=rows, name="x.csv", by=None, now=NOW)
    assert refused.value.facts["faults"][0][1] == "outside-programme"
