from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.db import DatabaseError, connection

from essor import __version__
from essor.project.development import list_checks
from essor.project.environment import (
    VARIABLES,
    WrongSetting,
    list_unknown_names,
    read_environment,
    require_email,
)
from essor.project.starting import FOR_DEVELOPERS, READ_DATA, describe_database_error
from essor.project.translations import CATALOGUE

CLONE = Path(__file__).resolve().parents[2]


def run_essor(*words: str, **said: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    environment = {**kept, "PYTHONPATH": str(CLONE / "src"), "DJANGO_SETTINGS_MODULE": "essor.project.settings", **said}
    return subprocess.run(
        [sys.executable, "-m", "essor", *words], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ESSOR_WORKERS", "two"),
        ("ESSOR_WORKERS", "0"),
        ("ESSOR_WORKERS", "²"),
        ("ESSOR_DEBUG", "yes"),
        ("ESSOR_HTTPS", "true"),
        ("ESSOR_HOSTS", "https://essor.example.org"),
        ("ESSOR_HOSTS", ""),
        ("ESSOR_HOSTS", " , "),
        ("ESSOR_HOSTS", "example.org:8000"),
        ("ESSOR_HOSTS", "exa mple"),
        ("ESSOR_HOSTS", "::1"),
        ("ESSOR_HOSTS", "a.example.org;b.example.org"),
        ("ESSOR_SECRET_KEY", "x"),
        ("ESSOR_SECRET_KEY", "x" * 31),
        ("ESSOR_EMAIL_FROM", "notanaddress"),
        ("ESSOR_EMAIL_FROM", "Essor <notanaddress>"),
        ("ESSOR_SITE_URL", "essor.example.org"),
        ("ESSOR_SITE_URL", "ftp://essor.example.org"),
        ("ESSOR_EMAIL_URL", "ftp://mail"),
        ("ESSOR_EMAIL_URL", "smtp://host:port"),
        ("DATABASE_URL", "mysql://root@localhost/essor"),
        ("DATABASE_URL", "sqlite:///essor.db"),
        ("DATABASE_URL", "postgresql://localhost"),
        ("DATABASE_URL", "postgresql://localhost:port/essor"),
        ("ESSOR_DATA", "/proc/nowhere"),
        ("ESSOR_DOCUMENTS", "https://bucket.example.org"),
        ("ESSOR_DOCUMENTS", "s3://Bucket"),
        ("ESSOR_DOCUMENTS", "s3://bucket/a?b"),
    ],
)
def test_a_wrong_value_is_named_in_both_languages(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(WrongSetting) as caught:
        read_environment({"ESSOR_DATA": str(tmp_path), name: value})
    french, english = str(caught.value).splitlines()
    assert caught.value.name == name
    assert french.startswith("essor\u00a0: ")
    assert english.startswith("essor: ")
    assert name in french
    assert name in english


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ESSOR_HOSTS", "Essor.example.org, 10.0.0.1,[2001:db8::1],.example.org,xn--tude-9oa.example"),
        ("ESSOR_HOSTS", "*"),
        ("ESSOR_SECRET_KEY", "x" * 32),
        ("ESSOR_EMAIL_FROM", "Essor <essor@example.org>"),
        ("ESSOR_EMAIL_FROM", "essor@localhost"),
    ],
)
def test_a_right_value_is_taken(tmp_path: Path, name: str, value: str) -> None:
    read_environment({"ESSOR_DATA": str(tmp_path), name: value})


def test_nothing_said_is_a_laptop(tmp_path: Path) -> None:
    found = read_environment({"ESSOR_DATA": str(tmp_path / "new")})
    assert found.database["ENGINE"] == "django.db.backends.sqlite3"
    assert (found.debug, found.https, found.workers) == (False, False, 2)
    assert (tmp_path / "new" / "secret").stat().st_mode & 0o777 == 0o600
    assert read_environment({"ESSOR_DATA": str(tmp_path / "new")}).secret_key == found.secret_key
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["secret"]


@pytest.mark.parametrize(
    ("said", "site"),
    [
        ({}, "http://localhost:8000"),
        ({"ESSOR_HOSTS": "essor.example.org, www.example.org", "ESSOR_HTTPS": "1"}, "https://essor.example.org"),
        ({"ESSOR_HOSTS": "essor.example.org"}, "http://essor.example.org:8000"),
        ({"ESSOR_HOSTS": "*,.example.org", "ESSOR_HTTPS": "1"}, "https://example.org"),
        ({"ESSOR_HOSTS": "*"}, "http://localhost:8000"),
    ],
)
def test_links_begin_where_people_find_the_platform(tmp_path: Path, said: dict[str, str], site: str) -> None:
    assert read_environment({"ESSOR_DATA": str(tmp_path)} | said).site_url == site


def test_the_first_administrator_gets_a_link_to_the_site(tmp_path: Path) -> None:
    said = {"ESSOR_DATA": str(tmp_path), "ESSOR_HOSTS": "essor.example.org", "ESSOR_HTTPS": "1"}
    assert run_essor("migrate", "--verbosity", "0", **said).returncode == 0
    ended = run_essor("administrator", "premiere@exemple.test", **said)
    assert "\nhttps://essor.example.org/compte/password/reset/key/" in ended.stdout


def test_letters_go_to_the_log_behind_a_proxy_only_where_it_is_said(tmp_path: Path) -> None:
    said = {"ESSOR_DATA": str(tmp_path)}
    require_email(read_environment(said))
    require_email(read_environment(said | {"ESSOR_HTTPS": "1", "ESSOR_EMAIL_URL": "consolemail://"}))
    with pytest.raises(WrongSetting):
        require_email(read_environment(said | {"ESSOR_HTTPS": "1"}))


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    with pytest.raises(WrongSetting, match="ESSOR_SECRET_KEY"):
        read_environment({"ESSOR_DATA": str(tmp_path)})


def test_a_slip_of_the_pen_is_pointed_out() -> None:
    said = {"ESSOR_WORKER": "2", "ESSOR_DATA": "x", "ESSOR_ZZZZZZZZ": "1", "HOME": "/"}
    assert list_unknown_names(said) == [("ESSOR_WORKER", "ESSOR_WORKERS"), ("ESSOR_ZZZZZZZZ", "")]


@pytest.mark.parametrize(
    ("words", "said", "sentence"),
    [
        (["portrait"], {"ESSOR_WORKERS": "x"}, "ESSOR_WORKERS"),
        (["serve"], {"DATABASE_URL": "oracle://x/y"}, "DATABASE_URL"),
        (["serve"], {"ESSOR_HTTPS": "1"}, "ESSOR_EMAIL_URL"),
        (["administrator", "a@exemple.test"], {}, "./essor demo"),
        (["administrator", "a@exemple.test"], {"DATABASE_URL": "postgresql://u@127.0.0.1:1/x"}, "DATABASE_URL"),
        (["administrator", "a@exemple.test"], {"DATABASE_URL": "postgresql://u@127.0.0.1:1/x?bogus=1"}, "bogus"),
    ],
)
def test_a_command_says_it_in_a_sentence_and_stops(
    tmp_path: Path, words: list[str], said: dict[str, str], sentence: str
) -> None:
    ended = run_essor(*words, **({"ESSOR_DATA": str(tmp_path)} | said))
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 2


def test_what_is_made_in_a_folder_open_to_all_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    assert run_essor("migrate", "--verbosity", "0", ESSOR_DATA=str(folder)).returncode == 0
    readable = [file.name for file in folder.rglob("*") if file.stat().st_mode & 0o077]
    assert (folder / "essor.sqlite3").exists()
    assert readable == []


def test_a_web_server_of_another_make_keeps_files_private_too(tmp_path: Path) -> None:
    code = "import os; import essor.project.wsgi; print(oct(os.umask(0)))"
    environment = {**os.environ, "PYTHONPATH": str(CLONE / "src"), "ESSOR_DATA": str(tmp_path)}
    environment["DJANGO_SETTINGS_MODULE"] = "essor.project.settings"
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "0o77"


def test_a_machine_without_time_zones_is_enough(tmp_path: Path) -> None:
    ended = run_essor("edition", "list", ESSOR_DATA=str(tmp_path), PYTHONTZPATH=str(tmp_path / "nowhere"))
    assert "Traceback" not in ended.stderr
    assert "./essor demo" in ended.stderr


@pytest.mark.parametrize("word", ["shell", "portrait", "edition", "import", "erase", "tidy", "administrator"])
def test_a_word_that_finds_no_data_makes_none(tmp_path: Path, word: str) -> None:
    ended = run_essor(word, "x", ESSOR_DATA=str(tmp_path))
    assert (ended.returncode, "./essor demo" in ended.stderr) == (2, True)
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


def test_help_needs_no_data(tmp_path: Path) -> None:
    ended = run_essor("erase", "--help", ESSOR_DATA=str(tmp_path))
    assert (ended.returncode, "--reason" in ended.stdout) == (0, True)
    assert not (tmp_path / "essor.sqlite3").exists()


def test_every_word_of_ours_makes_data_reads_it_or_needs_none() -> None:
    ours = {name for name, app in get_commands().items() if app.startswith("essor")}
    assert ours - READ_DATA == {"bench", "demo", "serve", "translations"}


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "essor.sqlite3").write_bytes(b"not a database at all" * 100)
    ended = run_essor("administrator", "a@exemple.test", ESSOR_DATA=str(tmp_path))
    assert ended.returncode == 2
    assert "essor.sqlite3" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_catalogues_that_cannot_be_compiled_are_said(tmp_path: Path) -> None:
    """A clone that belongs to another account: stood for by a folder where the compiled catalogue would go."""
    shutil.copytree(CLONE / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.pyc", "*.mo"))
    (tmp_path / "src/essor/project" / CATALOGUE).with_suffix(".mo").mkdir()
    os.utime((tmp_path / "src/essor/project" / CATALOGUE).with_suffix(".mo"), (0, 0))
    ended = run_essor("edition", "list", ESSOR_DATA=str(tmp_path / "data"), PYTHONPATH=str(tmp_path / "src"))
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert "./essor translations" in ended.stderr
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("words", [["--version"], ["version"]])
def test_the_version_is_ours_and_needs_no_setting(words: list[str]) -> None:
    ended = run_essor(*words, ESSOR_WORKERS="x")
    assert (ended.returncode, ended.stdout) == (0, f"Essor {__version__}\n")


@pytest.mark.parametrize("words", [[], ["help"], ["--help"], ["-h"]])
def test_help_lists_our_words_in_both_languages(words: list[str]) -> None:
    ended = run_essor(*words)
    assert ended.returncode == 0
    ours = [name for name, app in get_commands().items() if app.startswith("essor.")]
    for word in (*ours, *FOR_DEVELOPERS):
        line = next((line for line in ended.stdout.splitlines() if line.startswith(f"  essor {word} ")), "")
        assert " · " in line, word
    assert "flush" not in ended.stdout


@pytest.mark.parametrize("word", FOR_DEVELOPERS)
def test_an_installed_package_says_that_a_clone_is_needed(tmp_path: Path, word: str) -> None:
    shutil.copytree(CLONE / "src", tmp_path / "site", ignore=shutil.ignore_patterns("*.pyc"))
    ended = run_essor(word, PYTHONPATH=str(tmp_path / "site"), ESSOR_DATA=str(tmp_path / "data"))
    assert ended.returncode == 2
    assert "seulement dans un clone" in ended.stderr
    assert "only in a clone" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_unknown_name_is_said_and_the_command_goes_on() -> None:
    ended = run_essor(ESSOR_WORKER="2")
    assert ended.returncode == 0
    assert "ESSOR_WORKERS" in ended.stderr
    assert "essor demo" in ended.stdout


@pytest.mark.parametrize(
    ("word", "near"), [("portrit", "portrait"), ("editions", "edition"), ("tests", "test"), ("zzzzzzz", "")]
)
def test_an_unknown_word_is_said_in_both_languages_with_near_ones(tmp_path: Path, word: str, near: str) -> None:
    ended = run_essor(word, ESSOR_DATA=str(tmp_path))
    assert (ended.returncode, ended.stdout) == (2, "")
    french, english = ended.stderr.splitlines()
    assert f"«\u00a0{word}\u00a0»" in french
    assert f"“{word}”" in english
    for sentence in (french, english):
        assert near in sentence
        assert "./essor" in sentence


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",), ("help",)], ids=str)
def test_whoever_asks_gets_the_words(words: tuple[str, ...]) -> None:
    ended = run_essor(*words)
    assert ended.returncode == 0
    assert "essor demo" in ended.stdout


@pytest.mark.parametrize("words", [("check", "--help"), ("check", "-h"), ("check", "types", "--help")], ids=str)
def test_check_says_what_it_can_check(tmp_path: Path, words: tuple[str, ...]) -> None:
    ended = run_essor(*words, ESSOR_DATA=str(tmp_path / "jamais"))
    assert ended.returncode == 0
    assert all(name in ended.stdout for name in list_checks())
    assert not (tmp_path / "jamais").exists(), "a check writes in a folder of its own"


def test_a_check_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    ended = run_essor("check", "nothing", ESSOR_DATA=str(tmp_path / "jamais"))
    assert ended.returncode == 2
    assert "ordre" not in ended.stdout
    for sentence in ended.stderr.splitlines():
        assert "nothing" in sentence
        assert all(name in sentence for name in list_checks())
    assert not (tmp_path / "jamais").exists()


def test_tests_run_with_their_own_settings_whatever_started_them() -> None:
    assert os.environ["DJANGO_SETTINGS_MODULE"] == "tests.settings"


@pytest.mark.postgresql
def test_a_database_that_stops_in_the_middle_is_said(db: None) -> None:
    other = connection.copy("other")
    try:
        with pytest.raises(DatabaseError) as caught, other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    finally:
        other.close()
    assert "DATABASE_URL" in describe_database_error(caught.value)
