"""What a workflow allows, and what its clock says; no database."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.cases.rules import (
    ADVISER,
    PROMOTER,
    CaseError,
    Clock,
    DueReminder,
    Usual,
    check_outcome,
    decide_move,
    list_due_reminders,
    list_moves,
    list_outcomes,
    move_clock,
    start_clock,
    summarise_usual,
)
from essor.knowledge import load_latest_workflow
from essor.methods.business_days import add_business_days, count_business_days

REQUEST = load_latest_workflow("request")
MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("stage", "by", "moves"),
    [
        ("received", ADVISER, ["assign", "close"]),
        ("received", PROMOTER, ["withdraw"]),
        ("assigned", ADVISER, ["begin", "ask", "close"]),
        ("in_conversation", ADVISER, ["ask", "close"]),
        ("waiting_promoter", PROMOTER, ["answer", "withdraw"]),
        ("closed", ADVISER, []),
        ("closed", PROMOTER, []),
    ],
)
def test_moves_are_those_of_the_file(stage: str, by: str, moves: list[str]) -> None:
    assert [move.code for move in list_moves(REQUEST, stage=stage, by=by)] == moves


def test_a_move_leads_where_the_file_says() -> None:
    found = decide_move(REQUEST, stage="in_conversation", move="ask", by=ADVISER, words="Le plan d’affaires")
    assert found.code == "waiting_promoter"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"stage": "closed", "move": "close", "by": ADVISER}, "case_closed"),
        ({"stage": "received", "move": "vanish", "by": ADVISER}, "move_unknown"),
        ({"stage": "received", "move": "begin", "by": ADVISER}, "move_not_from_here"),
        ({"stage": "received", "move": "close", "by": PROMOTER}, "move_not_yours"),
        ({"stage": "assigned", "move": "ask", "by": ADVISER, "words": "  "}, "reason_missing"),
    ],
)
def test_a_move_is_refused_with_its_reason(said: dict[str, str], code: str) -> None:
    with pytest.raises(CaseError) as refusal:
        decide_move(REQUEST, **said)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("outcome", "words", "by", "code"),
    [
        ("vanished", "trois mots ici", ADVISER, "outcome_unknown"),
        ("withdrawn", "trois mots ici", ADVISER, "outcome_not_yours"),
        ("helped", "trois mots ici", PROMOTER, "outcome_not_yours"),
        ("helped", "", ADVISER, "outcome_words_missing"),
        ("helped", " c’est \n fermé ", ADVISER, "outcome_words_missing"),
    ],
)
def test_nothing_closes_without_an_outcome_in_words(outcome: str, words: str, by: str, code: str) -> None:
    with pytest.raises(CaseError) as refusal:
        check_outcome(REQUEST, outcome=outcome, words=words, by=by)
    assert refusal.value.code == code


def test_an_outcome_with_words_is_taken() -> None:
    assert check_outcome(REQUEST, outcome="helped", words="Prêt de la caisse", by=ADVISER).code == "helped"
    assert [outcome.code for outcome in list_outcomes(REQUEST, by=PROMOTER)] == ["withdrawn"]


def test_a_term_is_late_the_day_after_it() -> None:
    clock = start_clock(REQUEST, stage="received", on=MONDAY)
    assert clock == Clock(date(2026, 3, 4))
    assert [clock.is_overdue(date(2026, 3, day)) for day in (4, 5)] == [False, True]
    assert Clock(None).is_overdue(MONDAY) is False


def test_waiting_stops_the_term_and_an_answer_gives_back_what_was_left() -> None:
    clock = start_clock(REQUEST, stage="in_conversation", on=MONDAY)
    stopped = move_clock(REQUEST, clock, before="in_conversation", after="waiting_promoter", on=date(2026, 3, 9))
    assert stopped == Clock(date(2026, 3, 23), stopped_on=date(2026, 3, 9), kept_due_on=date(2026, 3, 16))
    resumed = move_clock(REQUEST, stopped, before="waiting_promoter", after="in_conversation", on=date(2026, 3, 30))
    assert resumed == Clock(add_business_days(date(2026, 3, 30), 5))
    closed = move_clock(REQUEST, stopped, before="waiting_promoter", after="closed", on=date(2026, 3, 30))
    assert closed == Clock(None)


def test_a_first_contact_that_asks_for_something_keeps_a_whole_term() -> None:
    late = start_clock(REQUEST, stage="assigned", on=MONDAY)
    stopped = move_clock(REQUEST, late, before="assigned", after="waiting_promoter", on=date(2026, 3, 20))
    resumed = move_clock(REQUEST, stopped, before="waiting_promoter", after="in_conversation", on=date(2026, 3, 24))
    assert count_business_days(date(2026, 3, 24), resumed.due_on or MONDAY) == 10


@given(
    path=st.lists(st.tuples(st.sampled_from(["begin", "ask", "answer", "assign"]), st.integers(0, 20)), max_size=12),
)
def test_an_open_file_always_has_a_term_and_stops_only_while_waiting(path: list[tuple[str, int]]) -> None:
    stage, on = "received", MONDAY
    clock = start_clock(REQUEST, stage=stage, on=on)
    for move, days in path:
        on = add_business_days(on, days)
        try:
            after = decide_move(REQUEST, stage=stage, move=move, by=ADVISER, words="Parce que").code
        except CaseError:
            continue
        clock, stage = move_clock(REQUEST, clock, before=stage, after=after, on=on), after
        assert clock.due_on is not None
        assert (clock.stopped_on is not None) == (stage == "waiting_promoter") == (clock.kept_due_on is not None)


def test_reminders_come_one_by_one_and_end_with_the_administrators() -> None:
    due = date(2026, 3, 4)

    def ranks(day: int, *sent: int) -> list[DueReminder]:
        return list_due_reminders(REQUEST, stage="received", due_on=due, sent=sent, on=date(2026, 3, day))

    assert ranks(4) == []
    assert ranks(5) == [DueReminder(1, ADVISER, is_escalation=False)]
    assert ranks(5, 1) == []
    assert ranks(6, 1) == []
    assert ranks(9, 1) == [DueReminder(2, "administrators", is_escalation=True)]
    assert [reminder.rank for reminder in ranks(31)] == [1, 2]
    assert ranks(31, 1, 2) == []


def test_a_usual_time_needs_enough_files() -> None:
    assert summarise_usual([3, 4, 5, 9]) is None
    assert summarise_usual([3, 4, 5, 9, 2]) == Usual(4, 5)
    assert summarise_usual([1, 2, 3, 4, 5, 6]) == Usual(4, 6), "half a day more is a day more"
