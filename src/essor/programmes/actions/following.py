"""News of an enterprise is declared, becomes facts of the directory, and is asked for when it is due."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from essor.accounts.models import User
from essor.cases.actions import By, Promoter
from essor.cases.actions.writing import add_event, hold_case, leave_letter, party_of, user_of
from essor.cases.models import Case, CaseEvent
from essor.cases.rules import ADVISER, PROMOTER
from essor.directory.actions import create_source, record_fact, record_life_event, withdraw_source
from essor.directory.actions.reach import require_reach
from essor.directory.actions.sources import SAID_BY_A_SOURCE
from essor.directory.models import Fact, LifeEvent, Organisation, Source
from essor.directory.queries import find_by_name
from essor.directory.rules import Said
from essor.methods.facts import ENDINGS
from essor.programmes.actions.writing import require_free
from essor.programmes.models import Declaration, Enrolment
from essor.programmes.news import News, Reminder, check_news, find_reminder, name_reminder
from essor.programmes.queries.following import Followed, find_openings, read_followed
from essor.programmes.rules import CENTS, ProgrammeError

MOST_DECLARATIONS = 100
"""Of one file: whoever holds a link writes without an account."""
LETTERS = {"soon": "news", "late": "news_late", "silent": "news_silent"}
logger = logging.getLogger(__name__)


@transaction.atomic
def declare(*, case: Case, news: News, words: str = "", by: By, now: datetime) -> Declaration:
    """By the promoter, or by an adviser for them, even once the file is closed. ``words``: kept in the timeline.

    Raises ProgrammeError: ``not-open-yet``, ``recused``, ``news-full``, and those of
    :func:`essor.programmes.news.check_news`; DirectoryError where the organisation's life says otherwise.
    """
    held = hold_case(case, by=by, now=now, even_closed=True)
    require_free(user_of(by), held, now)
    followed = _read(held)
    if held.declarations.count() >= MOST_DECLARATIONS:
        raise ProgrammeError("news-full", most=MOST_DECLARATIONS)
    check_news(news, opened_on=followed.opened_on, told=followed.told, today=timezone.localdate(now))
    former = _hold_former(held, news.about_on)
    declaration = Declaration.objects.create(
        case=held, about_on=news.about_on, is_alive=news.is_alive, closed_on=news.closed_on, jobs=news.jobs,
        fte=news.fte, revenue_cents=news.revenue_cents, party=party_of(by), declared_by=user_of(by), declared_at=now,
    )  # fmt: skip
    facts = {"deed": "declare", "on": news.about_on.isoformat(), "is_alive": news.is_alive}
    add_event(held, CaseEvent.Kind.PROGRAMME, by=by, now=now, words=words.strip(), facts=facts)
    if isinstance(by, Promoter) and not held.letters.filter(kind="news_told", sent_at=None).exists():
        leave_letter(held, "news_told", to=ADVISER, now=now)
    if held.organisation is not None:
        for source in former:
            withdraw_source(source=source, reason="Corrigé par une déclaration", now=now, **_sign(by))
        _tell_directory(declaration, held.organisation, opened_on=followed.opened_on, by=by, now=now)
    return declaration


@transaction.atomic
def link_organisation(*, case: Case, name: str, by: User | None, now: datetime) -> Case:
    """The file is of an organisation of the directory: what was declared of it becomes facts.

    Raises ProgrammeError: ``organisation-linked``, ``organisation-unclear``, ``organisation-taken``, ``not-open-yet``,
    ``recused``; DirectoryError ``organisation-elsewhere``: whoever holds the file's link will speak of it.
    """
    held = hold_case(case, by=by, now=now, even_closed=True)
    require_free(by, held, now)
    if held.organisation_id is not None:
        raise ProgrammeError("organisation-linked")
    found = find_by_name(name)
    if len(found) != 1:
        raise ProgrammeError("organisation-unclear", name=name.strip(), n=len(found))
    require_reach(organisations=[found[0].pk], action="record_facts", by=by, now=now)
    if Enrolment.objects.filter(case__organisation=found[0]).exists():
        raise ProgrammeError("organisation-taken", name=name.strip())
    followed = _read(held)
    held.organisation = found[0]
    held.save(update_fields=["organisation"])
    add_event(held, CaseEvent.Kind.PROGRAMME, by=by, now=now, facts={"deed": "link", "organisation": found[0].key})
    latest = {one.about_on: one for one in held.declarations.all()}
    for declaration in latest.values():
        _tell_directory(declaration, found[0], opened_on=followed.opened_on, by=by, now=now)
    return held


def _read(case: Case) -> Followed:
    followed = read_followed(case)
    if followed is None:
        raise ProgrammeError("not-open-yet")
    return followed


def _hold_former(case: Case, about_on: date) -> list[Source]:
    """Under what was said before of the same day: it is believed no more, and what was published with it is rebuilt as
    it was. Held before anything is traced, as whoever withdraws a source does."""
    told = {"programme_declaration__case": case, "programme_declaration__about_on": about_on}
    sources = list(Source.objects.select_for_update(of=("self",)).filter(**told, withdrawn_at=None).order_by("pk"))
    for rows in SAID_BY_A_SOURCE.values():
        list(rows.filter(source__in=sources, known_to=None).select_for_update(of=("self",)).order_by("pk"))
    return sources


def _sign(by: By) -> dict[str, Any]:
    """Who says it to the directory: whoever holds a link has no account, and is not the platform."""
    return {"by": user_of(by), "label": "promoter" if isinstance(by, Promoter) else "console"}


def _tell_directory(
    declaration: Declaration, organisation: Organisation, *, opened_on: date, by: By, now: datetime
) -> None:
    """Its numbers as facts and its life as events, under a source of its own; nothing where it says nothing new."""
    facts, events = list(_list_facts(declaration)), _list_events(declaration, organisation, opened_on)
    if organisation.erased_at is not None or not (facts or events):
        return
    programme = Enrolment.objects.select_related("programme").get(case=declaration.case).programme
    source = create_source(
        title=f"Déclaration au programme « {programme.name_fr} »"[:200],
        publisher=programme.name_fr,
        kind="declaration",
        retrieved_on=timezone.localdate(declaration.declared_at),
        now=now,
        **_sign(by),
    )
    for said in facts:
        record_fact(organisation=organisation, source=source, now=now, **_sign(by), **said)
    for kind, day in events:
        record_life_event(
            organisation=organisation, source=source, now=now, **_sign(by), kind=kind, happened_on=day
        )  # fmt: skip
    declaration.source = source
    declaration.save(update_fields=["source"])


def _list_facts(declaration: Declaration) -> Iterable[Said]:
    revenue = None if declaration.revenue_cents is None else Decimal(declaration.revenue_cents) / CENTS
    told = {"jobs_headcount": declaration.jobs, "jobs_fte": declaration.fte, "annual_revenue": revenue}
    for variable, value in told.items():
        if value is not None:
            yield Said(variable=variable, value=value, starts_on=declaration.about_on)


def _list_events(declaration: Declaration, organisation: Organisation, opened_on: date) -> list[tuple[str, date]]:
    """An opening where nothing shows it before, and a closing where nothing else ended it."""
    known = LifeEvent.objects.filter(organisation=organisation, known_to=None)
    facts = Fact.objects.filter(organisation=organisation, known_to=None, starts_on__lt=opened_on)
    events = []
    is_shown = known.filter(kind="created").exists() or known.filter(happened_on__lt=opened_on).exists()
    if not is_shown and not facts.exists():
        events.append(("created", opened_on))
    if declaration.closed_on is not None and not known.filter(kind__in=ENDINGS).exists():
        events.append(("closed", declaration.closed_on))
    return events


@dataclass(frozen=True, slots=True)
class Asked:
    """How many were asked for news, how many silences were told to advisers, and on how many files it failed."""

    asked: int = 0
    silent: int = 0
    failed: int = 0


def ask_for_news(*, now: datetime) -> Asked:
    """Each open file on its own: a fault on one leaves the others asked."""
    on, codes, failed = timezone.localdate(now), list[str](), 0
    numbers = find_openings(case__enrolment__isnull=False, case__closed_at=None)
    for number in sorted(numbers):
        try:
            reminder = _ask(number, on=on, now=now)
        except Exception:  # whatever is wrong with one, those after it owe news too
            logger.exception("news of case %s", number)
            failed += 1
        else:
            codes += [reminder.code] if reminder else []
    silent = codes.count("silent")
    return Asked(len(codes) - silent, silent, failed)


@transaction.atomic
def _ask(number: int, *, on: date, now: datetime) -> Reminder | None:
    case = Case.objects.select_for_update(of=("self",)).select_related("assigned_to").get(pk=number)
    followed = read_followed(case)
    if case.closed_at is not None or followed is None:
        return None
    sent = set(CaseEvent.objects.filter(case=case, once__startswith="news:").values_list("once", flat=True))
    reminder = find_reminder(followed.list_duties(on), sent=sent, on=on)
    if reminder is None:
        return None
    facts = {"deed": f"news_{reminder.code}", "on": reminder.duty.due_on.isoformat()}
    add_event(case, CaseEvent.Kind.PROGRAMME, by=None, now=now, once=name_reminder(reminder), facts=facts)
    if reminder.code == "silent":
        leave_letter(case, LETTERS["silent"], to=ADVISER, now=now)
    elif case.promoter_email:
        leave_letter(case, LETTERS[reminder.code], to=PROMOTER, now=now)
    else:
        leave_letter(case, "news_call", to=ADVISER, now=now)
    return reminder
