"""The fictitious files of the article's programme, and the money of those that opened, day after day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from essor.accounts.models import User
from essor.cases.models import Case, CaseEvent
from essor.knowledge.plain import find_demo_startups
from essor.knowledge.programmes import load_demo_programme
from essor.programmes.actions import accept_offer, import_files, make_offer, open_programme, pay
from essor.programmes.models import Agreement, Offer, Programme
from essor.programmes.rules import CENTS, NewOffer
from essor.programmes.spreadsheets import read_rows

PROGRAMME, UNDER_WAY = "jec", "moulins-2030"
GRANT, FIRST = 23_000 * CENTS, 15_000 * CENTS
MONTH = timedelta(days=30)


def open_startups(*, adviser: User, now: datetime) -> None:
    """Sixty files of 2017 to 2022, entered as anyone's spreadsheet is; those still open have someone in charge."""
    path = find_demo_startups(PROGRAMME)
    programme = Programme.objects.get(slug=PROGRAMME)
    import_files(programme=programme, rows=read_rows(path), name=path.name, by=None, now=now)
    Case.objects.open().filter(enrolment__programme=programme).update(assigned_to=adviser)
    _pay_those_open(programme)
    open_programme(definition=load_demo_programme(UNDER_WAY), by=None, now=now)


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
    for day, rank, pk in deeds:
        if agreement.term.holds(day):
            _do(agreement, cases[pk], rank, day, offers)


def _do(agreement: Agreement, case: Case, rank: int, day: date, offers: dict[int, Offer]) -> None:
    now = datetime.combine(day, time(12), tzinfo=timezone.get_default_timezone())
    if rank == 0:
        asked = NewOffer(GRANT, 0, day, day + MONTH, ("Une lettre de chaque partenaire",))
        offers[case.pk] = make_offer(agreement=agreement, case=case, asked=asked, by=None, now=now)
    elif case.pk not in offers:
        return
    elif rank == 1:
        accept_offer(offer=offers[case.pk], on=day, words="Signé à la console (fictif)", by=None, now=now)
    else:
        cents, words = (FIRST, "Premier versement") if rank == 2 else (GRANT - FIRST, "Solde")
        pay(offer=offers[case.pk], cents=cents, on=day, words=words, by=None, approved_by=None, now=now)
