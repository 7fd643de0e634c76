from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.pages import StrictClient

settings.register_profile("essor", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("essor")
"""No test is timed: a busy machine refuses none."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="a skipped test is a failed one (continuous integration)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    for item in items:
        if "browser" in item.keywords and not chromium:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))
        if "postgresql" in item.keywords and not os.environ.get("DATABASE_URL"):
            item.add_marker(pytest.mark.skip(reason="no PostgreSQL: DATABASE_URL is not set"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: pytest.TestReport = yield
    if report.skipped and not hasattr(report, "wasxfail") and item.config.getoption("--no-skips"):
        report.outcome = "failed"
        report.longrepr = f"skipped, with --no-skips: {report.longrepr}"
    return report


def _is_near(address: Any) -> bool:
    if isinstance(address, (str, bytes)):
        return True
    host = str(address[0])
    return host in {"localhost", "::1", "0.0.0.0", ""} or host.startswith("127.")  # noqa: S104


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Nothing leaves the machine: a connection elsewhere than to itself is an error."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guard(self: socket.socket, address: Any) -> None:
        assert _is_near(address), f"a test asked for the network: {address}"
        connect(self, address)

    def guard_ex(self: socket.socket, address: Any) -> int:
        assert _is_near(address), f"a test asked for the network: {address}"
        return connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guard)
        patch.setattr(socket.socket, "connect_ex", guard_ex)
        yield


@pytest.fixture(autouse=True)
def _french() -> Iterator[None]:
    """Each test starts in the source language, whatever page the one before it read."""
    from django.conf import settings
    from django.utils import translation

    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """No test reads what another computed or counted: undone, their writes may leave one and the same trace."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def adviser(db: None) -> Any:
    """Adviser of a body, in MRC Les Moulins."""
    from essor.accounts.models import User

    user = User.objects.create_user("conseil@exemple.test", "un mot de passe long", name="Camille Conseil")
    user.roles.create(kind="adviser", body="CLD des Moulins", territory_code="640", starts_on=date(2010, 1, 1))
    return user


@pytest.fixture
def administrator(db: None) -> Any:
    from essor.accounts.models import User

    user = User.objects.create_user("admin@exemple.test", "un mot de passe long", name="Dominique Admin")
    user.roles.create(kind="administrator", starts_on=date(2010, 1, 1))
    return user


@pytest.fixture
def public(db: None) -> StrictClient:
    return StrictClient()


@pytest.fixture
def signed_in_client(db: None) -> StrictClient:
    """Someone with an account and no role."""
    from essor.accounts.models import User

    user = User.objects.create_user("lecture@exemple.test", "un mot de passe long", name="Lou Lecture")
    client = StrictClient()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def partner_client(db: None) -> StrictClient:
    from essor.accounts.models import User

    user = User.objects.create_user("partenaire@exemple.test", "un mot de passe long", name="Pascale Partenaire")
    user.roles.create(kind="partner", body="Caisse d’essai", starts_on=date(2010, 1, 1))
    client = StrictClient()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def adviser_client(adviser: Any) -> StrictClient:
    client = StrictClient()
    client.force_login(adviser, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def administrator_client(administrator: Any) -> StrictClient:
    client = StrictClient()
    client.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    return client
