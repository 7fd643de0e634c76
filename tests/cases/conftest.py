from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from essor.accounts.models import User
from essor.cases.actions import NewRequest, OpenedCase, open_case
from essor.cases.guards import install_guards, remove_guards
from essor.cases.routing import FoundBody
from essor.directory.guards import install_guards as install_directory_guards
from essor.directory.guards import remove_guards as remove_directory_guards
from essor.territories.actions import load_shipped_territories

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""A Monday, ten in the morning in Mascouche."""


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(autouse=True)
def places(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    """The guards are taken away at the end: what empties the tables between two tests is no erasure."""
    settings.DATA_DIR = tmp_path
    settings.SITE_URL = "http://testserver"
    install_directory_guards(connection)
    install_guards(connection)
    load_shipped_territories(by=None, now=NOW)
    yield
    remove_guards(connection)
    remove_directory_guards(connection)


@pytest.fixture
def colleague() -> User:
    user = User.objects.create_user("collegue@exemple.test", "un mot de passe long", name="Alex Collègue")
    user.roles.create(kind="adviser", body="CLD des Moulins", territory_code="640", starts_on=date(2010, 1, 1))
    return user


def ask(**said: Any) -> NewRequest:
    content: dict[str, Any] = {
        "need": "start", "territory_code": "64015", "words": "Nous voulons ouvrir une épicerie coopérative.",
        "name": "Maude Promotrice", "email": "maude@exemple.test", "has_consented": True,
    }  # fmt: skip
    return NewRequest(**{**content, **said})


def find_cld(_need: str, _place: str, _on: date) -> list[FoundBody]:
    return [FoundBody("CLD des Moulins", slug="cld-des-moulins", reasons=("Entente de 2016.",))]


@pytest.fixture
def opened() -> OpenedCase:
    """Nobody knows of a body: the administrators' team has it."""
    return open_case(request=ask(), now=NOW)


@pytest.fixture
def routed(adviser: User) -> OpenedCase:
    """The adviser has it in charge."""
    return open_case(request=ask(), now=NOW, find_bodies=find_cld)
