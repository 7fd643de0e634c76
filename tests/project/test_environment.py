from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from essor.project.environment import VARIABLES, WrongSetting, list_unknown_names, read_environment

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
        ("ESSOR_SITE_URL", "essor.example.org"),
        ("ESSOR_SITE_URL", "ftp://essor.example.org"),
        ("ESSOR_EMAIL_URL", "ftp://mail"),
        ("ESSOR_EMAIL_URL", "smtp://host:port"),
        ("DATABASE_URL", "mysql://root@localhost/essor"),
        ("DATABASE_URL", "sqlite:///essor.db"),
        ("DATABASE_URL", "postgresql://localhost"),
        ("DATABASE_URL", "postgresql://localhost:port/essor"),
        ("ESSOR_DATA", "/proc/nowhere"),
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


def test_nothing_said_is_a_laptop(tmp_path: Path) -> None:
    found = read_environment({"ESSOR_DATA": str(tmp_path / "new")})
    assert found.database["ENGINE"] == "django.db.backends.sqlite3"
    assert (found.debug, found.https, found.workers) == (False, False, 2)
    assert (tmp_path / "new" / "secret").stat().st_mode & 0o777 == 0o600
    assert read_environment({"ESSOR_DATA": str(tmp_path / "new")}).secret_key == found.secret_key
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["secret"]


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
        (["administrator", "a@exemple.test"], {}, "./essor demo"),
        (["administrator", "a@exemple.test"], {"DATABASE_URL": "postgresql://u@127.0.0.1:1/x"}, "DATABASE_URL"),
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


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "essor.sqlite3").write_bytes(b"not a database at all" * 100)
    ended = run_essor("administrator", "a@exemple.test", ESSOR_DATA=str(tmp_path))
    assert ended.returncode == 2
    assert "essor.sqlite3" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_unknown_name_is_said_and_the_command_goes_on() -> None:
    ended = run_essor(ESSOR_WORKER="2")
    assert ended.returncode == 0
    assert "ESSOR_WORKERS" in ended.stderr
    assert "essor demo" in ended.stdout


def test_tests_run_with_their_own_settings_whatever_started_them() -> None:
    assert os.environ["DJANGO_SETTINGS_MODULE"] == "tests.settings"
