"""Who has an interest, or whose role covers the place no more, opens nothing by any page, paper or list."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils.translation import override

from essor.accounts.models import AuditEvent, User
from essor.cases.access import make_token
from essor.cases.actions import THE_PROMOTER, close_case, erase_case
from essor.cases.models import Case, CaseEvent, CaseLetter
from essor.directory.actions import create_source, enter_organisation, record_fact, record_life_event
from essor.directory.models import Organisation
from essor.directory.rules import DirectoryError
from essor.programmes import actions
from essor.programmes.actions.following import MOST_DECLARATIONS
from essor.programmes.models import Agreement, FundingShare, Sitting
from essor.programmes.papers import tell_minutes, tell_pack
from essor.programmes.queries.packs import read_pack
from essor.programmes.queries.sittings import read_items
from essor.programmes.rules import NewShare, ProgrammeError
from tests.pages import StrictClient

from .conftest import DAY, NOW, TODAY, open_file
from .test_committee import decide, declare, open_as, vote
from .test_following import LATER, open_enterprise, opened, organisation, tell
from .test_papers import PLACES, agreement, say, sitting

__all__ = ["agreement", "opened", "organisation", "sitting"]


def advise(person: User) -> User:
    person.roles.create(kind="adviser", body="CLD", territory_code="640", starts_on=date(2010, 1, 1))
    return person


def test_a_member_whose_role_left_the_place_reads_no_paper(sitting: Sitting, members: list[User]) -> None:
    members[0].roles.all().delete()
    members[0].roles.create(kind="committee", territory_code="660", starts_on=date(2010, 1, 1))
    client = open_as(members[0])
    for page in ("committee_sitting", "committee_pack", "committee_minutes"):
        assert client.get(reverse(page, args=[sitting.pk])).status_code == 403, page


def test_an_adviser_with_an_interest_opens_nothing_by_the_office(sitting: Sitting, members: list[User]) -> None:
    item = sitting.items.earliest("pk")
    declare(advise(members[0]), item.case)
    actions.score_item(item=item, points={"mission": 5, "market": 1}, by=members[1], now=NOW)
    actions.vote_on(item=item, choice="for", by=members[1], now=NOW)
    client = open_as(members[0])
    for page in ("case", "case_programme", "case_funding", "case_news"):
        refused = client.get(reverse(page, args=[item.case.reference]))
        assert (refused.status_code, item.case.promoter_name in refused.content.decode()) == (403, False), page
    shown = client.get(reverse("sitting", args=[sitting.pk])).content.decode()
    assert "rien d’autre n’en est dit ici" in shown
    assert (item.case.promoter_name in shown, "Promoteur 1" in shown) == (False, True)
    assert reverse("sitting_decide", args=[item.pk]) not in shown
    assert client.get(reverse("sitting_pack", args=[sitting.pk])).status_code == 200


def test_whoever_is_not_called_and_has_an_interest_is_told_nothing_either(
    sitting: Sitting, members: list[User], adviser: User
) -> None:
    declare(adviser, sitting.items.earliest("pk").case)
    with override("fr"):
        told = say(tell_pack(read_pack(sitting, reader=adviser), places=PLACES))
    assert ("Projet secret 0." in told, "Projet secret 1." in told) == (False, True)
    (state, *_rest) = read_items(sitting, reader=adviser)
    assert (state.recusals, state.is_closed_to(adviser), state.is_closed_to(members[0])) == ({}, True, False)


def test_an_adviser_with_an_interest_writes_neither_the_stack_nor_the_news(opened: Case, adviser: User) -> None:
    share = NewShare("grant", 15_000_00, "confirmed", "SOPER", is_public=True)
    actions.declare_interest(person=adviser, kind="loan", case=opened, starts_on=TODAY - DAY, words="", now=NOW)
    deeds: list[Any] = [
        lambda: actions.set_project_cost(case=opened, cents=100_00, by=adviser, now=NOW),
        lambda: actions.add_share(case=opened, said=share, by=adviser, now=NOW),
        lambda: tell(opened, by=adviser),
        lambda: actions.link_organisation(case=opened, name="Coop d’essai", by=adviser, now=NOW),
    ]
    for deed in deeds:
        with pytest.raises(ProgrammeError, match="recused"):
            deed()
    assert not FundingShare.objects.exists()


def test_reasons_close_to_whoever_declares_an_interest_after_the_decision(
    sitting: Sitting, members: list[User], adviser: User
) -> None:
    item = sitting.items.earliest("pk")
    vote(item, members, "+++0")
    decide(item, adviser)
    declare(members[0], item.case)
    with override("fr"):
        told = [say(tell_minutes(sitting, read_items(sitting), reader=one)) for one in members[:2]]
    assert ["Mission claire." in one for one in told] == [False, True]


def test_a_member_reads_the_marks_of_others_once_their_own_sheet_is_whole(
    sitting: Sitting, members: list[User]
) -> None:
    item = sitting.items.earliest("pk")
    actions.score_item(item=item, points={"mission": 5, "market": 1}, by=members[1], now=NOW)

    def read(person: User | None) -> bool:
        with override("fr"):
            return "Note sur 5 :" in say(tell_pack(read_pack(sitting, reader=person), places=PLACES))

    assert (read(members[0]), read(members[1]), read(None)) == (False, False, True)
    actions.score_item(item=item, points={"mission": 2, "market": 2}, by=members[0], now=NOW)
    assert (read(members[0]), read(members[1]), read(members[2])) == (True, True, False)


def test_minutes_are_adopted_by_whoever_withdrew_from_nothing(
    sitting: Sitting, members: list[User], adviser: User
) -> None:
    first, second = sitting.items.all()
    declare(members[0], first.case)
    vote(first, members[1:], "+++")
    vote(second, members, "++++")
    for item in (first, second):
        decide(item, adviser)
    with pytest.raises(ProgrammeError, match="adopter-withdrawn"):
        actions.adopt_minutes(sitting=sitting, by=members[0], now=NOW)
    shown = open_as(members[0]).get(reverse("committee_sitting", args=[sitting.pk])).content.decode()
    assert "une autre personne en adopte" in shown
    assert actions.adopt_minutes(sitting=sitting, by=members[1], now=NOW).minutes_hash


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE programmes_sitting SET minutes_hash = '0'",
        "UPDATE programmes_sittingitem SET recused = '[1]'",
        "UPDATE programmes_sittingitem SET result = 'refused'",
        "UPDATE programmes_sittingitem SET reasons = 'autre'",
        "DELETE FROM programmes_sitting_members",
        "UPDATE programmes_fundingshare SET funder = 'autre'",
    ],
)
def test_what_was_decided_and_adopted_changes_no_more(
    sitting: Sitting, members: list[User], adviser: User, statement: str
) -> None:
    share = NewShare("loan", 15_000_00, "asked", "SOPER", is_public=True)
    actions.add_share(case=sitting.items.earliest("pk").case, said=share, by=adviser, now=NOW)
    for item in sitting.items.all():
        vote(item, members, "+++0")
        decide(item, adviser)
    actions.adopt_minutes(sitting=sitting, by=members[0], now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_who_was_typed_as_a_funder_goes_with_the_file(agreement: Agreement, adviser: User) -> None:
    case = open_file(until="to_plan")
    said = NewShare("loan", 15_000_00, "asked", "Tante Lucie Tremblay")
    actions.add_share(case=case, said=said, by=THE_PROMOTER, now=NOW)
    closed = close_case(case=case, outcome="stopped", words="On arrête tout ici.", by=None, now=NOW)
    erase_case(case=closed, reason="asked", by=None, now=NOW)
    assert FundingShare.objects.get().funder == "—"
    assert "Lucie" not in open_as(adviser).get(reverse("case_funding", args=[case.reference])).content.decode()


def locate(name: str, place: str) -> Organisation:
    found = enter_organisation(name=name, neq="", facts=[], title="Saisie", by=None, now=NOW - DAY)
    source = create_source(title="Saisie", by=None, now=NOW - DAY)
    said: dict[str, Any] = {"variable": "municipality", "value": place, "starts_on": TODAY - DAY}
    record_fact(organisation=found, source=source, by=None, now=NOW, **said)
    return found


def test_a_file_is_linked_to_one_s_own_and_to_nobody_else_s(opened: Case, adviser: User, organisation: Any) -> None:
    locate("Coop lointaine", "66023")
    with pytest.raises(DirectoryError, match="organisation-elsewhere"):
        actions.link_organisation(case=opened, name="Coop lointaine", by=adviser, now=NOW)
    actions.link_organisation(case=opened, name="Coop d’essai", by=adviser, now=NOW)
    with pytest.raises(ProgrammeError, match="organisation-taken"):
        actions.link_organisation(case=open_enterprise(), name="Coop d’essai", by=adviser, now=NOW)


def test_what_the_directory_refuses_is_said_on_the_page(opened: Case, organisation: Any, client: StrictClient) -> None:
    actions.link_organisation(case=opened, name="Coop d’essai", by=None, now=NOW)
    source = create_source(title="Saisie", by=None, now=NOW)
    record_life_event(
        organisation=organisation, source=source, by=None, now=LATER, kind="created", happened_on=TODAY + 100 * DAY
    )
    day = TODAY + 50 * DAY
    said = {"is_alive": "no", "about_on": day.isoformat(), "closed_on": day.isoformat()}
    refused = client.post(reverse("case_follow_news_declare", args=[make_token(opened.reference)]), said)
    assert (refused.status_code, opened.declarations.count()) == (400, 0)


def test_the_trace_says_that_the_promoter_spoke(opened: Case, organisation: Any) -> None:
    actions.link_organisation(case=opened, name="Coop d’essai", by=None, now=NOW)
    before = AuditEvent.objects.count()
    tell(opened, jobs=4)
    tell(opened, jobs=5)
    labels = AuditEvent.objects.order_by("sequence").values_list("actor_label", flat=True)[before:]
    assert set(labels) == {"promoter"}


def test_a_link_writes_so_much_and_tells_the_adviser_once(opened: Case) -> None:
    for number in range(3):
        tell(opened, 300, jobs=number)
    assert CaseLetter.objects.filter(kind="news_told").count() == 1
    for number in range(3, MOST_DECLARATIONS):
        tell(opened, 300, jobs=number)
    with pytest.raises(ProgrammeError, match="news-full"):
        tell(opened, 300, jobs=1)


def test_a_cost_said_again_is_said_once(agreement: Agreement, adviser: User) -> None:
    case = open_file(until="to_plan")
    for _time in range(2):
        actions.set_project_cost(case=case, cents=100_00, by=THE_PROMOTER, now=NOW)
    assert CaseEvent.objects.filter(case=case, facts__deed="project_cost").count() == 1


@pytest.mark.parametrize("on", ["0001-01-01", "1899-12-31", "9999-12-31", "-1"])
def test_a_day_out_of_reach_is_refused_and_today_is_shown(
    opened: Case, adviser: User, client: StrictClient, on: str
) -> None:
    assert client.get(reverse("programme", args=["essai"]), {"on": on}).status_code == 400
    client.force_login(adviser)
    assert client.get(reverse("programme_following", args=["essai"]), {"on": on}).status_code == 400


def test_an_interest_ends_within_reach(sitting: Sitting, members: list[User]) -> None:
    declared = declare(members[0], sitting.items.earliest("pk").case)
    address = reverse("committee_end", args=[declared.pk])
    assert open_as(members[0]).post(address, {"on": "9999-12-31"}).status_code == 400


@pytest.mark.parametrize("words", ["Un projet 🥖 pour tous", "ᐃᓄᒃᑎᑐᑦ", "日本 \ufffe", "\x07bell", "e\u0301\u0336"])
def test_what_no_font_draws_never_stops_a_paper(sitting: Sitting, members: list[User], words: str) -> None:
    Case.objects.update(promoter_name=words)
    assert open_as(members[0]).get(reverse("committee_pack", args=[sitting.pk])).status_code == 200
