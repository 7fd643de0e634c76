"""From the words typed to the command: a wrong setting or a missing database is a sentence, never a traceback."""

from __future__ import annotations

import difflib
import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, connection

from essor import __version__
from essor.project.arguments import speak_both_languages
from essor.project.environment import is_clone, make_files_private

WRONG = 2
NO_BREAK = "\u00a0"
STOPPED = ("57P", "08")
"""How PostgreSQL's codes begin (its manual, appendix A): operator intervention, and connection exception."""
USAGE = f"""\
Essor {__version__}

Servir · Serving
  essor demo            montre un territoire fictif · shows a fictitious territory
  essor serve           sert les pages pour de vrai · serves the pages for real
  essor administrator   ouvre un compte d’administration · opens an administrator's account
  essor daily           fait les tâches du jour · does the day's tasks
Données · Data
  essor import          lit un fichier (census, municipalities, boundaries) · reads a file
  essor erase           efface ce qui nomme une organisation · erases what names an organisation
  essor tidy            jette ce qui ne se garde pas · throws away what is not kept
  essor bodies          donne les organismes et leurs mandats, en CSV · gives bodies and their mandates, as CSV
  essor bases           liste, montre, importe, publie · lists, shows, imports, publishes
Aide · Help
  essor aid             cherche l’aide qui convient à un profil · finds the aid that fits a profile
  essor programme       dit où en sont un programme et son argent · says where a programme and its money stand
  essor cases           rappelle et efface des dossiers · reminds and erases files
Chiffres · Figures
  essor portrait        donne les chiffres d’un territoire · gives the figures of a territory
  essor compare         les compare, ou dit pourquoi non · compares them, or says why not
  essor edition         publie, liste, vérifie · publishes, lists, verifies
Changer le code · Changing the code
  essor test            fait tous les tests, ou ceux nommés · runs every test, or those named
  essor check           fait les vérifications · runs the checks
  essor bench           mesure, à côté des concurrents · measures, beside the rivals
  essor translations    dit ce qui n’a pas d’anglais · says what has no English

essor <mot> --help      tout d’un mot · all about a word
essor help --commands   tous les mots, ceux de Django compris · every word, Django's included
"""
VERSION = f"Essor {__version__}\n"
ONLY_IN_A_CLONE = (
    "essor : « {word} » sert à qui change le code : seulement dans un clone, par ./essor {word}\n"
    "essor: “{word}” is for those who change the code: only in a clone, with ./essor {word}"
)
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
UNCOMPILED = (
    "essor : l’anglais ne peut pas être préparé dans « {folder} » ({reason}). Une fois par version, lancez "
    "./essor translations avec le compte à qui ce dossier appartient.\n"
    "essor: English cannot be prepared in “{folder}” ({reason}). Once for each version, run "
    "./essor translations as the account that owns this folder."
)
ANSWERS = {
    (): USAGE,
    ("help",): USAGE,
    ("--help",): USAGE,
    ("-h",): USAGE,
    ("version",): VERSION,
    ("--version",): VERSION,
}
FOR_DEVELOPERS = ("test", "check")
PUBLISHED = (
    "essor : bases publiées telles que fournies : {slugs}\nessor: bases published as they are shipped: {slugs}\n"
)
UNKNOWN_WORD = (
    "essor : il n’y a pas de mot « {word} »{near_french} « ./essor » les donne tous.\n"
    "essor: there is no word “{word}”{near_english} “./essor” lists them all."
)
READ_DATA = frozenset(
    {
        "administrator", "aid", "bases", "bodies", "cases", "clearsessions", "compare", "daily", "db_worker", "dbshell",
        "dumpdata", "edition", "erase", "import", "portrait", "programme", "shell", "tidy",
    }
)  # fmt: skip
"""Words that have nothing to say before ``demo`` or ``serve`` made the data; asking SQLite would make an empty file."""

UNKNOWN_NAME = (
    "essor : rien ne lit la variable {name}{near_french}\nessor: nothing reads the variable {name}{near_english}"
)


def run(words: list[str]) -> int:
    """The exit code; a command that refuses ends by itself with its own."""
    from essor.project import environment

    for name, near in environment.list_unknown_names():
        near_french, near_english = (f" ; vouliez-vous {near} ?", f"; did you mean {near}?") if near else (".", ".")
        say(UNKNOWN_NAME.format(name=name, near_french=near_french, near_english=near_english))
    if (code := answer_without_settings(words)) is not None:
        return code
    try:
        from django.conf import settings

        settings.DATA_DIR  # noqa: B018  reads the environment now
    except ImproperlyConfigured as error:
        say(str(error))
        return WRONG
    return prepare_english() or run_command(words)


def prepare_english() -> int:
    """The exit code: 0 once the sentences in English are there to be read."""
    from essor.project import translations

    try:
        translations.compile_translations()
    except translations.NotCompiled as error:
        say(UNCOMPILED.format(folder=error.folder, reason=error.reason))
        return WRONG
    return 0


def answer_without_settings(words: list[str]) -> int | None:
    """The exit code, or None for a word that needs the settings."""
    if said := ANSWERS.get(tuple(words)):
        sys.stdout.write(said)
        return 0
    if words[0] not in FOR_DEVELOPERS:
        return None
    if not is_clone():
        say(ONLY_IN_A_CLONE.format(word=words[0]))
        return WRONG
    # They bring their own data folder; what the environment says of it is not asked.
    from essor.project import development

    if words[0] == "test":
        return development.test(words[1:])
    return prepare_english() or development.check(words[1:])


def describe_unknown_word(word: str) -> str:
    """The sentence for a word that no command bears, with the nearest ones; empty for a command."""
    import django
    from django.core.management import get_commands

    django.setup()
    known = [*get_commands(), *FOR_DEVELOPERS, "help"]
    if word in known or word.startswith("-"):
        return ""
    near = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
    if not near:
        return UNKNOWN_WORD.format(word=word, near_french=".", near_english=".")
    return UNKNOWN_WORD.format(
        word=word,
        near_french=f"{NO_BREAK}; vouliez-vous dire{NO_BREAK}: {', '.join(near)}{NO_BREAK}?",
        near_english=f"; did you mean: {', '.join(near)}?",
    )


def run_command(words: list[str]) -> int:
    from django.core.management import execute_from_command_line

    make_files_private()
    speak_both_languages()
    if lacks_data(words):
        say(NO_TABLES)
        return WRONG
    try:
        if sentence := describe_unknown_word(words[0]):
            say(sentence)
            return WRONG
        execute_from_command_line(["essor", *words])
        load_what_is_shipped(words)
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


def load_what_is_shipped(words: list[str]) -> None:
    """After ``migrate``: the places and the bases are there for the first figure asked, as ``serve`` puts them."""
    from django.utils import timezone

    from essor.project import shipped

    if shipped.makes_every_table(words):
        published = shipped.load_shipped(now=timezone.now())
        if published:
            slugs = ", ".join(version.base.slug for version in published)
            sys.stdout.write(PUBLISHED.format(slugs=slugs))


def lacks_data(words: list[str]) -> bool:
    """A word that reads is asked of a file that is not there; its help is given all the same."""
    if words[0] not in READ_DATA or not {"-h", "--help"}.isdisjoint(words):
        return False
    return connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists()


def describe_database_error(error: DatabaseError) -> str:
    """The sentence for a database that is not there or has no tables; empty for a fault of ours."""
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    state = getattr(error.__cause__, "sqlstate", None)
    if state == "42P01" or reason.startswith("no such table"):
        return NO_TABLES
    if connection.vendor == "postgresql":
        # Without a connection, any error is of the address: psycopg says so of an option that it does not know.
        never_there = state is None and (isinstance(error, OperationalError) or connection.connection is None)
        is_away = never_there or str(state).startswith(STOPPED)
        return UNREACHABLE.format(reason=reason) if is_away else ""
    if any(sign in reason for sign in ("unable to open", "locked", "not a database", "disk", "readonly", "malformed")):
        return UNUSABLE_FILE.format(name=os.fspath(connection.settings_dict["NAME"]), reason=reason)
    return ""


def say(sentence: str) -> None:
    sys.stderr.write(sentence.rstrip() + "\n")
