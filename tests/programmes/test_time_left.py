"""The promoter reads how long is usually left, from how many files; too few say so; the clock stops while waiting."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from essor.accounts.models import User
from essor.cases.access import make_token
from essor.cases.actions import move_case
from essor.cases.models import Case
from essor.methods.forecast import OPENED
from essor.methods.waiting import FEWEST
from essor.programmes import actions
from essor.programmes.models import Agreement, Programme
from essor.programmes.queries.waiting import find_time_left
from essor.programmes.rules import PastRows
from essor.programmes.time_words import say_time_left
from tests.pages import StrictClient

from .conftest import DAY, NOW, TODAY, open_file

WAS = TODAY - 280 * DAY


def enter(rows: list[dict[str, str]]) -> None:
    programme = Programme.objects.latest("pk")
    actions.import_files(
        programme=programme, rows=PastRows(list(enumerate(rows, start=2))), name="passes.csv", by=None, now=NOW
    )


def enter_past(number: int) -> None:
    """As many files, each in its plan ``WAS``, decided after 100 days and one more each time, open 50 days later."""
    enter([
        {"name": f"Ancien {rank}", "place": "Terrebonne"}
        | {
            code: (WAS + days * DAY).isoformat()
            for code, days in (("received", 0), ("plan", 0), ("decision", 100 + rank), ("running", 150 + rank))
        }
        for rank in range(number)
    ])  # fmt: skip


@pytest.fixture
def planning(agreement: Agreement, adviser: User) -> Case:
    return open_file(until="to_plan")


def say(case: Case, on: Any = TODAY) -> str:
    left = find_time_left(Case.objects.get(pk=case.pk), on=on)
    assert left is not None
    return " ".join(say_time_left(left)).replace("\xa0", " ")


def test_too_few_files_say_how_few(planning: Case) -> None:
    enter_past(3)
    told = say(planning)
    assert "Avant une décision favorable : trop peu de dossiers pour le dire (n = 3)" in told
    assert "Avant l’ouverture" not in told, "whose day hangs on a decision of which nothing is known"
    assert "D’après" not in told
    with translation.override("en"):
        assert "too few files to say (n = 3)" in say(planning)


def test_the_usual_time_counts_from_the_stage_and_from_how_long_one_was_there(planning: Case) -> None:
    enter_past(11)
    left = find_time_left(planning, on=TODAY)
    assert left is not None
    assert left.entered_on == TODAY - 90 * DAY
    assert [one.goal for one in left.goals] == ["decision", OPENED]
    decision, opening = (one.left for one in left.goals)
    # 90 days are twelve whole weeks: 84 days less than 100 to 110, and than 150 to 160.
    assert (decision.n, decision.median, decision.low, decision.high) == (11, 105 - 84, 101 - 84, 109 - 84)
    assert (opening.n, opening.median) == (11, 155 - 84)
    told = say(planning)
    assert "d’habitude encore 21 jours ; rarement moins de 17 jours ou plus de 25 jours." in told
    assert "Avant l’ouverture : d’habitude encore 2 mois ; rarement moins de 2 mois ou plus de 3 mois." in told
    assert told.count("D’après 11 dossiers d’avant, tous programmes ensemble.") == 1
    later = find_time_left(planning, on=TODAY + 21 * DAY)
    assert later is not None
    assert later.goals[0].left.n == 5 < FEWEST
    assert later.goals[0].whole.median == 105
    told = say(planning, TODAY + 21 * DAY)
    assert "d’habitude 3 mois depuis l’entrée à cette étape ; trop peu" in told
    assert "D’après 11 dossiers d’avant, tous" in told, "said of the decision and of the opening"
    assert "aussi longtemps que celui-ci pour dire la suite (n = 5)" in told


def test_waiting_is_said_and_does_not_change_the_stage(planning: Case, adviser: User) -> None:
    enter_past(11)
    assert "Le délai promis s’arrête pendant" in say(planning)
    move_case(case=planning, move="ask", words="Le budget, s’il vous plaît", by=adviser, now=NOW)
    told = say(planning)
    assert "Le délai promis est arrêté depuis le" in told
    assert "D’après 11 dossiers" in told


def test_what_is_of_no_programme_open_or_closed_has_no_time_left(planning: Case, agreement: Agreement) -> None:
    enter_past(1)
    past = Case.objects.get(promoter_name="Ancien 0")
    assert find_time_left(past, on=TODAY) is None
    alone = Case(stage="assigned", workflow="request", workflow_version=1)
    alone.pk = 0
    assert find_time_left(alone, on=TODAY) is None


def test_what_happens_today_counts_tomorrow(planning: Case) -> None:
    enter_past(11)
    other = open_file(until="to_plan")
    for move in ("file", "to_analysis", "to_committee"):
        move_case(case=other, move=move, by=None, now=NOW - 10 * DAY)
    move_case(case=other, move="decide", words="Le comité est d’accord.", by=None, now=NOW, is_deed=True)
    fresh = move_case(case=open_file(until="to_prestart"), move="to_plan", by=None, now=NOW)
    found = [find_time_left(fresh, on=TODAY + days * DAY) for days in (0, 1)]
    assert [left.goals[0].left.n for left in found if left] == [11, 12]


def test_the_page_says_it_in_as_many_queries_with_few_files_or_many(planning: Case, client: StrictClient) -> None:
    page = reverse("case_follow_programme", args=[make_token(planning.reference)])
    enter_past(2)
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    enter([{"name": f"Autre {rank}", "place": "Mascouche", "plan": WAS.isoformat()} for rank in range(30)])
    with CaptureQueriesContext(connection) as first:
        client.get(page)
    with CaptureQueriesContext(connection) as many:
        shown = client.get(page).content.decode()
    assert len(first) == len(few) + 1, "the files are read once more, since there are more of them"
    assert len(many) == len(few)
    assert "Le temps qui reste" in shown
