"""Reads what the environment says, and stops with a sentence when it says something wrong."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ
import platformdirs
from django.core.exceptions import ImproperlyConfigured

CLONE = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Environment:
    data_dir: Path
    secret_key: str
    debug: bool
    allowed_hosts: list[str]
    trusted_origins: list[str]
    database: dict[str, Any]
    email_backend: str
    email_from: str
    https: bool


def read_environment() -> Environment:
    data_dir = _data_dir()
    hosts = [host for host in os.environ.get("ESSOR_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
    https = os.environ.get("ESSOR_HTTPS", "0") == "1"
    return Environment(
        data_dir=data_dir,
        secret_key=os.environ.get("ESSOR_SECRET_KEY") or _kept_secret(data_dir / "secret"),
        debug=os.environ.get("ESSOR_DEBUG", "0") == "1",
        allowed_hosts=hosts,
        trusted_origins=[f"https://{host}" for host in hosts] if https else [],
        database=_database(data_dir),
        email_backend=os.environ.get("ESSOR_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend"),
        email_from=os.environ.get("ESSOR_EMAIL_FROM", "essor@localhost"),
        https=https,
    )


def _data_dir() -> Path:
    if named := os.environ.get("ESSOR_DATA"):
        folder = Path(named).expanduser().resolve()
    elif (CLONE / "pyproject.toml").exists():
        folder = CLONE / "data"
    else:
        folder = Path(platformdirs.user_data_dir("essor"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"Le dossier de données « {folder} » ne peut pas être créé ({error.strerror}). "
            "Nommez un dossier où écrire : ESSOR_DATA=/chemin/du/dossier"
        ) from error
    return folder


def _kept_secret(file: Path) -> str:
    """The secret made on first start and kept beside the data, readable by its owner only."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as out:
        secret = secrets.token_urlsafe(50)
        out.write(secret)
    return secret


def _database(data_dir: Path) -> dict[str, Any]:
    address = os.environ.get("DATABASE_URL")
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data_dir / "essor.sqlite3",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
        }
    config: dict[str, Any] = dict(environ.Env.db_url_config(address))
    if config.get("ENGINE") != "django.db.backends.postgresql" or not config.get("NAME"):
        raise ImproperlyConfigured(
            "DATABASE_URL doit nommer une base PostgreSQL, par exemple "
            "postgresql://essor:motdepasse@localhost:5432/essor ; sans elle, Essor garde ses données dans un fichier SQLite."
        )
    config["CONN_MAX_AGE"] = 60
    return config
