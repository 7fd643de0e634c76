"""A made-up programme of thousands of files, with their stages, their money and their news: rows alone, in bulk, since
what is measured is the reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from essor.accounts.models import User
from essor.cases.models import Case, CaseEvent, Party
from essor.knowledge import load_latest_workflow
from essor.knowledge.programmes import ProgrammeDefinition
from essor.methods.business_days import add_business_days
from essor.methods.ledger import MOVES
from essor.programmes.actions import open_programme
from essor.programmes.models import Agreement, Declaration, Enrolment, LedgerMove, Offer, Programme
from essor.programmes.queries.journeys import STARTUP, list_stages

SEED = 11
YEARS = 4
"""From the start of the programme to the day of the measure; as many are left."""
PLACES = ("64015", "64008", "61025", "60013", "52035", "62007")
MEAN_DAYS, GOES_ON = 45, 0.9
GRANT = 23_000_00
BATCH = 500


@dataclass(slots=True)
class _Rows:
    """Of the files, in their order: the moves of each, and what hangs on it."""

    cases: list[Case] = field(default_factory=list)
    moves: list[list[tuple[str, date]]] = field(default_factory=list)


def define_programme(slug: str, *, on: date, files: int) -> ProgrammeDefinition:
    """Two levels of targets, one partner whose envelope suffices."""
    starts_on, startups = date(on.year - YEARS, 1, 1), max(files // 4, 1)
    ends_on = date(on.year + YEARS, 12, 31)
    whole: dict[str, Any] = {
        "code": "quebec", "name": {"fr": "Québec", "en": "Québec"}, "territory": "qc", "startups": startups,
        "parts": [
            {"code": "lanaudiere", "name": {"fr": "Lanaudière", "en": "Lanaudière"}, "territory": "14",
             "startups": startups * 3 // 4}
        ],
    }  # fmt: skip
    agreement = {
        "id": "caisse", "partner": "Caisse d’essai", "target": "lanaudiere", "territory": "14",
        "starts_on": starts_on, "ends_on": ends_on, "envelope_cad": (files + 1) * GRANT // 100,
        "clauses": {"floor_cad": 23_000},
    }  # fmt: skip
    name = {"fr": f"Essai de {files} dossiers", "en": f"Trial of {files} files"}
    said = {"id": slug, "name": name, "starts_on": starts_on, "ends_on": ends_on, "target": whole}
    return ProgrammeDefinition.model_validate(said | {"agreements": [agreement]})


@transaction.atomic
def fill_programme(*, slug: str, files: int, on: date, in_charge: User | None = None) -> Programme:
    """A programme and ``files`` files that entered it since it started, as they stand on a day: the same each time."""
    now = timezone.make_aware(datetime.combine(on, time(12)))
    programme = open_programme(definition=define_programme(slug, on=on, files=files), by=None, now=now)
    rng, rows = np.random.default_rng(SEED), _Rows()
    for number in range(files):
        arrival = programme.starts_on + timedelta(days=int(rng.integers((on - programme.starts_on).days)))
        moves = _throw_moves(rng, arrival, on)
        rows.cases.append(_make_case(slug, number, moves, on, in_charge))
        rows.moves.append(moves)
    Case.objects.bulk_create(rows.cases, batch_size=BATCH)
    _enrol(programme, rows)
    _pay(programme.agreements.get(), rows, on)
    _tell(rows, on)
    return programme


def _throw_moves(rng: np.random.Generator, arrival: date, on: date) -> list[tuple[str, date]]:
    """The stages entered by the day, each with its own; the last may be « closed »."""
    moves, day = [(list_stages()[0], arrival)], arrival
    for stage in (*list_stages()[1:], str(load_latest_workflow(STARTUP).opens_at)):
        day += timedelta(days=1 + int(rng.exponential(MEAN_DAYS)))
        if day > on:
            break
        goes_on = rng.random() < GOES_ON
        moves.append((stage if goes_on else "closed", day))
        if not goes_on:
            break
    return moves


def _make_case(slug: str, number: int, moves: list[tuple[str, date]], on: date, in_charge: User | None) -> Case:
    workflow, (stage, entered_on) = load_latest_workflow(STARTUP), moves[-1]
    is_closed = stage == "closed"
    days = None if is_closed else workflow.get_stage(stage).days_allowed
    return Case(
        reference=f"{slug[:8].upper()}-{number:05}", workflow=workflow.id, workflow_version=workflow.version,
        stage=stage, need="start", territory_code=PLACES[number % len(PLACES)],
        promoter_name=f"Projet {number}", imported_from=f"{slug}.csv", access_hash=f"{slug}:{number}",
        assigned_to=in_charge, opened_at=_at_noon(moves[0][1]),
        due_on=None if is_closed else add_business_days(max(entered_on, on - timedelta(days=20)), days or 20),
        closed_at=_at_noon(entered_on) if is_closed else None,
        outcome_code="refused" if is_closed else "", outcome_words="Le projet ne tient pas." if is_closed else "",
    )  # fmt: skip


def _enrol(programme: Programme, rows: _Rows) -> None:
    entered, events = list[Enrolment](), list[CaseEvent]()
    for case, moves in zip(rows.cases, rows.moves, strict=True):
        at = case.opened_at
        entered.append(Enrolment(programme=programme, case=case, entered_on=moves[0][1], entered_at=at))
        facts = {"deed": "enrol", "programme": programme.slug}
        events += [_note(case, "opened", at, {"need": case.need}), _note(case, "programme", at, facts)]
        for (before, _), (stage, day) in pairwise(moves):
            if stage == "closed":
                events.append(_note(case, "closed", _at_noon(day), {"outcome": "refused", "from": before}))
            else:
                events.append(_note(case, "moved", _at_noon(day), {"move": "", "from": before, "to": stage}))
    Enrolment.objects.bulk_create(entered, batch_size=BATCH)
    CaseEvent.objects.bulk_create(events, batch_size=BATCH)


def _note(case: Case, kind: str, at: datetime, facts: dict[str, Any]) -> CaseEvent:
    return CaseEvent(case=case, kind=kind, party=Party.PLATFORM, facts=facts, happened_at=at)


def _pay(agreement: Agreement, rows: _Rows, on: date) -> None:
    """An offer at its stage, accepted at the next one, paid at the one after: day after day, as the ledger wants."""
    offers, deeds = dict[int, Offer](), list[tuple[date, int, str]]()
    for case, moves in zip(rows.cases, rows.moves, strict=True):
        days = dict(moves)
        if "offer" in days:
            offers[case.pk] = Offer(
                agreement=agreement, case=case, grant_cents=GRANT, loan_cents=0, offered_on=days["offer"],
                expires_on=max(days["offer"] + timedelta(days=30), on + timedelta(days=case.pk % 30)),
                made_at=_at_noon(days["offer"]),
            )  # fmt: skip
            kinds = (("offer", "offer"), ("accept", "conditions"), ("pay", "disbursement"))
            deeds += [(days[stage], case.pk, kind) for kind, stage in kinds if stage in days]
    Offer.objects.bulk_create(offers.values(), batch_size=BATCH)
    LedgerMove.objects.bulk_create(
        [
            LedgerMove(
                agreement=agreement, offer=offers[pk], kind=kind, source_account=MOVES[kind][0],
                target_account=MOVES[kind][1], cents=GRANT, happened_on=day, recorded_at=_at_noon(day),
            )
            for day, pk, kind in sorted(deeds, key=lambda deed: deed[0])
        ],
        batch_size=BATCH,
    )  # fmt: skip


def _tell(rows: _Rows, on: date) -> None:
    """Of those open for a year or more, two in three said how they were."""
    opens_at, told = load_latest_workflow(STARTUP).opens_at, list[Declaration]()
    for number, (case, moves) in enumerate(zip(rows.cases, rows.moves, strict=True)):
        about_on = moves[-1][1] + timedelta(days=365)
        if moves[-1][0] == opens_at and about_on <= on and number % 3:
            told.append(
                Declaration(
                    case=case,
                    about_on=about_on,
                    is_alive=True,
                    jobs=number % 9,
                    party=Party.PLATFORM,
                    declared_at=_at_noon(about_on),
                )
            )
    Declaration.objects.bulk_create(told, batch_size=BATCH)


def _at_noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))
