"""Reads what the environment says, and stops with a sentence when it says something wrong. See docs/settings.md."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import platformdirs
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

CLONE = Path(__file__).resolve().parents[3]

# Read here, by the script, by continuous integration and by the tests: any other ESSOR_ name is a slip of the pen.
VARIABLES = (
    "DATABASE_URL",
    "ESSOR_CHECK_LINKS",
    "ESSOR_DATA",
    "ESSOR_DEBUG",
    "ESSOR_DOCUMENTS",
    "ESSOR_EMAIL_FROM",
    "ESSOR_EMAIL_URL",
    "ESSOR_HOSTS",
    "ESSOR_HTTPS",
    "ESSOR_PRIVACY_OFFICER",
    "ESSOR_PYTHON",
    "ESSOR_SECRET_KEY",
    "ESSOR_SHARED",
    "ESSOR_SITE_URL",
    "ESSOR_VENV",
    "ESSOR_WORKERS",
)

HOST = re.compile(r"\*|\.?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f]*:[0-9a-f:.]+\]", re.IGNORECASE)
"""What Django may find equal to the name that a browser asks for: no port, no accent, no underscore."""
BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./-]*)?", re.ASCII)
SECRET_LENGTH = 32


class WrongSetting(ImproperlyConfigured):
    """One variable, what is wrong with it and what to write instead, in both languages."""

    def __init__(self, name: str, *, french: str, english: str) -> None:
        super().__init__(f"essor : {french}\nessor: {english}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Environment:
    data_dir: Path
    secret_key: str
    debug: bool
    documents: str
    allowed_hosts: list[str]
    trusted_origins: list[str]
    database: dict[str, Any]
    email: dict[str, Any]
    is_email_said: bool
    email_from: str
    https: bool
    checks_links: bool
    workers: int
    privacy_officer: str
    site_url: str


def read_environment(said: Mapping[str, str] = os.environ) -> Environment:
    """Raises WrongSetting; makes the data folder and the secret when they are not there yet."""
    data_dir = _data_dir(said.get("ESSOR_DATA", ""))
    hosts = _hosts(said.get("ESSOR_HOSTS", "localhost,127.0.0.1,[::1]"))
    https = _yes_or_no("ESSOR_HTTPS", said)
    return Environment(
        data_dir=data_dir,
        secret_key=_secret(said.get("ESSOR_SECRET_KEY", ""), data_dir / "secret"),
        debug=_yes_or_no("ESSOR_DEBUG", said),
        documents=_documents(said.get("ESSOR_DOCUMENTS", "")),
        allowed_hosts=hosts,
        trusted_origins=[f"https://{host}" for host in hosts] if https else [],
        database=_database(said.get("DATABASE_URL", ""), data_dir),
        email=_email(said.get("ESSOR_EMAIL_URL", "consolemail://")),
        is_email_said="ESSOR_EMAIL_URL" in said,
        email_from=_email_from(said.get("ESSOR_EMAIL_FROM", "essor@localhost")),
        https=https,
        checks_links=_yes_or_no("ESSOR_CHECK_LINKS", {"ESSOR_CHECK_LINKS": "1" if https else "0", **said}),
        workers=_workers(said.get("ESSOR_WORKERS", "2")),
        privacy_officer=said.get("ESSOR_PRIVACY_OFFICER", ""),
        site_url=_site_url(said.get("ESSOR_SITE_URL", ""), hosts=hosts, https=https),
    )


def is_clone() -> bool:
    """Or an installed package, which has neither the tests nor the checks."""
    return (CLONE / "pyproject.toml").exists()


def make_files_private() -> None:
    """What this process makes from now on, its owner alone may read: addresses, passwords' hashes, files sent.

    The data folder may well have been made by someone else, open to all.
    """
    os.umask(0o077)


def require_email(environment: Environment) -> None:
    """Raises WrongSetting where real people would find their letters, and the links that open accounts, in the log."""
    if environment.https and not environment.is_email_said:
        raise WrongSetting(
            "ESSOR_EMAIL_URL",
            french="ESSOR_EMAIL_URL manque, et ESSOR_HTTPS vaut 1 : les liens qui ouvrent les comptes iraient au "
            "journal. Écrivez par exemple smtp+tls://utilisateur:motdepasse@smtp.exemple.org:587, "
            "ou consolemail:// si c’est voulu.",
            english="ESSOR_EMAIL_URL is missing, and ESSOR_HTTPS is 1: the links that open accounts would go to the "
            "log. Write for instance smtp+tls://user:password@smtp.example.org:587, or consolemail:// if it is meant.",
        )


def list_unknown_names(said: Mapping[str, str] = os.environ) -> list[tuple[str, str]]:
    """The ``ESSOR_`` names that nothing reads, each with the nearest name that something reads (or nothing)."""
    unknown = sorted(name for name in said if name.startswith("ESSOR_") and name not in VARIABLES)
    return [(name, next(iter(difflib.get_close_matches(name, VARIABLES, n=1)), "")) for name in unknown]


def _yes_or_no(name: str, said: Mapping[str, str]) -> bool:
    value = said.get(name, "0")
    if value not in {"0", "1"}:
        raise WrongSetting(
            name,
            french=f"{name} vaut « {value} » : écrivez 1 (oui) ou 0 (non).",
            english=f"{name} is “{value}”: write 1 (yes) or 0 (no).",
        )
    return value == "1"


def _site_url(value: str, *, hosts: list[str], https: bool) -> str:
    """Where the links of letters begin, without a last slash; by default the first host that is a name."""
    if not value:
        named = next((host.lstrip(".") for host in hosts if host != "*"), "localhost")
        return f"https://{named}" if https else f"http://{named}:8000"
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise WrongSetting(
            "ESSOR_SITE_URL",
            french=f"ESSOR_SITE_URL vaut « {value} » : écrivez l’adresse publique de la plateforme, "
            "par exemple https://essor.exemple.org.",
            english=f"ESSOR_SITE_URL is “{value}”: write the public address of the platform, "
            "for instance https://essor.example.org.",
        )
    return value.rstrip("/")


def _documents(value: str) -> str:
    """A bucket and the folder in it, or nothing: the data folder."""
    if value and not BUCKET.fullmatch(value):
        raise WrongSetting(
            "ESSOR_DOCUMENTS",
            french=f"ESSOR_DOCUMENTS vaut « {value} » : écrivez s3://seau ou s3://seau/dossier, ou ne dites rien et "
            "Essor garde les documents dans le dossier de données.",
            english=f"ESSOR_DOCUMENTS is “{value}”: write s3://bucket or s3://bucket/folder, or say nothing and Essor "
            "keeps documents in the data folder.",
        )
    if value and find_spec("boto3") is None:
        raise WrongSetting(
            "ESSOR_DOCUMENTS",
            french="ESSOR_DOCUMENTS nomme un seau, et boto3 n’est pas installé : installez requirements-s3.txt dans "
            "l’environnement, ou essor[s3].",
            english="ESSOR_DOCUMENTS names a bucket, and boto3 is not installed: install requirements-s3.txt in the "
            "environment, or essor[s3].",
        )
    return value


def _workers(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 64:
        raise WrongSetting(
            "ESSOR_WORKERS",
            french=f"ESSOR_WORKERS vaut « {value} » : écrivez un nombre entier de 1 à 64, par exemple 2.",
            english=f"ESSOR_WORKERS is “{value}”: write a whole number from 1 to 64, for instance 2.",
        )
    return int(value)


def _hosts(value: str) -> list[str]:
    hosts = [host.strip() for host in value.split(",") if host.strip()]
    wrong = next((host for host in hosts if not HOST.fullmatch(host)), "")
    if wrong or not hosts:
        raise WrongSetting(
            "ESSOR_HOSTS",
            french=(f"ESSOR_HOSTS contient « {wrong} »" if wrong else "ESSOR_HOSTS ne nomme personne")
            + " : écrivez des noms de machine séparés par des virgules, sans « https:// » ni port, "
            "par exemple essor.exemple.org",
            english=(f"ESSOR_HOSTS contains “{wrong}”" if wrong else "ESSOR_HOSTS names nobody")
            + ": write host names separated by commas, without “https://” or a port, for instance essor.example.org",
        )
    return hosts


def _data_dir(named: str) -> Path:
    if named:
        folder = Path(named).expanduser().resolve()
    elif is_clone():
        folder = CLONE / "data"
    else:
        folder = Path(platformdirs.user_data_dir("essor"))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # it holds addresses and passwords' hashes
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise _unusable_folder(folder, error) from error
    return folder


def _unusable_folder(folder: Path, error: OSError) -> WrongSetting:
    return WrongSetting(
        "ESSOR_DATA",
        french=f"on ne peut pas écrire dans le dossier de données « {folder} » ({error.strerror}). "
        "Nommez un dossier où écrire : ESSOR_DATA=/chemin/du/dossier",
        english=f"the data folder “{folder}” cannot be written to ({error.strerror}). "
        "Name a folder that can: ESSOR_DATA=/path/of/folder",
    )


def _secret(said: str, file: Path) -> str:
    if said and len(said) < SECRET_LENGTH:
        raise WrongSetting(
            "ESSOR_SECRET_KEY",
            french=f"ESSOR_SECRET_KEY est trop court ({len(said)} caractères) : tirez-en au moins {SECRET_LENGTH} au "
            "hasard, ou ne dites rien et Essor en garde un dans le dossier de données.",
            english=f"ESSOR_SECRET_KEY is too short ({len(said)} characters): draw at least {SECRET_LENGTH} at random, "
            "or say nothing and Essor keeps one in the data folder.",
        )
    return said or _kept_secret(file)


def _kept_secret(file: Path) -> str:
    """The secret made on first start and kept beside the data, readable by its owner only.

    Written aside, then linked: two processes that start together read the same whole secret.
    """
    try:
        if not file.exists():
            aside = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
                out.write(secrets.token_urlsafe(50))
            with contextlib.suppress(FileExistsError):  # another process was first: its secret is the one
                os.link(aside, file)
            aside.unlink()
        kept = file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise _unusable_folder(file.parent, error) from error
    if not kept:
        raise WrongSetting(
            "ESSOR_SECRET_KEY",
            french=f"le fichier « {file} » est vide : supprimez-le pour en refaire un, ou donnez ESSOR_SECRET_KEY.",
            english=f"the file “{file}” is empty: delete it to make another, or give ESSOR_SECRET_KEY.",
        )
    return kept


def _email(address: str) -> dict[str, Any]:
    try:
        config: dict[str, Any] = dict(environ.Env.email_url_config(address))
    except (KeyError, ValueError, ImproperlyConfigured) as error:
        raise WrongSetting(
            "ESSOR_EMAIL_URL",
            french="ESSOR_EMAIL_URL n’est pas l’adresse d’un serveur de courriel : écrivez par exemple "
            "smtp+tls://utilisateur:motdepasse@smtp.exemple.org:587, ou consolemail:// pour l’écran.",
            english="ESSOR_EMAIL_URL is not the address of a mail server: write for instance "
            "smtp+tls://user:password@smtp.example.org:587, or consolemail:// for the screen.",
        ) from error
    return {name: value for name, value in config.items() if value}


def _email_from(value: str) -> str:
    """An address, or a name and an address."""
    _name, address = parseaddr(value)
    try:
        validate_email(address)
    except ValidationError as error:
        raise WrongSetting(
            "ESSOR_EMAIL_FROM",
            french=f"ESSOR_EMAIL_FROM vaut « {value} » : écrivez une adresse de courriel, "
            "par exemple essor@exemple.org ou Essor <essor@exemple.org>",
            english=f"ESSOR_EMAIL_FROM is “{value}”: write an e-mail address, "
            "for instance essor@example.org or Essor <essor@example.org>",
        ) from error
    return value


def _database(address: str, data_dir: Path) -> dict[str, Any]:
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data_dir / "essor.sqlite3",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                "PRAGMA secure_delete=ON;",
            },
        }
    wrong = WrongSetting(
        "DATABASE_URL",
        french="DATABASE_URL doit nommer une base PostgreSQL, par exemple "
        "postgresql://essor:motdepasse@localhost:5432/essor — "
        "sans elle, Essor garde ses données dans un fichier SQLite.",
        english="DATABASE_URL must name a PostgreSQL database, for instance "
        "postgresql://essor:password@localhost:5432/essor — without it, Essor keeps its data in a SQLite file.",
    )
    try:
        if urlsplit(address).scheme not in {"postgresql", "postgres"}:
            raise wrong
        config: dict[str, Any] = dict(environ.Env.db_url_config(address))
    except (ValueError, TypeError, KeyError) as error:
        raise wrong from error
    if config.get("ENGINE") != "django.db.backends.postgresql" or not config.get("NAME"):
        raise wrong
    config["CONN_MAX_AGE"] = 60
    return config
