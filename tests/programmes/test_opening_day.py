"""An enterprise opens on a day, which is not always that of the telling."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from essor.accounts.models import User
from essor.cases.actions import move_case
from essor.cases.models import Case, CaseEvent
from essor.cases.rules import CaseError
from essor.cases.wording import describe_event, explain_error
from essor.knowledge import load_latest_workflow
from essor.methods.forecast import OPENED, count_opened
from essor.programmes import actions
from essor.programmes.models import Agreement
from essor.programmes.queries.following import list_followed, read_followed
from essor.programmes.queries.journeys import read_forecasts, read_journeys
from essor.programmes.rules import ProgrammeError
from tests.pages import StrictClient

from .conftest import DAY, NOW, TODAY, ask, open_file

LATE = NOW + 60 * DAY
OPENED_ON = TODAY + 20 * DAY


@pytest.fixture
def accepted(agreement: Agreement, adviser: User) -> Case:
    case = open_file()
    offer = actions.make_offer(agreement=agreement, case=case, asked=ask(), by=None, now=NOW)
    actions.accept_offer(offer=offer, on=TODAY, words="Signé", by=None, now=NOW)
    case.refresh_from_db()
    return case


@pytest.mark.parametrize(
    ("day", "code", "words"),
    [
        (None, "day_missing", "Jour de l’ouverture"),
        (LATE.date() + DAY, "day_to_come", "est à venir"),
        (date(2017, 1, 1), "day_before_request", "avant la demande"),
    ],
)
def test_a_day_that_cannot_be_is_refused(
    accepted: Case, adviser: User, day: date | None, code: str, words: str
) -> None:
    with pytest.raises(CaseError, match=code) as refused:
        move_case(case=accepted, move="open", by=adviser, now=LATE, day=day)
    assert words in explain_error(refused.value)
    accepted.refresh_from_db()
    assert accepted.stage == "conditions"


def test_the_page_asks_the_day_and_keeps_it(accepted: Case, adviser_client: StrictClient) -> None:
    page = reverse("case", args=[accepted.reference])
    assert "Jour de l’ouverture" in adviser_client.get(page).content.decode()
    move = reverse("case_move", args=[accepted.reference])
    refused = adviser_client.post(move, {"move": "open", "words": ""})
    assert (refused.status_code, "Il manque une date" in refused.content.decode()) == (400, True)
    assert adviser_client.post(move, {"move": "open", "day": "2018-09-20"}).status_code == 302
    event = CaseEvent.objects.filter(case=accepted, kind="moved").latest("pk")
    assert event.facts["on"] == "2018-09-20"
    assert "20 septembre 2018" in describe_event(event, load_latest_workflow("startup")).replace("\xa0", " ")


def test_a_move_that_asks_no_day_keeps_none(agreement: Agreement, adviser: User) -> None:
    case = open_file(until="to_plan")
    move_case(case=case, move="file", by=adviser, now=NOW, day=TODAY)
    assert "on" not in CaseEvent.objects.filter(case=case, kind="moved").latest("pk").facts


def test_an_opening_told_late_counts_on_its_day_and_is_known_only_then(
    agreement: Agreement, accepted: Case, adviser: User
) -> None:
    programme, told_on = agreement.programme, timezone.localdate(LATE)
    before = told_on - DAY
    opened = read_forecasts(programme, on=before)[0].forecast.opened
    move_case(case=accepted, move="open", by=adviser, now=LATE, day=OPENED_ON)
    (journey,) = [one.journey for one in read_journeys(programme)]
    assert (journey.moves[-1].stage, journey.moves[-1].on, journey.moves[-1].known_on) == (OPENED, OPENED_ON, told_on)
    assert opened == count_opened([journey], on=before, known_on=before) == 0
    assert count_opened([journey], on=OPENED_ON, known_on=told_on) == 1
    assert read_forecasts(programme, on=before)[0].forecast.opened == 0
    assert read_forecasts(programme, on=told_on)[0].forecast.opened == 1
    assert [len(list_followed(programme, on=day)) for day in (OPENED_ON, before, told_on)] == [0, 0, 1]
    followed = read_followed(accepted)
    assert followed is not None
    assert followed.opened_on == OPENED_ON


def test_an_opening_earlier_than_the_last_stage_keeps_its_days_in_order(
    agreement: Agreement, accepted: Case, adviser: User
) -> None:
    early = timezone.localdate(accepted.opened_at)
    move_case(case=accepted, move="open", by=adviser, now=LATE, day=early)
    (journey,) = [one.journey for one in read_journeys(agreement.programme)]
    assert [move.on for move in journey.moves] == sorted(move.on for move in journey.moves)
    assert journey.moves[-1].stage == OPENED
    assert read_forecasts(agreement.programme, on=timezone.localdate(LATE))[0].forecast.opened == 1


def test_news_are_given_from_the_day_of_the_opening(accepted: Case, adviser: User) -> None:
    from essor.programmes.news import News

    move_case(case=accepted, move="open", by=adviser, now=LATE, day=OPENED_ON)
    with pytest.raises(ProgrammeError, match="news-before-opening"):
        actions.declare(case=accepted, news=News(OPENED_ON - DAY, is_alive=True), words="", by=adviser, now=LATE)
    actions.declare(case=accepted, news=News(OPENED_ON, is_alive=True), words="", by=adviser, now=LATE)
