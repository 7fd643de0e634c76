"""Databases of their own for tests that kill processes: a file, or one made and dropped on the PostgreSQL server."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

EACH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
"""The parameters of a fixture that wants both; where there is no server, the second is skipped in a line."""
SOURCES = Path(__file__).resolve().parents[1] / "src"


@contextmanager
def open_platform(kind: str, data: Path) -> Iterator[dict[str, str]]:
    """What a process needs to work on an empty platform of that kind, with its files in ``data``, and on no other."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment = kept | {
        "ESSOR_DATA": str(data),
        "ESSOR_SECRET_KEY": "only-for-tests-and-long-enough-to-be-taken",
        "DJANGO_SETTINGS_MODULE": "essor.project.settings",
        "PYTHONPATH": str(SOURCES),
    }
    if kind == "sqlite":
        yield environment
        return
    with _make_database() as address:
        yield environment | {"DATABASE_URL": address}


@contextmanager
def _make_database() -> Iterator[str]:
    import psycopg

    server, name = os.environ["DATABASE_URL"], f"essor_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload]
