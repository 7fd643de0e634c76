"""The fictitious files of the article's programme, the money of those that opened, and their news, day after day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from essor.accounts.models import User
from essor.cases.actions import THE_PROMOTER
from essor.cases.models import Case, CaseEvent
from essor.directory.actions import enter_organisation
from essor.directory.rules import Said
from essor.knowledge.plain import find_demo_startups
from essor.knowledge.programmes import load_demo_programme
from essor.methods.months import add_months
from essor.programmes.actions import (
    NewTerms,
    accept_offer,
    agree_schedule,
    choose_checklist,
    declare,
    deposit_document,
    import_files,
    link_organisation,
    make_offer,
    meet_condition,
    open_programme,
    pay,
    receive_payment,
    record_report,
    tick_step,
)
from essor.programmes.models import Agreement, Offer, Programme
from essor.programmes.news import MONTHS, News
from essor.programmes.queries.agreements import read_agreement
from essor.programmes.queries.following import Followed, list_followed
from essor.programmes.rules import CENTS, NewOffer
from essor.programmes.spreadsheets import read_rows

PROGRAMME, UNDER_WAY = "jec", "moulins-2030"
GRANT, FIRST = 23_000 * CENTS, 15_000 * CENTS
LENT = 10_000 * CENTS
"""To the last that opens, within the same 23 000 $: as the first programme of this kind, in Montréal, gave and lent."""
RATE, PAYMENTS, MORATORIUM, RECEIVED = Decimal(5), 48, 3, 9
MONTH = timedelta(days=30)
SILENT_AFTER, CLOSED_AFTER = {4: 0, 7: 13, 10: 7}, {2: 26, 5: 9}
"""By rank of opening, the months after which nobody heard of it, or it closed."""
IN_THE_DIRECTORY = {1: "coop", 2: "npo", 9: "coop"}
"""By rank of opening, those that the directory holds, and their legal form: all of Les Moulins."""
A_JOB = 41_000 * CENTS


def open_startups(*, adviser: User, now: datetime) -> None:
    """Sixty files of 2017 to 2022, entered as anyone's spreadsheet is; those still open have someone in charge."""
    path = find_demo_startups(PROGRAMME)
    programme = Programme.objects.get(slug=PROGRAMME)
    import_files(programme=programme, rows=read_rows(path), name=path.name, by=None, now=now)
    Case.objects.open().filter(enrolment__programme=programme).update(assigned_to=adviser)
    _pay_those_open(programme)
    _repay(programme, now=now)
    _tick(programme, now=now)
    _tell_news(programme, now=now)
    _keep_agreement(open_programme(definition=load_demo_programme(UNDER_WAY), by=None, now=now).agreements.get(), now)


def _keep_agreement(agreement: Agreement, now: datetime) -> None:
    """Its text is deposited, and the first report came ten days before its day; the next ones are owed."""
    text = f"Entente fictive, {agreement.partner}.\n".encode()
    document = deposit_document(agreement=agreement, name="entente-fictive.txt", chunks=[text], by=None, now=now)
    first = read_agreement(agreement, on=timezone.localdate(now)).line.reports[0]
    if first.state in {"due", "late"}:
        code, about_on = first.key
        record_report(
            agreement=agreement, code=code, about_on=about_on, rendered_on=first.due_on - timedelta(days=10),
            words="Reçu par courriel (fictif)", document=document, by=None, now=now,
        )  # fmt: skip


def _pay_those_open(programme: Programme) -> None:
    """An offer at the decision, signed two weeks later, paid in two parts: the ledger follows the days."""
    agreement, offers = programme.agreements.get(), dict[int, Offer]()
    decided = {
        event.case_id: timezone.localdate(event.happened_at)
        for event in CaseEvent.objects.filter(case__enrolment__programme=programme, facts__to="decision")
    }
    opened = Case.objects.open().filter(enrolment__programme=programme, stage="running", pk__in=decided)
    deeds = sorted(
        (decided[case.pk] + after, rank, case.pk)
        for case in opened
        for rank, after in enumerate((timedelta(0), timedelta(days=14), MONTH, 3 * MONTH))
    )
    cases = {case.pk: case for case in opened}
    last = max((day, pk) for day, rank, pk in deeds if rank == 0 and agreement.term.holds(day))[1]
    for day, rank, pk in deeds:
        if agreement.term.holds(day):
            _do(agreement, cases[pk], rank, day, offers, loan=LENT if pk == last else 0)


def _repay(programme: Programme, *, now: datetime) -> None:
    """Agreed a year ago; three of twelve payments did not come."""
    today = timezone.localdate(now)
    offer = Offer.objects.filter(agreement__programme=programme, loan_cents__gt=0).latest("pk")
    first = add_months(today, -12)
    terms = NewTerms(RATE, PAYMENTS, first, first - timedelta(days=10), MORATORIUM)
    schedule = agree_schedule(offer=offer, said=terms, words="Convention de prêt signée (fictive)", by=None, now=now)
    for one in schedule.read()[:RECEIVED]:
        receive_payment(offer=offer, cents=one.cents, received_on=one.due_on, by=None, now=now)


def _tick(programme: Programme, *, now: datetime) -> None:
    """The first steps of one that is not open yet."""
    case = Case.objects.open().filter(enrolment__programme=programme).exclude(stage="running").earliest("pk")
    choose_checklist(case=case, form="coop", kind="solidarity", by=THE_PROMOTER, now=now)
    for step in ("group", "members-solidarity", "name"):
        tick_step(case=case, step=step, is_done=True, by=THE_PROMOTER, now=now)


def _tell_news(programme: Programme, *, now: datetime) -> None:
    """At six months, then each year: most answer a few days late, some fall silent, some close."""
    today = timezone.localdate(now)
    for rank, one in enumerate(list_followed(programme, on=today)):
        if rank in IN_THE_DIRECTORY:
            _enter_in_directory(one, IN_THE_DIRECTORY[rank])
        for news in _list_news(rank, one.opened_on):
            if news.about_on < today:
                declare(case=one.case, news=news, by=None, now=_at_noon(news.about_on))


def _list_news(rank: int, opened_on: date) -> list[News]:
    """As many jobs as the rank and the years say."""
    said = list[News]()
    for turn, months in enumerate(MONTHS):
        day = add_months(opened_on, months) + timedelta(days=rank)
        if months > CLOSED_AFTER.get(rank, months):
            closed_on = add_months(opened_on, CLOSED_AFTER[rank])
            return [*said, News(day, is_alive=False, closed_on=closed_on)]
        if months > SILENT_AFTER.get(rank, months):
            break
        jobs = 2 + rank % 4 + turn // 2
        said.append(
            News(day, is_alive=True, jobs=jobs, fte=jobs - Decimal("0.5") * (rank % 3), revenue_cents=jobs * A_JOB)
        )
    return said


def _enter_in_directory(one: Followed, form: str) -> None:
    told = {"municipality": one.case.territory_code, "legal_form": form, "commercial_activity": True}
    facts = [Said(variable=name, value=value, starts_on=one.opened_on) for name, value in told.items()]
    name, now = one.case.promoter_name, _at_noon(one.opened_on)
    enter_organisation(name=name, neq="", facts=facts, title="Registre (fictif)", by=None, now=now)
    one.case.refresh_from_db()
    link_organisation(case=one.case, name=name, by=None, now=now)
    one.case.refresh_from_db()


def _at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=timezone.get_default_timezone())


def _do(agreement: Agreement, case: Case, rank: int, day: date, offers: dict[int, Offer], *, loan: int) -> None:
    now = _at_noon(day)
    if rank == 0:
        asked = NewOffer(GRANT - loan, loan, day, day + MONTH, ("Une lettre de chaque partenaire",))
        offers[case.pk] = make_offer(agreement=agreement, case=case, asked=asked, by=None, now=now)
    elif case.pk not in offers:
        return
    elif rank == 1:
        accept_offer(offer=offers[case.pk], on=day, words="Signé à la console (fictif)", by=None, now=now)
        meet_condition(offer=offers[case.pk], number=1, on=day, words="Lettres reçues (fictif)", by=None, now=now)
    else:
        cents, words = (FIRST, "Premier versement") if rank == 2 else (GRANT - FIRST, "Solde")
        pay(offer=offers[case.pk], cents=cents, on=day, words=words, by=None, approved_by=None, now=now)
