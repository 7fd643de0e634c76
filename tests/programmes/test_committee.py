"""A committee decides, whoever has an interest withdraws, and the minutes say so."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from essor.accounts.models import User
from essor.accounts.permissions import NotAllowed
from essor.cases.actions import THE_PROMOTER, close_case
from essor.cases.actions.erasing import erase_case
from essor.cases.models import Case, CaseEvent, CaseLetter
from essor.cases.rules import ERASURES
from essor.programmes import actions
from essor.programmes.models import Agreement, Interest, LedgerMove, Offer, Score, Sitting, SittingItem, Vote
from essor.programmes.queries.sittings import list_files_at_committee, read_item, read_items
from essor.programmes.rules import NewOffer, ProgrammeError
from essor.programmes.wording import explain
from tests.pages import StrictClient

from .conftest import NOW, define, open_file, open_programme

SHEET = [
    {"code": "mission", "label": {"fr": "Mission", "en": "Purpose"}, "weight": 3},
    {"code": "market", "label": {"fr": "Marché", "en": "Market"}, "weight": 1},
]
OFFER = NewOffer(25_000_00, 0, NOW.date(), NOW.date() + timedelta(days=30), ("Le bail de Lucie",))
SAYS = {"reasons": "Mission claire.", "would_change": "Un partenaire.", "ask_again": "Quand vous voulez."}


@pytest.fixture
def agreement(guards: None) -> Agreement:
    from essor.territories.actions import load_shipped_territories

    load_shipped_territories(by=None, now=NOW)
    return open_programme(definition=define(scoresheet=SHEET), by=None, now=NOW).agreements.get()


@pytest.fixture
def file(agreement: Agreement, adviser: User) -> Case:
    return open_file(until="to_committee")


@pytest.fixture
def item(file: Case, agreement: Agreement, adviser: User, members: list[User]) -> SittingItem:
    return call(agreement, [file], members, adviser).items.get()


def call(agreement: Agreement, cases: list[Case], members: list[User], by: User, **said: Any) -> Sitting:
    asked = {"held_on": NOW.date(), "quorum": 3, "members": members, "cases": cases} | said
    return actions.call_sitting(programme=agreement.programme, by=by, now=NOW, **asked)


def declare(person: User, case: Case) -> Interest:
    return actions.declare_interest(
        person=person, kind="seat", case=case, starts_on=NOW.date() - timedelta(days=9), words="", now=NOW
    )


def vote(item: SittingItem, members: list[User], choices: str) -> None:
    for member, choice in zip(members, choices, strict=False):
        actions.vote_on(item=item, choice={"+": "for", "-": "against", "0": "abstain"}[choice], by=member, now=NOW)


def decide(item: SittingItem, adviser: User, **said: str) -> SittingItem:
    return actions.decide_item(item=item, said=SAYS | said, conditions=["Un bail"], by=adviser, now=NOW)


def list_told(item: SittingItem) -> list[str]:
    """The letters to the promoter of what was decided."""
    told = CaseLetter.objects.filter(case=item.case_id, recipient=None, kind__in=["decided", "closed"])
    return list(told.values_list("kind", flat=True))


def test_a_majority_accepts_and_the_file_goes_to_the_decision(
    item: SittingItem, members: list[User], adviser: User
) -> None:
    vote(item, members, "++-0")
    done = decide(item, adviser)
    assert (done.result, done.conditions, Case.objects.get().stage) == ("accepted", ["Un bail"], "decision")
    assert list_told(item) == ["decided"]
    with pytest.raises(ProgrammeError, match="item-decided"):
        decide(item, adviser)
    with pytest.raises(ProgrammeError, match="item-decided"):
        actions.score_item(item=item, points={"mission": 3}, by=members[0], now=NOW)


def test_a_refusal_says_why_what_would_change_it_and_how_to_ask_again(
    item: SittingItem, members: list[User], adviser: User
) -> None:
    vote(item, members, "---+")
    with pytest.raises(ProgrammeError, match="refusal-incomplete"):
        decide(item, adviser, would_change=" ")
    decide(item, adviser)
    case = Case.objects.get()
    assert (case.outcome_code, case.closed_at) == ("refused", NOW)
    assert list_told(item) == ["closed"], "the letter of the closing is enough"
    assert all(words in case.outcome_words for words in SAYS.values())


def test_even_votes_put_it_off_and_it_waits_for_another_sitting(
    item: SittingItem, members: list[User], adviser: User, agreement: Agreement
) -> None:
    waiting = {"by": adviser, "on": NOW.date()}
    assert list_files_at_committee(agreement.programme, **waiting) == []
    vote(item, members, "++--")
    assert decide(item, adviser).result == "postponed"
    assert list_told(item) == ["decided"]
    assert Case.objects.get().stage == "committee"
    assert [case.pk for case in list_files_at_committee(agreement.programme, **waiting)] == [item.case_id]


def test_whoever_has_an_interest_opens_scores_and_votes_nothing(
    item: SittingItem, members: list[User], adviser: User, file: Case
) -> None:
    declare(members[0], file)
    for deed in (
        lambda: actions.open_item(item=item, by=members[0]),
        lambda: actions.score_item(item=item, points={"mission": 5}, by=members[0], now=NOW),
        lambda: vote(item, members, "+"),
    ):
        with pytest.raises(ProgrammeError, match="recused") as refused:
            deed()
        assert "siège au conseil" in explain(refused.value)
    vote(item, members[1:], "++")
    with pytest.raises(ProgrammeError, match="no-quorum") as short:
        decide(item, adviser)
    assert "2 voix sur 3" in explain(short.value)
    assert not SittingItem.objects.get().result
    vote(item, members[3:], "-")
    assert decide(item, adviser).recused == [members[0].pk]


def test_an_interest_declared_after_a_vote_takes_it_out_of_the_count(
    item: SittingItem, members: list[User], adviser: User, file: Case
) -> None:
    vote(item, members, "++++")
    declare(members[0], file)
    state = read_item(item)
    assert (state.tally.present, state.tally.recused) == (3, (members[0].pk,))
    held = Interest.objects.get()
    with pytest.raises(ProgrammeError, match="interest-day"):
        actions.end_interest(interest=held, on=NOW.date() - timedelta(days=20), by=members[0], now=NOW)
    with pytest.raises(NotAllowed):
        actions.end_interest(interest=held, on=NOW.date(), by=members[1], now=NOW)
    actions.end_interest(interest=held, on=NOW.date(), by=members[0], now=NOW)
    with pytest.raises(ProgrammeError, match="interest-ended"):
        actions.end_interest(interest=held, on=NOW.date(), by=members[0], now=NOW)
    assert read_item(item).tally.recused == (members[0].pk,)


def test_a_vote_is_given_once_by_whoever_is_called(item: SittingItem, members: list[User], adviser: User) -> None:
    vote(item, members, "+")
    with pytest.raises(ProgrammeError, match="already-voted"):
        vote(item, members, "-")
    with pytest.raises(ProgrammeError, match="vote-unknown"):
        actions.vote_on(item=item, choice="maybe", by=members[1], now=NOW)
    with pytest.raises(ProgrammeError, match="not-called"):
        actions.vote_on(item=item, choice="for", by=adviser, now=NOW)
    for deed in ("UPDATE programmes_vote SET choice = 'against'", "DELETE FROM programmes_score"):
        actions.score_item(item=item, points={"mission": 4}, by=members[1], now=NOW)
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(deed)
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(item=item, member=members[0], choice="against", voted_at=NOW)


def test_scores_are_weighed_and_the_widest_gap_is_told(item: SittingItem, members: list[User]) -> None:
    actions.score_item(item=item, points={"mission": 5, "market": 1}, by=members[0], now=NOW)
    actions.score_item(item=item, points={"mission": 3, "market": 3}, by=members[1], now=NOW)
    actions.score_item(item=item, points={"mission": 1}, by=members[2], now=NOW)
    actions.score_item(item=item, points={"mission": 4}, by=members[0], now=NOW)
    weighed = read_item(item).weighed
    assert set(weighed.by_member) == {members[0].pk, members[1].pk}
    assert weighed.by_member[members[0].pk] == Fraction(13, 4)
    assert weighed.by_criterion["mission"] == (Fraction(8, 3), 3)
    assert weighed.mean == (weighed.by_member[members[0].pk] + weighed.by_member[members[1].pk]) / 2
    for points in ({}, {"mission": 9}, {"colour": 1}):
        with pytest.raises(ProgrammeError, match="points-unknown"):
            actions.score_item(item=item, points=points, by=members[0], now=NOW)
    assert Score.objects.count() == 6


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"members": []}, "sitting-empty"),
        ({"cases": []}, "sitting-empty"),
        ({"quorum": 0}, "sitting-empty"),
        ({"quorum": 5}, "quorum-too-large"),
        ({"held_on": NOW.date() - timedelta(days=1)}, "sitting-past"),
    ],
)
def test_a_sitting_that_cannot_be_is_refused(
    agreement: Agreement, file: Case, members: list[User], adviser: User, said: dict[str, Any], code: str
) -> None:
    with pytest.raises(ProgrammeError, match=code):
        call(agreement, **{"cases": [file], "members": members, "by": adviser} | said)
    assert not Sitting.objects.exists()


def test_only_files_at_the_committee_and_people_of_a_committee(
    agreement: Agreement, file: Case, members: list[User], adviser: User
) -> None:
    with pytest.raises(ProgrammeError, match="not-at-committee"):
        call(agreement, [open_file(until="to_plan")], members, adviser)
    with pytest.raises(ProgrammeError, match="not-of-committee"):
        call(agreement, [file], [*members, adviser], adviser)
    with pytest.raises(NotAllowed):
        call(agreement, [file], members, members[0])


def test_minutes_are_adopted_once_and_marked(item: SittingItem, members: list[User], adviser: User, file: Case) -> None:
    declare(members[0], file)
    sitting = item.sitting
    with pytest.raises(ProgrammeError, match="item-open"):
        actions.adopt_minutes(sitting=sitting, by=members[1], now=NOW)
    vote(item, members[1:], "+++")
    decide(item, adviser)
    with pytest.raises(ProgrammeError, match="not-called"):
        actions.adopt_minutes(sitting=sitting, by=adviser, now=NOW)
    adopted = actions.adopt_minutes(sitting=sitting, by=members[1], now=NOW)
    assert len(adopted.minutes_hash) == 64
    with pytest.raises(ProgrammeError, match="sitting-adopted"):
        actions.adopt_minutes(sitting=sitting, by=members[1], now=NOW)
    (state,) = read_items(sitting)
    assert state.name(state.tally.recused) == ["Membre 0"]


def open_as(user: User) -> StrictClient:
    client = StrictClient()
    client.force_login(user)
    return client


def test_the_pages_of_a_sitting_from_the_call_to_the_minutes(
    agreement: Agreement, members: list[User], adviser: User, adviser_client: StrictClient, file: Case
) -> None:
    address = reverse("sitting_call", args=["essai"])
    today = timezone.localdate().isoformat()
    said = {"held_on": today, "quorum": 2, "members": [one.pk for one in members], "cases": [file.pk]}
    assert adviser_client.post(address, said | {"quorum": 9}).status_code == 400
    assert adviser_client.post(address, said).status_code == 302
    sitting = Sitting.objects.get()
    item = sitting.items.get()
    first, second, third = (open_as(one) for one in members[:3])
    first.post(
        reverse("committee_declare"), {"kind": "kin", "subject": file.reference.lower(), "starts_on": "2018-01-01"}
    )
    assert "vous vous retirez" in first.get(reverse("committee_sitting", args=[sitting.pk])).content.decode()
    page = reverse("committee_item", args=[item.pk])
    refused = first.get(page)
    assert refused.status_code == 403
    assert "Vous avez un intérêt dans ce dossier (parenté ou proche)" in refused.content.decode()
    assert file.promoter_name not in refused.content.decode()
    assert first.post(reverse("committee_vote", args=[item.pk]), {"choice": "for"}).status_code == 403
    for client in (second, third):
        assert "Un vote ne se change pas" in client.get(page).content.decode()
        client.post(reverse("committee_score", args=[item.pk]), {"mission": "4", "market": ""})
        client.post(reverse("committee_vote", args=[item.pk]), {"choice": "for"})
    assert second.post(reverse("committee_vote", args=[item.pk]), {"choice": "for"}).status_code == 400
    seen = adviser_client.get(reverse("sitting", args=[sitting.pk])).content.decode()
    assert "Membre 0 se retire (parenté ou proche)" in seen
    decided = reverse("sitting_decide", args=[item.pk])
    assert adviser_client.post(decided, {"reasons": ""}).status_code == 400
    assert adviser_client.post(decided, {"reasons": "Mission claire.", "conditions": "Un bail"}).status_code == 302
    assert Case.objects.get().stage == "decision"
    adopt = reverse("committee_adopt", args=[sitting.pk])
    read = {"has_read": "on"}
    assert (second.post(adopt).status_code, first.post(adopt, read).status_code) == (400, 400)
    assert second.post(adopt, read).status_code == 302
    assert second.post(adopt, read).status_code == 400
    hidden = first.get(reverse("committee_sitting", args=[sitting.pk])).content.decode()
    assert ("accepté" in hidden, "Mission claire" in hidden) == (True, False)
    told = third.get(reverse("committee_sitting", args=[sitting.pk])).content.decode()
    assert "Membre 0" in told
    assert "Mission claire" in told
    assert "SHA-256" in told
    end = reverse("committee_end", args=[Interest.objects.get().pk])
    assert first.post(end, {"on": today}).status_code == 302
    assert second.post(end, {"on": today}).status_code == 404
    assert "terminé" in first.get(reverse("committee")).content.decode()


def test_each_page_is_for_its_own(
    agreement: Agreement, item: SittingItem, members: list[User], adviser_client: StrictClient, client: StrictClient
) -> None:
    stranger = User.objects.create_user("x@exemple.test", "un mot de passe long", name="X")
    stranger.roles.create(kind="committee", territory_code="640", starts_on=date(2010, 1, 1))
    theirs = [reverse("committee_sitting", args=[item.sitting_id]), reverse("committee_item", args=[item.pk])]
    assert [open_as(stranger).get(one).status_code for one in theirs] == [404, 403]
    assert [adviser_client.get(one).status_code for one in theirs] == [403, 403]
    case, sitting = reverse("case", args=[item.case.reference]), reverse("sitting", args=[item.sitting_id])
    ours = [reverse("sittings"), sitting, case]
    assert [open_as(members[0]).get(one).status_code for one in ours] == [403, 403, 403]
    assert all(client.get(one).status_code == 302 for one in [*theirs, *ours])


def test_an_interest_in_nothing_known_is_refused(agreement: Agreement, members: list[User]) -> None:
    said = {"kind": "job", "subject": "Rien", "starts_on": "2018-01-01"}
    answer = open_as(members[0]).post(reverse("committee_declare"), said)
    assert answer.status_code == 400
    assert "Nommez un dossier" in answer.content.decode()
    assert not Interest.objects.exists()


def test_a_sitting_asks_as_many_questions_whatever_its_files(
    agreement: Agreement, members: list[User], adviser: User, adviser_client: StrictClient,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    sitting = call(agreement, [open_file(until="to_committee") for _file in range(6)], members, adviser)
    for one in sitting.items.all():
        vote(one, members, "++-")
    with django_assert_max_num_queries(22):
        adviser_client.get(reverse("sitting", args=[sitting.pk]))


def test_an_adviser_of_elsewhere_calls_and_sees_nothing_of_a_committee(
    agreement: Agreement, item: SittingItem, members: list[User]
) -> None:
    elsewhere = User.objects.create_user("ailleurs@exemple.test", "un mot de passe long", name="Ailleurs")
    elsewhere.roles.create(kind="adviser", body="CLD d’ailleurs", territory_code="610", starts_on=date(2010, 1, 1))
    waiting, client = open_file(until="to_committee"), open_as(elsewhere)
    told = client.get(reverse("sitting_call", args=["essai"])).content.decode()
    assert (waiting.reference in told, item.case.reference in told) == (False, False)
    assert reverse("sitting", args=[item.sitting_id]) not in client.get(reverse("sittings")).content.decode()
    assert client.get(reverse("sitting", args=[item.sitting_id])).status_code == 403
    assert client.post(reverse("sitting_decide", args=[item.pk]), {"reasons": "Non"}).status_code == 403


def test_a_file_is_before_one_sitting_and_is_decided_on_its_day(
    agreement: Agreement, file: Case, members: list[User], adviser: User
) -> None:
    later = NOW.date() + timedelta(days=5)
    item = call(agreement, [file], members, adviser, held_on=later).items.get()
    with pytest.raises(ProgrammeError, match="already-called"):
        call(agreement, [file], members, adviser)
    vote(item, members, "++++")
    with pytest.raises(ProgrammeError, match="sitting-to-come"):
        decide(item, adviser)
    held = declare(members[0], file)
    actions.end_interest(interest=held, on=NOW.date(), by=members[0], now=NOW)
    assert list(read_item(item).recusals) == [members[0].pk]


def test_a_file_that_leaves_the_committee_lets_the_minutes_be_adopted(
    item: SittingItem, members: list[User], adviser: User, file: Case
) -> None:
    declare(members[0], file)
    close_case(case=file, outcome="stopped", words="Le groupe s’est défait.", by=adviser, now=NOW)
    for deed in (lambda: vote(item, members[1:], "+"), lambda: decide(item, adviser)):
        with pytest.raises(ProgrammeError, match="not-at-committee"):
            deed()
    actions.adopt_minutes(sitting=item.sitting, by=members[1], now=NOW)
    item.refresh_from_db()
    assert (read_item(item).outcome, item.recused) == ("withdrawn", [members[0].pk])


def test_whoever_left_the_committee_of_a_place_reads_and_votes_nothing_of_it(
    agreement: Agreement, file: Case, members: list[User], adviser: User
) -> None:
    gone = User.objects.create_user("parti@exemple.test", "un mot de passe long", name="Parti")
    gone.roles.create(
        kind="committee", territory_code="640", starts_on=date(2010, 1, 1), ends_before=NOW.date() + timedelta(9)
    )
    item = call(agreement, [file], [*members, gone], adviser).items.get()
    with pytest.raises(ProgrammeError, match="not-of-committee"):
        vote(item, [gone], "+")


def test_an_adviser_with_an_interest_decides_and_offers_nothing(
    agreement: Agreement, item: SittingItem, members: list[User], adviser: User, file: Case
) -> None:
    vote(item, members, "++++")
    held = declare(adviser, file)
    with pytest.raises(ProgrammeError, match="recused"):
        decide(item, adviser)
    decide_by_platform = {"item": item, "said": SAYS, "conditions": ["Un bail"], "by": None, "now": NOW}
    actions.decide_item(**decide_by_platform)
    with pytest.raises(ProgrammeError, match="recused"):
        actions.make_offer(agreement=agreement, case=file, asked=OFFER, by=adviser, now=NOW)
    assert (held.ends_before, Offer.objects.count()) == (None, 0)


def test_what_was_said_goes_with_the_file_and_the_money_stays(
    agreement: Agreement, item: SittingItem, members: list[User], adviser: User, file: Case
) -> None:
    actions.declare_interest(
        person=members[0], kind="kin", case=file, starts_on=NOW.date(), words="Ma soeur Lucie", now=NOW
    )
    vote(item, members[1:], "+++")
    decide(item, adviser)
    offer = actions.make_offer(agreement=agreement, case=file, asked=OFFER, by=adviser, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=offer.pk).erase(conditions=[])
    actions.accept_offer(offer=offer, on=NOW.date(), words="Lucie", by=THE_PROMOTER, now=NOW)
    with pytest.raises(ProgrammeError, match="not-offered"):
        actions.end_offer(offer=offer, on=NOW.date(), words="Non", by=THE_PROMOTER, now=NOW)
    actions.meet_condition(offer=offer, number=1, on=NOW.date(), words="Le bail de Lucie", by=adviser, now=NOW)
    paid = actions.pay(
        offer=offer, cents=100, on=NOW.date(), words="Le loyer de Lucie", by=adviser, approved_by=None, now=NOW
    )
    assert (paid.words, CaseEvent.objects.filter(words="Le loyer de Lucie").count()) == ("", 1)
    close_case(case=file, outcome="stopped", words="Le groupe s’est défait.", by=adviser, now=NOW)
    erase_case(case=file, reason=ERASURES[0], by=None, now=NOW)
    item.refresh_from_db()
    assert (item.reasons, item.conditions, Offer.objects.get().conditions, Interest.objects.get().words) == (
        "", [], [], ""
    )  # fmt: skip
    assert not CaseEvent.objects.filter(words__contains="Lucie").exists()
    assert LedgerMove.objects.filter(kind="pay").get().cents == 100
