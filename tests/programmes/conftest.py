from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from essor.accounts.models import User
from essor.cases.actions import assign_case, move_case, open_case
from essor.cases.models import Case
from essor.knowledge.programmes import ProgrammeDefinition
from essor.programmes.actions import enrol, open_programme
from essor.programmes.guards import install_guards, remove_guards
from essor.programmes.models import Agreement, Programme
from essor.programmes.rules import NewOffer
from essor.territories.actions import load_shipped_territories
from tests.cases.conftest import ask as ask_for_help

NOW = datetime(2018, 9, 3, 15, 0, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
SAID: dict[str, Any] = {
    "id": "essai",
    "name": {"fr": "Essai", "en": "Trial"},
    "starts_on": date(2017, 11, 23),
    "ends_on": date(2022, 12, 31),
    "target": {
        "code": "quebec", "name": {"fr": "Québec", "en": "Québec"}, "startups": 200,
        "parts": [{"code": "lanaudiere", "name": {"fr": "Lanaudière", "en": "Lanaudière"}, "startups": 15}],
    },
    "agreements": [
        {
            "id": "caisse", "partner": "Caisse d’essai", "target": "lanaudiere", "starts_on": date(2017, 11, 23),
            "ends_on": date(2022, 12, 31), "envelope_cad": 345_000,
            "clauses": {"floor_cad": 23_000, "cap_cad": 60_000, "most_loan": "1/2", "two_people_from_cad": 20_000},
        }
    ],
}  # fmt: skip


def define(**said: Any) -> ProgrammeDefinition:
    return ProgrammeDefinition.model_validate(SAID | said)


def ask(grant: int = 23_000_00, loan: int = 0, **said: Any) -> NewOffer:
    days = {"offered_on": TODAY, "expires_on": TODAY + 30 * DAY} | said
    return NewOffer(grant, loan, **days)


@pytest.fixture
def guards(db: None) -> Iterator[None]:
    """The guards are taken away at the end: what empties the tables between two tests is no deed of anyone."""
    install_guards(connection)
    yield
    remove_guards(connection)


@pytest.fixture
def places(guards: None) -> None:
    load_shipped_territories(by=None, now=NOW)


@pytest.fixture
def agreement(places: None) -> Agreement:
    return open_programme(definition=define(), by=None, now=NOW).agreements.get()


LEFT = ("begin", "to_prestart", "to_plan", "file", "to_analysis", "to_committee", "decide")
"""The moves from a file in charge to the decision in its favour."""


def open_file(*, until: str = "decide") -> Case:
    """Another start-up, in the latest programme, led as far as a move; none: « enrol »."""
    key, programme = secrets.token_hex(16), Programme.objects.latest("pk")
    now = max(NOW - 90 * DAY, datetime.combine(programme.starts_on, NOW.time(), UTC))
    case = open_case(request=ask_for_help(opening_key=key, email=f"{key}@exemple.test"), now=now).case
    if case.assigned_to is None:
        case = assign_case(case=case, person=User.objects.get(name="Camille Conseil"), by=None, now=now)
    enrol(programme=programme, case=case, by=None, now=now)
    for move in LEFT[: LEFT.index(until) + 1 if until in LEFT else 0]:
        said = {"words": "Le comité est d’accord.", "is_deed": True} if move == "decide" else {}
        case = move_case(case=case, move=move, by=None, now=now, **said)
    return case


@pytest.fixture
def case(agreement: Agreement, adviser: User) -> Case:
    return open_file()


@pytest.fixture
def other(db: None) -> User:
    user = User.objects.create_user("autre@exemple.test", "un mot de passe long", name="Alex Autre")
    user.roles.create(kind="adviser", body="CLD des Moulins", territory_code="640", starts_on=date(2010, 1, 1))
    return user


@pytest.fixture
def members(db: None) -> list[User]:
    found = []
    for number in range(4):
        user = User.objects.create_user(f"m{number}@exemple.test", "un mot de passe long", name=f"Membre {number}")
        user.roles.create(kind="committee", territory_code="640", starts_on=date(2010, 1, 1))
        found.append(user)
    return found
