"""From the words typed to the command: a wrong setting or a missing database is a sentence, never a traceback."""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, connection

WRONG = 2
USAGE = """\
essor demo                montre un territoire fictif · shows a fictitious territory
essor serve               sert les pages pour de vrai · serves the pages for real
essor administrator …     ouvre un compte d’administration · opens an administrator's account
essor import …            lit un fichier (census, municipalities, boundaries) · reads a file
essor portrait | compare  donne des chiffres et les compare · gives figures and compares them
essor edition …           publie, liste, vérifie · publishes, lists, verifies
essor cases …             rappelle les dossiers en retard · reminds late files
essor test | check        pour qui change le code · for those who change the code
essor <mot> --help        tout le reste · everything else
"""
NO_TABLES = (
    "essor : il n’y a pas encore de données : lancez ./essor demo (essai) ou ./essor serve.\n"
    "essor: there is no data yet: run ./essor demo (trial) or ./essor serve."
)
UNREACHABLE = (
    "essor : la base PostgreSQL de DATABASE_URL ne répond pas ({reason}). Démarrez-la ou corrigez DATABASE_URL.\n"
    "essor: the PostgreSQL database of DATABASE_URL does not answer ({reason}). Start it or correct DATABASE_URL."
)
UNUSABLE_FILE = (
    "essor : le fichier de données « {name} » ne peut pas servir ({reason}). "
    "Arrêtez l’autre programme qui l’utilise, vérifiez qu’on peut y écrire, ou nommez un autre dossier : ESSOR_DATA=…\n"
    "essor: the data file “{name}” cannot be used ({reason}). "
    "Stop the other program that uses it, check that it can be written to, or name another folder: ESSOR_DATA=…"
)
UNKNOWN_NAME = (
    "essor : rien ne lit la variable {name}{near_french}\nessor: nothing reads the variable {name}{near_english}"
)


def run(words: list[str]) -> int:
    """The exit code; a command that refuses ends by itself with its own."""
    from essor.project import environment, translations

    for name, near in environment.list_unknown_names():
        near_french, near_english = (f" ; vouliez-vous {near} ?", f"; did you mean {near}?") if near else (".", ".")
        say(UNKNOWN_NAME.format(name=name, near_french=near_french, near_english=near_english))
    if not words:
        sys.stdout.write(USAGE)
        return 0
    if words[0] == "test":
        # The tests bring their own data folder; what the environment says of it is not asked.
        from essor.project import development

        return development.test(words[1:])
    try:
        from django.conf import settings

        settings.DATA_DIR  # noqa: B018  reads the environment now
    except ImproperlyConfigured as error:
        say(str(error))
        return WRONG
    translations.compile_translations()
    if words[0] == "check":
        from essor.project import development

        return development.check(words[1:])
    return run_command(words)


def run_command(words: list[str]) -> int:
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(["essor", *words])
    except ImproperlyConfigured as error:
        say(str(error))
        return WRONG
    except DatabaseError as error:
        if sentence := describe_database_error(error):
            say(sentence)
            return WRONG
        raise
    except BrokenPipeError:
        # The reader (head, less) has left: what is still unwritten goes nowhere, and nobody is told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def describe_database_error(error: DatabaseError) -> str:
    """The sentence for a database that is not there or has no tables; empty for a fault of ours."""
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    state = getattr(error.__cause__, "sqlstate", None)
    if state == "42P01" or reason.startswith("no such table"):
        return NO_TABLES
    if connection.vendor == "postgresql":
        is_away = isinstance(error, OperationalError) and state is None
        return UNREACHABLE.format(reason=reason) if is_away else ""
    if any(sign in reason for sign in ("unable to open", "locked", "not a database", "disk", "readonly", "malformed")):
        return UNUSABLE_FILE.format(name=os.fspath(connection.settings_dict["NAME"]), reason=reason)
    return ""


def say(sentence: str) -> None:
    sys.stderr.write(sentence.rstrip() + "\n")
