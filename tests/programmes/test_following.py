"""News of an enterprise: what is refused, what counts, what the directory learns, who is asked and when."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from essor.accounts.models import User
from essor.accounts.permissions import NotAllowed
from essor.cases.actions import THE_PROMOTER, close_case, move_case
from essor.cases.letters import write_letter
from essor.cases.models import Case, CaseEvent, CaseLetter
from essor.directory.actions import enter_organisation
from essor.directory.models import Fact, LifeEvent, Organisation
from essor.directory.queries import observations
from essor.methods.facts import profile
from essor.methods.months import add_months
from essor.methods.survival import EnterpriseLife, estimate_survival
from essor.programmes import actions
from essor.programmes.drawings import draw_survival
from essor.programmes.models import Agreement, Declaration
from essor.programmes.news import News, check_news, find_reminder, keep_latest, list_duties, name_reminder
from essor.programmes.queries.following import (
    FEWEST,
    Declared,
    Outcomes,
    list_followed,
    read_followed,
    read_outcomes,
)
from essor.programmes.rules import ProgrammeError
from essor.programmes.wording import SENTENCES, explain

from .conftest import DAY, NOW, TODAY, ask, open_file

OPENED = date(2020, 1, 15)
LATER = NOW + 400 * DAY


def open_enterprise() -> Case:
    case = open_file()
    agreement = Agreement.objects.latest("pk")
    offer = actions.make_offer(agreement=agreement, case=case, asked=ask(), by=None, now=NOW)
    actions.accept_offer(offer=offer, on=TODAY, words="Signé", by=None, now=NOW)
    case.refresh_from_db()
    return move_case(case=case, move="open", by=None, now=NOW, day=TODAY)


@pytest.fixture
def opened(agreement: Agreement, adviser: User) -> Case:
    return open_enterprise()


@pytest.fixture
def organisation(db: None) -> Organisation:
    return enter_organisation(name="Coop d’essai", neq="", facts=[], title="Saisie", by=None, now=NOW - DAY)


def tell(case: Case, days: int = 380, *, by: Any = THE_PROMOTER, now: datetime = LATER, **said: Any) -> Declaration:
    news = News(TODAY + days * DAY, **({"is_alive": True} | said))
    return actions.declare(case=case, news=news, by=by, now=now)


def alive(day: date, closed_on: date | None = None, **said: Any) -> News:
    return News(day, is_alive=True, closed_on=closed_on, **said)


def gone(day: date, closed_on: date | None = None, **said: Any) -> News:
    return News(day, is_alive=False, closed_on=closed_on, **said)


FIRST = date(2021, 1, 15)
ALIVE, GONE = alive(FIRST), gone(FIRST, date(2020, 12, 1))


@pytest.mark.parametrize(
    ("news", "told", "code"),
    [
        (alive(OPENED, jobs=0, fte=Decimal(0), revenue_cents=0), [], None),
        (alive(OPENED - DAY), [], "news-before-opening"),
        (alive(date(2024, 1, 1)), [], None),
        (alive(date(2024, 1, 2)), [], "news-to-come"),
        (alive(FIRST, FIRST), [], "closing-day-unasked"),
        (gone(FIRST), [], "closing-day-missing"),
        (gone(FIRST, OPENED - DAY), [], "closing-before-opening"),
        (gone(FIRST, FIRST + DAY), [], "closing-after-day"),
        (gone(FIRST, FIRST), [], None),
        (gone(FIRST, FIRST, jobs=2), [], "closed-with-numbers"),
        (alive(FIRST, jobs=-1), [], "number-out-of-reach"),
        (alive(FIRST, fte=Decimal("-0.5")), [], "number-out-of-reach"),
        (alive(FIRST, revenue_cents=-1), [], "number-out-of-reach"),
        (alive(FIRST, jobs=2, fte=Decimal("2.01")), [], "fte-over-jobs"),
        (alive(FIRST, fte=Decimal("2.5")), [], None),
        (alive(FIRST + DAY), [GONE], "alive-after-closing"),
        (alive(date(2020, 12, 1)), [GONE], "alive-after-closing"),
        (alive(date(2020, 11, 30)), [GONE], None),
        (gone(FIRST + DAY, FIRST), [GONE], "closed-twice"),
        (alive(FIRST), [GONE], None),
        (gone(FIRST, date(2020, 11, 1)), [GONE], None),
        (gone(FIRST + DAY, FIRST), [ALIVE], "closing-before-alive"),
        (gone(FIRST + DAY, FIRST + DAY), [ALIVE], None),
        (gone(FIRST, FIRST), [ALIVE], None),
    ],
)
def test_what_is_refused_and_why(news: News, told: list[News], code: str | None) -> None:
    asked: dict[str, Any] = {"opened_on": OPENED, "told": keep_latest(told), "today": date(2024, 1, 1)}
    if code is None:
        check_news(news, **asked)
        return
    with pytest.raises(ProgrammeError) as refused:
        check_news(news, **asked)
    assert refused.value.code == code
    assert explain(refused.value)


def test_a_correction_is_said_later_of_the_same_day() -> None:
    assert keep_latest([alive(FIRST, jobs=3), alive(OPENED), alive(FIRST, jobs=4)]) == [
        alive(OPENED),
        alive(FIRST, jobs=4),
    ]


def test_duties_come_due_are_late_are_done_and_end_with_the_enterprise() -> None:
    def states(on: date, *told: News) -> list[str]:
        return [one.state for one in list_duties(opened_on=OPENED, told=told, on=on)]

    later = ["to_come"] * 5
    assert states(date(2020, 6, 14)) == ["to_come", *later]
    assert states(date(2020, 6, 15)) == ["due", *later]
    assert states(date(2020, 7, 29)) == ["due", *later]  # ten business days after the 15th of July
    assert states(date(2020, 7, 30)) == ["late", *later]
    assert states(date(2020, 7, 30), alive(date(2020, 6, 15)))[0] == "done"
    assert states(date(2020, 7, 30), alive(date(2020, 6, 14)))[0] == "late"
    closed = gone(date(2021, 2, 1), date(2020, 12, 1))
    assert states(date(2023, 1, 1), closed) == ["missed", "done"]
    assert add_months(date(2020, 2, 29), 12) == date(2021, 2, 28)


def test_only_the_latest_duty_is_asked_for_once_then_silence_is_told() -> None:
    sent: list[str] = []
    for on in (date(2021, 12, 14) + day * DAY for day in range(90)):
        found = find_reminder(list_duties(opened_on=OPENED, told=[], on=on), sent=sent, on=on)
        sent += [name_reminder(found)] if found else []
    assert sent == ["news:12:late", "news:12:silent", "news:24:soon", "news:24:late", "news:24:silent"]
    told = [alive(date(2022, 1, 2))]
    assert find_reminder(list_duties(opened_on=OPENED, told=told, on=date(2022, 3, 1)), sent=[], on=TODAY) is None


def test_both_sides_declare_and_the_words_are_in_the_timeline(opened: Case, adviser: User, other: User) -> None:
    actions.declare(case=opened, news=alive(TODAY), words=" Ça va ! ", by=THE_PROMOTER, now=LATER)
    event = CaseEvent.objects.filter(case=opened, facts__deed="declare").get()
    assert (event.words, event.party) == ("Ça va !", "promoter")
    assert CaseLetter.objects.filter(case=opened, kind="news_told").count() == 1
    assert tell(opened, by=adviser).declared_by == adviser
    stranger = User.objects.create_user("loin@exemple.test", "un mot de passe long", name="Loin")
    with pytest.raises(NotAllowed):
        tell(opened, 381, by=stranger)
    assert Declaration.objects.count() == 2


def test_nothing_is_declared_of_what_is_not_open(case: Case, adviser: User) -> None:
    with pytest.raises(ProgrammeError, match="not-open-yet"):
        tell(case, by=adviser)


def test_news_goes_on_once_the_file_is_closed(opened: Case, adviser: User) -> None:
    words = "L’entreprise vole de ses propres ailes désormais."
    close_case(case=opened, outcome="followed", words=words, by=adviser, now=NOW)
    tell(opened, jobs=3)
    assert Declaration.objects.get().jobs == 3


def test_the_database_keeps_what_was_said(opened: Case) -> None:
    made = tell(opened, jobs=3)
    for change in ("jobs = 4", "about_on = '2019-01-01'", "is_alive = false"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE programmes_declaration SET {change} WHERE id = %s", [made.pk])  # noqa: S608
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM programmes_declaration")
    assert {one.name for one in Declaration._meta.constraints} >= {"declaration_fte_within_jobs"}


def test_news_becomes_facts_under_a_source_of_its_own_and_a_correction_withdraws_them(
    opened: Case, organisation: Organisation, adviser: User
) -> None:
    actions.link_organisation(case=opened, name="coop d'essai", by=adviser, now=NOW)
    opened.refresh_from_db()
    tell(opened, 365, jobs=4, fte=Decimal("3.25"), revenue_cents=123_456_78)
    day = TODAY + 370 * DAY

    def read() -> dict[str, int | None]:
        known = observations(organisations=[organisation.pk], known_at=LATER + DAY)
        return {name: one.low for name, one in profile(known, on=day, known_at=LATER + DAY).items()}

    assert read() == {"jobs_headcount": 4, "jobs_fte": 325, "annual_revenue": 12_345_678}
    assert Fact.objects.first().source.kind == "declaration"  # type: ignore[union-attr]
    assert LifeEvent.objects.get(organisation=organisation, known_to=None).kind == "created"
    tell(opened, 365, jobs=5, now=LATER + timedelta(hours=1))
    assert read() == {"jobs_headcount": 5}
    created = LifeEvent.objects.get(organisation=organisation, known_to=None)
    assert (created.kind, created.happened_on) == ("created", TODAY)
    tell(opened, 380, is_alive=False, closed_on=TODAY + 379 * DAY, now=LATER + timedelta(hours=2))
    events = LifeEvent.objects.filter(organisation=organisation, known_to=None).values_list("kind", flat=True)
    assert sorted(events) == ["closed", "created"]


def test_what_was_said_before_is_told_once_the_organisation_is_named(
    opened: Case, organisation: Organisation, adviser: User
) -> None:
    tell(opened, 200, jobs=2)
    tell(opened, 200, jobs=3)
    for name in ("personne", ""):
        with pytest.raises(ProgrammeError, match="organisation-unclear"):
            actions.link_organisation(case=opened, name=name, by=adviser, now=LATER)
    actions.link_organisation(case=opened, name="Coop d’essai", by=adviser, now=LATER)
    assert [fact.low for fact in Fact.objects.filter(organisation=organisation)] == [3]
    with pytest.raises(ProgrammeError, match="organisation-linked"):
        actions.link_organisation(case=opened, name="Coop d’essai", by=adviser, now=LATER)


def test_what_the_directory_knows_already_is_left(opened: Case, organisation: Organisation, adviser: User) -> None:
    from essor.directory.actions import create_source, record_life_event

    source = create_source(title="Registre", by=None, now=NOW)
    for kind, day in (("created", date(2015, 1, 1)), ("closed", TODAY + 90 * DAY)):
        record_life_event(organisation=organisation, source=source, by=None, now=NOW, kind=kind, happened_on=day)
    actions.link_organisation(case=opened, name="Coop d’essai", by=adviser, now=NOW)
    opened.refresh_from_db()
    assert tell(opened, 380, is_alive=False, closed_on=TODAY + 100 * DAY).source is None
    assert LifeEvent.objects.filter(organisation=organisation).count() == 2


def test_a_silence_is_asked_about_then_told_each_once(opened: Case) -> None:
    due = add_months(TODAY, 6)
    days = [(due - 31 * DAY, 0, 0), (due - 30 * DAY, 1, 0), (due, 0, 0), (due + 20 * DAY, 1, 0), (due + 45 * DAY, 0, 1)]
    for day, asked, silent in days:
        now = NOW + (day - TODAY)
        for expected in ((asked, silent), (0, 0)):
            done = actions.ask_for_news(now=now)
            assert (done.asked, done.silent, done.failed) == (*expected, 0), day
    letters = CaseLetter.objects.filter(case=opened, kind__startswith="news").order_by("pk")
    assert [(one.kind, one.recipient is None) for one in letters] == [
        ("news", True), ("news_late", True), ("news_silent", False),
    ]  # fmt: skip


def test_each_letter_says_what_to_do_in_both_languages(opened: Case) -> None:
    for kind, person in (
        ("news", None), ("news_late", None), ("news_told", opened.assigned_to), ("news_call", opened.assigned_to),
        ("news_silent", opened.assigned_to),
    ):  # fmt: skip
        letter = CaseLetter.objects.create(case=opened, kind=kind, recipient=person, created_at=NOW)
        for language in ("fr", "en"):
            opened.language = language
            written = write_letter(letter)
            assert written is not None
            assert opened.reference in written.subject
            assert "{" not in written.text


def test_no_one_is_asked_who_has_just_answered(opened: Case) -> None:
    tell(opened, 170)
    assert actions.ask_for_news(now=NOW + 190 * DAY).asked == 0


def test_outcomes_say_who_lives_who_closed_and_who_is_silent(opened: Case, adviser: User) -> None:
    gone, silent = open_enterprise(), open_enterprise()
    tell(opened, 370, jobs=4, fte=Decimal("3.5"))
    tell(gone, 100, is_alive=False, closed_on=TODAY + 90 * DAY)
    programme = opened.enrolment.programme
    on = TODAY + 390 * DAY
    found = list_followed(programme, on=LATER.date())
    assert [one.case for one in found] == [opened, gone, silent]
    outcomes = read_outcomes(found, on=on)
    year = outcomes.ages[0]
    assert (year.count.alive, year.count.closed, year.count.unknown) == (1, 1, 1)
    assert (year.survival.share, year.survival.at_risk) == (pytest.approx(0.5), 1)
    declared = outcomes.declared
    assert (declared.jobs, declared.fte, declared.closed, declared.silent) == (4, Decimal("3.5"), 1, 1)
    assert year.declared.jobs == 4
    assert outcomes.ages[1].survival.share is None
    assert not year.is_publishable
    assert FEWEST == 5
    assert list_followed(programme, on=TODAY - DAY) == []
    before = read_outcomes(list_followed(programme, on=TODAY + 50 * DAY), on=TODAY + 50 * DAY)
    assert before.declared.silent == 3


def test_as_many_queries_whatever_the_number(opened: Case, django_assert_num_queries: Any) -> None:
    programme = opened.enrolment.programme
    with django_assert_num_queries(3):
        list_followed(programme, on=LATER.date())
    for _more in range(3):
        tell(open_enterprise(), 200)
    with django_assert_num_queries(3):
        assert len(list_followed(programme, on=LATER.date())) == 4


def test_every_refusal_has_its_sentence() -> None:
    codes = {
        "news-before-opening", "news-to-come", "closing-day-missing", "closing-day-unasked", "closing-before-opening",
        "closing-after-day", "closed-with-numbers", "number-out-of-reach", "fte-over-jobs", "alive-after-closing",
        "closed-twice", "closing-before-alive", "not-open-yet", "organisation-linked", "organisation-unclear",
    }  # fmt: skip
    assert codes <= set(SENTENCES)


def test_what_is_taken_away_holds_the_news(opened: Case) -> None:
    from essor.programmes.hanging import PROGRAMME

    tell(opened, jobs=3)
    assert PROGRAMME.export(opened)["news"][0]["jobs"] == 3
    followed = read_followed(opened)
    assert followed is not None
    assert followed.opened_on == TODAY


def test_the_curve_drawn_is_the_one_estimated() -> None:
    """Table of docs/methods/survival.md: one closes at 1 year, one is silent since 2, one closes at 5, one lives."""
    year = [date(2018 + number, 1, 1) for number in range(6)]
    lives = [
        EnterpriseLife(year[0], year[0], year[1]), EnterpriseLife(year[0], year[2]),
        EnterpriseLife(year[0], year[5], year[5]), EnterpriseLife(year[0], year[5]),
    ]  # fmt: skip
    nothing = Declared(0, 0, Decimal(0), 0, 0, 0)
    curve = estimate_survival(lives, on=year[5])
    chart = draw_survival(Outcomes(4, curve, [], nothing))
    told = [(stair.at, stair.value, stair.followed, stair.fallen) for stair in chart.stairs]
    assert told == [
        (0, 1.0, 4, 0), (1, 0.75, 4, 1), (2, 0.75, 3, 0), (3, 0.75, 2, 0), (4, 0.75, 2, 0), (5, 0.375, 2, 1),
    ]  # fmt: skip
    assert [(stair.low, stair.high) for stair in chart.stairs[1:]] == [
        (found.low, found.high) for found in (curve.at(years) for years in range(1, 6))
    ]
    silent = draw_survival(Outcomes(1, estimate_survival(lives[1:2], on=year[5]), [], nothing))
    assert [stair.value for stair in silent.stairs] == [1.0, 1.0, 1.0, None, None, None]
    assert silent.ends_at == 2
