"""Agreements that are signed, and what is done with them, for the tests of each part."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from essor.accounts.models import User
from essor.cases.actions import move_case
from essor.cases.models import Case
from essor.programmes import actions
from essor.programmes.models import Agreement, AgreementReport, Programme
from essor.programmes.rules import Term
from essor.programmes.tasks import watch_agreements
from essor.territories.actions import load_shipped_territories

from .conftest import NOW, SAID, TODAY, ask, define, open_file

LABEL = {"fr": "Rapport annuel", "en": "Yearly report"}
REPORTS = [
    {"code": "yearly", "label": LABEL, "every_months": 12, "within_days": 20},
    {
        "code": "final",
        "label": {"fr": "Bilan", "en": "Final report"},
        "about_on": date(2022, 12, 31),
        "within_days": 60,
    },
]
CLAUSES = {"floor_cad": 23_000, "reports": REPORTS}
TERM = Term(date(2017, 11, 23), date(2023, 1, 1))
FIRST = date(2018, 11, 22)
"""The last day of the first year."""


def sign(*partners: str, **said: Any) -> Programme:
    """A programme with one agreement for each partner."""
    model = SAID["agreements"][0] | {"clauses": CLAUSES}
    agreements = [model | {"id": f"entente-{n}", "partner": one} for n, one in enumerate(partners or ("Caisse",), 1)]
    load_shipped_territories(by=None, now=NOW)
    return actions.open_programme(definition=define(agreements=agreements, **said), by=None, now=NOW)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def signed(guards: None) -> Agreement:
    return sign().agreements.get()


def deposit(agreement: Agreement, content: bytes = b"Entente", name: str = "entente.txt", **said: Any) -> Any:
    return actions.deposit_document(
        agreement=agreement, name=name, chunks=[content], **({"by": None, "now": NOW} | said)
    )


def record(agreement: Agreement, **said: Any) -> AgreementReport:
    told: dict[str, Any] = {"code": "yearly", "about_on": FIRST, "rendered_on": TODAY, "by": None, "now": NOW}
    return actions.record_report(agreement=agreement, **(told | said))


@pytest.fixture
def far(db: None) -> User:
    user = User.objects.create_user("loin@exemple.test", "un mot de passe long", name="Loin")
    user.roles.create(kind="adviser", body="CLD d’ailleurs", territory_code="660", starts_on=date(2010, 1, 1))
    return user


@pytest.fixture
def admin(db: None) -> User:
    user = User.objects.create_user("admin@exemple.test", "un mot de passe long", name="Dominique Admin")
    user.roles.create(kind="administrator", starts_on=date(2010, 1, 1))
    return user


def watch(on: date) -> dict[str, int]:
    return watch_agreements(datetime(on.year, on.month, on.day, 15, tzinfo=NOW.tzinfo))


def open_enterprise(*agreements: Agreement, cents: int = 23_000_00) -> Case:
    """The second agreement gives twice as much as the first."""
    case = open_file()
    for rank, agreement in enumerate(agreements):
        offer = actions.make_offer(agreement=agreement, case=case, asked=ask(cents + rank * cents), by=None, now=NOW)
        actions.accept_offer(offer=offer, on=TODAY, words="Signé", by=None, now=NOW)
        case.refresh_from_db()
    return move_case(case=case, move="open" if agreements else "to_running", by=None, now=NOW, day=TODAY)
